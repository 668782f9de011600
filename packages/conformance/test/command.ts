/** The commands, to be run as a user does. */
import { on } from 'node:events';
import { join } from 'node:path';
import { bundled, finish, type Outcome, type Start } from '../../../scripts/for-tests/commands.ts';

export { finish };

export const start: Start = await bundled(
  join(import.meta.dirname, '..'),
  'src/cli.ts',
  'src/subjects/cli.ts',
  'bench/cli.ts',
);

export const run = (file: string, ...args: string[]): Promise<Outcome> => finish(start(file, args));

/** `--listen` with these arguments, once it listens: where its cases are told, the URL of the first, and its end by Ctrl-C. */
export async function listening(
  ...args: string[]
): Promise<{ base: string; url: string; end: () => Promise<Outcome> }> {
  const child = start('src/cli.ts', ['--listen', '--port', '0', ...args]);
  const finished = finish(child);
  let told = '';
  for await (const [text] of on(child.stdout, 'data')) {
    told += text;
    if (told.includes('ws://')) break; // the WebSocket side is the last to be told
  }
  const [base] = /http:\/\/127\.0\.0\.1:\d+/.exec(told)!;
  const [url] = (await (await fetch(`${base}/cases`)).text()).split(/\s/);
  const end = (): Promise<Outcome> => {
    child.kill('SIGINT');
    return finished;
  };
  return { base, url: url!, end };
}
