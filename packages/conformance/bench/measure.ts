/**
 * Measures one scenario: each implementation in a process of its own and the load in another, in rounds A B C, C B A, so
 * that a machine that slows down slows down all of them. CPU time is the server's own, over the time that was measured.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Command, Measured, Report } from './processes/child.ts';
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

const COMPILED = join(import.meta.dirname, '../dist/bench');
/** Of the measured time; compilers and connections settle in it. */
const WARM_UP = 0.3;

export async function measure(scenario: Scenario, { rounds, seconds }: Rounds): Promise<Series[]> {
  const warmUp = seconds * WARM_UP;
  const isServed = 'connections' in scenario.task;
  const children: Child[] = [];
  const start = (name: string, args?: readonly string[]): Child => {
    const child = new Child(name, args);
    children.push(child);
    return child;
  };
  try {
    const contenders = [
      { name: scenario.ours, child: start(scenario.ours) },
      { name: scenario.peer, child: start(scenario.peer) },
      ...(scenario.ceiling ? [{ name: 'ceiling', child: start('ceiling', scenario.ceiling) }] : []),
    ];
    const load = isServed ? start('load') : undefined;
    const series: Series[] = contenders.map(({ name }) => ({ name, perSecond: [], perCpuSecond: [] }));
    const ports = isServed ? await Promise.all(contenders.map(({ child }) => child.port())) : [];
    for (let round = 0; round < rounds; round++) {
      const order = contenders.map((_, i) => (round % 2 === 0 ? i : contenders.length - 1 - i));
      for (const i of order) {
        const { child } = contenders[i]!;
        const task = { ...scenario.task, port: ports[i], warmUp, seconds };
        const { count, seconds: took, cpu } = await runOnce(load ?? child, child, task);
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
  // A process that runs by itself hears nothing until it is done: all its time is work.
  if (runner === measured) {
    const result = (await done).done;
    return { ...result, cpu: result.seconds * 1e6 };
  }
  const before = await measured.cpu();
  const result = (await done).done;
  return { ...result, cpu: (await measured.cpu()) - before };
}

type Key = 'port' | 'cpu' | 'began' | 'done';
type ReportOf<K extends Key> = Extract<Report, Record<K, unknown>>;

/** A process of the benchmark: plain node on compiled JavaScript, which resolves the packages as built. */
class Child {
  readonly #name: string;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<Key, { resolve: (report: never) => void; reject: (error: Error) => void }>();
  #port: Promise<number> | undefined;

  constructor(name: string, args: readonly string[] = []) {
    this.#name = name;
    this.#process = fork(join(COMPILED, `${name}.js`), args, { execArgv: [] });
    this.#process.on('message', (report: Report) => this.#take(report));
    this.#process.on('exit', (code) => this.#fail(`ended with ${code}`));
    if (!name.startsWith('parse') && name !== 'load') this.#port = this.next('port').then(({ port }) => port);
  }

  port(): Promise<number> {
    return this.#port!;
  }

  async cpu(): Promise<number> {
    const answer = this.next('cpu');
    this.send({ cpu: true });
    return (await answer).cpu;
  }

  send(command: Command): void {
    this.#process.send(command);
  }

  next<K extends Key>(key: K): Promise<ReportOf<K>> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(key, { resolve, reject });
    });
  }

  #take(report: Report): void {
    if ('failed' in report) return this.#fail(report.failed);
    const key = Object.keys(report)[0] as Key;
    this.#waiting.get(key)?.resolve(report as never);
    this.#waiting.delete(key);
  }

  #fail(what: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(`${this.#name}: ${what}`));
    this.#waiting.clear();
  }

  kill(): void {
    this.#waiting.clear();
    this.#process.kill('SIGKILL');
  }
}
