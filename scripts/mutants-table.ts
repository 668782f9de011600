// The table of MUTANTS.md, from Stryker's reports: for each file of a wire how many mutants there were, and how many its tests
// noticed. A file that no report has keeps its row.

import { codeOf } from './source-text.ts';

/** What is used here of Stryker's JSON report. */
export interface MutationReport {
  readonly files: Readonly<Record<string, { source: string; mutants: readonly { status: string }[] }>>;
}

export interface Count {
  readonly mutants: number;
  readonly killed: number;
}

/** One that runs for ever is noticed as well. Mutants that do not compile or were switched off are none. */
const KILLED = new Set(['Killed', 'Timeout']);
const LIVES = new Set(['Survived', 'NoCoverage']);

const HEADER = '| file | mutants | noticed | of 100 |\n| --- | ---: | ---: | ---: |';
const ROW = /^\| ([\w-]+\/[\w-]+\.ts) +\| +(\d+) +\| +(\d+) +\| +[\d.]+ +\|$/gm;

/**
 * The counts of a report, as `http-mini/chunked.ts`; without those of a file whose code is another by now.
 * @param name of the package
 */
export function countsIn(
  report: MutationReport,
  name: string,
  sourceOf: (path: string) => string,
): Map<string, Count> {
  const counts = new Map<string, Count>();
  for (const [path, { source, mutants }] of Object.entries(report.files)) {
    if (bare(source) !== bare(sourceOf(path))) continue;
    const killed = mutants.filter(({ status }) => KILLED.has(status)).length;
    const alive = mutants.filter(({ status }) => LIVES.has(status)).length;
    if (killed + alive > 0)
      counts.set(`${name}/${path.split('/').at(-1)}`, { mutants: killed + alive, killed });
  }
  return counts;
}

/** Without comments and layout, which have no mutants. */
function bare(source: string): string {
  return codeOf(source).replace(/\s+/g, '');
}

/** The page with these counts in its table, and the other rows as they were. */
export function withCounts(page: string, counts: ReadonlyMap<string, Count>): string {
  const all = new Map([...countsOnPage(page), ...counts]);
  const rows = [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, count]) => row(name, count));
  const sum = (key: keyof Count): number => [...all.values()].reduce((total, count) => total + count[key], 0);
  const total = row('all', { mutants: sum('mutants'), killed: sum('killed') });
  const table = [HEADER, ...rows, total].join('\n');
  return page.replace(/^\| file +\| mutants[\s\S]*?(?=\n\n)/m, () => table);
}

function row(name: string, { mutants, killed }: Count): string {
  return `| ${name} | ${mutants} | ${killed} | ${((100 * killed) / mutants).toFixed(1)} |`;
}

export function countsOnPage(page: string): Map<string, Count> {
  return new Map(
    [...page.matchAll(ROW)].map(([, name = '', mutants, killed]) => [
      name,
      { mutants: Number(mutants), killed: Number(killed) },
    ]),
  );
}
