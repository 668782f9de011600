// Messages, or parts of one, that no consumer has asked for yet. The inbox may hold some, so that we reach the Pings behind
// them even if the consumer is slow. When it is full, reading stops: that is how a slow consumer slows its peer down. It
// also counts the messages that loops hold and may still answer.

import type { Message, MessagePart } from '../wire/index.ts';
import { Queue } from './queue.ts';

/** A Message only if its bytes are text. */
export type Item = string | Uint8Array | Message | MessagePart;

/** Reading stops when the inbox holds this many bytes: about what one read from a socket brings. */
const ENOUGH = 0x1_0000;
/** To see whether the connection ends behind them, single reads go on until the inbox holds this many bytes. */
const MOST = 4 * ENOUGH;
/** Bytes that each message counts beside its own, so that empty messages fill the inbox too. */
const OVERHEAD = 32;

export class Inbox extends Queue<Item> {
  /** Bytes held; 0 only if nothing is. */
  size = 0;
  /** Whether to stop reading. */
  isFull = false;
  /** How many messages loops hold and may still answer: a loop is done with one when it asks for the next. */
  #inHands = 0;
  /** Drops everything from here on. */
  isDiscarding = false;

  /** Whether to stop reading even to look for the end. */
  get isCrammed(): boolean {
    return this.size >= MOST;
  }

  /** Whether a loop holds a message that it may still answer. */
  get isInHands(): boolean {
    return this.#inHands > 0;
  }

  /** Gives `item` to the loop that waits, or holds it. */
  override push(item: Item): void {
    if (this.isDiscarding) return;
    if (this.isAwaited) this.#inHands++;
    else this.#grow(sizeOf(item));
    super.push(item);
  }

  override shift(): Item | undefined {
    const item = super.shift();
    if (item !== undefined) this.#grow(-sizeOf(item));
    return item;
  }

  #grow(bytes: number): void {
    this.size += bytes;
    this.isFull = this.size >= ENOUGH;
  }

  /** A loop asks. */
  override next(by: unknown): Promise<IteratorResult<Item, undefined>> {
    this.#handBack();
    if (this.size > 0) this.#inHands++;
    return super.next(by);
  }

  /** A loop is left. */
  override leave(by: unknown): boolean {
    const hasWaited = super.leave(by);
    // If it waited, it has handed back its message already.
    if (!hasWaited) this.#handBack();
    return hasWaited;
  }

  /** A loop is done with its message. */
  #handBack(): void {
    if (this.#inHands > 0) this.#inHands--;
  }

  /** A new loop replaces loops that have stopped and may never ask again. Loops that run beside it count when they ask. */
  startLoop(): void {
    this.#inHands = 0;
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
