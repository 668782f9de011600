// Pages as they are packed, and faults of what is packed, each shown once.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { contentFaults } from '../packages.ts';
import { packPages, restorePages } from '../prepack.ts';

/** A folder with these files, by path. */
function folderOf(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'packages-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

const MANIFEST = JSON.stringify({
  files: ['src'],
  repository: { type: 'git', url: 'git+https://host.example/OWNER/minis.git' },
});
const PAGE = [
  '[code](src/a.ts) [한국어](README.ko.md) [here](#here) [there](https://a.example/src)',
  '[test](test/a.ts) [folder](./test) [other](../b/README.md#part)',
  '`[x](test/a.ts)`',
].join('\n');
const PACKED_PAGE = [
  '[code](src/a.ts) [한국어](README.ko.md) [here](#here) [there](https://a.example/src)',
  '[test](https://host.example/OWNER/minis/blob/HEAD/packages/a/test/a.ts) ' +
    '[folder](https://host.example/OWNER/minis/tree/HEAD/packages/a/test) ' +
    '[other](https://host.example/OWNER/minis/blob/HEAD/packages/b/README.md#part)',
  '`[x](test/a.ts)`',
].join('\n');

test('a packed page leads to the repository for what is not packed, and is restored', () => {
  const root = folderOf({
    'packages/a/package.json': MANIFEST,
    'packages/a/README.md': PAGE,
    'packages/a/README.ko.md': PAGE,
    'packages/a/test/a.ts': '',
    'packages/b/README.md': '',
  });
  const page = (name: string): string => readFileSync(join(root, 'packages/a', name), 'utf8');
  packPages(root, 'packages/a');
  packPages(root, 'packages/a'); // the first was cut off before it could restore
  expect([page('README.md'), page('README.ko.md')]).toEqual([PACKED_PAGE, PACKED_PAGE]);
  restorePages(root, 'packages/a');
  expect([page('README.md'), page('README.ko.md')]).toEqual([PAGE, PAGE]);
  expect(existsSync(join(root, 'packages/a/.README.md.kept'))).toBe(false);
});

const right = {
  LICENSE: 'do as you like',
  'README.md': '[code](src/a.ts)',
  'src/a.ts': '',
  'dist/a.js.map': '{ "sources": ["../src/a.ts"] }',
  'dist/b.js': '// ../../node_modules/@their/part/index.js\n',
  'dist/THIRD-PARTY-LICENSES.txt': '@their/part 1.0.0 (MIT)\n',
};
const wrong: [fault: string, files: Record<string, string>][] = [
  ['test/a.test.ts is packed', { ...right, 'test/a.test.ts': '' }],
  ['src/.env is packed', { ...right, 'src/.env': '' }],
  ['README.md:1: test/a.ts leads nowhere', { ...right, 'README.md': '[test](test/a.ts)' }],
  [
    'dist/a.js.map leads to ../src/b.ts, which is not packed',
    { ...right, 'dist/a.js.map': '{ "sources": ["../src/b.ts"] }' },
  ],
  [
    'dist/a.js.map has its sources a second time',
    { ...right, 'dist/a.js.map': '{ "sources": ["../src/a.ts"], "sourcesContent": [""] }' },
  ],
  ['has parts of @their/part, but not its license', { ...right, 'dist/THIRD-PARTY-LICENSES.txt': 'x 1.0.0' }],
];
for (const [fault, files] of wrong)
  test(`a fault: ${fault}`, () => expect(contentFaults(folderOf(files))).toEqual([fault]));

test('no fault, and one that lacks its license', () => {
  expect(contentFaults(folderOf(right))).toEqual([]);
  expect(contentFaults(folderOf({ 'src/a.ts': '' }))).toEqual(['there is no LICENSE']);
});
