/** A plain page that lists a folder: names that a peer or a file chose are text here, and never markup. */
import type { Dirent } from 'node:fs';

/** @param path of the request, as sent */
export function listing(path: string, entries: readonly Dirent[]): string {
  const names = entries
    .filter(({ name }) => !name.startsWith('.'))
    .map((entry) => `${entry.name}${entry.isDirectory() ? '/' : ''}`)
    .sort((a, b) => Number(b.endsWith('/')) - Number(a.endsWith('/')) || a.localeCompare(b));
  if (path !== '/') names.unshift('../');
  const title = escapeMarkup(decodeURIComponent(path)); // it has led to this folder, so it can be decoded
  const items = names.map((name) => `<li><a href="${href(name)}">${escapeMarkup(name)}</a>`).join('\n');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>body { font: 1rem/1.6 system-ui; margin: 2rem; color-scheme: light dark } ul { padding: 0; list-style: none }</style>
<h1>${title}</h1>
<ul>
${items}
</ul>
`;
}

/** Encoded, so that no name is taken for a scheme ("javascript:") or a way up; only the slash of a folder stays. */
function href(name: string): string {
  return name === '../'
    ? name
    : encodeURIComponent(name.replace(/\/$/, '')) + (name.endsWith('/') ? '/' : '');
}

function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
