// Turns messages into frames: at once, or later, if a slow message is before it (one that is compressed in a
// thread, or made part by part). The outbox decides when to write the frames.

import type { Socket } from 'node:net';
import { types } from 'node:util';
import { encodeText, type Protocol, WebSocketError } from '../wire/index.ts';
import type { Deflate } from './deflate.ts';
import { type Job, Line } from './line.ts';
import type { ConnectionSettings, SendOptions } from './options.ts';
import type { Outbox } from './outbox.ts';

type Data = string | Uint8Array;
/** A message, or a part of one, as the user gives it. */
export type Part = string | ArrayBuffer | ArrayBufferView;

/** Gives a message, or a part of one, to the Protocol. Why functions that are made once: a closure per message costs. */
type Put = (wire: Protocol, data: Data) => void;
const plain: Put = (wire, data) => (typeof data === 'string' ? wire.sendText(data) : wire.sendBinary(data));
const fragment: Put = (wire, data) => wire.sendFragment(data, false);
const lastFragment: Put = (wire, data) => wire.sendFragment(data, true);
const frameAsItIs: Put = (wire, data) => wire.sendFrame(data as Uint8Array);

const notSent = Promise.resolve(false);

export interface SenderOwner {
  /** The source of a message failed, so we cannot finish the message. */
  fail(error: WebSocketError): void;
  /** The peer is too slow. */
  cut(error: WebSocketError): void;
}

export class Sender {
  readonly #socket: Socket;
  readonly #wire: Protocol;
  readonly #outbox: Outbox;
  readonly #settings: ConnectionSettings;
  readonly #deflate: Deflate | undefined;
  readonly #owner: SenderOwner;
  /** Made late: without slow messages there is no line. */
  #line: Line | undefined;
  /** `close` was called; the Close may still wait in line. */
  hasClosed = false;
  /** Whether the message that `sendFragment` has begun is sent or dropped. */
  #fragments: 'none' | 'sent' | 'dropped' = 'none';
  /** A message is being compressed in a thread. */
  #isCompressing = false;
  /** The source of a message has given a part since `takeProgress` was last called. */
  #hasNewPart = false;
  /** Ends the wait for the next part of a message. */
  #stopWaiting: (() => void) | undefined;

  constructor(
    socket: Socket,
    wire: Protocol,
    outbox: Outbox,
    settings: ConnectionSettings,
    deflate: Deflate | undefined,
    owner: SenderOwner,
  ) {
    this.#socket = socket;
    this.#wire = wire;
    this.#outbox = outbox;
    this.#settings = settings;
    this.#deflate = deflate;
    this.#owner = owner;
  }

  /** Whether the user may send more. */
  get isOpen(): boolean {
    return !this.hasClosed && this.#canWrite;
  }

