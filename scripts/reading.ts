// The reading path of a package: the tables of its READMEs in which each file of `src/` stands once, in the order in
// which a reader needs it, with its one idea. Order and ideas are written by hand. The minutes, the sums, and what a row
// names as later (a file that it imports, and that stands below it) follow from the source: `npm run fix` writes them,
// and `test/reading.test.ts` holds every README to them.

import { readFileSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import { importsOf } from './source-text.ts';
import { root, sourcesIn } from './sources.ts';

/** The packages that have a path. */
export const PATHS: readonly string[] = [
  'tcp-echo',
  'http-mini',
  'ws-mini',
  'explain',
  'minis',
  'lab',
  'learn',
];

/** The rule for minutes. Lines with nothing on them do not count, comments do: they are there to be read. */
const LINES_A_MINUTE = 25;

/** Texts of the files in `src/` by their paths below it. */
export type Sources = ReadonlyMap<string, string>;

/** What a README has in one language: the words around the figures. */
export interface Language {
  readonly readme: string;
  readonly later: string;
  readonly sum: RegExp;
  sumOf(files: number, minutes: number): string;
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

export const LANGUAGES: readonly Language[] = [
  {
    readme: 'README.md',
    later: 'Later',
    sum: /\d+ files?, \d+ minutes?/g,
    sumOf: (files, minutes) => `${plural(files, 'file')}, ${plural(minutes, 'minute')}`,
  },
  {
    readme: 'README.ko.md',
    later: '나중에',
    sum: /파일 \d+개, \d+분/g,
    sumOf: (files, minutes) => `파일 ${files}개, ${minutes}분`,
  },
];

/** A row of the path: link, minutes, idea, and what comes later. The last is written behind the idea, in italics. */
const ROW =
  /^\| (\[[^\]\n]+\]\(src\/([^)\n]+\.tsx?)\)) +\| *(\d*) *\| (.*?) *(?:_[^_|]+: (`[^|]+`)\._ *)?\|$/gm;

export function filesOnPath(page: string): string[] {
  return [...page.matchAll(ROW)].map(([, , file = '']) => file);
}

/** What a path has wrong that no figure mends. */
export function wrongFiles(page: string, sources: Sources): string[] {
  const files = filesOnPath(page);
  return [
    ...files.filter((file) => !sources.has(file)).map((file) => `there is no ${file}`),
    ...files.filter((file, i) => files.indexOf(file) !== i).map((file) => `${file} is named twice`),
    ...[...sources.keys()].filter((file) => !files.includes(file)).map((file) => `${file} is not named`),
  ];
}

/** The page of a package with its figures as the source has them. */
export function withFigures(page: string, sources: Sources, { later, sum, sumOf }: Language): string {
  const order = filesOnPath(page);
  const rows = page.replace(ROW, (_, link: string, file: string, _minutes, idea: string) => {
    const unread = importedBy(file, sources)
      .filter((one) => order.indexOf(one) > order.indexOf(file))
      .map((one) => `\`${one}\``);
    const behind = unread.length > 0 ? ` _${later}: ${unread.join(', ')}._` : '';
    return `| ${link} | ${minutesOf(sources.get(file))} | ${idea}${behind} |`;
  });
  // Under the heading of the path a sum counts all of it, under one of its parts that part alone.
  return rows
    .split(/^(?=#{2,3} )/m)
    .map((part) =>
      part.replace(sum, sumOf(...sumOfFiles(filesOnPath(part.startsWith('### ') ? part : page), sources))),
    )
    .join('');
}

/** The first page of the repository with the sums of its packages, each in the row that links to it. */
export function withSums(page: string, pathOf: (name: string) => Sources, { sum, sumOf }: Language): string {
  return page.replace(/^\| \[[^\]\n]+\]\(packages\/([\w-]+)\/README[^\n]*$/gm, (row, name: string) => {
    const sources = pathOf(name);
    return row.replace(sum, sumOf(...sumOfFiles([...sources.keys()], sources)));
  });
}

function sumOfFiles(files: readonly string[], sources: Sources): [files: number, minutes: number] {
  return [files.length, files.reduce((sum, file) => sum + minutesOf(sources.get(file)), 0)];
}

export function minutesOf(text = ''): number {
  return Math.ceil(text.split('\n').filter((line) => line.trim() !== '').length / LINES_A_MINUTE);
}

function importedBy(file: string, sources: Sources): string[] {
  const imported = importsOf(sources.get(file) ?? '')
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ specifier }) => posix.join(posix.dirname(file), specifier));
  return [...new Set(imported)];
}

export function sourcesOf(name: string): Sources {
  const folder = `packages/${name}/src`;
  return new Map(
    sourcesIn(folder).map((path) => [posix.relative(folder, path), readFileSync(join(root, path), 'utf8')]),
  );
}

/** Every page with figures, as it is and as it should be. */
export function pagesWithFigures(): { path: string; page: string; should: string }[] {
  return LANGUAGES.flatMap((language) =>
    ['', ...PATHS].map((name) => {
      const path = posix.join(name === '' ? '' : `packages/${name}`, language.readme);
      const page = readFileSync(join(root, path), 'utf8');
      const should =
        name === '' ? withSums(page, sourcesOf, language) : withFigures(page, sourcesOf(name), language);
      return { path, page, should };
    }),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href && process.argv.includes('--write'))
  for (const { path, should } of pagesWithFigures()) writeFileSync(join(root, path), should);
