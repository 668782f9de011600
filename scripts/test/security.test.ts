// Holds SECURITY.md, and the limits in the READMEs, against the code: the words that they quote stand in the file before
// them, and each limit is an option that has this default.

import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { expect, test } from 'vitest';
import { root, sourcesIn } from '../sources.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Quoted words behind a link, `[file](path) "words"`, that the file does not have. */
function wrongQuotes(page: string, textOf: (path: string) => string): string[] {
  const quotes = [...page.matchAll(/\]\(([^)\s]+)\)\s+"([^"]+)"/g)];
  expect(quotes.length).toBeGreaterThan(0);
  return quotes
    .map(([, path = '', words = '']) => ({ path, words: words.replace(/\s+/g, ' ') }))
    .filter(({ path, words }) => !textOf(path).includes(words))
    .map(({ path, words }) => `${path} does not say "${words}"`);
}

interface Row {
  /** The last link of the first column, in this row or above. */
  readonly link: string;
  readonly names: readonly string[];
  /** The cell behind the names. */
  readonly value: string;
}

/** The rows of tables that name an option and its default, in the first two columns or in the two behind. */
function limitRows(page: string): Row[] {
  let link = '';
  return page.split('\n').flatMap((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    link = /\]\(([^)]+)\)/.exec(cells[1] ?? '')?.[1] ?? link;
    const at = cells.findIndex((cell) => /^`\w+`/.test(cell));
    const isLimit = at > 0 && at < 3 && /^(none|없음)$|\d/.test(cells[at + 1] ?? '');
    const names = [...(cells[at]?.matchAll(/`(\w+)`/g) ?? [])].map(([, name = '']) => name);
    return isLimit ? [{ link, names, value: cells[at + 1]! }] : [];
  });
}

const UNITS: Record<string, number> = { KiB: 1024, MiB: 1024 ** 2, s: 1000, 초: 1000, ms: 1 };

/** `16 KiB`, `15 s, 4 s`, `none`, as numbers: bytes, milliseconds or a count. */
function numbersIn(value: string): number[] {
  if (/^(none|없음)$/.test(value)) return [Infinity];
  return [...value.matchAll(/([\d,]*\d)\s*(KiB|MiB|ms|s\b|초)?/g)].map(
    ([, digits = '', unit = '']) => Number(digits.replaceAll(',', '')) * (UNITS[unit] ?? 1),
  );
}

const inOrder = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

/** What the code sets these options to, once each: `name = 10_000`, `name: 16 * 1024`. Nothing, or 0 for what has no such part, is no limit. */
function defaultsIn(code: string, names: readonly string[]): number[] {
  const defaults = names.flatMap((name) =>
    [
      ...code.matchAll(
        new RegExp(`\\b${name}(?:: number)?(?: =|:) (Infinity\\b|[\\d_*]+(?: \\* [\\d_]+)*)`, 'g'),
      ),
    ].map(([, product = '']) =>
      product.split('*').reduce((all, factor) => all * Number(factor.replaceAll('_', '')), 1),
    ),
  );
  const limits = [...new Set(defaults)].filter((value) => value !== 0);
  return limits.length === 0 ? [Infinity] : limits;
}

/** @param codeOf what declares the options of a row */
function wrongLimits(page: string, codeOf: (row: Row) => string): string[] {
  const rows = limitRows(page);
  expect(rows.length).toBeGreaterThan(0);
  return rows.flatMap((row) => {
    const code = codeOf(row);
    const unknown = row.names.filter((name) => !new RegExp(`\\b${name}\\b`).test(code));
    const defaults = defaultsIn(code, row.names);
    const isSame = `${inOrder(numbersIn(row.value))}` === `${inOrder(defaults)}`;
    return [
      ...unknown.map((name) => `there is no option ${name}`),
      ...(isSame ? [] : [`${row.names}: ${row.value}, and the code has ${defaults}`]),
    ];
  });
}

test('SECURITY.md quotes what stands there', () =>
  expect(wrongQuotes(read('SECURITY.md'), read)).toEqual([]));

test('SECURITY.md has the limits of the code', () => {
  expect(limitRows(read('SECURITY.md')).length).toBeGreaterThan(30);
  expect(wrongLimits(read('SECURITY.md'), ({ link }) => read(link))).toEqual([]);
});

for (const folder of ['packages/tcp-echo', 'packages/http-mini', 'packages/ws-mini'])
  for (const page of ['README.md', 'README.ko.md'])
    test(`${folder}/${page} has the limits of the code`, () => {
      const code = sourcesIn(`${folder}/src`).map(read).join('\n');
      expect(wrongLimits(read(posix.join(folder, page)), () => code)).toEqual([]);
    });

test('offends: words that are not there, an option that is not there, another number', () => {
  expect(wrongQuotes('[a](a.ts) "b\nc"', () => 'b c')).toEqual([]);
  expect(wrongQuotes('[a](a.ts) "b\nc"', () => 'b d')).toEqual(['a.ts does not say "b c"']);
  const code = 'interface O {\n  most?: number | undefined;\n}\nconst most = 2 * 1_024;\n';
  const wrong = (row: string): string[] => wrongLimits(`| [a](a.ts) | ${row} | cut |`, () => code);
  expect(wrong('`most` | 2 KiB')).toEqual([]);
  expect(wrong('`most` | 2 MiB')).toEqual(['most: 2 MiB, and the code has 2048']);
  expect(wrong('`most` | none')).toHaveLength(1);
  expect(wrong('`least` | none')).toEqual(['there is no option least']);
});
