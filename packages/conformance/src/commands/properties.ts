/**
 * `conformance properties`: runs the properties and prints the table. Exit codes: 0 all held, 1 one failed, 2 wrong
 * usage, 3 a peer is not installed.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { printableLines } from 'explain-mini';
import { patternOf } from '../pattern.ts';
import { type Group, groups } from '../properties/index.ts';
import { LAWS, type Property, runsOf } from '../properties/property.ts';
import { formatFailure, formatTable, type Result } from '../report/properties.ts';
import { numberOf, UsageError, usage } from '../usage.ts';

const HELP = `minis probe properties: the ten laws, asked of the minis alone and of every pair with undici, node:http and ws

  minis probe properties [OPTIONS]

  --runs N          inputs for each property over sockets (100), ten times as many for each without,
                    fewer for each that takes megabytes;
                    a long run, a million for each law of the wire: --runs 100000
  --seed N          the inputs of another run again (a new one each time)
  --only PATTERN    those whose name has PATTERN in it, or a law ('law 4'); * stands for anything, -> for
                    an arrow
  --list            names them law by law, and does nothing
  --help

Rows are what was checked, behind the number of the law; columns one machine, client → server or
writer → reader; a cell counts the runs that held, each with other inputs and other cuts of the
bytes. The pairs of two oracles are there to show that the property itself is sound.
Exit codes: 0 all held, 1 one failed, 2 wrong usage, 3 ws or undici is not installed.
`;

const options = {
  runs: { type: 'string', default: '100' },
  seed: { type: 'string' },
  only: { type: 'string', default: '' },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

export async function properties(args: string[]): Promise<void> {
  const { values } = usage(() => parseArgs({ args, options }));
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const runs = numberOf('--runs', values.runs, 1, 1e9);
  const seed = values.seed === undefined ? randomInt(2 ** 31) : numberOf('--seed', values.seed, 0, 2 ** 31);
  const chosen = choose(values.only);
  if (values.list) {
    process.stdout.write(listOf(chosen.flatMap(({ properties }) => properties)));
    return;
  }
  const failures: Result[] = [];
  for (const { title, properties } of chosen) {
    const results: Result[] = [];
    for (const property of properties) results.push(await runOne(property, runs, seed));
    process.stdout.write(`${formatTable(title, results)}\n`);
    failures.push(...results.filter(({ outcome }) => outcome.failure !== undefined));
  }
  for (const failure of failures) process.stdout.write(printableLines(formatFailure(failure)));
  process.stdout.write(`${failures.length} failed; seed ${seed}, --runs ${runs}\n`);
  if (failures.length > 0) process.exitCode = 1;
}

function listOf(properties: readonly Property[]): string {
  const parts = Object.entries(LAWS).map(([number, says]) => {
    const own = properties.filter(({ law }) => `${law}` === number);
    const lines = [`law ${number}, ${says}`, ...own.map(({ name }) => `  ${name}`)];
    return own.length === 0 ? '' : `${lines.join('\n')}\n`;
  });
  return parts.join('');
}

async function runOne(property: Property, runs: number, seed: number): Promise<Result> {
  const total = runsOf(property, runs);
  let done = 0;
  const outcome = await property.run(total, seed, () =>
    progress(`${property.name}: ${++done} of ${total}`, done),
  );
  progress('', 0);
  return { property, outcome };
}

/** One line on a terminal, drawn over and over; nothing where the output is kept. */
function progress(text: string, done: number): void {
  if (process.stderr.isTTY && done % 10 === 0) process.stderr.write(`\r\x1b[K${text}`);
}

/** @throws UsageError where nothing fits */
function choose(pattern: string): Group[] {
  const isLaw = /^law \d+$/i.test(pattern); // 'law 1' is not law 10
  const text = isLaw ? `${pattern}:` : pattern.replaceAll('<->', '↔').replaceAll('->', '→');
  const fits = patternOf(text);
  const chosen = groups
    .map(({ title, properties }) => ({
      title,
      properties: properties.filter(({ name }) => fits(name)),
    }))
    .filter(({ properties }) => properties.length > 0);
  if (chosen.length === 0)
    throw new UsageError(`no property has "${pattern}" in its name: --list names them`);
  return chosen;
}
