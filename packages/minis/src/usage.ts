/**
 * What the commands share: their shape, how they read their arguments, how they report wrong usage and failure, and how
 * their servers end.
 */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { WebSocketError } from 'ws-mini/wire';

/** What the module of a command exports. */
export interface Command {
  /** What `--help` prints: first what it is, then its options, then one thing to try. */
  readonly help: string;
  run(args: string[]): Promise<void>;
}

/** Wrong usage: exit code 2. The message is one line. */
export class UsageError extends Error {}

/** Right usage, but it cannot be done: exit code 1. The message names the thing and the way out. */
export class CommandError extends Error {}

/** For a function that throws only because of what the user wrote, as `parseArgs` does: turns its error into a UsageError. */
export function usage<Value>(parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    throw new UsageError((error as Error).message.replace(/\. To specify .*/s, '').replaceAll('\n', ' '));
  }
}

type Parsed<Options extends ParseArgsConfig['options']> = ReturnType<
  typeof parseArgs<{ options: Options; allowPositionals: true }>
>;

/** The options of a command, and what stands beside them. */
export function parse<const Options extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  options: Options,
): Parsed<Options> {
  return usage(() => parseArgs({ args, options, allowPositionals: true as const }));
}

/** The one word that a command takes beside its options. @param what as in `one URL` */
export function only(words: readonly string[], what: string): string {
  if (words.length !== 1) throw new UsageError(`it takes ${what}, not ${words.length} words`);
  return words[0]!;
}

/** The address for `--host`: `node:net` would take an empty name for every address of the machine. */
export function hostOf(text: string): string {
  if (text !== '') return text;
  throw new UsageError('--host must not be empty (127.0.0.1 is this machine, :: everybody)');
}

export function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${name} must be a whole number from ${least} to ${most}, not "${text}"`);
}

/** In words: what the operating system refused, or why a WebSocket failed. */
export function systemError(error: unknown, what: string): unknown {
  if (error instanceof WebSocketError) {
    const words = wordsFor(error.cause) ?? `${error.message} (${error.code}, ${error.rule})`;
    return new CommandError(`${what}: ${words}`);
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
  ENOTDIR: 'that is not a folder',
  EISDIR: 'that is a folder and not a file',
  EACCES: 'no permission',
  EPERM: 'no permission',
  ENOSPC: 'no space is left',
};

/** Ctrl-C closes the server; a second one cuts what is left. */
export function closeOnSignal(close: () => Promise<unknown>, cut: () => void): void {
  let isClosing = false;
  const begin = (): void => {
    if (isClosing) return;
    isClosing = true;
    process.stderr.write('closing; once more to cut what is left\n');
    void close().then(() => process.off('SIGINT', stop).off('SIGTERM', stop));
  };
  const stop = (): void => (isClosing ? cut() : begin());
  process.on('SIGINT', stop).on('SIGTERM', stop);
  // The reader of the lines is gone (`| head`), so the server ends too. A Ctrl-C often ends both, and counts once.
  process.stdout.once('error', begin);
}
