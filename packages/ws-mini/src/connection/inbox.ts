// Messages, or parts of one, that no consumer has asked for yet. The inbox may hold some, so that we reach the
// Pings behind them even if the consumer is slow. When it is full, reading stops: that is how a slow consumer
// slows its peer down.

import type { MessagePart } from '../wire/index.ts';
import { Queue } from './queue.ts';

type Item = string | Uint8Array | MessagePart;

/** Reading stops when the inbox holds this many bytes: about what one read from a socket brings. */
const ENOUGH = 0x1_0000;
/** To see whether the connection ends behind them, single reads go on until the inbox holds this many bytes. */
const MOST = 4 * ENOUGH;
/** Bytes that each message counts beside its own, so that empty messages fill the inbox too. */
const OVERHEAD = 32;

export class Inbox {
  /** Made late: if the user listens to 'message', usually nothing waits here. */
  #queue: Queue<Item> | undefined;
  #size = 0;
  /** Drops everything from here on. */
  isDiscarding = false;

  /** Whether to stop reading. */
  get isFull(): boolean {
    return this.#size >= ENOUGH;
  }

  /** Whether to stop reading even to look for the end. */
  get isCrammed(): boolean {
    return this.#size >= MOST;
  }

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  /** Gives `item` to the consumer that waits, or holds it. @returns whether a consumer was waiting */
  push(item: Item): boolean {
    if (this.isDiscarding) return false;
    this.#queue ??= new Queue();
    const { isAwaited } = this.#queue;
    if (!isAwaited) this.#size += sizeOf(item);
    this.#queue.push(item);
    return isAwaited;
  }

  /** Takes the oldest held item. */
  shift(): Item | undefined {
    const item = this.#queue?.shift();
    if (item !== undefined) this.#size -= sizeOf(item);
    return item;
  }

  /** The oldest held item, or the next to come, or the end. */
  next(): Promise<IteratorResult<Item, undefined>> {
    const value = this.shift();
    if (value !== undefined) return Promise.resolve({ value, done: false });
    this.#queue ??= new Queue();
    return this.#queue.next();
  }

  /** Nothing comes any more; the consumer may still take what is held. */
  end(): void {
    this.#queue ??= new Queue();
    this.#queue.end();
  }

  /** Drops what is held, and everything that comes. */
  discard(): void {
    this.isDiscarding = true;
    while (this.shift() !== undefined);
  }
}

function sizeOf(item: Item): number {
  const isWhole = typeof item === 'string' || item instanceof Uint8Array;
  return (isWhole ? item : item.data).length + OVERHEAD;
}
