/**
 * Measures one scenario: each implementation in a process of its own, and what it talks to in another, in rounds A B C,
 * C B A, so that a machine that slows down slows down all of them. CPU time is the implementation's own, over the time that
 * was measured.
 */
import { Child } from './child.ts';
import { CEILING, naming, type Setting, startContender } from './contenders.ts';
import type { Measured } from './processes/child.ts';
import { now, type Round } from './profile.ts';
import type { Scenario } from './scenario.ts';

/** Of one implementation, a number for each round. */
export interface Series {
  readonly name: string;
  readonly perSecond: number[];
  readonly perCpuSecond: number[];
  /** Microseconds from asking to the answer. */
  readonly p50: number[];
  readonly p99: number[];
  /** Resident bytes of its process after each round, without garbage. */
  readonly memory: number[];
  readonly rounds: Round[];
}

export function emptySeries(name: string): Series {
  return { name, perSecond: [], perCpuSecond: [], p50: [], p99: [], memory: [], rounds: [] };
}

/** Of the measured time; compilers and connections settle in it. */
const WARM_UP = 0.3;

/** The peers of the scenario that are there are measured, no others. */
export async function measure(scenario: Scenario, setting: Setting): Promise<Series[]> {
  const { kind, ours, peers, task, ceiling, load = 'load' } = scenario;
  const names = [ours, ...peers, ...(ceiling === undefined ? [] : [CEILING])];
  const contenders = names.map((name) => ({
    series: emptySeries(name),
    child: startContender(name, scenario, setting),
  }));
  const onTheOtherCores = { cores: setting.cores?.load, isSource: setting.isSource };
  /** What a server is asked by, what a client asks; a parser is alone. */
  const other =
    kind === 'parser'
      ? undefined
      : kind === 'client'
        ? new Child('ceiling', ceiling, onTheOtherCores)
        : new Child(load, [], onTheOtherCores);
  try {
    for (let round = 0; round < setting.rounds; round++) {
      for (const { series, child } of round % 2 === 0 ? contenders : contenders.toReversed()) {
        const [runner, server] = kind === 'server' ? [other!, child] : [child, other];
        const times = { warmUp: setting.seconds * WARM_UP, seconds: setting.seconds };
        const round = runOnce(runner, child, server, { ...task, ...times });
        const { count, seconds, from, to, cpu, p50, p99 } = await naming(scenario, series.name, round);
        series.perSecond.push(count / seconds);
        series.perCpuSecond.push(count / (cpu / 1e6));
        series.rounds.push({ from, to, cpu });
        if (p50 !== undefined && p99 !== undefined) {
          series.p50.push(p50);
          series.p99.push(p99);
        }
        series.memory.push(await child.memory());
      }
    }
    return contenders.map(({ series }) => series);
  } finally {
    await Promise.all([...contenders.map(({ child }) => child), other].map((child) => child?.end()));
  }
}

async function runOnce(
  runner: Child,
  measured: Child,
  server: Child | undefined,
  task: object,
): Promise<Measured & Round> {
  const port = await server?.port;
  const began = runner.next('began');
  const done = runner.next('done');
  runner.send({ run: { ...task, port } });
  await began;
  const isItself = runner === measured;
  const before = isItself ? 0 : await measured.cpu();
  const from = now();
  const result = (await done).done;
  const to = now();
  if (isItself) return { ...result, cpu: result.cpu!, from, to };
  const cpu = (await measured.cpu()) - before;
  runner.send({ close: true }); // not before: to lose a thousand connections takes time, too
  return { ...result, cpu, from, to };
}
