/**
 * The comparison: all ways at the same time, over the same servers, for the same updates, so that a busy machine is
 * equally busy for all of them. It begins when every way is open. The sockets of each way are counted separately.
 */
import { LabError } from '../errors.ts';
import type { Text } from '../text.ts';
import { now, type Ticker } from '../ticker.ts';
import { WAY_KEYS as keys, WAYS, type WayKey } from './names.ts';
import { Record, type Result } from './record.ts';
import { SocketCounter } from './socket-counter.ts';
import { type Delivery, deliver } from './ways.ts';

/** The servers that deliver, and what they deliver. */
export interface Source extends Pick<Delivery, 'tcp' | 'origin'> {
  readonly ticker: Ticker;
}

export interface CompareOptions {
  /** How many updates are delivered. */
  readonly updates: number;
  /** For the ways that poll: milliseconds between an answer and the next request, on average. */
  readonly pollInterval: number;
  readonly signal?: AbortSignal | undefined;
  /** Called with the state a few times a second, and at the end. */
  readonly onProgress?: ((comparison: Comparison) => void) | undefined;
}

export interface Comparison {
  readonly state: 'measuring' | 'done';
  readonly updates: number;
  /** How many of the `updates` have been made. */
  readonly made: number;
  /** Milliseconds. */
  readonly interval: number;
  readonly pollInterval: number;
  readonly results: { readonly [key in WayKey]: Result };
}

/** Milliseconds. More often would show in the ages, because the same event loop measures them. */
const PROGRESS_INTERVAL = 250;

/** @throws LabError `ended-early`; EchoError, HttpError if a way failed; the signal's reason */
export async function compare(source: Source, options: CompareOptions): Promise<Comparison> {
  const { updates, pollInterval, onProgress } = options;
  const { ticker, tcp, origin } = source;
  const failure = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, failure.signal]) : failure.signal;
  const counters = keys.map(() => new SocketCounter());
  const records = counters.map((counter) => new Record(counter, now));
  let before = Number.POSITIVE_INFINITY;
  const state = (): Comparison => ({
    state: records.every((record) => record.isComplete) ? 'done' : 'measuring',
    updates,
    made: Math.max(0, Math.min(updates, ticker.update.number - before)),
    interval: ticker.interval,
    pollInterval,
    results: Object.fromEntries(keys.map((key, i) => [key, records[i]!.result()])) as Comparison['results'],
  });
  const telling = onProgress && setInterval(() => onProgress(state()), PROGRESS_INTERVAL);
  const deliveries = keys.map(async (key, i) => {
    const record = records[i]!;
    await counters[i]!.run(() => deliver[key]({ record, tcp, origin, pollInterval, signal }));
    signal.throwIfAborted();
    if (!record.isComplete) throw endedEarly(WAYS[key].name);
  });
  const allDelivered = Promise.all(deliveries);
  try {
    await Promise.race([allDelivered, Promise.all(records.map((record) => record.open))]);
    before = ticker.update.number;
    for (const record of records) record.begin(before, updates);
    await allDelivered;
  } catch (error) {
    failure.abort(error);
    throw options.signal?.aborted ? options.signal.reason : error;
  } finally {
    clearInterval(telling);
    await Promise.allSettled(deliveries);
  }
  const comparison = state();
  onProgress?.(comparison);
  return comparison;
}

function endedEarly(name: Text): LabError {
  return new LabError('ended-early', {
    en: `${name.en} ended before the last update`,
    ko: `${name.ko}: 마지막 업데이트 전에 끝났습니다`,
  });
}
