// The commands as a user runs them: child processes, their output and their exit codes.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const root = join(import.meta.dirname, '..');

export interface Result {
  code: number | null;
  out: string;
  err: string;
}

export function start(file: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  const command = ['--conditions=@minis/source', '--import', 'tsx', join(root, file), ...args];
  const child = spawn(process.execPath, command, { cwd: root });
  child.stdout.setEncoding('utf8');
  child.stderr.setEncoding('utf8');
  child.stdin.end();
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Waits for the end. */
export async function finish(child: ChildProcessWithoutNullStreams): Promise<Result> {
  let out = '';
  let err = '';
  child.stdout.on('data', (text: string) => (out += text));
  child.stderr.on('data', (text: string) => (err += text));
  const [code] = await once(child, 'close');
  return { code, out, err };
}

export const run = (file: string, ...args: string[]): Promise<Result> => finish(start(file, args));
