/**
 * A property: something that must hold for one implementation or a pair of them, whatever is said and however the bytes
 * are cut. Each belongs to a law. The same objects are run by the tests, a few times, and by the command, as often as one
 * likes.
 */
import fc from 'fast-check';
import { within } from './within.ts';

/** What the protocols of this repository have to keep, by number. Every property asks one of these of somebody. */
export const LAWS = {
  1: 'chunking: any cut of the same bytes gives the same events',
  2: 'round trip: parse(encode(x)) is x, and encode(parse(b)) is b where b is written in the one shortest way',
  3: 'partition: the fields of explain cover every byte exactly once, and their values are the parser’s',
  4: 'garbage: any bytes end in events or in one typed error, within the limits',
  5: 'linear cost: twice the bytes cost twice the work, one by one or all at once',
  6: 'differential: peers make the same of the same bytes, or the difference has a name',
  7: 'every pair: what one says, the other hears, whoever the two are',
  8: 'echo: what goes in comes out, of any size, in any pieces',
  9: 'closing: whatever both sides do, in any order, both come to an end, and agree on it',
  10: 'nothing lost: what was accepted before an end has arrived or was reported, over any link, for any consumer',
} as const;
export type Law = keyof typeof LAWS;

export interface Property {
  readonly law: Law;
  /** The law, on whom, and what was checked, for `--only`. */
  readonly name: string;
  /** A row of the table. */
  readonly what: string;
  /** A column of the table: a pair, or one machine. */
  readonly pair: string;
  /** How many inputs are worth the time of one that goes over sockets; a fraction, if each takes megabytes there. */
  readonly times: number;
  /** @param onRun told after each run */
  run(runs: number, seed: number, onRun?: () => void): Promise<Outcome>;
}

/** @param runs of a property over sockets */
export function runsOf({ times }: Pick<Property, 'times'>, runs: number): number {
  return Math.max(1, Math.round(runs * times));
}

export interface Outcome {
  /** Runs that held. */
  readonly held: number;
  readonly failure?: Failure;
}

export interface Failure {
  /** Repeats it: with the same property, and at least as many runs. */
  readonly seed: number;
  /** The smallest input found that does it. */
  readonly counterexample: string;
  readonly message: string;
}

/** Milliseconds in which one run must be over; it takes a few. A peer that hangs fails in this time. */
const DEADLINE = 60_000;
/** Milliseconds given to making a counterexample smaller. */
const SHRINKING = 10_000;

/**
 * Makes a property. `prepare` starts what all its runs share, and answers the check of one run and the way to stop.
 */
export function property<Input>(
  law: Law,
  what: string,
  pair: string,
  inputs: fc.Arbitrary<Input>,
  prepare: () => Promise<{ check: (input: Input) => void | Promise<void>; stop?: () => Promise<void> }>,
  times = 1,
): Property {
  return {
    law,
    name: `law ${law}: ${pair}: ${what}`,
    what,
    pair,
    times,
    async run(runs, seed, onRun = () => {}) {
      const { check, stop } = await prepare();
      try {
        return await search(inputs, check, runs, seed, onRun);
      } finally {
        await stop?.();
      }
    },
  };
}

/** A property without sockets, which has ten inputs where others have one. */
export function pureProperty<Input>(
  law: Law,
  what: string,
  machine: string,
  inputs: fc.Arbitrary<Input>,
  check: (input: Input) => void,
): Property {
  return property(law, what, machine, inputs, async () => ({ check }), 10);
}

async function search<Input>(
  inputs: fc.Arbitrary<Input>,
  check: (input: Input) => void | Promise<void>,
  runs: number,
  seed: number,
  onRun: () => void,
): Promise<Outcome> {
  let held = 0;
  let failedAt = Infinity;
  const predicate = async (input: Input): Promise<void> => {
    // Passing from here on ends the shrinking: a peer that hangs would take the deadline at each step.
    if (performance.now() - failedAt > SHRINKING) return;
    try {
      await within(DEADLINE, check(input));
    } catch (error) {
      if (failedAt === Infinity) failedAt = performance.now();
      throw error;
    }
    if (failedAt !== Infinity) return;
    held++;
    onRun();
  };
  const details = await fc.check(fc.asyncProperty(inputs, predicate), { numRuns: runs, seed });
  if (!details.failed) return { held };
  return {
    held,
    failure: {
      seed,
      counterexample: fc.stringify(details.counterexample?.[0]),
      message: messageOf(details.errorInstance),
    },
  };
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `${error.message}${cause}`;
}
