/**
 * What can be shown of a rung beside its words: its code, what that has beyond the rung it is built on, and what it answers when it
 * runs. For the terminal, and for the lab's page.
 */
import { readFileSync } from 'node:fs';
import { difference } from './difference.ts';
import { type Exchange, exchange, receivedIn } from './exchange.ts';
import { baseOf, fileOf } from './ladder.ts';
import { commandFor, type Program, type StartOptions, startProgram } from './program.ts';
import type { Breakage, Rung } from './rung.ts';

/** Without the head of a rung's file, which differs in each. */
export function codeOf(path: string): string {
  return readFileSync(path, 'utf8').replace(/^(\/\/ .*\n)+/, '');
}

/** From the code of the rung that it is built on, line by line as `difference` writes it. The first rung has none below it. */
export function lessonOf(rung: Rung): string | undefined {
  const base = baseOf(rung);
  return base && difference(codeOf(fileOf(base)), codeOf(fileOf(rung)));
}

/** Our rung as a process of its own, which ends when `use` has ended. @throws CannotRun */
export async function withRung<T>(
  rung: Rung,
  options: StartOptions,
  use: (program: Program) => Promise<T>,
): Promise<T> {
  const program = await startProgram(commandFor(fileOf(rung)), options);
  try {
    return await use(program);
  } finally {
    await program.stop();
  }
}

export interface TrialOptions extends StartOptions {
  /** Milliseconds without a byte after which the rung has no more to say. */
  readonly quiet: number;
}

/** Starts the rung, and sends it these bytes. @throws CannotRun */
export function tryOut(
  rung: Rung,
  bytes: Pick<Breakage, 'sends' | 'ends'>,
  options: TrialOptions,
): Promise<Exchange> {
  return withRung(rung, options, (program) => exchange(program, bytes, options.quiet));
}

/** The answer to the rung's question, as the rung itself gives it. @throws CannotRun */
export async function predictionOf(rung: Rung, options: TrialOptions): Promise<string> {
  return rung.predict.answer(receivedIn(await tryOut(rung, rung.predict, options)));
}
