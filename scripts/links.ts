// `npm run check:links`: every relative link in every Markdown file of the repository leads to a file, a folder or a
// heading that is there. It asks nothing of the network: what lies elsewhere may be gone for an hour, and that must not
// fail a build. Prints one line per offence, `file:line: link`, and exits 1 if there is one.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The anchors of a page as GitHub makes them: lower case, no punctuation, `-1` behind what was there before. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of blanked(page, FENCE).matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const name = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    let anchor = name;
    for (let i = 1; anchors.has(anchor); i++) anchor = `${name}-${i}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** The relative links of `file`, a path in `root`, that lead nowhere. */
export function brokenLinks(root: string, file: string): string[] {
  const page = readFileSync(join(root, file), 'utf8');
  return relativeLinks(page).flatMap(({ link, index }) => {
    // Lines move with every edit: those of the traces are written anew by `npm run traceability`.
    const [path = '', anchor] = decodeURI(link.replace(/#L\d+$/, '')).split('#');
    const target = path === '' ? join(root, file) : join(root, dirname(file), path);
    const leads = existsSync(target) && (!anchor || anchorsOf(readFileSync(target, 'utf8')).has(anchor));
    return leads ? [] : [`${file}:${page.slice(0, index).split('\n').length}: ${link} leads nowhere`];
  });
}

export interface Link {
  link: string;
  /** Of its first character in the page. */
  index: number;
}

export function relativeLinks(page: string): Link[] {
  return [...blanked(blanked(page, FENCE), SPAN).matchAll(/(?<=\]\()[^)\s]+(?=\))/g)]
    .map(({ 0: link, index }) => ({ link, index }))
    .filter(({ link }) => !/^[a-z]+:/.test(link));
}

/** What looks like a link or a heading in code, `a[0](b)`, is none. */
const FENCE = /^```[\s\S]*?^```/gm;
const SPAN = /`[^`\n]*`/g;

/** Blanked, not cut out, so that what is left keeps its line. */
function blanked(page: string, code: RegExp): string {
  return page.replace(code, (text) => text.replace(/[^\n]/g, ' '));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const root = join(import.meta.dirname, '..');
  const names = (readdirSync(root, { recursive: true }) as string[]).map((name) =>
    name.replaceAll('\\', '/'),
  );
  const pages = names.filter((name) => name.endsWith('.md') && !/(^|\/)(node_modules|\.cache)\//.test(name));
  const broken = pages.flatMap((page) => brokenLinks(root, page));
  console.log([...broken, `links: ${pages.length} pages, ${broken.length} broken`].join('\n'));
  process.exitCode = broken.length > 0 ? 1 : 0;
}
