// Holds the pages that lead through the source against it: each file that they name is there, and a name behind a link,
// [file.ts](path/file.ts) `name`, `#other`, is declared in that file. That links lead somewhere at all is for
// `npm run check:links` to see. A README shows the same code in every language, so that running one runs all.

import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { expect, test } from 'vitest';
import { codeOf } from '../source-text.ts';
import { packages, root, sourcesIn } from '../sources.ts';

/** Texts of source files by path. */
type Files = ReadonlyMap<string, string>;

const LINK = /\[([^\]\n]+)\]\(([^)\s]+\.tsx?)\)/g;
const NAMES_BEHIND_LINK = /\]\(([^)\s]+\.tsx?)\)((?:(?:,| and| or| with)?\s+`#?\w+`)+)/g;

/** @param path of the page; what it names lies in its folder, or below */
function wrongNames(path: string, page: string, files: Files): string[] {
  const folder = posix.dirname(path);
  const prose = page.replace(/^```[\s\S]*?^```/gm, '');
  return [
    ...[...prose.matchAll(/`([^`\s*]+\.tsx?)`/g)]
      .filter(([, name = '']) => !isThere(name, folder, files))
      .map(([, name]) => `${path}: there is no ${name}`),
    ...[...prose.matchAll(LINK)]
      .filter(([, text = '', target = '']) => /\.tsx?$/.test(text) && !`/${target}`.endsWith(`/${text}`))
      .map(([, text, target]) => `${path}: ${text} leads to ${target}`),
    ...namesIn(prose)
      .filter(({ target, name }) => !declares(files.get(posix.join(folder, target)) ?? '', name))
      .map(({ target, name }) => `${path}: ${target} declares no ${name}`),
  ];
}

function isThere(name: string, folder: string, files: Files): boolean {
  const root = folder === '.' ? '' : `${folder}/`;
  return [...files.keys()].some((file) => file.startsWith(root) && `/${file}`.endsWith(`/${name}`));
}

function namesIn(prose: string): { target: string; name: string }[] {
  return [...prose.matchAll(NAMES_BEHIND_LINK)].flatMap(([, target = '', names = '']) =>
    [...names.matchAll(/#?\w+(?=`)/g)].map(([name]) => ({ target, name })),
  );
}

/** At the top of the file, or as a member of a class, which the formatter indents by two. A call ends in ";". */
function declares(text: string, name: string): boolean {
  const top = `(export )?(async )?(function\\*?|class|const|interface|type) ${name}\\b`;
  const member = `  ((static|async|override|readonly|get) )*\\*?${name}[?!]?([:=]| =|\\(.*[^;\\n]$|\\($)`;
  return new RegExp(`^(${top}|${member})`, 'm').test(text);
}

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const folders = packages.map((name) => `packages/${name}`);
const files = new Map(
  [...folders.flatMap((path) => [`${path}/src`, `${path}/test`, `${path}/examples`]), 'scripts']
    .flatMap(sourcesIn)
    .map((path) => [path, read(path)]),
);

const pages = ['ARCHITECTURE.md', 'CONTRIBUTING.md'];
for (const folder of ['.', ...folders])
  pages.push(
    ...readdirSync(join(root, folder))
      .filter((name) => /^README.*\.md$/.test(name))
      .map((name) => posix.join(folder, name)),
  );

for (const page of pages)
  test(`${page} names what is there`, () => expect(wrongNames(page, read(page), files)).toEqual([]));

for (const page of pages.filter((name) => name.endsWith('README.ko.md')))
  test(`${page} shows the same code as in English`, () =>
    expect(codeIn(read(page))).toEqual(codeIn(read(page.replace('.ko.', '.')))));

/** Without comments and the insides of strings, which are translated. */
function codeIn(page: string): string[] {
  const blocks = [...page.matchAll(/^```ts\n([\s\S]*?)^```/gm)];
  return blocks.map(([, code = '']) => codeOf(code).replace(/\s+/g, ' '));
}

const [, ...answers] = read('CONTRIBUTING.md').split(/^\*\*\d+\. /m);
const ways = read('ARCHITECTURE.md')
  .split(/^## /m)
  .filter((section) => section.startsWith('The way of'));

test('four ways and ten answers', () => expect([ways.length, answers.length]).toEqual([4, 10]));

for (const text of [...answers, ...ways])
  test(`by file and function: ${text.slice(0, text.search(/\*\*|\n/))}`, () => {
    const named = [...text.matchAll(LINK)].map(([, , target = '']) => files.get(target) ?? '');
    const names = [...text.matchAll(/`(#?\w+)`/g)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !named.some((file) => declares(file, name)))).toEqual([]);
  });

const example = new Map([
  [
    'a/src/wire/b.ts',
    'export class B {\n  #held = 1;\n  get size(): number {\n    return 1;\n  }\n  drop(): void {\n    check(1);\n  }\n}\n',
  ],
  ['a/src/c.ts', 'export function check(): void {\n  drop(1);\n}\n'],
]);
const wrong: [text: string, finding: string][] = [
  ['`d.ts`', 'there is no d.ts'],
  ['`src/b.ts`', 'there is no src/b.ts'],
  ['[c.ts](src/wire/b.ts)', 'c.ts leads to src/wire/b.ts'],
  ['[b.ts](src/wire/b.ts) `check`', 'src/wire/b.ts declares no check'],
  ['[c.ts](src/c.ts) `drop`', 'src/c.ts declares no drop'],
  ['[b.ts](src/wire/b.ts) `#held`,\n`drop` and `none`', 'src/wire/b.ts declares no none'],
  ['[b.ts](src/wire/b.ts) `held`', 'src/wire/b.ts declares no held'],
];
for (const [text, finding] of wrong)
  test(`offends: ${text}`, () =>
    expect(wrongNames('a/README.md', text, example)).toEqual([`a/README.md: ${finding}`]));

test('passes: what is there, and what is not ours to find', () => {
  const text =
    '`b.ts`, `wire/b.ts`, `src/*.ts`: [b.ts](src/wire/b.ts) `B`, `#held` and `size`, `drop`; not `here`\n```\n`d.ts`\n```\n';
  expect(wrongNames('a/README.md', text, example)).toEqual([]);
  expect(wrongNames('b/README.md', '`b.ts`', example)).toHaveLength(1);
  expect(namesIn(text)).toHaveLength(4);
});
