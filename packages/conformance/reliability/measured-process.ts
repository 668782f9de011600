/** A process of a trial's own that measures itself, seen from outside. Its program calls `answerQuestions` of measured.ts. */
import { once } from 'node:events';
import type { Measures, Question, Told } from './measured.ts';
import { startProcess } from './process.ts';

export interface MeasuredProcess {
  readonly port: number;
  /** Fulfilled with its exit code when it has ended, null if it was killed. */
  readonly ended: Promise<number | null>;
  /** One at a time. @throws Error if the process has ended */
  ask(what: Question): Promise<Measures>;
  /** The next message, if it says something by itself. @throws Error if the process has ended */
  told(): Promise<unknown>;
  kill(signal: NodeJS.Signals): void;
}

/** @param file as for `startProcess` */
export async function startMeasured(
  file: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<MeasuredProcess> {
  const child = startProcess(file, args, signal);
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const dead = ended.then((code): never => {
    throw new Error(`the process ended (${code ?? child.signalCode})`);
  });
  dead.catch(() => {}); // told to those who ask it
  const next = async (): Promise<unknown> => {
    const stop = new AbortController();
    try {
      return (await Promise.race([once(child, 'message', stop), dead]))[0];
    } finally {
      stop.abort();
    }
  };
  const { port } = (await next()) as Told;
  return {
    port,
    ended,
    async ask(what) {
      const answer = next();
      if (child.connected) child.send(what, () => {});
      return (await answer) as Measures;
    },
    told: next,
    kill: (by) => void child.kill(by),
  };
}
