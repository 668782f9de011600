// Handles what comes in: bytes go to the Protocol, messages to the consumer, all other events to the
// connection. Reading stops only when enough messages wait that no consumer has asked for, so that we hear Ping,
// Pong and Close even if no consumer wants messages. While a message is inflated in a thread, everything behind it
// waits, so that nothing overtakes it.

import type { Socket } from 'node:net';
import {
  decodeUtf8,
  type Message,
  type MessagePart,
  type Protocol,
  type ProtocolEvent,
  WebSocketError,
} from '../wire/index.ts';
import type { Deflate } from './deflate.ts';
import { Inbox } from './inbox.ts';
import { loop } from './loop.ts';
import { type MessageStream, MessageStreams } from './message-stream.ts';
import type { Outbox } from './outbox.ts';
import { kept } from './socket-owner.ts';

type Data = string | Uint8Array;

export interface ReceiverOwner {
  readonly hasListeners: boolean;
  /** @returns false if no listener was there to hear it */
  receiveMessage(data: Data): boolean;
  receiveControl(event: Exclude<ProtocolEvent, Message | MessagePart>): void;
  /** Everything that came is handled, except for messages that wait for a consumer. */
  caughtUp(hasRoom: boolean): void;
  /** A message waits for room, and so does everything behind it. */
  heldUp(): void;
  /** `isSettled` may have become true. */
  settled(): void;
}

/**
 * How many messages we handle in one turn before other connections get theirs. A compressed message counts as many, and
 * so does each KiB that comes out of it, because they take about as long.
 */
const BUDGET = 4096;
const COMPRESSED = 16;

export class Receiver {
  readonly #socket: Socket;
  readonly #wire: Protocol;
  readonly #outbox: Outbox;
  readonly #deflate: Deflate | undefined;
  readonly #owner: ReceiverOwner;
  /** Made late: if messages go to listeners, usually none waits. */
  #inbox: Inbox | undefined;
  /** Messages go to the listeners. */
  #isFlowing = false;
  /** `pause` was called. */
  #isPaused = false;
  /** How many messages loops hold and may still answer: a loop is done with one when it asks for the next. */
  #inHands = 0;
  #streams: MessageStreams | undefined;
  /** Until this is set, nothing is handled, and the socket stays paused. */
  hasBegun = false;
  /** The bytes that we are handling lie in the shared read buffer: see `socket-owner.ts`. */
  #isLent = false;
  /** A message is being inflated in a thread. */
  #isInflating = false;
  /** Some of what came is not handled yet: it had to wait, or a listener threw. */
  #isBehind = false;
  /** A compressed message that waits for room. Unlike others it does not wait in the inbox: inflated it may be far larger. */
  #deferred: Message | undefined;
  /** What is left of this turn's budget. */
  #budget = BUDGET;
  /** The budget is used up, and a later turn goes on. */
  #isYielding = false;

  constructor(
    socket: Socket,
    wire: Protocol,
    outbox: Outbox,
    deflate: Deflate | undefined,
    owner: ReceiverOwner,
  ) {
    this.#socket = socket;
    this.#wire = wire;
    this.#outbox = outbox;
    this.#deflate = deflate;
    this.#owner = owner;
  }

  receive(chunk: Uint8Array, isLent: boolean): void {
    this.#isLent = isLent;
    this.#budget = BUDGET;
    // If the consumer is behind, we keep this chunk and read no other until the consumer has caught up.
    if (this.mustWait) this.#socket.pause();
    this.#wire.receive(chunk);
    try {
      this.turn();
    } finally {
      this.#endLoan();
      // Even if a listener threw: send what was sent before that.
      this.#outbox.flush();
    }
  }

