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
  receiveMessage(data: Data): void;
  receiveControl(event: Exclude<ProtocolEvent, Message | MessagePart>): void;
  /** A compressed message is wrong, which only we can know. */
  fail(error: WebSocketError): void;
  /** Everything that came is handled, and there is room for more. */
  caughtUp(): void;
}

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
  #streams: MessageStreams | undefined;
  /** Before that, nothing is handled, and the socket stays paused. */
  hasBegun = false;
  /** What is handled now lies in the read buffer: see `socket-owner.ts`. */
  #isLent = false;
  /** A message is being inflated in a thread. */
  isInflating = false;
  /** What came is not all handled: it had to wait, or a listener threw. */
  #isBehind = false;

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
    try {
      this.#pump();
    } finally {
      this.#outbox.isInTurn = false;
    }
  }

  /** The same, where the write may wait for what the consumer has to say to it. */
  turnAgain(): void {
    this.turn();
    this.#outbox.schedule();
  }

  /** What came is not all handled: our consumer is behind, or we are. */
  get mustWait(): boolean {
    return this.isInflating || this.#inbox?.isFull === true;
  }

  #pump(): void {
    this.#isBehind = true;
    while (!this.mustWait) {
      const event = this.#wire.next();
      if (event === undefined) break;
      if (event.type === 'message') this.#receiveMessage(event);
      else if (event.type === 'part') this.#held.push({ ...event, data: this.#own(event.data) });
      else this.#owner.receiveControl(event);
    }
    if (this.mustWait) return;
    this.#isBehind = false;
    this.#owner.caughtUp();
  }

  #receiveMessage({ data, compressed }: Message): void {
    if (compressed !== undefined) this.#inflate(data as Uint8Array, compressed);
    else this.#deliver(typeof data === 'string' ? data : this.#own(data));
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
    // Where a listener threw, some may be held although they flow, and those come first.
    if (this.#isFlowing && this.#inbox?.isEmpty !== false) this.#owner.receiveMessage(data);
    else {
      this.#held.push(data);
      this.#flow();
    }
  }

  #flow(): void {
    // A listener may call `pause`, or end it all.
    while (this.#isFlowing) {
      const held = this.#inbox?.shift();
      if (held === undefined) break;
      this.#owner.receiveMessage(held as Data);
    }
  }

  #inflate(deflated: Uint8Array, type: 'text' | 'binary'): void {
    try {
      const result = this.#deflate!.decompress(deflated);
      if (result instanceof Promise) this.#inflateLater(result, type);
      else this.#deliver(contentOf(result, type));
    } catch (error) {
      this.#fail(error);
    }
  }

  async #inflateLater(result: Promise<Uint8Array>, type: 'text' | 'binary'): Promise<void> {
    this.isInflating = true;
    this.#socket.pause();
    const outcome = await result.then((data) => contentOf(data, type)).catch((error: unknown) => error);
    this.isInflating = false;
    if (typeof outcome === 'string' || outcome instanceof Uint8Array) this.#deliver(outcome);
    else this.#fail(outcome);
    this.turnAgain();
  }

  #fail(error: unknown): void {
    if (!(error instanceof WebSocketError)) throw error;
    this.#owner.fail(error);
  }

  get #held(): Inbox {
    this.#inbox ??= new Inbox();
    return this.#inbox;
  }

  // ---- Consumers -------------------------------------------------------------------------------

  pause(): void {
    this.#isFlowing = false;
  }

  resume(): void {
    // In parts there is nothing for listeners.
    this.#isFlowing = this.#streams === undefined && this.#inbox?.isDiscarding !== true;
    try {
      this.#flow();
    } finally {
      // Also where a listener threw, or nothing would be read any more.
      if (this.#isBehind) this.turnAgain();
    }
  }

  messages(): AsyncIterableIterator<Data, undefined> {
    if (this.#streams !== undefined)
      throw new WebSocketError('messages-in-parts', 'messages are being read in parts: go on with `streams`');
    return loop(() => this.#next() as Promise<IteratorResult<Data, undefined>>);
  }

  streams(): AsyncIterableIterator<MessageStream, undefined> {
    this.pause();
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
    return loop(() => streams.next());
  }

  #next(): Promise<IteratorResult<Data | MessagePart, undefined>> {
    const result = this.#held.next();
    // There may be room to read on.
    if (this.#isBehind) this.turnAgain();
    return result;
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
