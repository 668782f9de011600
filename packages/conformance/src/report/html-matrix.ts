/**
 * The table of one family in the HTML report: rows are clauses under their chapters, columns are implementations, a cell
 * counts the probes of the clause that were held. Below each clause its probes can be opened, and below each probe what
 * every implementation made of it.
 */
import type { Family, Result } from '../probes/probe.ts';
import { standingOf } from '../probes/run.ts';
import { requirements } from '../requirements/index.ts';
import { clauseOf } from '../requirements/requirement.ts';
import { groupBy } from './group.ts';
import { chapterOf, chapterTitle } from './html-chapters.ts';
import { BROKEN, EXAMPLE, findingMarkup, MARKS, OTHER } from './html-finding.ts';
import { type Markup, markup } from './markup.ts';
import { TITLES } from './terminal.ts';

/** What the rows of one table have in common. */
interface Table {
  readonly family: Family;
  /** The columns. */
  readonly implementations: readonly string[];
  readonly strict: boolean;
}

export function matrixMarkup(family: Family, results: readonly Result[], strict: boolean): Markup {
  const byImplementation = groupBy(results, ({ implementation }) => implementation);
  const table: Table = { family, implementations: [...byImplementation.keys()], strict };
  const chapters = groupBy(inOrder(results), (result) => chapterOf(result.probe.requirements[0]));
  const headings = table.implementations.map((name) => markup`<th scope="col">${name}</th>`);
  return markup`<section class="family" id="${family}" data-family="${family}">
<h2>${TITLES[family]}</h2>
<table class="matrix" style="--columns: ${headings.length}">
<caption>${new Set(results.map(({ probe }) => probe.name)).size} probes under the clause that each is mainly about; a cell is held/asked.</caption>
<thead><tr><th scope="col">Clause</th>${headings}</tr></thead>
${[...chapters].map(([chapter, own]) => chapterMarkup(table, chapter, own))}</table>
</section>
`;
}

const ORDER: ReadonlyMap<string, number> = new Map([...requirements.keys()].map((id, i) => [id, i]));

/** As the RFCs have them. */
function inOrder(results: readonly Result[]): Result[] {
  const place = ({ probe }: Result): number => ORDER.get(probe.requirements[0]) ?? ORDER.size;
  return [...results].sort((one, other) => place(one) - place(other));
}

function chapterMarkup(table: Table, chapter: string, results: readonly Result[]): Markup {
  const clauses = groupBy(results, ({ probe }) => probe.requirements[0]);
  return markup`<tbody>
<tr class="chapter"><th scope="rowgroup">${chapterTitle(chapter)}</th>${cells(table, results, false)}</tr>
${[...clauses].map(([id, own]) => clauseMarkup(table, id, own))}</tbody>
`;
}

function clauseMarkup(table: Table, id: string, results: readonly Result[]): Markup {
  const probes = [...groupBy(results, ({ probe }) => probe.name).values()];
  const requirement = requirements.get(id);
  const text =
    requirement === undefined ? id : markup`<small>${requirement.level}</small> ${requirement.text}`;
  return markup`<tr class="clause"><th scope="row">${text}</th>${cells(table, results, true)}</tr>
<tr class="more"><td colspan="${table.implementations.length + 1}"><details id="${table.family}/${id}"><summary>${clauseOf(id)} · ${plural(probes.length, 'probe')}</summary>
<p class="about">${id}${requirement === undefined ? '' : `, binds the ${requirement.actor}`}.${id.startsWith('laws/') ? '' : markup` <a href="${addressOf(id)}">Read ${clauseOf(id)}</a>`}</p>
${probes.map((own) => probeMarkup(table, own))}</details></td></tr>
`;
}

function addressOf(id: string): string {
  const [document, section = ''] = id.split('/');
  const place = /^\d/.test(section) ? `#section-${section}` : ''; // RFC 862 has no sections
  return `https://www.rfc-editor.org/rfc/${document}${place}`;
}

// ── Cells ──

const WORST = ['failed', 'known fault', 'tolerated', 'held', 'not asked'] as const;

/** @param isLink whether a cell leads to the worst of its results */
function cells(table: Table, all: readonly Result[], isLink: boolean): Markup[] {
  const isMay = all.every(({ probe }) => probe.level === 'may');
  // A MAY counts only where there is nothing else to count, and nothing is wrong there.
  const counted = isMay ? all : all.filter(({ probe }) => probe.level !== 'may');
  return table.implementations.map((implementation) => {
    const own = counted.filter((result) => result.implementation === implementation);
    const standings = own.map((result) => standingOf(result, table.strict));
    const worst = WORST.find((standing) => standings.includes(standing)) ?? 'not asked';
    const asked = standings.filter((standing) => standing !== 'not asked').length;
    const held = standings.filter((standing) => standing === 'held').length;
    const { name, sign, word } = isMay && worst !== 'not asked' ? MAY : MARKS[worst];
    const count = asked === 0 ? '·' : `${held}/${asked}`;
    const text = markup`${count}${sign === '' ? '' : markup` <abbr title="${word}">${sign}</abbr>`}`;
    const target = own[standings.indexOf(worst)];
    const inside =
      isLink && target !== undefined ? markup`<a href="#${idOf(table, target)}">${text}</a>` : text;
    return markup`<td class="${name}">${inside}</td>`;
  });
}

const MAY = { name: 'may', sign: '', word: '' };

function idOf({ family, implementations }: Table, { implementation, probe }: Result): string {
  return `${family}/${probe.name}/${implementations.indexOf(implementation) + 1}`;
}

// ── Probes ──

function probeMarkup(table: Table, results: readonly Result[]): Markup {
  const { name, level, why, expected, requirements: ids } = results[0]!.probe;
  const id = `${table.family}/${name}`;
  const also = ids.length === 1 ? '' : markup` <small>also ${ids.slice(1).join(', ')}</small>`;
  const example = results.find(({ finding }) => finding.verdict === 'held');
  const findings = results.map((result) => {
    const bounds = result.finding.verdict === 'broken' ? BROKEN : result === example ? EXAMPLE : OTHER;
    return findingMarkup(result, idOf(table, result), table.strict, bounds);
  });
  return markup`<article id="${id}" data-level="${level}" data-marks="${marksOf(table, results)}">
<h3><a href="#${id}">${name}</a> <small>${level}</small>${also}</h3>
<p>${why}</p>
<p><b>Expected:</b> ${expected}</p>
${findings}</article>
`;
}

/** What the filter looks for. */
function marksOf({ strict }: Table, results: readonly Result[]): string {
  const verdicts = new Set(results.map(({ finding }) => finding.verdict));
  const standings = results.map((result) => standingOf(result, strict));
  const isBroken = verdicts.has('broken') && results[0]!.probe.level !== 'may';
  return [
    verdicts.has('broken') && verdicts.has('held') ? 'differs' : '',
    isBroken ? 'broken' : '',
    standings.includes('failed') ? 'failed' : '',
  ]
    .filter((mark) => mark !== '')
    .join(' ');
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
