/**
 * The results as one HTML file that asks nothing of a network: a summary, then for each family the clauses by
 * implementations, and in each cell the bytes behind it. All of it can be read without a script; the script adds a filter.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Family, Result } from '../probes/probe.ts';
import { type Standing, standingOf } from '../probes/run.ts';
import { groupBy } from './group.ts';
import { MARKS } from './html-finding.ts';
import { matrixMarkup, plural } from './html-matrix.ts';
import { Markup, markup } from './markup.ts';
import { HEADINGS, summaryRow, TITLES } from './terminal.ts';

const STYLE = readFileSync(new URL('./html.css', import.meta.url), 'utf8');
const SCRIPT = readFileSync(new URL('./html.js', import.meta.url), 'utf8');

/** A second lock behind the escaping: no other script runs, whatever the bytes of a peer were, and nothing is fetched. */
const POLICY = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; script-src 'sha256-${createHash('sha256').update(SCRIPT).digest('base64')}'`;

/**
 * @param strict whether a `should` that is not held has failed
 * @param made when, to be told in the report
 * @param note what is to be said before any number
 */
export function formatHtml(results: readonly Result[], strict: boolean, made: Date, note?: string): string {
  const families = [...groupBy(results, ({ family }) => family)] as [Family, Result[]][];
  const page = markup`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>Conformance, clause by clause</title>
<link rel="icon" href="data:,">
<style>${new Markup(STYLE)}</style>
<header>
<h1>Conformance, clause by clause</h1>
${
  note === undefined
    ? ''
    : markup`<p><strong>${note}</strong></p>
`
}<p>${sentence(results, strict)} ${made.toISOString().replace(/T(..:..).*/, ' $1 UTC')}.</p>
</header>
<main>
${summaryMarkup(families, strict)}
${LEGEND}
${filterMarkup(families.map(([family]) => family))}
${families.map(([family, own]) => matrixMarkup(family, own, strict))}</main>
<script>${new Markup(SCRIPT)}</script>
`;
  return page.html;
}

function sentence(results: readonly Result[], strict: boolean): string {
  const standings = results.map((result) => standingOf(result, strict));
  const count = (wanted: Standing): number => standings.filter((standing) => standing === wanted).length;
  const asked = standings.length - count('not asked');
  return `${plural(asked, 'question')} asked over raw sockets, ${count('failed')} failed, ${plural(count('known fault'), 'known fault')}.`;
}

function summaryMarkup(families: readonly [Family, Result[]][], strict: boolean): Markup {
  const [, ...headings] = HEADINGS;
  const body = families.map(([family, results]) => {
    const implementations = groupBy(results, ({ implementation }) => implementation);
    const rows = [...implementations].map(([implementation, own]) => {
      const [, ...counts] = summaryRow(implementation, own, strict);
      return markup`<tr><th scope="row">${implementation}</th>${counts.map((count) => markup`<td>${count}</td>`)}</tr>
`;
    });
    return markup`<tbody><tr class="chapter"><th scope="rowgroup" colspan="${HEADINGS.length}"><a href="#${family}">${TITLES[family]}</a></th></tr>
${rows}</tbody>
`;
  });
  return markup`<div class="wide" tabindex="0" role="region" aria-label="Summary"><table class="summary">
<caption>Held of asked, for each word of RFC 2119, and how many of all failed.</caption>
<thead><tr><th scope="col">Implementation</th>${headings.map((heading) => markup`<th scope="col">${heading}</th>`)}</tr></thead>
${body}</table></div>`;
}

const LEGEND: Markup = markup`<details class="legend"><summary>How to read it</summary>
<dl>
<dt class="held">held</dt><dd>The outcome was one of those that the RFC allows. Most rules allow several.</dd>
<dt class="failed">failed <span>${MARKS.failed.sign}</span></dt><dd>A MUST that was not held.</dd>
<dt class="known">known fault <span>${MARKS['known fault'].sign}</span></dt><dd>The same, and known of this version: its story stands beside the bytes.</dd>
<dt class="tolerated">not held <span>${MARKS.tolerated.sign}</span></dt><dd>A SHOULD; strictness, which is what the grammar alone forbids, so that who forgives it breaks no MUST; or a MAY, which is nobody’s fault.</dd>
<dt class="unasked">not asked ·</dt><dd>The implementation lacks what the question needs, an echo or compression.</dd>
</dl>
<p>Counts are of MUST, SHOULD and strictness; where a clause has neither, of MAY. A clause is told in our words, its section has the
last word. Bytes outside of printable ASCII are written as <code>\\x1f</code>; an end of the connection stands on the side that
made it. The bytes are explained by http-mini’s and
ws-mini’s own parsers, of which ✗ is the verdict and not the probe’s; whatever was not
held is explained, and the first implementation that held. What is long is cut, and says so.</p>
</details>`;

function filterMarkup(families: readonly Family[]): Markup {
  const options = families.map((family) => markup`<option value="${family}">${TITLES[family]}</option>`);
  return markup`<form id="filter" hidden>
<label>Show <select name="marks"><option value="">all probes</option><option value="differs">where they differ</option><option value="broken">not held</option><option value="failed">failed</option></select></label>
<label>Level <select name="level"><option value="">any</option><option>must</option><option>should</option><option>strictness</option><option>may</option></select></label>
<label>Family <select name="family"><option value="">all</option>${options}</select></label>
<label>Search <input name="words" type="search" placeholder="press /" autocomplete="off" spellcheck="false"></label>
<output></output>
</form>`;
}