  /** Handles what has come, as far as there is room. */
  turn(): void {
    // Inside a turn, its own loop goes on; nested turns could be as deep as there are messages.
    if (this.#outbox.isInTurn || !this.hasBegun) return;
    this.#outbox.isInTurn = true;
    this.#isBehind = true;
    try {
      this.#pump();
    } finally {
      this.#outbox.isInTurn = false;
      // A listener threw: what is behind its message must not wait for a chunk that may never come.
      if (this.#isBehind && !this.mustWait) this.#goOnLater();
    }
  }

  #goOnLater(): void {
    setImmediate(Receiver.#goOn, this);
  }

  static #goOn(receiver: Receiver): void {
    receiver.#isYielding = false;
    receiver.#budget = BUDGET;
    receiver.turnAgain();
  }

  /** The same, but the write waits for the end of the turn, so that the consumer's answers can join it. */
  turnAgain(): void {
    this.turn();
    this.#outbox.schedule();
  }

  /** Whether to stop reading: the consumer is behind, or we are. */
  get mustWait(): boolean {
    return this.isAtWork || this.isConsumerBehind;
  }

  /** Whether we are behind: a message is being inflated, or other connections have their turn. */
  get isAtWork(): boolean {
    return this.#isInflating || this.#isYielding;
  }

  /** Whether enough messages wait for the consumer to ask for them. */
  get isConsumerBehind(): boolean {
    return this.#inbox?.isFull === true;
  }

  /** If the consumer has not asked for a while: reads once more, because the end may be behind the waiting messages. */
  lookFurther(): void {
    const isHeldUp = this.isAtWork || this.#deferred !== undefined;
    if (!isHeldUp && this.isConsumerBehind && !this.#inbox!.isCrammed) this.#socket.resume();
  }

  /** Handles all events that were read, even if the consumer is behind: a Ping or the peer's Close may be among them. */
  #pump(): void {
    this.#flow();
    while (!this.isAtWork) {
      const event = this.#deferred ?? this.#wire.next();
      if (event === undefined) break;
      if (event.type === 'message') {
        if (!this.#receiveMessage(event)) return this.#owner.heldUp();
      } else if (event.type === 'part') this.#push({ ...event, data: this.#own(event.data) });
      else this.#owner.receiveControl(event);
      if (this.#budget >= 0) continue;
      this.#isYielding = true;
      this.#goOnLater();
    }
    if (this.isAtWork) return;
    this.#isBehind = this.isConsumerBehind;
    this.#owner.caughtUp(!this.#isBehind);
  }

  /** @returns false if the message has to wait */
  #receiveMessage(message: Message): boolean {
    const { data, compressed } = message;
    if (compressed === undefined) {
      this.#budget--;
      this.#deliver(typeof data === 'string' ? data : this.#own(data));
      return true;
    }
    this.#deferred = undefined;
    if (this.isConsumerBehind) {
      this.#deferred = { ...message, data: this.#own(data as Uint8Array) };
      return false;
    }
    this.#budget -= COMPRESSED;
    this.#inflate(data as Uint8Array, compressed);
    return true;
  }

  /** Bytes that we can give away: a copy if `data` lies in the shared read buffer. */
  #own(data: Uint8Array): Uint8Array {
    if (!this.#isLent) return data;
    const own = kept(data);
    // Then copy everything behind it at once: a copy for each of many small messages would cost more.
    if (own !== data) this.#endLoan();
    return own;
  }

  /** Copies what still lies in the shared read buffer, which the next read overwrites. */
  #endLoan(): void {
    if (this.#isLent) this.#wire.keep(kept);
    this.#isLent = false;
  }

  #deliver(data: Data): void {
    // If a listener threw, queued messages may remain: deliver them first.
    if (this.#isFlowing && this.#inbox?.isEmpty !== false) {
      if (this.#owner.receiveMessage(data)) return;
      // The last listener has gone: messages wait for the next consumer.
      this.#isFlowing = false;
    }
    this.#push(data);
    this.#flow();
  }

  #push(item: Data | MessagePart): void {
    if (this.#held.push(item)) this.#inHands++;
  }

  #flow(): void {
    // Check each time: a listener may call `pause`, end the connection, or remove itself.
    while (this.#isFlowing && this.#inbox?.isEmpty === false) {
      if (this.#owner.hasListeners) this.#owner.receiveMessage(this.#inbox.shift() as Data);
      else this.#isFlowing = false;
    }
  }

  #inflate(deflated: Uint8Array, type: 'text' | 'binary'): void {
    let data: Data;
    try {
      const result = this.#deflate!.decompress(deflated);
      if (result instanceof Promise) return void this.#inflateLater(result, type);
      this.#budget -= result.length / 1024;
      data = contentOf(result, type);
    } catch (error) {
      return this.#fail(error);
    }
    this.#deliver(data);
  }

  async #inflateLater(result: Promise<Uint8Array>, type: 'text' | 'binary'): Promise<void> {
    this.#isInflating = true;
    this.#socket.pause();
    const outcome = await result.then((data) => contentOf(data, type)).catch((error: unknown) => error);
    // Not in a microtask: an error that a listener throws would become a rejected promise.
    setImmediate(() => {
      this.#isInflating = false;
      try {
        if (typeof outcome === 'string' || outcome instanceof Uint8Array) this.#deliver(outcome);
        else this.#fail(outcome);
      } finally {
        this.turnAgain();
      }
    });
  }

