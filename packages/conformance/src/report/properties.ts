/**
 * The table that the command prints: rows are what was checked, behind the number of the law, columns the pairs or the one
 * that was asked alone, cells how many runs held. A cell that says FAILED has its story below the table.
 */
import type { Outcome, Property } from '../properties/property.ts';
import { columns } from './columns.ts';

export interface Result {
  readonly property: Pick<Property, 'law' | 'name' | 'what' | 'pair' | 'times'>;
  readonly outcome: Outcome;
}

export function formatTable(title: string, results: readonly Result[]): string {
  const rows = [...new Set(results.map(rowOf))];
  const pairs = [...new Set(results.map(({ property }) => property.pair))];
  const cells = [
    [title, ...pairs.map((pair) => headingOf(pair)[0])],
    ['', ...pairs.map((pair) => headingOf(pair)[1])],
    ...rows.map((row) => [row, ...pairs.map((pair) => cell(results, row, pair))]),
  ];
  return columns(cells);
}

function rowOf({ property }: Result): string {
  return `${property.law}  ${property.what}`;
}

/** In two lines: a pair above and below its arrow, a machine below its package. */
function headingOf(pair: string): [above: string, below: string] {
  const at = /[→↔]/.exec(pair)?.index ?? pair.lastIndexOf(' ') + 1;
  return [pair.slice(0, at).trimEnd(), pair.slice(at)];
}

function cell(results: readonly Result[], row: string, pair: string): string {
  const result = results.find((one) => rowOf(one) === row && one.property.pair === pair);
  if (result === undefined) return '·';
  return result.outcome.failure === undefined ? `${result.outcome.held}` : 'FAILED';
}

/** A counterexample is printed up to this many characters; the seed brings all of it back. */
const SHOWN = 1500;

export function formatFailure({ property, outcome }: Result): string {
  const { name, times } = property;
  const { seed, counterexample, message } = outcome.failure!;
  const cut = counterexample.length > SHOWN ? `${counterexample.slice(0, SHOWN)}...` : counterexample;
  const runs = Math.ceil((outcome.held + 1) / times);
  return `
FAILED  ${name}
  after ${outcome.held} runs that held: ${message}
  with ${cut}
  again: npm run conformance -- properties --only '${name.replace('→', '->').replace('↔', '<->')}' --seed ${seed} --runs ${runs}
`;
}
