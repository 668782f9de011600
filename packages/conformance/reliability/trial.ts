/**
 * A trial: something that an operator asks for, tried on the packages until it breaks or the time is over, and told in
 * tables. Each trial stands in a file or folder of its own and is listed in trials.ts; the command, the page and the slow
 * tests are driven by that list.
 */

export interface Trial {
  /** One word, as the command takes it. */
  readonly name: string;
  readonly title: string;
  /** What holds, in a sentence or two, for an operator who distrusts hand-written parsers. */
  readonly promise: string;
  /**
   * What did not hold is a failure in the outcome. It throws only if it could not be run at all, or if `signal` was aborted,
   * and then only after it has ended what it started: sockets, timers, processes, files.
   */
  run(setting: Setting): Promise<Outcome>;
}

export interface Setting {
  readonly size: Size;
  /** Whole, from 0 to 2^32 - 1. The same seed makes the same inputs. */
  readonly seed: number;
  readonly signal: AbortSignal;
  /** One line on a terminal, drawn over and over; call it as often as you like. */
  progress(text: string): void;
}

/**
 * - `short`: a few seconds on a busy machine, for a test: what is counted, not what is timed, may fail it.
 * - `usual`: all trials together under half an hour on two cores.
 * - `long`: as long as it is worth.
 */
export type Size = 'short' | 'usual' | 'long';

/** The value for a size: `bySize(size, { short: 10, usual: 1000, long: 100_000 })`. */
export function bySize<Value>(size: Size, values: Readonly<Record<Size, Value>>): Value {
  return values[size];
}

export interface Outcome {
  readonly tables: readonly Table[];
  /** What is one number and not a table, with its unit in the name: `inputs`, `seconds of CPU time`. */
  readonly figures: Readonly<Record<string, Cell>>;
  /** Empty if everything held. */
  readonly failures: readonly Failure[];
  readonly notRun: readonly NotRun[];
}

/** Numbers are written with separators, and stand on the right. */
export type Cell = string | number;

export interface Table {
  readonly caption: string;
  /** With units where they have any: `memory at its peak, MiB`. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** The seed and the size, which the report adds, and `input` make it again. */
export interface Failure {
  /** What was expected, and what was there instead. */
  readonly what: string;
  /** Bytes in base64, or whatever brings exactly this back; none if the seed alone does. */
  readonly input?: string;
}

export interface NotRun {
  readonly what: string;
  /** A program that is not installed, say, and how to get it. */
  readonly why: string;
}
