// Who gets the next message, or the next part of one: a 'message' listener, whoever waits in a `for await`,
// or nobody yet. In the last case it is held here. Some messages may be, so that a consumer that takes its
// time does not keep the Pings behind them waiting; then reading stops, and that is how a slow consumer
// slows its peer down.

import type { MessagePart } from '../wire/index.ts';

type Item = string | Uint8Array | MessagePart;
type Result = IteratorResult<Item, undefined>;

/** Reading stops when this much is held: about what one read from a socket brings. */
const ENOUGH = 0x1_0000;
/** What an empty message counts, so that a flood of them has an end as well. */
const OVERHEAD = 32;

const done = { value: undefined, done: true } as const;

export class Inbox {
  readonly #emit: (data: Item) => void;
  #isFlowing = false;
  #isDiscarding = false;
  #hasEnded = false;
  #held: Item[] = [];
  #size = 0;
  readonly #waiters: ((result: Result) => void)[] = [];

  /** @param emit calls the listeners */
  constructor(emit: (data: Item) => void) {
    this.#emit = emit;
  }

  /** Read no further. */
  get isFull(): boolean {
    return this.#size >= ENOUGH;
  }

  deliver(data: Item): void {
    if (this.#isDiscarding) return;
    if (this.#isFlowing) this.#emit(data);
    else if (this.#waiters.length > 0) this.#waiters.shift()!({ value: data, done: false });
    else {
      this.#held.push(data);
      this.#size += sizeOf(data);
    }
  }

  #take(): Item | undefined {
    const data = this.#held.shift();
    if (data !== undefined) this.#size -= sizeOf(data);
    return data;
  }

  /** Messages go to the listeners from here on, those that are held first. */
  flow(): void {
    this.#isFlowing = true;
    // A listener may call `pause`, or end it all.
    while (this.#isFlowing && this.#held.length > 0) this.#emit(this.#take()!);
  }

  pause(): void {
    this.#isFlowing = false;
  }

  /** The oldest message that is held, or the next to come, or that there is none any more. */
  next(): Promise<Result> {
    const held = this.#take();
    if (held !== undefined) return Promise.resolve({ value: held, done: false });
    if (this.#hasEnded) return Promise.resolve(done);
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** No message comes any more; those that are held may still be taken. */
  end(): void {
    this.#hasEnded = true;
    for (const resolve of this.#waiters.splice(0)) resolve(done);
  }

  /** Nobody shall have a message any more, not even those that are held. */
  discard(): void {
    this.#isDiscarding = true;
    this.#held = [];
    this.#size = 0;
  }
}

function sizeOf(item: Item): number {
  const isWhole = typeof item === 'string' || item instanceof Uint8Array;
  return (isWhole ? item : item.data).length + OVERHEAD;
}
