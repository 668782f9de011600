/**
 * What one way of delivery saw, and the numbers that follow from it. First its connection opens and an update comes, which
 * may be an old one. When all ways are open, `begin` names the updates whose age and arrival count.
 */

import type { Update } from '../ticker.ts';
import type { SocketCounter } from './socket-counter.ts';
import { percentile } from './statistics.ts';

export interface Result {
  /** TCP connections that were established. */
  readonly connections: number;
  readonly requests: number;
  /** Bytes of the stream, as the sockets counted them. */
  readonly sent: number;
  readonly received: number;
  /** Different updates that came, including those before the comparison began. */
  readonly updates: number;
  /** Bytes of the updates' own text, each update counted once. */
  readonly payload: number;
  /** Bytes sent and received that are not payload, up to the first update, and for each later one. */
  readonly firstOverhead: number | undefined;
  /** Updates that came in the same read as the first, and the first itself: their framing is in `firstOverhead`. */
  readonly firstUpdates: number;
  readonly laterOverhead: number | undefined;
  readonly overhead: number | undefined;
  /** Milliseconds from an update's making to its arrival. */
  readonly ages: readonly number[];
  readonly ageMedian: number | undefined;
  readonly ageP99: number | undefined;
  /** Updates that never came. */
  readonly missed: number;
  /** Answers with an update that had come already. */
  readonly repeated: number;
}

export class Record {
  /** Resolves when the first update has come. */
  readonly open: Promise<void>;
  readonly #counter: SocketCounter;
  readonly #clock: () => number;
  readonly #seen = new Set<number>();
  readonly #ages: number[] = [];
  /** The updates that count have numbers after this one, up to `#last`. */
  #before = Number.POSITIVE_INFINITY;
  #last = Number.POSITIVE_INFINITY;
  #newest = -1;
  #requests = 0;
  #repeated = 0;
  #payload = 0;
  /** What had been counted when the first update had come. */
  #opening: { readonly overhead: number; readonly updates: number } | undefined;
  #resolveOpen: () => void = () => {};

  constructor(counter: SocketCounter, clock: () => number) {
    this.#counter = counter;
    this.#clock = clock;
    this.open = new Promise((resolve) => {
      this.#resolveOpen = resolve;
    });
  }

  /** From now on updates count: `updates` of them, after number `before`. */
  begin(before: number, updates: number): void {
    this.#before = before;
    this.#last = before + updates;
  }

  /** Whether the last update has come, or a later one. */
  get isComplete(): boolean {
    return this.#newest >= this.#last;
  }

  asked(): void {
    this.#requests++;
  }

  /** Takes an update as it arrives. @returns whether it was the last, so that a delivery can stop */
  take(text: string): boolean {
    const arrived = this.#clock();
    const { number, at } = JSON.parse(text) as Update;
    if (this.#seen.has(number)) {
      this.#repeated++;
      return this.isComplete;
    }
    this.#seen.add(number);
    this.#newest = Math.max(this.#newest, number);
    this.#payload += Buffer.byteLength(text);
    if (number > this.#before && number <= this.#last) this.#ages.push(arrived - at);
    // Only after the whole read: another update may have come with the first, and its bytes are already counted
    // (test: "a second update in the same read").
    if (this.#seen.size === 1) setImmediate(() => this.#opened());
    return this.isComplete;
  }

  #opened(): void {
    this.#opening = { overhead: this.#overhead, updates: this.#seen.size };
    this.#resolveOpen();
  }

  get #overhead(): number {
    return this.#counter.sent + this.#counter.received - this.#payload;
  }

  result(): Result {
    const { connections, sent, received } = this.#counter;
    const overhead = this.#overhead;
    const count = this.#seen.size;
    const opening = this.#opening ?? { overhead: undefined, updates: count };
    const due = Math.min(this.#newest, this.#last) - this.#before;
    return {
      connections,
      requests: this.#requests,
      sent,
      received,
      updates: count,
      payload: this.#payload,
      firstOverhead: opening.overhead,
      firstUpdates: opening.updates,
      laterOverhead:
        count > opening.updates ? (overhead - opening.overhead!) / (count - opening.updates) : undefined,
      overhead: count > 0 ? overhead / count : undefined,
      ages: this.#ages,
      ageMedian: percentile(this.#ages, 50),
      ageP99: percentile(this.#ages, 99),
      missed: Math.max(0, due - this.#ages.length),
      repeated: this.#repeated,
    };
  }
}
