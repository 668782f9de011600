// What every process of the benchmark does for the one that started it: a server says its port, and what its CPU time is
// when it is asked; anything else runs what it is told and says what came of it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { dirname } from 'node:path';

/** Told to a child. */
export type Command =
  | { readonly cpu: true }
  /** `settled`: see `settle`. */
  | { readonly memory: 'now' | 'settled' }
  | { readonly run: unknown }
  /** The CPU time of the other side has been read: the connections may go. */
  | { readonly close: true };
/** Told by a child. */
export type Report =
  | { readonly port: number }
  /** Microseconds since it started. */
  | { readonly cpu: number }
  /** Resident bytes, with no garbage among them. */
  | { readonly memory: number }
  | { readonly began: true }
  | { readonly done: Measured }
  | { readonly failed: string };

export interface Measured {
  readonly count: number;
  readonly seconds: number;
  /** Microseconds that it took; known where the process that runs is the one that is measured. */
  readonly cpu?: number;
  /** Microseconds from a request to its answer; of several in one write, to the last. */
  readonly p50?: number;
  readonly p99?: number;
}

export function report(message: Report): void {
  process.send!(message);
}

function fail(error: Error): void {
  report({ failed: error.message });
}

export function cpuMicroseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Node has this where it was asked for by --expose-gc. */
declare const gc: () => void;

function reportMemory(when: 'now' | 'settled'): void {
  const tell = (): void => report({ memory: process.memoryUsage.rss() });
  if (when === 'settled') void settle().then(tell, fail);
  else {
    gc();
    tell();
  }
}

/**
 * Leaves memory as V8 leaves it by itself when a process has been idle for some ten to forty seconds: without garbage, and
 * without the room for more of it. That room, the young generation, doubles while connections come: for a few thousand of
 * them it is more than what they hold, and where it stops is chance.
 */
async function settle(): Promise<void> {
  const session = new Session();
  session.connect();
  // V8's answer to a system that is short of memory.
  await new Promise<void>((resolve, reject) =>
    session.post('HeapProfiler.collectGarbage', (error) => (error ? reject(error) : resolve())),
  );
  session.disconnect();
}

/**
 * Until the process ends, into the file. Not by node's --cpu-prof, which writes the profile of every thread into that file,
 * and so of tsx's in place of this one (test: `one tiny round of each kind`).
 */
function profileInto(file: string): void {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.start');
  process.on('exit', () =>
    session.post('Profiler.stop', (_, { profile }) => {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, JSON.stringify(profile));
    }),
  );
}

/**
 * @param run what to do at each run; what it throws is reported
 * @param close what is left to be done after it, at a time that nobody measures
 */
export function answerCommands(run?: (task: never) => Promise<Measured>, close?: () => void): void {
  if (process.env.BENCH_PROFILE) profileInto(process.env.BENCH_PROFILE);
  process.on('disconnect', () => process.exit());
  process.on('message', (command: Command) => {
    if ('cpu' in command) report({ cpu: cpuMicroseconds() });
    else if ('memory' in command) reportMemory(command.memory);
    else if ('close' in command) close?.();
    else run!(command.run as never).then((done) => report({ done }), fail);
  });
}
