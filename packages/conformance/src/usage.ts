/**
 * What the package's commands share: arguments that are wrong end with exit code 2 and one line that names them, what
 * cannot even begin with 3, anything else that fails with 1, and one line that names the way out.
 */
import { printable } from 'explain-mini';
import { watchStandardStreams } from './standard-streams.ts';

/** What a user wrote cannot be meant; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** It could not even begin, for a reason that is no answer to what was asked: exit code 3. */
export class CannotRun extends Error {
  override readonly name = 'CannotRun';
  override readonly cause: Error;

  constructor(cause: Error) {
    super(cause.message);
    this.cause = cause;
  }
}

/** `parseArgs` throws for one reason only: what the user wrote. */
export function usage<Value>(parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    throw new UsageError((error as Error).message.replace(/\. To specify .*/s, '')); // the rest is noise
  }
}

/** @throws UsageError unless `text` is a whole number within the range; `kind` 'any' lets it have a fraction */
export function numberOf(
  option: string,
  text: string,
  least: number,
  most: number,
  kind: 'whole' | 'any' = 'whole',
): number {
  const value = (kind === 'whole' ? /^\d+$/ : /^\d+(\.\d+)?$/).test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  const number = kind === 'whole' ? 'a whole number' : 'a number';
  throw new UsageError(`${option} must be ${number} from ${least} to ${most}, not "${text}"`);
}

/** Runs a command; what it throws becomes one line on the standard error and the exit code. */
export async function runCommand(name: string, command: () => Promise<void>): Promise<void> {
  watchStandardStreams(name);
  process.stdout.once('error', () => process.exit());
  try {
    await command();
  } catch (error) {
    const isUsage = error instanceof UsageError;
    const cause = error instanceof CannotRun ? error.cause : error;
    process.stderr.write(`${name}: ${printable(describe(cause as NodeJS.ErrnoException))}`);
    process.stderr.write(isUsage ? ` (${name} --help tells more)\n` : '\n');
    process.exitCode = isUsage ? 2 : error instanceof CannotRun ? 3 : 1;
  }
}

function describe(error: NodeJS.ErrnoException & { address?: string; port?: number }): string {
  const where = error.port === undefined ? '' : `${error.address}:${error.port}: `;
  switch (error.code) {
    case 'EADDRINUSE':
      return `${where}the port is in use: stop the program that holds it, or use another one (--port 0 takes any free one)`;
    case 'EACCES':
      return `${where}this port needs root: use one from 1024 up (--port 0 takes any free one)`;
    case 'ECONNREFUSED':
      return `${where}nobody listens there: start the server first, or name another address`;
    default:
      return error.message || String(error);
  }
}
