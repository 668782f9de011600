// One socket with one Protocol: reading, writing, deadlines, closing. What a server's user holds is a
// Connection; the client's WebSocket stands on one.
//
// Reading goes on until some messages wait that nobody has asked for, so that Ping, Pong and Close are
// heard even where no message is wanted. A peer cannot make anything here throw or reject: `send` says
// false, loops end, and `closeInfo` tells why.

import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import {
  decodeUtf8,
  type Extension,
  encodeClose,
  encodeText,
  Protocol,
  type ProtocolEvent,
  WebSocketError,
} from '../wire/index.ts';
import { Heartbeat } from './heartbeat.ts';
import { Inbox } from './inbox.ts';
import { type Job, Line } from './line.ts';
import type { CloseInfo, ConnectionEvents, ConnectionOptions, SendOptions } from './options.ts';
import { Outbox } from './outbox.ts';

type Data = string | Uint8Array;
/** A message as a user has it, or a part of one. */
type Part = string | ArrayBuffer | ArrayBufferView;
/** Brings a message to the wire, at once or in a while. */
type Put = (connection: Connection, data: Data) => undefined | Promise<void>;

const notSent = Promise.resolve(false);

export class Connection extends EventEmitter<ConnectionEvents> {
  /** The subprotocol both sides agreed on, or ''. */
  readonly protocol: string;
  readonly extensions: readonly Extension[];
  /** Set once TCP is over. */
  closeInfo: CloseInfo | undefined;
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #clock: () => number;
  readonly #wire: Protocol;
  readonly #inbox: Inbox;
  readonly #outbox: Outbox;
  readonly #heartbeat: Heartbeat;
  readonly #line = new Line();
  /** `close` was called; its frame may still stand in line. */
  #hasClosed = false;
  /** A message is being sent by `sendFragment`. */
  #isFragmenting = false;
  /** Wakes up who waits for the next part of a message. */
  #stopWaiting: (() => void) | undefined;
  /** A message is being inflated in a thread; those behind it wait. */
  #isInflating = false;
  #closeBy = Number.POSITIVE_INFINITY;
  #error: WebSocketError | undefined;
  readonly #closeWaiters: ((info: CloseInfo) => void)[] = [];

  /**
   * @param socket with the opening handshake behind it and no listeners
   * @param leftover what came behind the handshake
   */
  constructor(socket: Socket, leftover: Uint8Array, options: ConnectionOptions) {
    super();
    const { heartbeat = 30_000, tap, protocol = '', extensions = [], clock = now } = options;
    this.protocol = protocol;
    this.extensions = extensions;
    this.#socket = socket;
    this.#options = options;
    this.#clock = clock;
    this.#wire = new Protocol({ ...options, compression: options.deflate !== undefined });
    this.#inbox = new Inbox((data) => this.emit('message', data));
    this.#outbox = new Outbox(socket, this.#wire, tap && ((bytes) => tap.sent(bytes)));
    this.#heartbeat = new Heartbeat(heartbeat, clock);
    this.on('newListener', (event) => this.#listenerAdded(event));
    socket.setTimeout(0);
    // Frames of a turn are gathered here; Nagle would only hold the last packet of them back.
    socket.setNoDelay(true);
    // The peer's FIN. Without a Close before it, the connection is lost (RFC 6455 7.1.5).
    socket.on('end', () => this.#endTcp());
    socket.on('error', (cause) => this.#broke(cause));
    socket.on('close', () => this.#closed());
    // A tick later, so that whoever is given this connection can listen first.
    process.nextTick(Connection.#begin, this, leftover);
  }

  static #begin(connection: Connection, leftover: Uint8Array): void {
    if (leftover.length > 0) connection.#take(leftover);
    connection.#socket.on('data', (chunk) => connection.#receive(chunk));
    // Also resumes a socket that was handed over paused.
    connection.#turnAgain();
  }

  #listenerAdded(event: string | symbol): void {
    // This comes before the listener is there, hence the tick.
    if (event === 'message' && this.listenerCount('message') === 0) process.nextTick(Connection.#flow, this);
  }

  static #flow(connection: Connection): void {
    connection.resume();
  }

  get readyState(): 'open' | 'closing' | 'closed' {
    if (this.closeInfo !== undefined) return 'closed';
    return this.#isOpen ? 'open' : 'closing';
  }

  get #isOpen(): boolean {
    return !this.#hasClosed && this.#canWrite;
  }

  get #canWrite(): boolean {
    return this.#wire.state === 'open' && this.#socket.writable;
  }

  /** Bytes that were sent and that the operating system has not taken yet. */
  get bufferedAmount(): number {
    return this.#outbox.size + this.#line.size;
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  // ---- Reading ---------------------------------------------------------------------------------

  #receive(chunk: Uint8Array): void {
    this.#heartbeat.hear();
    // The consumer is behind: this chunk is kept, and is the last until the consumer has caught up.
    if (this.#mustWait) this.#socket.pause();
    this.#take(chunk);
    try {
      this.#turn();
    } finally {
      // Also where a listener threw: what was sent before that is sent.
      this.#outbox.flush();
    }
  }

  #take(chunk: Uint8Array): void {
    this.#options.tap?.received(chunk);
    this.#wire.receive(chunk);
  }

  /** Handles what is there, as far as somebody wants it. */
  #turn(): void {
    // Inside a turn its own loop goes on; turns in turns could nest as deep as there are messages.
    if (this.#outbox.isInTurn) return;
    this.#outbox.isInTurn = true;
    try {
      this.#pump();
    } finally {
      this.#outbox.isInTurn = false;
    }
  }

  /** The same, where the write may wait for what the consumer has to say to it. */
  #turnAgain(): void {
    this.#turn();
    this.#outbox.schedule();
  }

