/**
 * The report of the probes for a terminal: a matrix of chapters by implementations for each family, what is broken below
 * it, and a summary of at most twenty lines that says the same.
 */
import { printable } from 'explain-mini';
import type { Family, Result } from '../probes/probe.ts';
import { type Standing, standingOf } from '../probes/run.ts';
import { clauseOf } from '../requirements/requirement.ts';
import { sentIn } from './bytes.ts';
import { columns } from './columns.ts';
import { groupBy } from './group.ts';

export const TITLES: Readonly<Record<Family, string>> = {
  'http-server': 'HTTP servers',
  'http-client': 'HTTP clients',
  'websocket-server': 'WebSocket servers',
  'websocket-client': 'WebSocket clients',
  'tcp-server': 'TCP servers',
};

/** How much of what was sent is told: characters. */
const SHOWN = 160;

// ── The matrix ──

/** A table for each family that has results: a row for each chapter, a column for each implementation. */
export function formatMatrix(results: readonly Result[], strict: boolean): string {
  const families = groupBy(results, ({ family }) => family);
  return [...families].map(([family, own]) => familyMatrix(TITLES[family as Family], own, strict)).join('\n');
}

function familyMatrix(title: string, results: readonly Result[], strict: boolean): string {
  const implementations = groupBy(results, ({ implementation }) => implementation);
  const rows = [...groupBy(results, chapterOf).keys()].map((chapter) => [
    chapter,
    ...[...implementations.values()].map((own) =>
      cell(
        own.filter((result) => chapterOf(result) === chapter),
        strict,
      ),
    ),
  ]);
  // Two characters of room on the right, where a cell has its mark.
  return columns([[title, ...[...implementations.keys()].map((name) => `${name}  `)], ...rows]);
}

/** Held of asked, without what is only a `may`; `!` where something failed, `*` where that is a known fault. */
function cell(results: readonly Result[], strict: boolean): string {
  const asked = results.filter(
    ({ probe, finding }) => probe.level !== 'may' && finding.verdict !== 'not asked',
  );
  if (asked.length === 0) return '·  ';
  const standings = asked.map((result) => standingOf(result, strict));
  const mark = standings.includes('failed') ? ' !' : standings.includes('known fault') ? ' *' : '  ';
  return `${standings.filter((standing) => standing === 'held').length}/${asked.length}${mark}`;
}

// ── What is broken ──

/** Up to so many stories are all told at length. */
const MANY = 20;

/**
 * What failed, and each `should` and `strictness` that is not held, at length; then the known faults, one story with all its probes.
 *
 * @param isVerbose false: if there is much, only the first of each chapter at length, and of the others a line
 */
export function formatBroken(results: readonly Result[], strict: boolean, isVerbose: boolean = true): string {
  const those = (wanted: Standing): Result[] =>
    results.filter((result) => result.probe.level !== 'may' && standingOf(result, strict) === wanted);
  const known = groupBy(
    results.filter(({ knownFault }) => knownFault !== undefined),
    ({ implementation, knownFault }) => `${implementation}: ${knownFault}`,
  );
  const broken = [
    ...those('failed').map((result) => ({ mark: 'FAILED', result })),
    ...those('tolerated')
      .filter(({ knownFault }) => knownFault === undefined)
      .map((result) => ({ mark: result.probe.level, result })),
  ];
  const isLong = broken.length > MANY && !isVerbose;
  const kinds = groupBy(
    broken,
    ({ mark, result }) => `${result.implementation}, ${mark}, ${chapterOf(result)}`,
  );
  return [
    ...(isLong
      ? [...kinds.values()].flatMap(([first, ...more]) => [
          story(first!.mark, first!.result),
          ...more.map(({ mark, result }) => line(mark, result)),
        ])
      : broken.map(({ mark, result }) => story(mark, result))),
    isLong
      ? '\nOf the others there is a line each: --verbose tells them at length, --only NAME asks one alone\n'
      : '',
    ...[...known].map(
      ([told, own]) => `\nknown   ${printable(told)}\n  ${own.map(({ probe }) => probe.name).join(', ')}\n`,
    ),
  ].join('');
}

function story(mark: string, { implementation, probe, finding, alone }: Result): string {
  const [main, ...others] = probe.requirements;
  const also = others.length === 0 ? '' : `; also ${others.join(', ')}`;
  return `
${mark}  ${printable(implementation)}: ${probe.name}  ${clauseOf(main)} (${main}${also})
  why       ${probe.why}
  sent      ${sentIn(finding.transcript, SHOWN) || 'nothing'}
  expected  ${probe.expected}
  observed  ${printable(finding.observed)}
${alone === undefined ? '' : `  alone     ${printable(alone)}\n`}`;
}

function line(mark: string, { probe, finding }: Result): string {
  const { expected, name, requirements } = probe;
  return `${mark}  ${name}  ${clauseOf(requirements[0])}: ${printable(finding.observed)}; expected ${expected}\n`;
}

/** What was not asked, by implementation and reason. */
export function formatNotAsked(results: readonly Result[]): string {
  const groups = groupBy(
    results.filter(({ finding }) => finding.verdict === 'not asked'),
    ({ family, implementation, finding }) => `${implementation} (${words(family)}): ${finding.observed}`,
  );
  const names = (own: readonly Result[]): string => own.map(({ probe }) => probe.name).join(', ');
  return [...groups].map(([told, own]) => `\nnot asked  ${printable(told)}\n  ${names(own)}\n`).join('');
}

// ── The summary ──

/** Of the summary's columns. */
export const HEADINGS: readonly string[] = [
  'held of asked',
  'must',
  'should',
  'strictness',
  'may',
  'failed',
  'known faults',
  'not asked',
];

/** @param seconds that the run took */
export function formatSummary(results: readonly Result[], seconds: number, strict: boolean): string {
  const rows = groupBy(results, ({ family, implementation }) => `${implementation} (${words(family)})`);
  const standings = results.map((result) => standingOf(result, strict));
  const asked = standings.filter((standing) => standing !== 'not asked').length;
  const failed = standings.filter((standing) => standing === 'failed').length;
  return `${columns([HEADINGS, ...[...rows].map(([title, own]) => summaryRow(title, own, strict))])}
${asked} ${asked === 1 ? 'question' : 'questions'} asked in ${seconds.toFixed(1)} s, ${failed} failed
`;
}

/** What stands below the headings. */
export function summaryRow(title: string, results: readonly Result[], strict: boolean): string[] {
  const held = (level: string): string => {
    const asked = results.filter(
      ({ probe, finding }) => probe.level === level && finding.verdict !== 'not asked',
    );
    return `${asked.filter(({ finding }) => finding.verdict === 'held').length}/${asked.length}`;
  };
  const count = (standing: Standing): string =>
    `${results.filter((result) => standingOf(result, strict) === standing).length}`;
  return [
    title,
    held('must'),
    held('should'),
    held('strictness'),
    held('may'),
    count('failed'),
    count('known fault'),
    count('not asked'),
  ];
}

function words(family: Family): string {
  return family.replace('-', ' ');
}

function chapterOf({ probe }: Result): string {
  return probe.name.split('/')[0]!;
}
