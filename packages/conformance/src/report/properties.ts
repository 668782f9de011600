/**
 * The table that the command prints: rows are what was checked, columns the pairs, cells how many runs held. A cell that
 * says FAILED has its story below the table.
 */
import type { Outcome } from '../properties/property.ts';
import { columns } from './columns.ts';

export interface Result {
  readonly what: string;
  readonly pair: string;
  readonly outcome: Outcome;
}

export function formatTable(title: string, results: readonly Result[]): string {
  const rows = [...new Set(results.map(({ what }) => what))];
  const pairs = [...new Set(results.map(({ pair }) => pair))];
  const cells = [
    [title, ...pairs.map((pair) => pair.split(' → ')[0]!)],
    ['', ...pairs.map((pair) => `→ ${pair.split(' → ')[1]!}`)],
    ...rows.map((what) => [what, ...pairs.map((pair) => cell(results, what, pair))]),
  ];
  return columns(cells);
}

function cell(results: readonly Result[], what: string, pair: string): string {
  const result = results.find((one) => one.what === what && one.pair === pair);
  if (result === undefined) return '·';
  return result.outcome.failure === undefined ? `${result.outcome.held}` : 'FAILED';
}

/** A counterexample is printed up to this many characters; the seed brings all of it back. */
const SHOWN = 1500;

export function formatFailure({ what, pair, outcome }: Result): string {
  const { seed, counterexample, message } = outcome.failure!;
  const cut = counterexample.length > SHOWN ? `${counterexample.slice(0, SHOWN)}...` : counterexample;
  return `
FAILED  ${pair}: ${what}
  after ${outcome.held} runs that held: ${message}
  with ${cut}
  again: npm run conformance -- properties --only '${pair.replace('→', '->')}: ${what}' --seed ${seed} --runs ${outcome.held + 1}
`;
}
