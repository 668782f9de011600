/** The processes of the benchmark, seen from the one that starts them; processes/child.ts is the other end. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Command, Report } from './processes/child.ts';

const COMPILED = join(import.meta.dirname, '../dist/bench');

type Key = 'port' | 'cpu' | 'memory' | 'began' | 'done';
type ReportOf<K extends Key> = Extract<Report, Record<K, unknown>>;

/** A process of the benchmark: plain node on compiled JavaScript, which resolves the packages as built. */
export class Child {
  readonly #name: string;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<Key, { resolve: (report: never) => void; reject: (error: Error) => void }>();
  /** Of a server; of any other, it never comes. */
  readonly port: Promise<number>;

  constructor(name: string, args: readonly string[] = []) {
    this.#name = name;
    this.#process = fork(join(COMPILED, `${name}.js`), args, { execArgv: ['--expose-gc'] });
    this.#process.on('message', (report: Report) => this.#take(report));
    this.#process.on('exit', (code) => this.#fail(`ended with ${code}`));
    this.port = this.next('port').then(({ port }) => port);
    this.port.catch(() => {}); // told to whoever waits for it, if anybody does
  }

  async cpu(): Promise<number> {
    const answer = this.next('cpu');
    this.send({ cpu: true });
    return (await answer).cpu;
  }

  async memory(): Promise<number> {
    const answer = this.next('memory');
    this.send({ memory: true });
    return (await answer).memory;
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
