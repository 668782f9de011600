/** A victim, from outside: a process that listens, and tells what it feels. */
import { once } from 'node:events';
import { join } from 'node:path';
import { startProcess } from '../process.ts';
import type { Measures, Question, Told } from './measured.ts';

export interface Victim {
  readonly port: number;
  /** @throws Error if the process has ended */
  ask(what: Question): Promise<Measures>;
  end(): Promise<void>;
}

export async function startVictim(
  program: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<Victim> {
  const child = startProcess(join(import.meta.dirname, 'processes', program), args, signal);
  const ended = once(child, 'exit');
  // The parent's own reports of a child that is gone.
  const dead = ended.then(([code, by]) => {
    throw new Error(`the process ended (${by ?? code})`);
  });
  dead.catch(() => {});
  const next = async (): Promise<unknown> => (await Promise.race([once(child, 'message'), dead]))[0];
  const { port } = (await next()) as Told;
  return {
    port,
    async ask(what) {
      const answer = next();
      if (child.connected) child.send(what, () => {});
      return (await answer) as Measures;
    },
    async end() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
