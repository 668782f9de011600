// What the commands share: how they say that they were called wrongly, read a number, and name what the
// operating system refused.

import { WebSocketError } from '../wire/index.ts';

/** The user called it wrongly: exit code 2. The message is one line. */
export class UsageError extends Error {}

/** The user called it rightly, and it cannot be done: exit code 1. The message names the thing and the way out. */
export class CommandError extends Error {}

/** Where what is thrown can only be about what the user wrote. */
export function usage<Value>(parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

export function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${name} must be a whole number from ${least} to ${most}, not "${text}"`);
}

/** What went wrong, in words. */
export function explained(error: unknown, what: string): unknown {
  if (error instanceof WebSocketError) {
    const words = wordsFor(error.cause);
    return new CommandError(`${what}: ${words ?? `${error.message} (${error.code}, ${error.rule})`}`);
  }
  const words = wordsFor(error);
  return words === undefined ? error : new CommandError(`${what}: ${words}`);
}

function wordsFor(error: unknown): string | undefined {
  return WORDS[(error as NodeJS.ErrnoException | undefined)?.code ?? ''];
}

const WORDS: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'the port is in use: stop the program that holds it, or use another port (0 takes any free one)',
  EADDRNOTAVAIL: 'this machine has no such address',
  ECONNREFUSED: 'nobody listens there: is the server running, and is it this port?',
  ECONNRESET: 'the server cut the connection',
  EHOSTUNREACH: 'there is no way to this host',
  ETIMEDOUT: 'the host does not answer',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  ENOENT: 'there is no such file or folder',
  EISDIR: 'that is a folder and not a file',
  EACCES: 'no permission',
  EPERM: 'no permission',
};
