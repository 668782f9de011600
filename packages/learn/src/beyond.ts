/**
 * From the ladder to the packages: the last page of a track, the walk through its package, and the fault to find in it. In a clone
 * the pages are made anew, a walk by running it; what is published has them as they were recorded.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { replaceFile } from 'conformance/replace-file';
import type { Settings } from './check.ts';
import { UsageError } from './errors.ts';
import { isClone, TRACKS } from './ladder.ts';
import { lastPage } from './last.ts';
import type { Language, TrackName } from './rung.ts';
import { indented } from './text.ts';
import { WALKS } from './tracks/walks.ts';
import { follow, sourceOf, type Walk, walkPage } from './walk.ts';

const PAGES = ['last', 'walk'] as const;
type PageName = (typeof PAGES)[number];

export function isPage(word: string | undefined): word is PageName {
  return PAGES.some((name) => name === word);
}

/** Prints a page of a track. */
export async function showPage(track: string, page: PageName, { language }: Settings): Promise<true> {
  const name = trackWith(page, track);
  const text = isClone
    ? await made(name, page, language)
    : readFileSync(pathOf(name, page, language), 'utf8');
  process.stdout.write(forTerminal(text, page === 'walk' ? WALKS[name] : undefined));
  return true;
}

/** Writes the pages of all tracks that have this one, in both languages. */
export async function writePages(page: PageName): Promise<true> {
  if (!isClone)
    throw new UsageError({
      en: '--write is for a clone of the repository',
      ko: '--write는 저장소를 내려받은 곳에서만 씁니다',
    });
  for (const track of tracksWith(page))
    for (const language of ['en', 'ko'] as const)
      replaceFile(pathOf(track, page, language), await made(track, page, language));
  return true;
}

function trackWith(page: PageName, track: string): TrackName {
  const names = tracksWith(page);
  const name = names.find((one) => one === track);
  if (name === undefined)
    throw new UsageError({
      en: `"${track}" has no ${page}: ${names.join(', ')}`,
      ko: `"${track}"에는 ${page} 페이지가 없습니다: ${names.join(', ')}`,
    });
  return name;
}

export function tracksWith(page: PageName): TrackName[] {
  return (Object.keys(TRACKS) as TrackName[]).filter((name) => page === 'last' || name in WALKS);
}

export async function made(track: TrackName, page: PageName, language: Language): Promise<string> {
  if (page === 'last') return lastPage(track, language);
  const walk = WALKS[track]!;
  return walkPage(walk, await follow(walk), language);
}

/** Beside the source; in a bundle beside that. */
const HERE = dirname(fileURLToPath(import.meta.url));
const DOCS = existsSync(join(HERE, 'docs')) ? join(HERE, 'docs') : join(HERE, '../docs');

export function pathOf(track: TrackName, page: PageName, language: Language): string {
  return join(DOCS, `${track}-${page}${language === 'en' ? '' : '.ko'}.md`);
}

/** Without the signs of Markdown. A link becomes its path; and in a clone a step of a walk becomes the line that it is about. */
function forTerminal(page: string, walk: Walk | undefined): string {
  let step = 0;
  return page
    .replace(/^### \d+\. \[(.*?)\].*$/gm, (line, file: string) => {
      const code = walk?.steps[step++]?.code;
      return code === undefined || !isClone
        ? line
        : line.replace(`[${file}]`, `[packages/${file}:${lineOf(file, code)}]`);
    })
    .replace(/\[([^\]\n]+)\]\([^)\n]+\)/g, '$1')
    .replace(/^```\w*\n([\s\S]*?)\n```$/gm, (_, code: string) => code.replace(/^/gm, '    '))
    .replace(/\*\*|`/g, '')
    .replace(/^#+ /gm, '')
    .replace(/^(?! {4}).*\n/gm, (line) => indented(line.trimEnd(), ''));
}

function lineOf(file: string, code: string): number {
  const source = sourceOf(file);
  return source.slice(0, source.indexOf(code)).split('\n').length;
}
