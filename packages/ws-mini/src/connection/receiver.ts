// What comes in: bytes to the Protocol, messages to the inbox, all else to the connection. Reading goes on
// until some messages wait that nobody has asked for, so that Ping, Pong and Close are heard even where no
// message is wanted. A message that is inflated in a thread holds up all that is behind it, and so nothing
// can overtake it.

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
  /** Everything that came is handled, but for what waits for a consumer. */
  caughtUp(hasRoom: boolean): void;
  /** A message waits for room, and with it all that came behind it. */
  heldUp(): void;
  /** Nobody has anything more to say to what came: see `isSettled`. */
  settled(): void;
}

/**
 * What is handled in one turn, before others have theirs: so many messages, of which a compressed one counts as many,
 * since it takes about as long, and so does every KiB of a large one.
 */
const BUDGET = 4096;
const COMPRESSED = 16;

export class Receiver {
  readonly #socket: Socket;
  readonly #wire: Protocol;
  readonly #outbox: Outbox;
  readonly #deflate: Deflate | undefined;
  readonly #owner: ReceiverOwner;
  /** Where messages go to listeners, none ever waits. */
  #inbox: Inbox | undefined;
  /** Messages go to the listeners. */
  #isFlowing = false;
  /** `pause` was called. */
  #isPaused = false;
  /** Messages that loops have and may still answer: a loop is done with one when it asks for the next. */
  #inHands = 0;
  #streams: MessageStreams | undefined;
  /** Before that, nothing is handled, and the socket stays paused. */
  hasBegun = false;
  /** What is handled now lies in the read buffer: see `socket-owner.ts`. */
  #isLent = false;
  /** A message is being inflated in a thread. */
  #isInflating = false;
  /** What came is not all handled: it had to wait, or a listener threw. */
  #isBehind = false;
  /** A compressed message for which there is no room. Others wait as they are; this one could become a thousand times as large. */
  #deferred: Message | undefined;
  /** What is left of this turn's budget. */
  #budget = BUDGET;
  /** It was used up, and a later turn goes on. */
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
    // The consumer is behind: this chunk is kept, and is the last until the consumer has caught up.
    if (this.mustWait) this.#socket.pause();
    this.#wire.receive(chunk);
    try {
      this.turn();
    } finally {
      this.#endLoan();
      // Also where a listener threw: what was sent before that is sent.
      this.#outbox.flush();
    }
  }

  /** Handles what is there, as far as somebody wants it. */
  turn(): void {
    // Inside a turn its own loop goes on; turns in turns could nest as deep as there are messages.
    if (this.#outbox.isInTurn || !this.hasBegun) return;
    this.#outbox.isInTurn = true;
    this.#isBehind = true;
    try {
      this.#pump();
    } finally {
      this.#outbox.isInTurn = false;
      // A listener threw. What is behind its message must not wait for a chunk that may never come.
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

  /** The same, where the write may wait for what the consumer has to say to it. */
  turnAgain(): void {
    this.turn();
    this.#outbox.schedule();
  }

  /** No more is read: our consumer is behind, or we are. */
  get mustWait(): boolean {
    return this.isAtWork || this.isConsumerBehind;
  }

  /** A message is being inflated, or it is others' turn: we are behind. */
  get isAtWork(): boolean {
    return this.#isInflating || this.#isYielding;
  }

  /** Enough waits for somebody to ask for it. */
  get isConsumerBehind(): boolean {
    return this.#inbox?.isFull === true;
  }

  /** For a consumer that has not asked for a while: one more read, as an end may stand behind what nobody reads. */
  lookFurther(): void {
    const isHeldUp = this.isAtWork || this.#deferred !== undefined;
    if (!isHeldUp && this.isConsumerBehind && !this.#inbox!.isCrammed) this.#socket.resume();
  }

  /** What was read is looked through also if the consumer is behind: there may be a Ping in it, or the peer's Close. */
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

  /** @returns false if it has to wait */
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

  /** What can be given away: a copy, where it lies in the read buffer. */
  #own(data: Uint8Array): Uint8Array {
    if (!this.#isLent) return data;
    const own = kept(data);
    // And one copy of all that is behind it: one for each of many small messages would cost more.
    if (own !== data) this.#endLoan();
    return own;
  }

  /** Nothing that waits lies in the read buffer any more. */
  #endLoan(): void {
    if (this.#isLent) this.#wire.keep(kept);
    this.#isLent = false;
  }

  #deliver(data: Data): void {
    // If a listener threw, queued messages may remain: deliver them first.
    if (this.#isFlowing && this.#inbox?.isEmpty !== false) {
      if (this.#owner.receiveMessage(data)) return;
      // The last listener has gone: what comes waits for the next consumer.
      this.#isFlowing = false;
    }
    this.#push(data);
    this.#flow();
  }

  #push(item: Data | MessagePart): void {
    if (this.#held.push(item)) this.#inHands++;
  }

  #flow(): void {
    // A listener may call `pause`, or end it all, or be the last to go.
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
    // Not in a promise's turn, which would make a rejection of what a listener throws.
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
    // In parts there is nothing for listeners.
    this.#isFlowing = this.#streams === undefined && this.#inbox?.isDiscarding !== true;
    try {
      this.#flow();
    } finally {
      // Also if a listener threw, or nothing would be read any more.
      if (this.#isBehind) this.turnAgain();
      if (this.#isFlowing && this.#inbox?.isEmpty === false) this.#goOnLater();
      this.#owner.settled();
    }
  }

  /**
   * All that came is handed over, as far as anybody wants it, and nobody who may still answer has it in hands; of a
   * listener one cannot know. After our own `close` nothing can be answered.
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
      // It goes on from where others have stopped, who may never ask again. Others that run beside it are counted.
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
        // Nothing that is behind a broken rule counts (RFC 6455 7.1.7), though it may have come already.
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
    // Whoever asks wants what comes, whatever became of the listeners.
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

  /** Nobody shall have a message any more. */
  discard(): void {
    this.#isFlowing = false;
    this.#held.discard();
  }

  /** No message comes any more; those that came may still be taken. */
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
