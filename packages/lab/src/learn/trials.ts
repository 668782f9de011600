/**
 * Rungs that run because a page asks for it: the bytes on which the rung below breaks, sent to both, and the question to the
 * reader, answered by the rung itself. Each rung is a process for the moment; few run at once, and none outlives the lab.
 */
import { type Rung, rungBelow } from 'learn/ladder';
import { predictionOf, tryOut } from 'learn/shown';
import { linkTo } from '../wire/permalink.ts';
import { type PassageState, passageState } from '../wire/state.ts';
import { rungOf } from './rungs.ts';

export type TrialKind = 'run' | 'predict';

/** What came of a trial. */
export type TrialResult =
  | { readonly runs: readonly RungRun[] }
  | { readonly answer: string }
  | { readonly failed: string };

/** What one rung made of the bytes. */
export interface RungRun {
  readonly number: number;
  readonly passages: readonly PassageState[];
  /** What the rung did to the connection. */
  readonly end: 'open' | 'closed' | 'reset';
  /** The query of the page that explains these bytes, if they are not too many for an address. */
  readonly wire: string | undefined;
}

export interface Trial {
  /** `run=http-3`: in a query, and between the page and the lab. */
  readonly key: string;
  readonly kind: TrialKind;
  readonly rung: Rung;
}

/** @returns undefined if there is no such rung, or nothing breaks on the one below */
export function trialOf(kind: TrialKind, id: unknown): Trial | undefined {
  const rung = rungOf(id);
  if (rung === undefined || (kind === 'run' && brokenBelow(rung) === undefined)) return undefined;
  return { key: `${kind}=${id}`, kind, rung };
}

/** Processes at once; what is asked for meanwhile waits for its turn. */
const MOST_AT_ONCE = 2;

export class Trials {
  readonly #quiet: number;
  readonly #running = new Map<string, Promise<TrialResult>>();
  readonly #lanes: Promise<unknown>[] = Array.from({ length: MOST_AT_ONCE }, () => Promise.resolve());
  readonly #closing = new AbortController();
  #count = 0;

  /** @param quiet milliseconds without a byte after which a rung has no more to say */
  constructor(quiet: number) {
    this.#quiet = quiet;
  }

  /** Starts it in its turn, or waits for the same one that is under way. Never rejected: a failure is a result too. */
  run(trial: Trial): Promise<TrialResult> {
    const running = this.#running.get(trial.key);
    if (running !== undefined) return running;
    const lane = this.#count++ % MOST_AT_ONCE;
    const result = this.#lanes[lane]!.then(() => this.#resultOf(trial)).finally(() =>
      this.#running.delete(trial.key),
    );
    this.#lanes[lane] = result;
    this.#running.set(trial.key, result);
    return result;
  }

  /** Until the last process has ended. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#lanes);
  }

  async #resultOf({ kind, rung }: Trial): Promise<TrialResult> {
    const { signal } = this.#closing;
    const options = { language: 'en', quiet: this.#quiet, signal } as const;
    if (signal.aborted) return { failed: 'the lab closes' };
    try {
      if (kind === 'predict') return { answer: await predictionOf(rung, options) };
      const { below, breaks } = brokenBelow(rung)!;
      const runs: RungRun[] = [];
      for (const one of [below, rung]) runs.push(runOf(one, await tryOut(one, breaks, options)));
      return { runs };
    } catch (error) {
      return { failed: error instanceof Error ? error.message : String(error) };
    }
  }
}

function brokenBelow(rung: Rung): { below: Rung; breaks: NonNullable<Rung['breaks']> } | undefined {
  const below = rungBelow(rung);
  return below && rung.breaks && { below, breaks: rung.breaks };
}

function runOf({ track, number }: Rung, { passages, end }: Awaited<ReturnType<typeof tryOut>>): RungRun {
  const seen = passages.map(({ way, bytes }) => ({
    from: way === 'sent' ? ('client' as const) : ('server' as const),
    bytes,
  }));
  const link = track === 'tcp' ? undefined : linkTo({ begins: 'http', passages: seen });
  return {
    number,
    passages: seen.map(passageState),
    end,
    wire: link !== undefined && 'query' in link ? link.query : undefined,
  };
}