  #fail(error: unknown): void {
    if (!(error instanceof WebSocketError)) throw error;
    this.#wire.fail(error);
    this.#owner.receiveControl({ type: 'failed', error });
  }

  get #held(): Inbox {
    this.#inbox ??= new Inbox();
    return this.#inbox;
  }

  // ---- Consumers -------------------------------------------------------------------------------

  pause(): void {
    this.#isFlowing = false;
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    // If messages are read in parts, there is nothing for listeners.
    this.#isFlowing = this.#streams === undefined && this.#inbox?.isDiscarding !== true;
    try {
      this.#flow();
    } finally {
      // Even if a listener threw: else we would never read again.
      if (this.#isBehind) this.turnAgain();
      if (this.#isFlowing && this.#inbox?.isEmpty === false) this.#goOnLater();
      this.#owner.settled();
    }
  }

  /**
   * Whether nothing that came can still be answered: all messages for the current consumer are delivered, and no loop
   * holds one. When a listener is done, we cannot know. After our own `close`, no answer is possible.
   */
  get isSettled(): boolean {
    if (this.#inbox?.isDiscarding === true) return true;
    if (this.isAtWork || this.#inHands > 0 || this.#isPaused) return false;
    return !this.#isFlowing || this.#inbox?.isEmpty !== false;
  }

  messages(): AsyncIterableIterator<Data, undefined> {
    if (this.#streams !== undefined)
      throw new WebSocketError('messages-in-parts', 'messages are being read in parts: go on with `streams`');
    let isNew = true;
    const next = (): Promise<IteratorResult<Data, undefined>> => {
      // A new loop replaces loops that have stopped and may never ask again. Loops that run beside it count again
      // when they ask.
      if (isNew) this.#inHands = 0;
      isNew = false;
      return this.#next() as Promise<IteratorResult<Data, undefined>>;
    };
    return loop(next, () => this.#leave());
  }

  streams(): AsyncIterableIterator<MessageStream, undefined> {
    this.#isFlowing = this.#isPaused = false;
    this.#wire.receiveInParts();
    this.#streams ??= new MessageStreams(
      async () => (await this.#next()).value,
      this.#deflate,
      (error) => {
        // Nothing behind a broken rule counts (RFC 6455 7.1.7), even if it has come already.
        this.#held.discard();
        this.#fail(error);
      },
    );
    const streams = this.#streams;
    return loop(
      () => streams.next(),
      () => this.#leave(),
    );
  }

  #next(): Promise<IteratorResult<Data | MessagePart, undefined>> {
    this.#handedBack();
    if (!this.#held.isEmpty) this.#inHands++;
    // A consumer that asks ends an earlier `pause`.
    this.#isPaused = false;
    const result = this.#held.next();
    // There may be room to read on.
    if (this.#isBehind) this.turnAgain();
    this.#owner.settled();
    return result;
  }

  #leave(): void {
    this.#handedBack();
    this.#owner.settled();
  }

  #handedBack(): void {
    if (this.#inHands > 0) this.#inHands--;
  }

  /** Drops all messages from here on. */
  discard(): void {
    this.#isFlowing = false;
    this.#held.discard();
  }

  /** No message comes any more; the consumer may still take those that came. */
  end(): void {
    this.#held.end();
  }
}

function contentOf(bytes: Uint8Array, type: 'text' | 'binary'): Data {
  if (type === 'binary') return bytes;
  const text = decodeUtf8(bytes, 0, bytes.length);
  if (text === undefined) throw new WebSocketError('text-not-utf8', 'a compressed text message is not UTF-8');
  return text;
}
