/** The results as JUnit's XML, which every CI shows: a suite for each implementation, a case for each probe. */
import type { Result } from '../probes/probe.ts';
import { standingOf } from '../probes/run.ts';
import { sentIn } from './bytes.ts';
import { groupBy } from './group.ts';

const SHOWN = 2000;

/** @param note what is to be said before any number */
export function formatJunit(results: readonly Result[], strict: boolean, note?: string): string {
  const suites = groupBy(results, ({ family, implementation }) => `${family}: ${implementation}`);
  const xml = [...suites].map(([name, own]) => suite(name, own, strict, note)).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${xml}</testsuites>\n`;
}

function suite(name: string, results: readonly Result[], strict: boolean, note?: string): string {
  const standings = results.map((result) => standingOf(result, strict));
  const failures = standings.filter((standing) => standing === 'failed').length;
  const skipped = standings.filter((standing) => standing === 'not asked').length;
  const told =
    note === undefined ? '' : `<properties><property name="note" value="${xml(note)}"/></properties>\n`;
  const cases = results.map((result, i) => testCase(name, result, standings[i]!)).join('');
  return `<testsuite name="${xml(name)}" tests="${results.length}" failures="${failures}" skipped="${skipped}">\n${told}${cases}</testsuite>\n`;
}

function testCase(suite: string, { probe, finding, knownFault, alone }: Result, standing: string): string {
  const attributes = `classname="${xml(suite)}" name="${xml(`${probe.name} (${probe.requirements[0]})`)}"`;
  if (standing === 'held') return `<testcase ${attributes}/>\n`;
  const told = [
    `expected  ${probe.expected}`,
    `observed  ${finding.observed}`,
    `sent      ${sentIn(finding.transcript, SHOWN)}`,
    `why       ${probe.why}`,
    ...(knownFault === undefined ? [] : [`known     ${knownFault}`]),
    ...(alone === undefined ? [] : [`alone     ${alone}`]),
  ].join('\n');
  const element = {
    failed: `<failure message="${xml(finding.observed)}">${xml(told)}</failure>`,
    'not asked': `<skipped message="${xml(finding.observed)}"/>`,
  };
  // A known fault, or what is only a should: told, and no failure.
  const inside = element[standing as keyof typeof element] ?? `<system-out>${xml(told)}</system-out>`;
  return `<testcase ${attributes}>${inside}</testcase>\n`;
}

/** XML 1.0 has no way at all to write most control characters. */
function xml(text: string): string {
  return text
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
