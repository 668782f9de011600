/** What is tried with one resource, and how it went: the rows of the table. */

export interface Finding {
  /** Who, and in what trouble. */
  readonly what: string;
  readonly expected: string;
  /** What happened, with figures. */
  readonly told: string;
  readonly held: boolean;
}

export interface Check {
  readonly name: string;
  /** Why it cannot be tried on this machine. */
  unable?(): string | undefined;
  run(signal: AbortSignal): Promise<readonly Finding[]>;
}

/** Milliseconds in which something must happen that does not depend on a deadline: for a busy machine. */
const PATIENCE = 60_000;

/** False if it was not so within `PATIENCE`. */
export async function becomes(isSo: () => boolean | Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  for (const began = performance.now(); performance.now() - began < PATIENCE; ) {
    signal.throwIfAborted();
    if (await isSo()) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}
