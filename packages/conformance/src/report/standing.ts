/** How programs stand, as Markdown: a table of all, and for each the clauses that it does not hold, with what it did. */
import type { AboutProbe, Family, Result } from '../probes/probe.ts';
import { clauseOf } from '../requirements/requirement.ts';
import { groupBy } from './group.ts';
import { TITLES } from './terminal.ts';

export interface Standing {
  readonly name: string;
  readonly family: Family;
  readonly setUp: string;
  /** Undefined: it was not installed. */
  readonly version: string | undefined;
  readonly results: readonly Result[];
}

const LEVELS = ['must', 'should', 'strictness', 'may'] as const;

/** @param made when, and on which Node */
export function formatStanding(
  all: readonly Standing[],
  probesOf: Readonly<Record<Family, readonly AboutProbe[]>>,
  { date, node }: { readonly date: Date; readonly node: string },
): string {
  const asked = all.filter(({ version }) => version !== undefined);
  const missing = all.filter(({ version }) => version === undefined).map(({ name }) => name);
  const families = groupBy(asked, ({ family }) => family);
  const tables = [...families].map(([family, own]) => table(family as Family, own, probesOf));
  const left =
    missing.length === 0 ? '' : `\nNot installed there, and so not asked: ${missing.join(', ')}.\n`;
  return `# How others stand

\`npm run report\` wrote this on ${date.toISOString().slice(0, 10)}, with Node ${node}. It puts the probes of [packages/conformance](../packages/conformance/README.md) to programs that others have written, set up in the least way that makes them answer. A number is held of asked. To break a MUST is no verdict on a program: it may be by choice, and most of these stand behind others. *Strictness* is what the grammar alone forbids: who forgives it breaks no MUST. What could not be asked (no echo, the question does not arise) counts nowhere.
${left}
${tables.join('\n')}
${asked.map(findings).join('\n')}`;
}

function table(
  family: Family,
  all: readonly Standing[],
  probesOf: Readonly<Record<Family, readonly AboutProbe[]>>,
): string {
  const rows = all.map(({ name, version, setUp, results }) => {
    const counts = LEVELS.map((level) => {
      const own = results.filter(
        ({ probe, finding }) => probe.level === level && finding.verdict !== 'not asked',
      );
      return `${own.filter(({ finding }) => finding.verdict === 'held').length}/${own.length}`;
    });
    return `| ${cell(`${name} ${version}`)} | ${cell(setUp)} | ${counts.join(' | ')} |`;
  });
  return `## ${TITLES[family]}, ${probesOf[family].length} probes

| program | set up as | ${LEVELS.join(' | ')} |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

/** The clauses whose MUST or SHOULD is not held; what is strictness or a MAY is counted only. */
function findings({ name, version, results }: Standing): string {
  const broken = results.filter(
    ({ probe, finding }) =>
      finding.verdict === 'broken' && (probe.level === 'must' || probe.level === 'should'),
  );
  const title = `### ${cell(`${name} ${version}`)}`;
  if (broken.length === 0) return `${title}\n\nHolds every MUST and SHOULD that it could be asked.\n`;
  const lines = [...groupBy(broken, ({ probe }) => `${probe.level} ${probe.requirements[0]}`)]
    .sort(([one], [other]) => one.localeCompare(other, 'en', { numeric: true }))
    .map(([, own]) => line(own));
  return `${title}\n\n| level | clause | probes | expected | observed |\n| --- | --- | --- | --- | --- |\n${lines.join('\n')}\n`;
}

/** Of a clause with many probes, the first is told at length. */
function line(own: readonly Result[]): string {
  const [{ probe, finding }] = own as [Result];
  const names = own.map((one) => `\`${one.probe.name}\``);
  const more = names.length > 4 ? ` and ${names.length - 3} more` : '';
  const told = more === '' ? names : names.slice(0, 3);
  return `| ${probe.level} | ${clauseOf(probe.requirements[0])} | ${told.join(', ')}${more} | ${cell(probe.expected)} | ${cell(finding.observed)} |`;
}

const LONGEST = 160;

/** What a program said may be anything. */
function cell(text: string): string {
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
  return short.replace(/[^\x20-\x7e]/g, '.').replace(/[\\|`*_<>[\]]/g, '\\$&');
}
