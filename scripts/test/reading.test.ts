// Holds the reading paths: each file of `src/` stands on the path of its package once, in both languages alike; what it
// imports comes before it or is named as later; minutes and sums are those of the rule. `npm run fix` writes the figures.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  filesOnPath,
  LANGUAGES,
  type Language,
  minutesOf,
  PATHS,
  pagesWithFigures,
  sourcesOf,
  withFigures,
  withSums,
  wrongFiles,
} from '../reading.ts';
import { root } from '../sources.ts';

const [english, korean] = LANGUAGES as [Language, Language];

for (const name of PATHS) {
  const [first = '', ...others] = LANGUAGES.map(({ readme }) =>
    readFileSync(join(root, 'packages', name, readme), 'utf8'),
  );
  test(`${name}: each file once`, () => expect(wrongFiles(first, sourcesOf(name))).toEqual([]));
  test(`${name}: the same path in every language`, () => {
    for (const other of others) expect(partsOf(other)).toEqual(partsOf(first));
  });
}

for (const { path, page, should } of pagesWithFigures())
  test(`${path}: figures are those of the source; if not, npm run fix`, () =>
    expect(unpadded(page)).toEqual(unpadded(should)));

/** The files of a path, table by table. */
function partsOf(page: string): string[][] {
  return page
    .split(/\n\n/)
    .map(filesOnPath)
    .filter((part) => part.length > 0);
}

/** The formatter pads tables. */
function unpadded(page: string): string[] {
  return page
    .split('\n')
    .map((line) => (line.startsWith('|') ? line.replace(/ +/g, ' ').replace(/-+/g, '-') : line));
}

const sources = new Map([
  ['wire/a.ts', `// ${'a\n'.repeat(24)}\n\n\n`],
  ['b.ts', `import { a } from './wire/a.ts';\n${'b\n'.repeat(25)}`],
]);
const row = (file: string, minutes: number, idea = 'An idea.'): string =>
  `| [${file}](src/${file}) | ${minutes} | ${idea} |\n`;
const path = row('wire/a.ts', 1) + row('b.ts', 2);

test('passes: every file, in order, with its minutes', () => {
  expect(wrongFiles(path, sources)).toEqual([]);
  expect(withFigures(path, sources, english)).toBe(path);
});

const wrong: [what: string, page: string, findings: string[]][] = [
  ['a file that is gone', path + row('c.ts', 1), ['there is no c.ts']],
  ['a file named twice', path + row('b.ts', 2), ['b.ts is named twice']],
  ['a file left out', row('b.ts', 2), ['wire/a.ts is not named']],
];
for (const [what, page, findings] of wrong)
  test(`offends: ${what}`, () => expect(wrongFiles(page, sources)).toEqual(findings));

const mended: [what: string, page: string, should: string][] = [
  ['minutes', row('wire/a.ts', 7) + row('b.ts', 2), path],
  [
    'what is imported stands below',
    row('b.ts', 2) + row('wire/a.ts', 1),
    row('b.ts', 2, 'An idea. _Later: `wire/a.ts`._') + row('wire/a.ts', 1),
  ],
  [
    'later, but it stands above',
    row('wire/a.ts', 1) + row('b.ts', 2, 'An idea. _Later: `wire/a.ts`._'),
    path,
  ],
  ['a sum', `## Read\n\n9 files, 1 minute\n\n${path}`, `## Read\n\n2 files, 3 minutes\n\n${path}`],
  [
    'a sum of a part',
    `${path}### B\n\n0 files, 0 minutes\n${row('b.ts', 2)}`,
    `${path}### B\n\n1 file, 2 minutes\n${row('b.ts', 2)}`,
  ],
];
for (const [what, page, should] of mended)
  test(`mended: ${what}`, () => expect(withFigures(page, sources, english)).toBe(should));

test('mended in Korean', () => {
  const page = `## 읽는 순서\n\n파일 9개, 1분\n\n${row('b.ts', 0)}${row('wire/a.ts', 1)}`;
  const should = `## 읽는 순서\n\n파일 2개, 3분\n\n${row('b.ts', 2, 'An idea. _나중에: `wire/a.ts`._')}${row('wire/a.ts', 1)}`;
  expect(withFigures(page, sources, korean)).toBe(should);
});

test('mended: the sum of a package on the first page', () => {
  const page =
    '| [a](packages/a/README.md#read) | 0 files, 0 minutes |\n| [b](packages/b/README.md) | none |\n';
  expect(withSums(page, () => sources, english)).toBe(
    page.replace('0 files, 0 minutes', '2 files, 3 minutes'),
  );
});

test('25 lines a minute, and what is begun counts', () => {
  expect(['', 'a\n', 'a\n\n'.repeat(25), 'a\n'.repeat(26)].map(minutesOf)).toEqual([0, 1, 1, 2]);
});
