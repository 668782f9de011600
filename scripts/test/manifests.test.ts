// Changes copies, and shows that each is seen and mended; what no copy is stays.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { differingCopies } from '../manifests.ts';

const SHARED = {
  name: 'repository',
  version: '9.9.9',
  license: 'MIT',
  author: 'all of us',
  repository: { type: 'git', url: 'git+https://host.example/OWNER/minis.git' },
  engines: { node: '>=20.19' },
};

/** In a repository of these files, by path. */
function differing(files: Record<string, string | object>): Map<string, unknown> {
  const root = mkdtempSync(join(tmpdir(), 'manifests-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, content] of Object.entries({
    'package.json': SHARED,
    LICENSE: 'do as you like',
    ...files,
  })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  const found = differingCopies(root);
  for (const [path, text] of found) writeFileSync(join(root, path), text);
  expect(differingCopies(root)).toEqual(new Map()); // what was to be written is all
  const parsed = (path: string): unknown => {
    const text = readFileSync(join(root, path), 'utf8');
    return path.endsWith('.json') ? JSON.parse(text) : text;
  };
  return new Map([...found.keys()].map((path) => [path, parsed(path)]));
}

test('a public package has all of it, with its own folder, and a license', () => {
  const own = { name: 'a-mini', version: '1.0.0', engines: { node: '>=18' }, sideEffects: false };
  expect(differing({ 'packages/a/package.json': own })).toEqual(
    new Map<string, unknown>([
      [
        'packages/a/package.json',
        {
          ...own,
          license: 'MIT',
          author: 'all of us',
          engines: { node: '>=20.19' },
          repository: { ...SHARED.repository, directory: 'packages/a' },
          homepage: 'https://host.example/OWNER/minis/tree/HEAD/packages/a#readme',
          bugs: { url: 'https://host.example/OWNER/minis/issues' },
        },
      ],
      ['packages/a/LICENSE', 'do as you like'],
    ]),
  );
});

test('a private package has what npm and its readers ask for, and nothing that is for a registry', () => {
  const own = { name: 'b', private: true, license: 'none', engines: { node: '>=20.19' } };
  expect(differing({ 'packages/b/package.json': own })).toEqual(
    new Map([['packages/b/package.json', { ...own, license: 'MIT' }]]),
  );
});
