// From messages to the bytes of a transport. A message becomes frames at once, or behind a slow message that was sent
// before it: one that is compressed in a thread, or made part by part. All frames of a turn leave in one write: at the
// end of the chunk that we are handling, or else after all microtasks that are ready. A write costs far more than a small
// frame, so this is where the speed of small messages comes from.
//
// While the system takes no more, the rest stays in the Protocol and goes out piece by piece. So a Pong need not
// wait behind megabytes, and we can see whether the peer takes anything at all.

import type { Duplex, Readable } from 'node:stream';
import { types } from 'node:util';
import { allocateAlike } from '../wire/bytes.ts';
import { encodeUtf8, isUtf8, type Protocol, WebSocketError } from '../wire/index.ts';
import type { Deflate } from './deflate.ts';
import type { BytesObserver, ConnectionSettings, SendOptions } from './options.ts';
import { ownsMemory } from './transport.ts';
import { TypedParts } from './typed-parts.ts';

type Data = string | Uint8Array;
/** A message, or a part of one, as the user gives it. */
export type Part = string | ArrayBuffer | ArrayBufferView;

/** Gives a message, or a part of one, to the Protocol. Why functions that are made once: a closure per message costs. */
type Put = (wire: Protocol, data: Data) => void;
const plain: Put = (wire, data) => (typeof data === 'string' ? wire.sendText(data) : wire.sendBinary(data));
const asText: Put = (wire, data) => wire.sendText(data);
const fragment: Put = (wire, data) => wire.sendFragment(data, false);
const lastFragment: Put = (wire, data) => wire.sendFragment(data, true);
const frameAsItIs: Put = (wire, data) => wire.sendFrame(data as Uint8Array);

/** Puts frames into the output, at once or later; never rejects. */
type Job = () => undefined | Promise<void>;

/** A slow message and all that were sent behind it. */
interface Slow {
  /** Fulfilled when the last of them is in the output. */
  last: Promise<void>;
  messages: number;
  /** Of those whose size is known before they are sent. */
  bytes: number;
}

/**
 * Bytes that a message behind a slow one counts for `maxQueued`, beside its own. Else an empty message, or one in parts, would
 * count for nothing. It takes more than that to hold one; but a program that sends a thousand small messages at once is none
 * whose peer is slow.
 */
const OVERHEAD = 64;

/** From this many bytes on, write at once: waiting for the end of the turn would save nothing any more. */
const WRITE_AT = 0x1_0000;
/**
 * The most bytes in one write. A Ping cannot overtake what was written, and a write counts as taken only when all of it is:
 * small pieces are better for a link that was full at the last check of the deadlines. For any other, large pieces are
 * cheaper.
 */
const PIECE = 0x10_0000;
const PIECE_IF_FULL = 0x4_0000;

// Most sends need not wait: they all get this promise.
const accepted = Promise.resolve(true);
const notSent = Promise.resolve(false);

const nothing = new Uint8Array(0);

export class Sender {
  readonly #transport: Duplex;
  readonly #wire: Protocol;
  readonly #settings: ConnectionSettings;
  readonly #deflate: Deflate | undefined;
  readonly #observer: BytesObserver | undefined;
  /** What we write must be a copy. */
  readonly #copies: boolean;
  /** The connection is handling a chunk, and will flush at its end. */
  isInTurn = false;
  /** The user may send no more; a Close may still wait behind slow messages. */
  hasClosed = false;
  /** Whether the message that `sendFragment` has begun is sent or dropped. */
  #fragments: 'none' | 'sent' | 'dropped' = 'none';
  /** The fragments of that message, by its type. */
  #typed: TypedParts | undefined;
  /** Usually there is none, and nothing waits. */
  #slow: Slow | undefined;
  /** A message is being compressed in a thread. */
  #isCompressing = false;
  /** The source of a message has given a part since `takeProgress` was last called. */
  #hasNewPart = false;
  /** Ends the wait for the next part of a message. */
  #stopWaiting: (() => void) | undefined;
  #isScheduled = false;
  /** End the transport as soon as nothing waits. */
  #endsTransport = false;
  /** The system had no room for all bytes when `hasMoved` was last called. It also sets the size of the next writes. */
  #wasFull = false;
  #hasDrained = false;
  #waiters: ((accepted: boolean) => void)[] | undefined;

  constructor(
    transport: Duplex,
    wire: Protocol,
    settings: ConnectionSettings,
    deflate: Deflate | undefined,
    observer: BytesObserver | undefined,
  ) {
    this.#transport = transport;
    this.#wire = wire;
    this.#settings = settings;
    this.#deflate = deflate;
    this.#observer = observer;
    this.#copies = !ownsMemory(transport);
  }

  /** Whether the user may send more. */
  get isOpen(): boolean {
    return !this.hasClosed && this.#canWrite;
  }