  get #canWrite(): boolean {
    return this.#wire.canSend && this.#socket.writable;
  }

  /** Bytes that the operating system has not taken yet. */
  get size(): number {
    return this.#outbox.size + (this.#line?.size ?? 0);
  }

  send(message: Part | AsyncIterable<Part>, options?: SendOptions): Promise<boolean> {
    const parts = isAsyncIterable(message) ? message : undefined;
    const data = parts === undefined ? dataOf(message as Part) : '';
    if (!this.#canSend()) return notSent;
    if (this.#fragments === 'sent')
      throw new WebSocketError(
        'fragment-unexpected',
        'a message is being sent in fragments: finish it first',
      );
    if (parts !== undefined) return this.#inLine(0, () => this.#sendParts(parts));
    const deflate = options?.compress === false ? undefined : this.#deflate;
    if (!deflate?.isWorth(typeof data === 'string' ? Buffer.byteLength(data) : data.length))
      return this.#sendInLine(data, plain);
    const kept = this.#keep(data);
    const job = (): undefined | Promise<void> => this.#putDeflated(deflate, kept);
    return this.#inLine(data.length, job, this.#wire.borrows(data));
  }

  sendFragment(part: Part, last: boolean): Promise<boolean> {
    const data = dataOf(part);
    // Drop all fragments of a message or none: else the peer would take the rest for the whole.
    const isSent = this.#fragments !== 'dropped' && this.#canSend();
    this.#fragments = last ? 'none' : isSent ? 'sent' : 'dropped';
    if (!isSent) return notSent;
    return this.#sendInLine(data, last ? lastFragment : fragment);
  }

  sendFrame(frame: Uint8Array): Promise<boolean> {
    if (this.#fragments === 'sent' || !this.#canSend()) return notSent;
    return this.#sendInLine(frame, frameAsItIs);
  }

  /** Sends a Close, behind everything that was sent before. */
  close(code: number | undefined, reason: string | undefined): void {
    this.hasClosed = true;
    this.#inLine(0, () => this.#wire.close(code, reason) as undefined);
  }

  /** Takes no more messages, and calls `finish` behind everything that was sent before. */
  endWith(finish: () => void): void {
    this.hasClosed = true;
    this.#inLine(0, finish as () => undefined);
  }

  /** Whether a message is being compressed, or its source has given a part since the last call. */
  takeProgress(): boolean {
    const hasProgress = this.#isCompressing || this.#hasNewPart;
    this.#hasNewPart = false;
    return hasProgress;
  }

  /** Sending is over: stops waiting for the next part of a message. */
  stop(): void {
    this.hasClosed = true;
    this.#stopWaiting?.();
  }

  /** The connection is over. */
  end(): void {
    this.#outbox.end();
    this.stop();
  }

  #canSend(): boolean {
    if (!this.isOpen) return false;
    const queued = this.size;
    const { maxQueued, slowConsumer } = this.#settings;
    if (queued <= maxQueued) return true;
    if (slowConsumer === 'terminate' || this.#fragments === 'sent')
      this.#owner.cut(
        new WebSocketError('queue-full', `${queued} bytes wait for the peer: maxQueued is ${maxQueued}`),
      );
    return false;
  }

  #sendInLine(data: Data, put: Put): Promise<boolean> {
    if (this.#line === undefined || this.#line.isEmpty) {
      const isBorrowed = this.#wire.borrows(data);
      // Why copy: a loop that awaits each `send` would get a write for each, which costs more than a copy.
      const isCopied = isBorrowed && this.#outbox.gathers(data.length);
      put(this.#wire, isCopied ? Buffer.from(data as Uint8Array) : data);
      return this.#outbox.added(isBorrowed && !isCopied);
    }
    const kept = this.#keep(data);
    const job = (): undefined => {
      if (this.#canWrite) put(this.#wire, kept);
    };
    return this.#inLine(data.length, job, this.#wire.borrows(data));
  }

  /** A client's caller may reuse its buffer at once: masking usually makes the copy; a queued message is copied here. */
  #keep(data: Data): Data {
    return this.#settings.role === 'client' && typeof data !== 'string' ? Uint8Array.from(data) : data;
  }

  #putDeflated(deflate: Deflate, data: Data): undefined | Promise<void> {
    if (!this.#canWrite) return undefined;
    const isText = typeof data === 'string';
    const put = (deflated: Uint8Array | undefined): undefined => {
      if (!this.#canWrite) return;
      if (deflated === undefined) plain(this.#wire, data);
      else this.#wire.sendCompressed(isText ? 'text' : 'binary', deflated);
    };
    const result = deflate.compress(isText ? encodeText(data) : data);
    if (!(result instanceof Promise)) return put(result);
    this.#isCompressing = true;
    return result.then((deflated) => {
      this.#isCompressing = false;
      put(deflated);
    });
  }

  #inLine(size: number, job: Job, isBorrowed: boolean = false): Promise<boolean> {
    this.#line ??= new Line();
    const running = this.#line.run(size, job);
    if (running === undefined) return this.#outbox.added(isBorrowed);
    return running.then(() => this.#canWrite && this.#outbox.added(isBorrowed));
  }

  async #sendParts(parts: AsyncIterable<Part>): Promise<void> {
    try {
      const iterator = parts[Symbol.asyncIterator]();
      let type: string | undefined;
      while (this.#canWrite) {
        const result = await this.#orEnd(iterator.next());
        if (!this.#canWrite || result === undefined) break;
        if (result.done === true) {
          // Why an empty last fragment: to know that a part is the last, we would have to hold each part back.
          this.#wire.sendFragment(type === 'string' ? '' : new Uint8Array(0), true);
          return;
        }
        this.#hasNewPart = true;
        const data = dataOf(result.value);
        type ??= typeof data;
        if (type !== typeof data)
          throw new WebSocketError('data-not-supported', 'the parts of a message are all text or all bytes');
        this.#wire.sendFragment(data, false);
        // The source may reuse the memory of the part.
        await this.#outbox.added(this.#wire.borrows(data));
      }
      // The connection is over: tell the source, but do not wait for it, because it may be stuck.
      Promise.resolve()
        .then(() => iterator.return?.())
        .catch(() => {});
    } catch (cause) {
      this.#owner.fail(
        new WebSocketError('message-source-failed', 'the source of a message failed', { cause }),
      );
    }
  }

  /** The value of `promise`, or undefined if the connection ends first: a source may stay silent for ever. */
  #orEnd<T>(promise: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      this.#stopWaiting = () => resolve(undefined);
      promise.then(resolve, reject);
    });
  }
}

function isAsyncIterable(message: Part | AsyncIterable<Part>): message is AsyncIterable<Part> {
  return typeof message === 'object' && message !== null && Symbol.asyncIterator in message;
}

export function dataOf(part: Part): Data {
  if (typeof part === 'string' || part instanceof Uint8Array) return part;
  if (ArrayBuffer.isView(part)) return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
  // Why not `instanceof`: an ArrayBuffer of another realm (a vm) is not an instance of our class.
  if (types.isArrayBuffer(part)) return new Uint8Array(part);
  throw new WebSocketError('data-not-supported', `a message is a string or bytes, not ${typeof part}`);
}
