// What goes out: a message becomes frames at once, or stands in line behind one that takes its time (being
// compressed in a thread, or made part by part); the outbox decides when they are written.

import type { Socket } from 'node:net';
import { types } from 'node:util';
import { encodeText, type Protocol, WebSocketError } from '../wire/index.ts';
import type { Deflate } from './deflate.ts';
import { type Job, Line } from './line.ts';
import type { ConnectionSettings, SendOptions } from './options.ts';
import type { Outbox } from './outbox.ts';

type Data = string | Uint8Array;
/** A message as a user has it, or a part of one. */
export type Part = string | ArrayBuffer | ArrayBufferView;

/** Brings a message, or a part of one, to the wire. One function each for all: a closure per message is not free. */
type Put = (wire: Protocol, data: Data) => void;
const plain: Put = (wire, data) => (typeof data === 'string' ? wire.sendText(data) : wire.sendBinary(data));
const fragment: Put = (wire, data) => wire.sendFragment(data, false);
const lastFragment: Put = (wire, data) => wire.sendFragment(data, true);
const frameAsItIs: Put = (wire, data) => wire.sendFrame(data as Uint8Array);

const notSent = Promise.resolve(false);

export interface SenderOwner {
  /** The source of a message failed, and so the message cannot be finished. */
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
  /** Where no message takes its time, nobody ever stands in line. */
  #line: Line | undefined;
  /** `close` was called; its frame may still stand in line. */
  hasClosed = false;
  /** What became of the message that `sendFragment` has begun. */
  #fragments: 'none' | 'sent' | 'dropped' = 'none';
  /** A message is being compressed, which takes as long as it takes. */
  #isCompressing = false;
  /** The source of a message has given a part of it. */
  #hasNewPart = false;
  /** Wakes up who waits for the next part of a message. */
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

  /** More may be sent. */
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
    // All of a message is dropped, or nothing: the peer would take the rest for the whole.
    const isSent = this.#fragments !== 'dropped' && this.#canSend();
    this.#fragments = last ? 'none' : isSent ? 'sent' : 'dropped';
    if (!isSent) return notSent;
    return this.#sendInLine(data, last ? lastFragment : fragment);
  }

  sendFrame(frame: Uint8Array): Promise<boolean> {
    if (this.#fragments === 'sent' || !this.#canSend()) return notSent;
    return this.#sendInLine(frame, frameAsItIs);
  }

  /** Sends a Close, behind all that was sent before. */
  close(code: number | undefined, reason: string | undefined): void {
    this.hasClosed = true;
    this.#inLine(0, () => this.#wire.close(code, reason) as undefined);
  }

  /** Takes no more, and calls `finish` behind all that was sent before. */
  endWith(finish: () => void): void {
    this.hasClosed = true;
    this.#inLine(0, finish as () => undefined);
  }

  /** Whether something is at work on what was sent, or has got on since this was last asked. */
  takeProgress(): boolean {
    const hasProgress = this.#isCompressing || this.#hasNewPart;
    this.#hasNewPart = false;
    return hasProgress;
  }

  /** Nothing can be sent any more: who waits for the next part of a message waits in vain. */
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
      // A loop that awaits each `send` would have each written by itself; that costs more than a copy.
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

  /** A client's bytes are always copied, so that its caller need not wait; mostly that is done by masking. */
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
          // Why not hold each part back until it is known to be the last: it is wanted at the other end now.
          this.#wire.sendFragment(type === 'string' ? '' : new Uint8Array(0), true);
          return;
        }
        this.#hasNewPart = true;
        const data = dataOf(result.value);
        type ??= typeof data;
        if (type !== typeof data)
          throw new WebSocketError('data-not-supported', 'the parts of a message are all text or all bytes');
        this.#wire.sendFragment(data, false);
        // A source may fill the same memory again.
        await this.#outbox.added(this.#wire.borrows(data));
      }
      // The connection is over, and the source is told; not waited for, as it may be stuck.
      Promise.resolve()
        .then(() => iterator.return?.())
        .catch(() => {});
    } catch (cause) {
      this.#owner.fail(
        new WebSocketError('message-source-failed', 'the source of a message failed', { cause }),
      );
    }
  }

  /** What `promise` brings, or undefined if the connection ends first: a source may be silent for ever. */
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
  // Of any realm: a vm's ArrayBuffer is no instance of ours.
  if (types.isArrayBuffer(part)) return new Uint8Array(part);
  throw new WebSocketError('data-not-supported', `a message is a string or bytes, not ${typeof part}`);
}
