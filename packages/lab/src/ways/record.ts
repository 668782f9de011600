/**
 * What one client of one way saw. First its connection opens and an update comes, which may be an old one. When all clients
 * are open, `begin` names the updates whose age and arrival count.
 */
import type { Update } from '../ticker.ts';
import type { SocketCounter } from './socket-counter.ts';

/** The numbers of one client; result.ts makes those of a way. */
export interface Tally {
  /** TCP connections that were established. */
  readonly connections: number;
  readonly requests: number;
  /** Bytes of the stream or in datagrams, as the sockets counted them. */
  readonly sent: number;
  readonly received: number;
  /** Different updates that came, including those before the measurement began. */
  readonly updates: number;
  /** Bytes of the updates' own text, each update counted once. */
  readonly payload: number;
  /** Bytes sent and received that are not payload, up to the first update. */
  readonly firstOverhead: number | undefined;
  /** Updates that came in the same read as the first, and the first itself: their framing is in `firstOverhead`. */
  readonly firstUpdates: number;
  readonly arrivals: readonly Arrival[];
  /** Updates that never came. */
  readonly missed: number;
  /** Answers with an update that had come already. */
  readonly repeated: number;
}

export interface Arrival {
  /** Milliseconds since the measurement began. */
  readonly time: number;
  /** Milliseconds from the update's making to its arrival. */
  readonly age: number;
}

export class Record {
  /** Resolves when the first update has come. */
  readonly open: Promise<void>;
  readonly #counter: SocketCounter;
  readonly #clock: () => number;
  readonly #seen = new Set<number>();
  readonly #arrivals: Arrival[] = [];
  #began = 0;
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
    this.#began = this.#clock();
    this.#before = before;
    this.#last = before + updates;
  }

  /** Whether the last update has come, or a later one. */
  get isComplete(): boolean {
    return this.#newest >= this.#last;
  }

  /** The newest update's number, -1 before the first. */
  get newest(): number {
    return this.#newest;
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
    if (number > this.#before && number <= this.#last)
      this.#arrivals.push({ time: arrived - this.#began, age: arrived - at });
    if (this.#seen.size === 1) {
      // Sent: now, before a long poll asks again. Received: only after the whole read, because another update may have
      // come with the first, and its bytes are already counted (test: "a second update in the same read").
      const { sent } = this.#counter;
      setImmediate(() => this.#opened(sent));
    }
    return this.isComplete;
  }

  #opened(sent: number): void {
    const overhead = sent + this.#counter.received - this.#payload;
    this.#opening = { overhead, updates: this.#seen.size };
    this.#resolveOpen();
  }

  tally(): Tally {
    const { connections, sent, received } = this.#counter;
    const updates = this.#seen.size;
    const due = Math.min(this.#newest, this.#last) - this.#before;
    return {
      connections,
      requests: this.#requests,
      sent,
      received,
      updates,
      payload: this.#payload,
      firstOverhead: this.#opening?.overhead,
      firstUpdates: this.#opening?.updates ?? updates,
      arrivals: this.#arrivals,
      missed: Math.max(0, due - this.#arrivals.length),
      repeated: this.#repeated,
    };
  }
}
