/** The processes of the benchmark, seen from the one that starts them; processes/child.ts is the other end. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Command, Report } from './processes/child.ts';

const SOURCE = join(import.meta.dirname, 'processes');
const COMPILED = join(import.meta.dirname, '../dist/bench');

type Key = 'port' | 'cpu' | 'memory' | 'began' | 'done';
type ReportOf<K extends Key> = Extract<Report, Record<K, unknown>>;

export interface ChildOptions {
  /** As taskset takes them; undefined: wherever the system puts it. */
  readonly cores?: string | undefined;
  /** Plain node on compiled JavaScript, which resolves the packages as built; or tsx on the source of both. */
  readonly isSource?: boolean;
  readonly env?: NodeJS.ProcessEnv;
  /** The program of another version of Node. */
  readonly node?: string | undefined;
  /** What runs it in place of node, and what that takes before the file. */
  readonly program?: readonly string[] | undefined;
  /** The file into which a profile of its CPU time is written when it ends. */
  readonly profile?: string | undefined;
}

export class Child {
  readonly #name: string;
  readonly #process: ChildProcess;
  readonly #isProfiled: boolean;
  readonly #waiting = new Map<Key, { resolve: (report: never) => void; reject: (error: Error) => void }>();
  /** Of a server; of any other, it never comes. */
  readonly port: Promise<number>;

  constructor(name: string, args: readonly string[] = [], options: ChildOptions = {}) {
    const { cores, isSource = false, env, profile, program, node = process.execPath } = options;
    this.#name = name;
    this.#isProfiled = profile !== undefined;
    const [command, ...before] = program ?? [
      node,
      '--expose-gc',
      ...(isSource ? ['--conditions=@minis/source', '--import', import.meta.resolve('tsx')] : []),
    ];
    this.#process = fork(isSource ? join(SOURCE, `${name}.ts`) : join(COMPILED, `${name}.js`), args, {
      // taskset becomes node or the program, in the same process: the channel between the two survives it.
      execPath: cores === undefined ? command! : 'taskset',
      execArgv: cores === undefined ? before : ['-c', cores, command!, ...before],
      env: { ...process.env, ...env, ...(profile && { BENCH_PROFILE: profile }) },
    });
    this.#process.on('message', (report: Report) => this.#take(report));
    this.#process.on('exit', (code) => this.#fail(`ended with ${code}`));
    this.port = this.next('port').then(({ port }) => port);
    this.port.catch(() => {}); // as below
  }

  async cpu(): Promise<number> {
    const answer = this.next('cpu');
    this.send({ cpu: true });
    return (await answer).cpu;
  }

  /** @param when `settled`: as V8 leaves it after a while without work */
  async memory(when: 'now' | 'settled' = 'now'): Promise<number> {
    const answer = this.next('memory');
    this.send({ memory: when });
    return (await answer).memory;
  }

  send(command: Command): void {
    this.#process.send(command);
  }

  next<K extends Key>(key: K): Promise<ReportOf<K>> {
    const report = new Promise<ReportOf<K>>((resolve, reject) => {
      this.#waiting.set(key, { resolve, reject });
    });
    report.catch(() => {}); // told to whoever waits for it, and it may be another report that is waited for first
    return report;
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

  /** At once; where it is profiled, it may write its profile first, which it does when nobody is there for it. */
  async end(): Promise<void> {
    this.#waiting.clear();
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    if (this.#isProfiled && this.#process.connected) this.#process.disconnect();
    else this.#process.kill('SIGKILL');
    await ended;
  }
}
