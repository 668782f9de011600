/**
 * Measures one scenario: each implementation in a process of its own, and what it talks to in another, in rounds A B C,
 * C B A, so that a machine that slows down slows down all of them. CPU time is the implementation's own, over the time that
 * was measured.
 */
import { Child } from './child.ts';
import type { Measured } from './processes/child.ts';
import type { Scenario } from './scenarios.ts';

export interface Rounds {
  readonly rounds: number;
  readonly seconds: number;
}

/** Of one implementation, a number for each round. */
export interface Series {
  readonly name: string;
  readonly perSecond: number[];
  readonly perCpuSecond: number[];
}

/** What does no protocol work. */
export const CEILING = 'ceiling';
/** Of the measured time; compilers and connections settle in it. */
const WARM_UP = 0.3;

export async function measure(scenario: Scenario, { rounds, seconds }: Rounds): Promise<Series[]> {
  const warmUp = seconds * WARM_UP;
  const { kind, ours, peers, task, ceiling } = scenario;
  const work = scenario.work === undefined ? [] : [scenario.work];
  const children: Child[] = [];
  const start = (name: string, args?: readonly string[]): Child => {
    const child = new Child(name, args);
    children.push(child);
    return child;
  };
  try {
    const startOne = (name: string): Child =>
      kind === 'client' ? start('clients', [name]) : start(name, work);
    const contenders = [ours, ...peers].map((name) => ({ name, child: startOne(name) }));
    if (ceiling !== undefined) {
      contenders.push({
        name: CEILING,
        child: kind === 'client' ? startOne('raw') : start('ceiling', ceiling),
      });
    }
    const load = kind === 'server' ? start('load') : undefined;
    const server = kind === 'client' ? start('ceiling', ceiling) : undefined;
    const series: Series[] = contenders.map(({ name }) => ({ name, perSecond: [], perCpuSecond: [] }));
    for (let round = 0; round < rounds; round++) {
      const order = contenders.map((_, i) => (round % 2 === 0 ? i : contenders.length - 1 - i));
      for (const i of order) {
        const { child } = contenders[i]!;
        const port = kind === 'parser' ? undefined : await (server ?? child).port;
        const run = { ...task, port, warmUp, seconds };
        const { count, seconds: took, cpu } = await runOnce(load ?? child, child, run);
        series[i]!.perSecond.push(count / took);
        series[i]!.perCpuSecond.push(count / (cpu / 1e6));
      }
    }
    return series;
  } finally {
    for (const child of children) child.kill();
  }
}

async function runOnce(runner: Child, measured: Child, task: unknown): Promise<Measured & { cpu: number }> {
  const began = runner.next('began');
  const done = runner.next('done');
  runner.send({ run: task });
  await began;
  if (runner === measured) {
    const result = (await done).done;
    return { ...result, cpu: result.cpu! };
  }
  const before = await measured.cpu();
  const result = (await done).done;
  return { ...result, cpu: (await measured.cpu()) - before };
}
