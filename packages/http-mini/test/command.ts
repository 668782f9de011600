/** Runs the command line and the examples as a user does: child processes, their output and exit codes. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const packageRoot: string = join(import.meta.dirname, '..');

export function start(
  file: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): ChildProcessWithoutNullStreams {
  const options = { cwd: packageRoot, env: { ...process.env, ...env } };
  const child = spawn(
    process.execPath,
    ['--conditions=@minis/source', '--import', 'tsx', file, ...args],
    options,
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

export interface Outcome {
  code: number | null;
  out: string;
  err: string;
}

export async function finish(
  child: ChildProcessWithoutNullStreams,
  input: string | Uint8Array = '',
): Promise<Outcome> {
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk));
  child.stdin.on('error', () => {}).end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

/** Runs `http-mini` with these arguments. */
export function run(args: readonly string[], input?: string | Uint8Array): Promise<Outcome> {
  return finish(start('src/cli.ts', args), input);
}
