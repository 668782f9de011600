/** A plain page that lists a folder. Names that come from a peer or a file are text here, never markup. */
import type { Stats } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { locate } from './file-path.ts';

/** Names that are read, or written, at a time. A folder may have a hundred thousand, and others must be served meanwhile. */
const BATCH = 500;

/**
 * What is served of a folder: folders first, with a slash, then files.
 * @param root a real path
 * @param place of the folder: a real path too
 */
export async function namesOf(root: string, place: string): Promise<string[]> {
  const folders: string[] = [];
  const files: string[] = [];
  for await (const entry of await opendir(place, { bufferSize: BATCH })) {
    // Node puts U+FFFD into a name that is not UTF-8, and then no path leads to the file.
    if (entry.name.startsWith('.') || entry.name.includes('\ufffd')) continue;
    const found = entry.isSymbolicLink() ? await behind(root, join(place, entry.name)) : entry;
    if (found?.isDirectory()) folders.push(`${entry.name}/`);
    else if (found?.isFile()) files.push(entry.name);
  }
  // By code units: comparing by a language's rules takes much longer, all in one turn.
  return [...folders.sort(), ...files.sort()];
}

/** What a link leads to; undefined if that is nowhere, or may not be served. */
async function behind(root: string, link: string): Promise<Stats | undefined> {
  try {
    const place = await locate(root, [relative(root, link)]);
    return place === undefined ? undefined : await stat(place);
  } catch {
    return undefined;
  }
}

/** @param path of the request, as sent */
export async function* listing(path: string, names: readonly string[]): AsyncGenerator<Uint8Array> {
  const title = escapeMarkup(decodeURIComponent(path)); // it led to this folder, so it can be decoded
  let text = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>body { font: 1rem/1.6 system-ui; margin: 2rem; color-scheme: light dark } ul { padding: 0; list-style: none }</style>
<h1>${title}</h1>
<ul>
${path === '/' ? '' : item('../', '../')}`;
  for (let at = 0; at < names.length; at += BATCH) {
    if (at > 0) {
      yield Buffer.from(text);
      text = '';
      await turn(); // else a client that reads as fast as this writes would be served alone
    }
    for (const name of names.slice(at, at + BATCH)) text += item(href(name), escapeMarkup(name));
  }
  yield Buffer.from(`${text}</ul>\n`);
}

function item(href: string, text: string): string {
  return `<li><a href="${href}">${text}</a>\n`;
}

/** Encoded, so that no name is taken for a scheme ("javascript:") or a way up; only the slash of a folder stays. */
function href(name: string): string {
  return encodeURIComponent(name.replace(/\/$/, '')) + (name.endsWith('/') ? '/' : '');
}

function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
