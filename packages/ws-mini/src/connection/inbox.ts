// Messages, or parts of one, that nobody has asked for yet. Some may be held, so that a consumer that takes
// its time does not keep the Pings behind them waiting; then reading stops, and that is how a slow consumer
// slows its peer down.

import type { MessagePart } from '../wire/index.ts';
import { Queue } from './queue.ts';

type Item = string | Uint8Array | MessagePart;

/** Reading stops when this much is held: about what one read from a socket brings. */
const ENOUGH = 0x1_0000;
/** And goes on, a read at a time, to see whether the end is behind, until this much is held. */
const MOST = 4 * ENOUGH;
/** What an empty message counts, so that a flood of them has an end as well. */
const OVERHEAD = 32;

export class Inbox {
  /** Where there are listeners, nothing ever waits here. */
  #queue: Queue<Item> | undefined;
  #size = 0;
  /** Nobody shall have anything any more. */
  isDiscarding = false;

  /** Read no further. */
  get isFull(): boolean {
    return this.#size >= ENOUGH;
  }

  /** Not even to look for the end. */
  get isCrammed(): boolean {
    return this.#size >= MOST;
  }

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  /** For whoever waits, or to be held. @returns whether somebody has waited */
  push(item: Item): boolean {
    if (this.isDiscarding) return false;
    this.#queue ??= new Queue();
    const { isAwaited } = this.#queue;
    if (!isAwaited) this.#size += sizeOf(item);
    this.#queue.push(item);
    return isAwaited;
  }

  /** The oldest that is held. */
  shift(): Item | undefined {
    const item = this.#queue?.shift();
    if (item !== undefined) this.#size -= sizeOf(item);
    return item;
  }

  /** The oldest that is held, or the next to come, or that there is none any more. */
  next(): Promise<IteratorResult<Item, undefined>> {
    const value = this.shift();
    if (value !== undefined) return Promise.resolve({ value, done: false });
    this.#queue ??= new Queue();
    return this.#queue.next();
  }

  /** Nothing comes any more; what is held may still be taken. */
  end(): void {
    this.#queue ??= new Queue();
    this.#queue.end();
  }

  /** Not even what is held. */
  discard(): void {
    this.isDiscarding = true;
    while (this.shift() !== undefined);
  }
}

function sizeOf(item: Item): number {
  const isWhole = typeof item === 'string' || item instanceof Uint8Array;
  return (isWhole ? item : item.data).length + OVERHEAD;
}
