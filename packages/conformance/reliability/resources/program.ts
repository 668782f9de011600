/** `minis` as a user runs it, with what the shell puts around it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { becomes } from './check.ts';

const MINIS = join(import.meta.dirname, '../../../minis/bin/minis.js');

export interface Program {
  readonly child: ChildProcess;
  output(): string;
  errors(): string;
  /** Fulfilled with the exit code. */
  readonly ended: Promise<number | null>;
}

/** @param shell goes before the command, and after it what stands behind `%`: `ulimit -n 64; % > /dev/full` */
export function minis(args: readonly string[], signal: AbortSignal, shell = '%'): Program {
  const script = shell.replace('%', 'exec "$@"');
  return start('sh', ['-c', script, 'sh', process.execPath, MINIS, ...args], signal);
}

export function start(command: string, args: readonly string[], signal: AbortSignal): Program {
  const child = spawn(command, args, { signal, killSignal: 'SIGKILL', stdio: ['ignore', 'pipe', 'pipe'] });
  child.on('error', () => {}); // that it was aborted
  let output = '';
  let errors = '';
  child.stdout.on('data', (part) => (output += part));
  child.stderr.on('data', (part) => (errors += part));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, output: () => output, errors: () => errors, ended };
}

export async function end({ child, ended }: Program): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}

/** @returns the port, once it listens. @throws Error if it ends instead */
export async function portOf(program: Program, signal: AbortSignal): Promise<number> {
  const found = (): string | undefined => /:(\d+)\//.exec(program.output())?.[1];
  await becomes(() => found() !== undefined || program.child.exitCode !== null, signal);
  const port = found();
  if (port === undefined) throw new Error(`minis did not listen: ${program.errors() || program.output()}`);
  return Number(port);
}

/** Of Linux: milliseconds of processor that a process has taken, and how many files it has open. */
export const hasProc: boolean = existsSync('/proc/self/stat');

export function cpuOf({ child }: Program): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').replace(/.*\) /s, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10; // in hundredths of a second
}

export function openFilesOf({ child }: Program): number {
  return readdirSync(`/proc/${child.pid}/fd`).length;
}
