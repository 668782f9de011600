/** TRACEABILITY.md: a row for each requirement, with links to what keeps it and what shows it, and who was seen to hold it. */
import { posix } from 'node:path';
import type { Result } from '../probes/probe.ts';
import { groupBy } from '../report/group.ts';
import { clauseOf } from '../requirements/requirement.ts';
import type { Citation } from './citations.ts';
import type { Trace } from './trace.ts';

const HEADING = `# Traceability

What the RFCs ask, where it is kept, what shows it, and who was seen to hold it. Made by \`npm run traceability\`, which runs all probes; do not edit. A requirement's id stands in a comment where the code keeps it and where a test shows it, so searching for it finds both.
`;

/** How many names a cell lists before it counts. */
const LISTED = 3;

/** @param home the folder in which the file lies, from the root */
export function formatTraceability(
  traces: readonly Trace[],
  results: readonly Result[],
  home: string,
): string {
  const documents = groupBy(traces, ({ requirement }) => requirement.id.split('/')[0]!);
  const byId = new Map<string, Result[]>();
  for (const result of results)
    for (const id of result.probe.requirements) byId.set(id, [...(byId.get(id) ?? []), result]);
  const asked = new Set(results.map(({ implementation }) => implementation));
  return `${HEADING}${asked.size === 0 ? '' : `\nAsked: ${[...asked].join(', ')}.\n`}${[...documents]
    .map(([document, own]) => {
      const rows = own.map((trace) => row(trace, byId.get(trace.requirement.id) ?? [], home));
      return `\n## ${document === 'laws' ? 'Our laws, of a TCP server' : `RFC ${document.slice(3)}`}\n\n| requirement | what | kept in | shown by | held by |\n| --- | --- | --- | --- | --- |\n${rows.join('')}`;
    })
    .join('')}`;
}

function row(
  { requirement, sources, tests, probes }: Trace,
  results: readonly Result[],
  home: string,
): string {
  const { id, level, actor, text, notApplicable } = requirement;
  const shown = [...links(tests, home), ...counted(probes)];
  const cells = [
    `\`${id}\``,
    `${clauseOf(id)}, ${actor} **${level}**: ${text}${notApplicable === undefined ? '' : ` (not applicable: ${notApplicable})`}`,
    links(sources, home).join(' '),
    shown.join(' '),
    outcomes(results),
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
}

/** One link for each file, to the first line there. */
function links(citations: readonly Citation[], home: string): string[] {
  return [...groupBy(citations, ({ file }) => file)].map(([file, [first]]) => {
    const name = file.replace(/^packages\//, '').replace(/\/src\//, '/');
    return `[${name}](${posix.relative(home, file)}#L${first!.line})`;
  });
}

function counted(probes: readonly string[]): string[] {
  const more = probes.length > LISTED ? [`and ${probes.length - LISTED} more`] : [];
  return [...probes.slice(0, LISTED).map((name) => `\`${name}\``), ...more];
}

/** `all` that were asked, or who does not hold it, and how many of the probes that name it were broken. */
function outcomes(results: readonly Result[]): string {
  const asked = results.filter(({ finding }) => finding.verdict !== 'not asked');
  if (asked.length === 0) return '';
  const broken = [
    ...groupBy(asked, ({ family, implementation }) => `${implementation.split(' ')[0]} (${family})`),
  ]
    .map(([name, own]) => ({
      name,
      count: own.filter(({ finding }) => finding.verdict === 'broken').length,
      own,
    }))
    .filter(({ count }) => count > 0);
  if (broken.length === 0) return 'all';
  return `not ${broken.map(({ name, count, own }) => `${name}: ${count} of ${own.length} broken`).join(', ')}`;
}

/** Without line numbers and results, which a check that runs no probes cannot know to be old. */
export function stableParts(markdown: string): string {
  return markdown
    .replace(/#L\d+/g, '')
    .replace(/[^|\n]*\|\n/g, '|\n')
    .replace(/^Asked: .*\n\n/m, '');
}