  get #canWrite(): boolean {
    return this.#wire.canSend && this.#transport.writable;
  }

  /** Bytes that the user has sent and the system has not taken yet. */
  get size(): number {
    return (this.#slow?.bytes ?? 0) + this.#wire.pending + this.#transport.writableLength;
  }

  // ---- From messages to frames ------------------------------------------------------------------

  send(message: Part, options?: SendOptions): Promise<boolean> {
    const type = options?.type;
    const given = typeof message === 'string' ? message : dataOf(message);
    const data = type === undefined ? given : dataAs(type, given);
    const put = type === 'text' ? asText : plain;
    if (!this.#canSend(true)) return notSent;
    const deflate = options?.compress === false ? undefined : this.#deflate;
    if (!deflate?.isWorth(typeof data === 'string' ? Buffer.byteLength(data) : data.length))
      return this.#put(data, put);
    const kept = this.#keep(data);
    const job = (): undefined | Promise<void> => this.#putDeflated(deflate, kept, put);
    return this.#behindSlow(data.length, job, this.#wire.borrows(data));
  }

  /** @returns rejected with a WebSocketError `message-source-failed`; then the Protocol has failed the connection */
  sendParts(parts: AsyncIterable<Part>, type?: 'text' | 'binary'): Promise<boolean> {
    if (!this.#canSend(true)) {
      letGo(parts);
      return notSent;
    }
    let failure: WebSocketError | undefined;
    const job = async (): Promise<void> => {
      failure = await this.#putParts(parts, type);
    };
    return this.#behindSlow(0, job).then((isSent) => {
      if (failure !== undefined) throw failure;
      return isSent;
    });
  }

  sendFragment(part: Part, last: boolean, type?: 'text' | 'binary'): Promise<boolean> {
    const given = dataOf(part);
    if (this.#fragments === 'none')
      this.#typed = new TypedParts(type ?? (typeof given === 'string' ? 'text' : 'binary'));
    const data = this.#typed!.next(given, last);
    // Drop all fragments of a message or none: else the peer would take the rest for the whole.
    const isSent = this.#fragments !== 'dropped' && this.#canSend(false);
    this.#fragments = last ? 'none' : isSent ? 'sent' : 'dropped';
    if (last) this.#typed = undefined;
    if (!isSent) return notSent;
    return this.#put(data, last ? lastFragment : fragment);
  }

  /** @throws WebSocketError `frame-invalid`: of a client, each frame is masked with a key of its own (RFC 6455 5.3) */
  sendFrame(frame: Uint8Array): Promise<boolean> {
    if (this.#settings.role === 'client')
      throw new WebSocketError('frame-invalid', 'a client must mask its frames, each anew: use `send`'); // rfc6455/5.1/mask
    if (this.#fragments === 'sent' || !this.#canSend(false)) return notSent;
    return this.#put(frame, frameAsItIs);
  }

  /** Sends a Close, behind everything that was sent before. */
  close(code: number | undefined, reason: string | undefined): void {
    this.hasClosed = true;
    void this.#behindSlow(0, () => this.#wire.close(code, reason) as undefined);
  }

  /** Takes no more messages, and calls `finish` behind everything that was sent before. */
  endWith(finish: () => void): void {
    this.hasClosed = true;
    void this.#behindSlow(0, finish as () => undefined);
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

  /** The connection is over: all sends that wait are fulfilled with false. */
  end(): void {
    this.#release(false);
    this.stop();
  }

  /**
   * @param isMessage nothing may stand between the fragments of another message
   * @throws WebSocketError `fragment-unexpected`
   */
  #canSend(isMessage: boolean): boolean {
    if (this.hasClosed || !this.#canWrite) return false;
    const { maxQueued, slowConsumer } = this.#settings;
    const messages = this.#slow?.messages ?? 0;
    const queued = this.size + messages * OVERHEAD;
    if (queued > maxQueued) {
      const counted =
        messages > 0 ? `, with ${OVERHEAD} for each of ${messages} messages behind a slow one` : '';
      const message = `${queued} bytes wait for the peer${counted}: maxQueued is ${maxQueued}`;
      if (slowConsumer === 'terminate' || this.#fragments === 'sent')
        this.#transport.destroy(new WebSocketError('queue-full', message));
      return false;
    }
    if (isMessage && this.#fragments === 'sent')
      throw new WebSocketError(
        'fragment-unexpected',
        'a message is being sent in fragments: finish it first',
      );
    return true;
  }

  /** Puts frames into the output: at once, unless a slow message is before them. */
  #put(data: Data, put: Put): Promise<boolean> {
    const isBorrowed = typeof data !== 'string' && this.#wire.borrows(data);
    if (this.#slow === undefined) {
      // Why copy: a loop that awaits each `send` would get a write for each, which costs more than a copy.
      const isCopied = isBorrowed && !this.isInTurn && data.length < WRITE_AT;
      put(this.#wire, isCopied ? copyOf(data) : data);
      return this.#added(isBorrowed && !isCopied);
    }
    const kept = this.#keep(data);
    const job = (): undefined => {
      if (this.#canWrite) put(this.#wire, kept);
    };
    return this.#behindSlow(data.length, job, isBorrowed);
  }

  /** Unless it is borrowed, the caller may reuse its buffer at once: framing makes the copy, but of what waits we make it. */
  #keep(data: Data): Data {
    return typeof data === 'string' || this.#wire.borrows(data) ? data : Uint8Array.from(data);
  }

  #putDeflated(deflate: Deflate, data: Data, put: Put): undefined | Promise<void> {
    if (!this.#canWrite) return undefined;
    const type = put === asText || typeof data === 'string' ? 'text' : 'binary';
    const putSmaller = (deflated: Uint8Array | undefined): undefined => {
      if (!this.#canWrite) return;
      if (deflated === undefined) put(this.#wire, data);
      else this.#wire.sendCompressed(type, deflated);
    };
    const result = deflate.compress(typeof data === 'string' ? encodeUtf8(data) : data);
    if (!(result instanceof Promise)) return putSmaller(result);
    this.#isCompressing = true;
    return result.then((deflated) => {
      this.#isCompressing = false;
      putSmaller(deflated);
    });
  }

  /** Runs `job` behind the slow messages that were sent before, so that all go out in the order of the calls. */
  #behindSlow(size: number, job: Job, isBorrowed: boolean = false): Promise<boolean> {
    const running = this.#slow === undefined ? job() : this.#slow.last.then(job);
    if (running === undefined) return this.#added(isBorrowed);
    const last = running.then(() => {
      slow.bytes -= size;
      if (--slow.messages === 0) this.#slow = undefined;
    });
    this.#slow ??= { last, messages: 0, bytes: 0 };
    const slow = this.#slow;
    slow.last = last;
    slow.bytes += size;
    slow.messages++;
    return last.then(() => this.#canWrite && this.#added(isBorrowed));
  }

  /**
   * @param type undefined: that of the first part; then all parts must be of it
   * @returns what went wrong, if the source failed
   */
  async #putParts(
    parts: AsyncIterable<Part>,
    type: 'text' | 'binary' | undefined,
  ): Promise<WebSocketError | undefined> {
    let iterator: AsyncIterator<Part> | undefined;
    try {
      iterator = parts[Symbol.asyncIterator]();
      let first: string | undefined;
      let typed = type && new TypedParts(type);
      while (this.#canWrite) {
        const result = await this.#orEnd(iterator.next());
        if (!this.#canWrite || result === undefined) break;
        if (result.done === true) {
          // Why an empty last fragment: to know that a part is the last, we would have to hold each part back.
          this.#wire.sendFragment(typed?.next(nothing, true) ?? nothing, true);
          return undefined;
        }
        this.#hasNewPart = true;
        const given = dataOf(result.value);
        first ??= typeof given;
        if (type === undefined && first !== typeof given)
          throw new WebSocketError('data-not-supported', 'the parts of a message are all text or all bytes');
        typed ??= new TypedParts(first === 'string' ? 'text' : 'binary');
        const data = typed.next(given, false);
        this.#wire.sendFragment(data, false);
        // The source may reuse the memory of the part.
        await this.#added(this.#wire.borrows(data));
      }
    } catch (cause) {
      const error = new WebSocketError('message-source-failed', 'the source of a message failed', { cause });
      // At once, before a message behind this one is sent: the peer would take it for the rest of this one.
      this.#wire.fail(error);
      this.#wire.releaseClose();
      letGo(parts, iterator);
      return error;
    }
    // The connection is over.
    letGo(parts, iterator);
    return undefined;
  }

  /** The value of `promise`, or undefined if the connection ends first: a source may stay silent for ever. */
  #orEnd<T>(promise: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      this.#stopWaiting = () => resolve(undefined);
      promise.then(resolve, reject);
    });
  }

  // ---- From frames to the transport -------------------------------------------------------------

  /**
   * Writes what was added to the Protocol, now or at the end of the turn. The promise is fulfilled when the peer can take
   * more, or with false when the connection is over.
   *
   * @param isBorrowed the caller owns the memory: wait until the system has taken all of it
   */
  #added(isBorrowed: boolean): Promise<boolean> {
    if (this.#wire.pending >= WRITE_AT) this.flush();
    else if (!this.isInTurn) this.schedule();
    if (isBorrowed ? this.#hasSentAll : !this.#wire.isCongested) return accepted;
    return new Promise((resolve) => (this.#waiters ??= []).push(resolve));
  }

  /** Whether the system has taken all bytes. */
  get #hasSentAll(): boolean {
    return this.#wire.pending === 0 && this.#transport.writableLength === 0;
  }

  /** Writes what waits at the end of this turn. */
  schedule(): void {
    if (this.isInTurn || this.#isScheduled || this.#wire.pending === 0) return;
    this.#isScheduled = true;
    // Why not queueMicrotask: a `for await` that answers message after message is a chain of
    // microtasks, and the tick comes after all of them (`connection.test.ts`, "one write per turn").
    process.nextTick(Sender.#flushLater, this);
  }

  static #flushLater(sender: Sender): void {
    sender.#isScheduled = false;
    sender.flush();
  }

  flush(): void {
    const transport = this.#transport;
    while (this.#wire.pending > 0 && !this.#wire.isCongested && transport.writable) {
      const parts = this.#wire.takeOutput(this.#wasFull ? PIECE_IF_FULL : PIECE);
      // Several parts in one system call.
      if (parts.length > 1) transport.cork();
      for (const part of parts) {
        if (this.#observer !== undefined) this.#tell(this.#observer, part);
        if (!transport.write(this.#copies ? Buffer.from(part) : part)) this.#wire.isCongested = true;
      }
      if (parts.length > 1) transport.uncork();
    }
    if (this.#waiters !== undefined && !this.#wire.isCongested) this.#releaseWhenTaken();
    // Node emits no 'drain' once the transport is ending, but tells when the system has taken all.
    if (this.#endsTransport && this.#wire.pending === 0)
      transport.end((error?: Error | null) => {
        if (!error) this.#release(true);
      });
  }

  /** An observer may send: nothing must leave before the part that it is told of. */
  #tell(observer: BytesObserver, part: Uint8Array): void {
    const { isCongested } = this.#wire;
    this.#wire.isCongested = true;
    observer.sent(part);
    this.#wire.isCongested = isCongested;
  }

  /** The system has taken all that it was given. */
  drained(): void {
    this.#wire.isCongested = false;
    this.#hasDrained = true;
    this.flush();
  }

  #releaseWhenTaken(): void {
    if (this.#hasSentAll) this.#release(true);
    // For so few bytes Node emits no 'drain'; the callback of an empty write behind them tells us instead.
    else if (this.#transport.writable)
      this.#transport.write(nothing, (error) => {
        if (!error && this.#hasSentAll) this.#release(true);
      });
  }

  #release(wasAccepted: boolean): void {
    const waiters = this.#waiters;
    if (waiters === undefined) return;
    this.#waiters = undefined;
    for (const resolve of waiters) resolve(wasAccepted);
  }

  /** Ends the transport behind all that waits. */
  endTransport(): void {
    this.#endsTransport = true;
    this.flush();
  }

  /**
   * Whether the peer has taken bytes since the last call. If the system takes bytes while it has room, that proves
   * nothing; but once its buffers were full, it has new room only because the peer took some.
   */
  hasMoved(): boolean {
    const hasMoved = this.#wasFull && this.#hasDrained;
    this.#wasFull = this.#transport.writableLength > 0;
    this.#hasDrained = false;
    return hasMoved;
  }
}

/** In memory that lies alike: see `allocateAlike`. */
function copyOf(bytes: Uint8Array): Uint8Array {
  const copy = allocateAlike(bytes.length, bytes.byteOffset);
  copy.set(bytes);
  return copy;
}

/**
 * Tells the source of a message that no more of it is needed. Does not wait for it, because it may be stuck, and whatever
 * it throws makes no failure of ours.
 */
function letGo(parts: AsyncIterable<Part>, iterator?: AsyncIterator<Part>): void {
  const tell = async (): Promise<unknown> => {
    // The iterator of a Readable says nothing to it before its first part, nor while it waits for one.
    const { destroy } = parts as Partial<Readable>;
    if (typeof destroy === 'function') return destroy.call(parts);
    return (iterator ?? parts[Symbol.asyncIterator]()).return?.();
  };
  tell().catch(() => {});
}

/** @throws WebSocketError `data-not-supported`: bytes that are to be text must be UTF-8 (RFC 6455 5.6) */
function dataAs(type: 'text' | 'binary', data: Data): Data {
  if (typeof data === 'string') return type === 'text' ? data : encodeUtf8(data);
  if (type === 'text' && !isUtf8(data, 0, data.length))
    throw new WebSocketError('data-not-supported', 'bytes that are sent as text must be UTF-8');
  return data;
}

export function dataOf(part: Part): Data {
  if (typeof part === 'string' || part instanceof Uint8Array) return part;
  if (ArrayBuffer.isView(part)) return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
  // Why not `instanceof`: an ArrayBuffer of another realm (a vm) is not an instance of our class.
  if (types.isArrayBuffer(part)) return new Uint8Array(part);
  throw new WebSocketError('data-not-supported', `a message is a string or bytes, not ${typeof part}`);
}