  get #mustWait(): boolean {
    return this.#inbox.isFull || this.#isInflating;
  }

  #pump(): void {
    while (!this.#mustWait) {
      const event = this.#wire.next();
      if (event === undefined) break;
      this.#dispatch(event);
    }
    if (this.#mustWait) return;
    if (this.closeInfo !== undefined) this.#inbox.end();
    else if (this.#socket.isPaused()) this.#socket.resume();
  }

  #dispatch(event: ProtocolEvent): void {
    switch (event.type) {
      case 'message':
        if (event.compressed === undefined) this.#inbox.deliver(event.data);
        else this.#inflate(event.data as Uint8Array, event.compressed);
        break;
      case 'ping':
        this.emit('ping', event.data);
        break;
      case 'pong':
        this.#heartbeat.receivePong(event.data);
        this.emit('pong', event.data);
        break;
      case 'close':
        this.#finish();
        break;
      case 'failed':
        this.#fail(event.error);
    }
  }

  #inflate(deflated: Uint8Array, type: 'text' | 'binary'): void {
    let content: Data;
    try {
      const result = this.#options.deflate!.decompress(deflated);
      if (result instanceof Promise) {
        this.#inflateLater(result, type);
        return;
      }
      content = contentOf(result, type);
    } catch (error) {
      this.#failInflating(error);
      return;
    }
    this.#inbox.deliver(content);
  }

  /** What comes meanwhile waits, the end of TCP included, and so nothing can overtake the message. */
  async #inflateLater(result: Promise<Uint8Array>, type: 'text' | 'binary'): Promise<void> {
    this.#isInflating = true;
    this.#socket.pause();
    const outcome = await result.then((data) => contentOf(data, type)).catch((error: unknown) => error);
    this.#isInflating = false;
    if (typeof outcome === 'string' || outcome instanceof Uint8Array) this.#inbox.deliver(outcome);
    else this.#failInflating(outcome);
    this.#turnAgain();
    if (this.#isInflating) return;
    // An end that came meanwhile has waited.
    if (this.#socket.readableEnded) this.#endTcp();
    if (this.#socket.closed) this.#closed();
  }

  #failInflating(error: unknown): void {
    if (!(error instanceof WebSocketError)) throw error;
    this.#wire.fail(error);
    this.#fail(error);
  }

  #fail(error: WebSocketError): void {
    this.#error ??= error;
    this.#finish();
  }

  /** Stops 'message' events; about 64 KiB of messages are read ahead, and then nothing any more. */
  pause(): void {
    this.#inbox.pause();
  }

  /** Starts 'message' events again. */
  resume(): void {
    this.#inbox.flow();
    this.#turnAgain();
  }

  /**
   * The messages, each read when it is asked for. It ends when the connection has ended, however that
   * was; `closeInfo` says how. Breaking out of the loop closes nothing; another loop goes on from there.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<string | Uint8Array, undefined> {
    const iterator: AsyncIterableIterator<string | Uint8Array, undefined> = {
      next: () => {
        const result = this.#inbox.next();
        // There may be room to read on.
        this.#turnAgain();
        return result;
      },
      return: () => Promise.resolve({ value: undefined, done: true }),
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  // ---- Writing ---------------------------------------------------------------------------------

  /**
   * Sends a message: a string as text, bytes as binary. A server does not copy large binary messages;
   * leave them alone until the promise is fulfilled.
   *
   * An async iterable is a message in parts, all strings or all bytes: each is a fragment, sent as it comes
   * and as fast as the peer takes them, never compressed; what is sent meanwhile stands in line behind it.
   * If it throws, or has a part that is neither, the connection fails with 1011 and the promise says false.
   *
   * @returns fulfilled when the peer can take more: with true, or with false if the connection is
   * closing or closed, or the message was dropped (`slowConsumer`). Never rejected.
   * @throws WebSocketError `data-not-supported`; `fragment-unexpected` between two fragments
   */
  send(message: Part | AsyncIterable<Part>, options?: SendOptions): Promise<boolean> {
    if (isAsyncIterable(message)) {
      if (!this.#canSend()) return notSent;
      this.#requireNoFragments();
      return this.#inLine(0, () => this.#sendParts(message));
    }
    const data = typeof message === 'string' ? message : bytesOf(message);
    if (!this.#canSend()) return notSent;
    this.#requireNoFragments();
    const isCompressed = this.#options.deflate !== undefined && options?.compress !== false;
    return this.#sendInLine(data, isCompressed ? Connection.#deflated : Connection.#plain);
  }

  /**
   * Sends a part of a message, whose type is that of its first part. No other message until `last`.
   *
   * @returns as `send` does
   */
  sendFragment(part: Part, last: boolean): Promise<boolean> {
    const data = typeof part === 'string' ? part : bytesOf(part);
    if (!this.#canSend()) return notSent;
    this.#isFragmenting = !last;
    return this.#sendInLine(data, last ? Connection.#lastFragment : Connection.#fragment);
  }

  /** Sends a frame that was built once for many connections: see `WebSocketServer.broadcast`. */
  sendFrame(frame: Uint8Array): Promise<boolean> {
    if (!this.#canSend()) return notSent;
    this.#requireNoFragments();
    return this.#sendInLine(frame, Connection.#frame);
  }

  #requireNoFragments(): void {
    if (this.#isFragmenting)
      throw new WebSocketError(
        'fragment-unexpected',
        'a message is being sent in fragments: finish it first',
      );
  }

  // Ways to put data on the wire. One function each for all messages: a closure per message is not free.

  static #plain(connection: Connection, data: Data): undefined {
    if (typeof data === 'string') connection.#wire.sendText(data);
    else connection.#wire.sendBinary(data);
  }

  static #fragment(connection: Connection, data: Data): undefined {
    connection.#wire.sendFragment(data, false);
  }

  static #lastFragment(connection: Connection, data: Data): undefined {
    connection.#wire.sendFragment(data, true);
  }

  static #frame(connection: Connection, data: Data): undefined {
    connection.#wire.sendFrame(data as Uint8Array);
  }

  static #deflated(connection: Connection, data: Data): undefined | Promise<void> {
    const deflate = connection.#options.deflate!;
    const isText = typeof data === 'string';
    if (!deflate.isWorth(isText ? Buffer.byteLength(data) : data.length))
      return Connection.#plain(connection, data);
    const put = (deflated: Uint8Array | undefined): undefined => {
      if (!connection.#canWrite) return;
      if (deflated === undefined) Connection.#plain(connection, data);
      else connection.#wire.sendCompressed(isText ? 'text' : 'binary', deflated);
    };
    const result = deflate.compress(isText ? encodeText(data) : data);
    return result instanceof Promise ? result.then(put) : put(result);
  }

  #sendInLine(data: Data, put: Put): Promise<boolean> {
    if (this.#line.isEmpty && put !== Connection.#deflated) {
      put(this, data);
      return this.#outbox.added();
    }
    // A client's bytes are always copied, so that its caller need not wait; mostly that is done by masking.
    const kept = this.#options.role === 'client' && typeof data !== 'string' ? Uint8Array.from(data) : data;
    return this.#inLine(data.length, () => (this.#canWrite ? put(this, kept) : undefined));
  }

  async #sendParts(parts: AsyncIterable<Part>): Promise<void> {
    const iterator = parts[Symbol.asyncIterator]();
    try {
      let type: string | undefined;
      while (this.#canWrite) {
        const result = await this.#orEnd(iterator.next());
        if (!this.#canWrite || result === undefined) break;
        if (result.done === true) {
          // Why not hold each part back until it is known to be the last: it is wanted at the other end now.
          this.#wire.sendFragment(type === 'string' ? '' : new Uint8Array(0), true);
          return;
        }
        const data = typeof result.value === 'string' ? result.value : bytesOf(result.value);
        type ??= typeof data;
        if (type !== typeof data)
          throw new WebSocketError('data-not-supported', 'the parts of a message are all text or all bytes');
        this.#wire.sendFragment(data, false);
        await this.#outbox.added();
      }
      // The connection is over, and the source is told; not waited for, as it may be stuck.
      Promise.resolve(iterator.return?.()).catch(() => {});
    } catch (cause) {
      const error = new WebSocketError('message-source-failed', 'the source of a message failed', { cause });
      this.#wire.fail(error);
      this.#fail(error);
    }
  }

  /** What `promise` brings, or undefined if the connection ends first: a source may be silent for ever. */
  #orEnd<T>(promise: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      this.#stopWaiting = () => resolve(undefined);
      promise.then(resolve, reject);
    });
  }

  #inLine(size: number, job: Job): Promise<boolean> {
    const running = this.#line.run(size, job);
    if (running === undefined) return this.#outbox.added();
    return running.then(() => this.#canWrite && this.#outbox.added());
  }

  #canSend(): boolean {
    if (!this.#isOpen) return false;
    const { maxQueued = 1024 * 1024, slowConsumer = 'terminate' } = this.#options;
    const queued = this.bufferedAmount;
    if (queued <= maxQueued) return true;
    if (slowConsumer === 'terminate')
      this.#terminate(
        new WebSocketError('queue-full', `${queued} bytes wait for the peer, at most ${maxQueued} may`),
      );
    return false;
  }

  /**
   * Sends a Ping (RFC 6455 5.5.2).
   *
   * @param data at most 125 bytes. Default: something that no other Ping of this connection has
   * @returns fulfilled with the milliseconds until its Pong, or undefined if the connection ended first
   * @throws WebSocketError `control-data-too-long`, `data-not-supported`
   */
  ping(data: Uint8Array = this.#heartbeat.nextPing()): Promise<number | undefined> {
    if (!this.#isOpen) return Promise.resolve(undefined);
    this.#wire.ping(data);
    this.#outbox.schedule();
    return this.#heartbeat.pong(data);
  }

  /** Looks at the deadlines; whoever made this connection calls it every now and then. */
  check(now: number): void {
    if (now >= this.#closeBy)
      this.#terminate(new WebSocketError('close-timeout', 'the peer did not end the connection in time'));
    // Where the consumer is behind, it is not the peer's fault that nothing is heard.
    if (this.#mustWait) this.#heartbeat.hear();
    if (!this.#isOpen) return;
    const todo = this.#heartbeat.check(now);
    if (todo === 'give up')
      this.#terminate(
        new WebSocketError('heartbeat-missed', 'the peer was silent and did not answer a Ping'),
      );
    if (todo !== 'ping') return;
    this.#wire.ping(new Uint8Array(0));
    this.#outbox.flush();
  }

  // ---- Closing ---------------------------------------------------------------------------------

  /**
   * Starts the closing handshake (RFC 6455 7.1.2). Messages that come from here on are dropped, as the
   * WHATWG interface has it: the peer's Close is behind them, and nobody waits for them.
   *
   * @param code 1000 to 1003, 1007 to 1014, 3000 to 4999; none: the peer sees 1005
   * @param reason at most 123 bytes of UTF-8
   * @returns fulfilled when TCP is over, at the latest after `closeTimeout`; never rejected
   * @throws WebSocketError `close-code-not-sendable`, `control-data-too-long`
   */
  close(code?: number, reason?: string): Promise<CloseInfo> {
    encodeClose(code, reason);
    if (this.#hasClosed || this.#wire.state !== 'open') return this.closed;
    this.#hasClosed = true;
    this.#startClosing();
    this.#inbox.discard();
    // Behind all that was sent before.
    this.#inLine(0, () => this.#wire.close(code, reason) as undefined);
    this.#turnAgain();
    return this.closed;
  }

  /** Fulfilled when TCP is over; never rejected. */
  get closed(): Promise<CloseInfo> {
    if (this.closeInfo !== undefined) return Promise.resolve(this.closeInfo);
    return new Promise((resolve) => this.#closeWaiters.push(resolve));
  }

  /** Ends the connection at once, without a Close: the peer sees 1006. */
  terminate(): void {
    this.#terminate(new WebSocketError('aborted', 'the connection was terminated on this side'));
  }

  #broke(cause: Error): void {
    this.#error ??= new WebSocketError('connection-lost', `the connection broke: ${cause.message}`, {
      cause,
    });
  }

  #terminate(error: WebSocketError): void {
    this.#error ??= error;
    this.#socket.destroy();
  }

  /** Both Closes are there, or the peer broke a rule: no message can follow. */
  #finish(): void {
    this.#startClosing();
    this.#outbox.flush();
    // The server ends TCP first, as TIME_WAIT does not hurt it (RFC 6455 7.1.1); a failed connection is
    // ended by whoever failed it. What still comes is read and dropped: bytes left unread would turn our
    // FIN into a reset, and the peer could lose our Close to it.
    if (this.#options.role === 'server' || this.#wire.state === 'failed') this.#socket.end();
  }

  #endTcp(): void {
    this.#startClosing();
    // A Close may be behind the message that is being inflated, and is to be answered.
    if (this.#isInflating) return;
    this.#outbox.flush();
    this.#socket.end();
  }

  /** Counted from the first sign of an end; the second gives no more time. */
  #startClosing(): void {
    if (this.#closeBy !== Number.POSITIVE_INFINITY) return;
    this.#closeBy = this.#clock() + (this.#options.closeTimeout ?? 5000);
  }

  #closed(): void {
    if (this.#isInflating) return;
    const { closeCode: code, closeReason: reason, state } = this.#wire;
    const wasClean = state === 'closed';
    if (!wasClean)
      this.#error ??= new WebSocketError('connection-lost', 'the connection ended without a Close');
    const error = wasClean ? undefined : this.#error;
    const info: CloseInfo = { code, reason, wasClean, error };
    this.closeInfo = info;
    // What came before the end and was not asked for yet can still be had.
    this.#turn();
    this.#outbox.end();
    this.#stopWaiting?.();
    this.#heartbeat.end();
    for (const resolve of this.#closeWaiters.splice(0)) resolve(info);
    // Without a listener, 'error' would end the process (node:events).
    if (error !== undefined && this.listenerCount('error') > 0) this.emit('error', error);
    this.emit('close', info);
  }
}

function now(): number {
  return performance.now();
}

function isAsyncIterable(message: Part | AsyncIterable<Part>): message is AsyncIterable<Part> {
  return typeof message === 'object' && message !== null && Symbol.asyncIterator in message;
}

function contentOf(bytes: Uint8Array, type: 'text' | 'binary'): string | Uint8Array {
  if (type === 'binary') return bytes;
  const text = decodeUtf8(bytes, 0, bytes.length);
  if (text === undefined) throw new WebSocketError('text-not-utf8', 'a compressed text message is not UTF-8');
  return text;
}

function bytesOf(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw new WebSocketError('data-not-supported', `a message is a string or bytes, not ${typeof data}`);
}
