/**
 * Law 6 for one input: what http-mini and a peer made of the same bytes, exchange by exchange, until both have said all or
 * they part. Where they part, only the first step is judged: what one of them reads after that, the other never saw.
 */
import type { HttpErrorCode } from 'http-mini';
import type { Deviation } from './deviations/deviation.ts';

/** What one implementation made of the bytes. */
export interface Observation<Exchange> {
  /** In the order of the requests; what was refused before it was one is the last. */
  readonly exchanges: readonly Exchange[];
  /** The rule that http-mini says was broken; peers do not say. */
  readonly code?: HttpErrorCode | undefined;
}

/** Where two observations part. */
export interface Difference<Exchange> {
  /** All the bytes that were sent. */
  readonly text: string;
  /** The exchanges before, as http-mini had them. */
  readonly earlier: readonly Exchange[];
  /** Undefined where http-mini has nothing more to say. */
  readonly mini: Exchange | undefined;
  readonly peer: Exchange | undefined;
  /** The rule that http-mini says was broken. */
  readonly code: HttpErrorCode | undefined;
  /** The last that the peer said. */
  readonly lastOfPeer: Exchange | undefined;
}

export interface Verdict<Exchange> {
  /** Those that are met, in the order of the exchanges. */
  readonly deviations: readonly Deviation<Exchange>[];
  /** A difference that has no name. */
  readonly unnamed?: Difference<Exchange>;
}

/** @param known the first that fits names a difference */
export function judge<Exchange>(
  bytes: Uint8Array,
  mini: Observation<Exchange>,
  peer: Observation<Exchange>,
  known: readonly Deviation<Exchange>[],
): Verdict<Exchange> {
  const text = Buffer.from(bytes).toString('latin1');
  const lastOfPeer = peer.exchanges.at(-1);
  const deviations: Deviation<Exchange>[] = [];
  for (let i = 0; i < Math.max(mini.exchanges.length, peer.exchanges.length); i++) {
    const [ours, theirs] = [mini.exchanges[i], peer.exchanges[i]];
    if (isSame(ours, theirs)) continue;
    const earlier = mini.exchanges.slice(0, i);
    const difference = { text, earlier, mini: ours, peer: theirs, code: mini.code, lastOfPeer };
    const deviation = known.find(({ isMet }) => isMet(difference));
    if (deviation === undefined) return { deviations, unnamed: difference };
    deviations.push(deviation);
    // An answer that is lost leaves the reading of what follows as it is, unless it was a refusal: http-mini reads no more.
    if (!deviation.goesOn || isRefused(ours)) break;
  }
  return { deviations };
}

function isRefused(exchange: unknown): boolean {
  return (exchange as { status?: number } | undefined)?.status === 400;
}

export function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
