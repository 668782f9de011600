/**
 * A process of a trial's own, for a server whose memory and event loop are measured apart from what attacks it: a
 * TypeScript file in a folder named `processes`. It ends with the trial.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/**
 * Talk to it by `send` and its 'message'; it runs with --expose-gc. If the signal is aborted it is killed, and its 'exit'
 * tells so.
 * @param file absolute: `join(import.meta.dirname, 'processes/server.ts')`
 */
export function startProcess(file: string, args: readonly string[], signal: AbortSignal): ChildProcess {
  const child = fork(file, args, {
    execArgv: ['--expose-gc', '--conditions=@minis/source', '--import', import.meta.resolve('tsx')],
    signal,
    killSignal: 'SIGKILL',
  });
  child.on('error', () => {}); // that it was aborted, which the signal tells everybody
  return child;
}

/** The one message of a process that is started for it. @throws Error if it ends without */
export async function messageOf(file: string, signal: AbortSignal): Promise<unknown> {
  const child = startProcess(file, [], signal);
  try {
    const [told] = await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => {
        signal.throwIfAborted();
        throw new Error(`${file} ended (${code})`);
      }),
    ]);
    return told;
  } finally {
    child.kill('SIGKILL');
  }
}
