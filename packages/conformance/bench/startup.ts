/**
 * What it costs to import a package in a fresh process, as built, beside the peers and over node that imports nothing. All
 * in turn, round by round.
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
    const [alone = 0, ...costs] = all.map((starts) => median(starts));
    for (const [i, cost] of costs.entries()) series[i]!.perSecond.push(cost - alone);
  }
  return series;
}

/** So many of each, in turn, so that a machine that slows down slows down all of them. */
function startAll(names: readonly string[], rounds: number, cores: Cores | undefined): number[][] {
  const starts = names.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, name] of names.entries()) starts[i]!.push(start(name, cores));
  }
  return starts;
}

/** Microseconds of CPU time until the import was done; a busy machine changes little about it. */
function start(name: string, cores: Cores | undefined): number {
  const script = `import ${JSON.stringify(name || 'node:fs')};
    const { user, system } = process.cpuUsage();
    process.stdout.write(String(user + system));`;
  const node = [process.execPath, '--input-type=module', '-e', script];
  const [command, ...args] = cores === undefined ? node : ['taskset', '-c', cores.measured, ...node];
  const { status, stdout, stderr } = spawnSync(command!, args, {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`import '${name}' failed: ${stderr}`);
  return Number(stdout);
}
