/**
 * What it costs to import a package in a fresh process, as built, beside the peers and beside node that imports nothing. All
 * in turn, round by round: rows of the table, and more of it by `npm run bench -- startup`.
 */
import { spawnSync } from 'node:child_process';
import type { Cores } from './cores.ts';
import { emptySeries, type Series } from './measure.ts';
import type { Scenario } from './scenario.ts';
import { median } from './statistics.ts';

/** Ours and peers are what is imported. */
const scenario = { unit: 'microseconds', kind: 'import', task: {} } as const;
export const importScenarios: readonly Scenario[] = [
  { ...scenario, name: 'import http-mini', ours: 'http-mini', peers: ['undici'] },
  { ...scenario, name: 'import ws-mini', ours: 'ws-mini', peers: ['ws'] },
];

/** Fresh processes in a round, of which the median counts: one alone differs from the next by more than an import costs. */
const STARTS = 7;

/** Microseconds of CPU time over node alone, where others have something per second. */
export function measureImports(
  { ours, peers }: Scenario,
  rounds: number,
  cores: Cores | undefined,
): Series[] {
  const series = [ours, ...peers].map(emptySeries);
  for (let round = 0; round < rounds; round++) {
    const all = startAll(['', ours, ...peers], STARTS, cores);
    const [alone = 0, ...costs] = all.map((starts) => 1000 * median(starts.map(({ cpu }) => cpu)));
    for (const [i, cost] of costs.entries()) series[i]!.perSecond.push(cost - alone);
  }
  return series;
}

/** Nothing; what Node brings; ours, each with those parts that run alone; the peers. */
const IMPORTS = [
  ['', 'node:net', 'node:http'],
  ['tcp-echo', 'http-mini', 'http-mini/wire', 'ws-mini', 'ws-mini/wire'],
  ['undici', 'ws'],
].flat();

export function runStartup(rounds: number, cores: Cores | undefined): void {
  const starts = startAll(IMPORTS, rounds, cores);
  const cpuOf = (i: number): number => median(starts[i]!.map(({ cpu }) => cpu));
  const columns = ['ms', 'CPU ms', 'over node alone'];
  process.stdout.write(line('import', columns));
  for (const [i, name] of IMPORTS.entries()) {
    const figures = [median(starts[i]!.map(({ took }) => took)), cpuOf(i), cpuOf(i) - cpuOf(0)];
    const cells = figures.map((milliseconds) => milliseconds.toFixed(1));
    process.stdout.write(line(name || '(node alone)', cells));
  }
}

/** So many of each, in turn, so that a machine that slows down slows down all of them. */
function startAll(names: readonly string[], rounds: number, cores: Cores | undefined): Start[][] {
  const starts = names.map((): Start[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, name] of names.entries()) starts[i]!.push(start(name, cores));
  }
  return starts;
}

function line(name: string, cells: readonly string[]): string {
  return `${name.padEnd(20)}${cells.map((cell) => cell.padStart(17)).join('')}\n`;
}

interface Start {
  /** Milliseconds from asking for a process to its end. */
  readonly took: number;
  /** Milliseconds of CPU time until the import was done; a busy machine changes little about it. */
  readonly cpu: number;
}

function start(name: string, cores: Cores | undefined): Start {
  const script = `import ${JSON.stringify(name || 'node:fs')};
    const { user, system } = process.cpuUsage();
    process.stdout.write(String(user + system));`;
  const node = [process.execPath, '--input-type=module', '-e', script];
  const [command, ...args] = cores === undefined ? node : ['taskset', '-c', cores.measured, ...node];
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(command!, args, {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`import '${name}' failed: ${stderr}`);
  return { took: performance.now() - began, cpu: Number(stdout) / 1000 };
}
