// The table of MUTANTS.md: what is counted, what is kept, and that it names what is there.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { countsIn, countsOnPage, withCounts } from '../mutants-table.ts';
import { root } from '../sources.ts';

const mutants = ['Killed', 'Killed', 'Timeout', 'Survived', 'NoCoverage', 'Ignored', 'CompileError'].map(
  (status) => ({ status }),
);
const report = { files: { 'src/wire/a.ts': { source: 'one(); // why', mutants } } };
const counts = countsIn(report, 'http-mini', () => 'one();\n');

test('what runs for ever is noticed, and what does not compile is none', () =>
  expect([...counts]).toEqual([['http-mini/a.ts', { mutants: 5, killed: 3 }]]));

test('a file with other code by now is not counted', () =>
  expect(countsIn(report, 'http-mini', () => 'two();').size).toBe(0));

test('rows are replaced, added and kept', () => {
  const old = '| file | mutants | noticed | of 100 |\n| --- | --- | --- | --- |';
  const page = `before\n\n${old}\n| http-mini/a.ts | 9 | 9 | 100.0 |\n| ws-mini/b.ts  |  5 | 5 | 100.0 |\n| all | 14 | 14 | 100.0 |\n\nbehind\n`;
  const table = withCounts(page, counts).replace(/ *\| */g, '|');
  expect(table).toContain('|http-mini/a.ts|5|3|60.0|\n|ws-mini/b.ts|5|5|100.0|\n|all|10|8|80.0|\n\nbehind');
  expect(table.startsWith('before\n\n|file|')).toBe(true);
});

test('MUTANTS.md counts files that are there, and sums them up', () => {
  const page = readFileSync(join(root, 'MUTANTS.md'), 'utf8');
  const names = [...countsOnPage(page).keys()];
  expect(names.length).toBeGreaterThan(0);
  expect(
    names.filter((name) => !existsSync(join(root, 'packages', name.replace('/', '/src/wire/')))),
  ).toEqual([]);
  expect(withCounts(page, new Map()).replace(/[ -]+/g, '')).toBe(page.replace(/[ -]+/g, ''));
});
