/**
 * Law 6 for one input: what ws-mini and ws made of the same bytes is equal, or the difference has a name. Both stop for
 * good at the first broken rule, so there is one difference at most, and what they saw before it is the same.
 */
import type { WebSocketErrorCode } from 'ws-mini';
import { isSame } from '../difference.ts';
import type { Stream } from './frames.ts';
import type { Observation } from './observe.ts';

export interface Difference {
  readonly stream: Stream;
  /** What both programs saw, until they part. */
  readonly shared: readonly string[];
  /** What ws-mini's saw beyond that, and ws's; without the Close at the end, which every connection has. */
  readonly mini: readonly string[];
  readonly ws: readonly string[];
  /** The rule that ws-mini says was broken. */
  readonly code: WebSocketErrorCode | undefined;
  /** The same as ws calls it, or zlib. */
  readonly wsCode: string | undefined;
}

/** @returns undefined: they agree */
export function differenceOf(stream: Stream, mini: Observation, ws: Observation): Difference | undefined {
  if (isSame([mini.seen, mini.sent], [ws.seen, ws.sent])) return undefined;
  let shared = 0;
  const [seenByMini, seenByWs] = [mini.seen.slice(0, -1), ws.seen.slice(0, -1)];
  while (shared < seenByMini.length && seenByMini[shared] === seenByWs[shared]) shared++;
  return {
    stream,
    shared: seenByMini.slice(0, shared),
    mini: seenByMini.slice(shared),
    ws: seenByWs.slice(shared),
    code: mini.code as WebSocketErrorCode | undefined,
    wsCode: ws.code,
  };
}
