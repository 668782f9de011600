/** A plain page that lists a folder. Names that come from a peer or a file are text here, never markup. */
import { opendir } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';

/** Names that are read, or written, at a time. A folder may have a hundred thousand, and others must be served meanwhile. */
const BATCH = 500;

/** The names in a folder: folders first, with a slash, then files; none that begins with a dot. */
export async function namesOf(folder: string): Promise<string[]> {
  const folders: string[] = [];
  const files: string[] = [];
  for await (const entry of await opendir(folder, { bufferSize: BATCH })) {
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) folders.push(`${entry.name}/`);
    else files.push(entry.name);
  }
  // By code units: comparing by a language's rules takes much longer, all in one turn.
  return [...folders.sort(), ...files.sort()];
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
