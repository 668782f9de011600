/**
 * Law 6 for one input: what http-mini and node:http made of the same bytes, exchange by exchange, until both have said all
 * or they part. Where they part, only the first step is judged: what one of them reads after that, the other never saw.
 */
import type { HttpErrorCode } from 'http-mini';
import type { Deviation } from './deviations/deviation.ts';
import { DEVIATIONS } from './deviations/index.ts';
import type { Exchange, Observation } from './observe.ts';

/** Where two observations part. */
export interface Difference {
  /** All the bytes that were sent. */
  readonly text: string;
  /** The exchanges before, as http-mini had them. */
  readonly earlier: readonly Exchange[];
  /** Undefined where http-mini has nothing more to say. */
  readonly mini: Exchange | undefined;
  readonly node: Exchange | undefined;
  /** The rule that http-mini says was broken. */
  readonly code: HttpErrorCode | undefined;
  /** The last that node:http said. */
  readonly lastOfNode: Exchange | undefined;
}

export interface Verdict {
  /** Those that are met, in the order of the exchanges. */
  readonly deviations: readonly Deviation[];
  /** A difference that has no name. */
  readonly unnamed?: Difference;
}

export function judge(bytes: Uint8Array, mini: Observation, node: Observation): Verdict {
  const text = Buffer.from(bytes).toString('latin1');
  const lastOfNode = node.exchanges.at(-1);
  const deviations: Deviation[] = [];
  for (let i = 0; i < Math.max(mini.exchanges.length, node.exchanges.length); i++) {
    const [ours, theirs] = [mini.exchanges[i], node.exchanges[i]];
    if (isSame(ours, theirs)) continue;
    const earlier = mini.exchanges.slice(0, i);
    const difference: Difference = { text, earlier, mini: ours, node: theirs, code: mini.code, lastOfNode };
    const deviation = DEVIATIONS.find(({ isMet }) => isMet(difference));
    if (deviation === undefined) return { deviations, unnamed: difference };
    deviations.push(deviation);
    // An answer that is lost leaves the reading of what follows as it is.
    if (!deviation.goesOn) break;
  }
  return { deviations };
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
