// The place in the source that reads each field: there for all that explain can say, and found in code.
import { readFileSync } from 'node:fs';
import { terms } from 'explain-mini';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { describe, expect, test } from 'vitest';
import { linesAt, readSourceLines } from '../src/wire/source-files.ts';
import { SOURCE_PLACES } from '../src/wire/source-places.ts';
import { Source, SourceOf } from '../src/wire/source-view.tsx';

const places = Object.entries(SOURCE_PLACES);
const sourceOf = (file: string) =>
  readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8').replaceAll('\r\n', '\n');
/** Comments as spaces, so that places stay. No string in these files holds the beginning of one. */
const withoutComments = (source: string) =>
  source.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, (comment) => comment.replace(/[^\n]/g, ' '));

test('each term has a place, and each place is that of a term', () => {
  const ids = terms.map(({ id }) => id);
  const isRead = (id: string) => id in SOURCE_PLACES || id.startsWith('field-value/');
  expect(ids.filter((id) => !isRead(id))).toEqual([]);
  expect(Object.keys(SOURCE_PLACES).filter((id) => !ids.includes(id))).toEqual([]);
});

describe('it is there once, and in code', () => {
  test.each(places)('%s', (_term, { file, code }) => {
    const source = sourceOf(file);
    expect(source.split(code).length - 1, file).toBe(1);
    expect(withoutComments(source).split(code).length - 1, `${file}, without comments`).toBe(1);
  });
});

test('the lines and a few around them, with their numbers', () => {
  const source = 'one\ntwo\nthree\nfour\nfive(\n  six)\nseven\neight\nnine\nten\n';
  expect(linesAt({ file: 'a/b.ts', code: 'five(\n  six' }, source)).toEqual({
    path: 'packages/a/b.ts',
    line: 5,
    lastLine: 6,
    from: 2,
    text: ['two', 'three', 'four', 'five(', '  six)', 'seven', 'eight', 'nine'],
  });
  expect(linesAt({ file: 'a/b.ts', code: 'one' }, source)).toMatchObject({ line: 1, from: 1 });
  expect(linesAt({ file: 'a/b.ts', code: 'eleven' }, source)).toBeUndefined();
});

test('all are found in this clone', () => {
  const lines = readSourceLines();
  expect(Object.keys(lines).sort()).toEqual(Object.keys(SOURCE_PLACES).sort());
  const { path, line, from, text } = lines['Masking-key']!;
  expect(path).toBe('packages/ws-mini/src/wire/frame.ts');
  expect(text[line - from]).toContain('const maskKey');
});

test('as the page shows them: with path and numbers, without what all lines are indented by', () => {
  const lines = readSourceLines()['field-name']!;
  const html = renderToString(h(Source, { lines, language: 'ko' }));
  expect(html).toContain(`packages/http-mini/src/wire/lines.ts:${lines.line}`);
  expect(html.match(/<mark>/g)).toHaveLength(2);
  expect(html).toMatch(new RegExp(`<mark> *${lines.line} {4}const nameStart = at;\n</mark>`));
});

test('by term; any other field value is read where all are; nothing for what is no term', () => {
  const shown = (term: string) => renderToString(h(SourceOf, { term, language: 'en' }));
  expect(shown('method')).toContain('const method = at;');
  expect(shown('field-value/cookie')).toBe(shown('field-value'));
  expect(shown('field-value/host')).not.toBe(shown('field-value'));
  expect(shown('nothing')).toBe('');
});
