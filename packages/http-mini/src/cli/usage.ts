/** What the commands share: how they say that they were called wrongly, and read a number. */

/** The user called it wrongly: exit code 2. The message is one line. */
export class UsageError extends Error {}

/** The user called it rightly, and it cannot be done: exit code 1. The message names the thing and the way out. */
export class CommandError extends Error {}

/** `parseArgs` throws for one reason only: what the user wrote. */
export function usage<Value>(parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    throw new UsageError((error as Error).message.replace(/\. To specify .*/s, '').replaceAll('\n', ' '));
  }
}

export function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${name} must be a whole number from ${least} to ${most}, not "${text}"`);
}

/** What the operating system refused, in words. */
export function systemError(error: unknown, what: string): unknown {
  const words = WORDS[(error as NodeJS.ErrnoException).code ?? ''];
  return words === undefined ? error : new CommandError(`${what}: ${words}`);
}

const WORDS: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'the port is in use: stop the program that holds it, or use another port (0 takes any free one)',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such host',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'that is not a folder',
  EISDIR: 'that is a folder and not a file',
  EACCES: 'no permission',
  EPERM: 'no permission',
  ENOSPC: 'no space is left',
};
