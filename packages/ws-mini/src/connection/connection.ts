// One socket with one Protocol. What a server's user holds is a Connection; the client's WebSocket stands
// on one. Here is its life from the open handshake to the end of TCP (RFC 6455 7), with its deadlines;
// what comes in is receiver.ts's business, and what goes out sender.ts's.
//
// A peer cannot make anything here throw or reject, but for the reading of a message in parts that never
// ends: `send` says false, loops end, and `closeInfo` tells why.

import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { type Extension, encodeClose, Protocol, WebSocketError } from '../wire/index.ts';
import { Heartbeat } from './heartbeat.ts';
import type { MessageStream } from './message-stream.ts';
import type { CloseInfo, ConnectionEvents, ConnectionOptions, SendOptions } from './options.ts';
import { Outbox } from './outbox.ts';
import { Receiver, type ReceiverOwner } from './receiver.ts';
import { type Part, Sender } from './sender.ts';

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
  readonly #outbox: Outbox;
  readonly #receiver: Receiver;
  readonly #sender: Sender;
  readonly #heartbeat: Heartbeat;
  #closeBy = Number.POSITIVE_INFINITY;
  #error: WebSocketError | undefined;
  readonly #closeWaiters: ((info: CloseInfo) => void)[] = [];

  /**
   * @param socket with the opening handshake behind it and no listeners
   * @param leftover what came behind the handshake
   */
  constructor(socket: Socket, leftover: Uint8Array, options: ConnectionOptions) {
    super();
    const { heartbeat = 30_000, tap, protocol = '', extensions = [], clock = now, deflate } = options;
    this.protocol = protocol;
    this.extensions = extensions;
    this.#socket = socket;
    this.#options = options;
    this.#clock = clock;
    this.#wire = new Protocol({ ...options, compression: deflate !== undefined });
    this.#outbox = new Outbox(socket, this.#wire, tap && ((bytes) => tap.sent(bytes)));
    const fail = (error: WebSocketError): void => this.#fail(error);
    this.#receiver = new Receiver(socket, this.#wire, this.#outbox, deflate, {
      message: (data) => this.emit('message', data),
      control: this.#receiveControl,
      caughtUp: this.#caughtUp,
      fail,
    });
    const cut = (error: WebSocketError): void => this.#cut(error);
    this.#sender = new Sender(socket, this.#wire, this.#outbox, options, { fail, cut });
    this.#heartbeat = new Heartbeat(heartbeat, clock);
    this.on('newListener', (event) => this.#listenerAdded(event));
    socket.setTimeout(0);
    // Frames of a turn are gathered here; Nagle would only hold the last packet of them back.
    socket.setNoDelay(true);
    // A FIN may come while there is still a Close to be answered (`connection.test.ts`, "a FIN behind messages").
    socket.allowHalfOpen = true;
    socket.on('end', () => this.#peerEnded());
    socket.on('error', (cause) => this.#broke(cause));
    socket.on('close', () => this.#closed());
    // A tick later, so that whoever is given this connection can listen first.
    process.nextTick(Connection.#begin, this, leftover);
  }

  static #begin(connection: Connection, leftover: Uint8Array): void {
    const receive = (chunk: Uint8Array): void => connection.#receive(chunk);
    connection.#socket.on('data', receive);
    if (leftover.length > 0) receive(leftover);
    // Also resumes a socket that was handed over paused.
    connection.#receiver.turnAgain();
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
    return this.#sender.isOpen ? 'open' : 'closing';
  }

  /** Bytes that were sent and that the operating system has not taken yet. */
  get bufferedAmount(): number {
    return this.#sender.size;
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  // ---- Messages in -----------------------------------------------------------------------------

  #receive(chunk: Uint8Array): void {
    this.#heartbeat.hear();
    this.#options.tap?.received(chunk);
    this.#receiver.receive(chunk);
  }

  /** Stops 'message' events; about 64 KiB of messages are read ahead, and then nothing any more. */
  pause(): void {
    this.#receiver.pause();
  }

  /** Starts 'message' events again. */
  resume(): void {
    this.#receiver.resume();
  }

  /**
   * The messages, each read when it is asked for. It ends when the connection has ended, however that
   * was; `closeInfo` says how. Breaking out of the loop closes nothing; another loop goes on from there.
   *
   * @throws WebSocketError `messages-in-parts`, after `streams`
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<string | Uint8Array, undefined> {
    return this.#receiver.messages();
  }

  /**
   * The messages, each to be read part by part as it comes; for those that are too large to be held, whose
   * limit is still `maxMessage`. What is left of one is passed over when the next is asked for. For good:
   * there are no 'message' events any more. `send` takes such a message as it is.
   */
  streams(): AsyncIterableIterator<MessageStream, undefined> {
    return this.#receiver.streams();
  }

  // ---- Messages out ----------------------------------------------------------------------------

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
    return this.#sender.send(message, options);
  }

  /**
   * Sends a part of a message, whose type is that of its first part. No other message until `last`.
   *
   * @returns as `send` does
   */
  sendFragment(part: Part, last: boolean): Promise<boolean> {
    return this.#sender.sendFragment(part, last);
  }

  /** Sends a frame that was built once for many connections: see `WebSocketServer.broadcast`. */
  sendFrame(frame: Uint8Array): Promise<boolean> {
    return this.#sender.sendFrame(frame);
  }

  // ---- Ping ------------------------------------------------------------------------------------

  /**
   * Sends a Ping (RFC 6455 5.5.2).
   *
   * @param data at most 125 bytes. Default: something that no other Ping of this connection has
   * @returns fulfilled with the milliseconds until its Pong, or undefined if the connection ended first
   * @throws WebSocketError `control-data-too-long`, `data-not-supported`
   */
  ping(data: Uint8Array = this.#heartbeat.nextPing()): Promise<number | undefined> {
    if (!this.#sender.isOpen) return Promise.resolve(undefined);
    this.#wire.ping(data);
    this.#outbox.schedule();
    return this.#heartbeat.pong(data);
  }

  /** Looks at the deadlines; whoever made this connection calls it every now and then. */
  check(now: number): void {
    if (now >= this.#closeBy)
      this.#cut(new WebSocketError('close-timeout', 'the peer did not end the connection in time'));
    // Where the consumer is behind, it is not the peer's fault that nothing is heard.
    if (this.#receiver.mustWait) this.#heartbeat.hear();
    if (!this.#sender.isOpen) return;
    const todo = this.#heartbeat.check(now);
    if (todo === 'give up')
      this.#cut(new WebSocketError('heartbeat-missed', 'the peer was silent and did not answer a Ping'));
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
    if (this.#sender.hasClosed || this.#wire.state !== 'open') return this.closed;
    this.#startClosing();
    this.#receiver.discard();
    this.#sender.close(code, reason);
    this.#receiver.turnAgain();
    return this.closed;
  }

  /** Fulfilled when TCP is over; never rejected. */
  get closed(): Promise<CloseInfo> {
    if (this.closeInfo !== undefined) return Promise.resolve(this.closeInfo);
    return new Promise((resolve) => this.#closeWaiters.push(resolve));
  }

  /** Ends the connection at once, without a Close: the peer sees 1006. */
  terminate(): void {
    // rfc6455/7.2.2/abort
    this.#cut(new WebSocketError('aborted', 'the connection was terminated on this side'));
  }

  #cut(error: WebSocketError): void {
    this.#error ??= error;
    this.#socket.destroy();
  }

  #broke(cause: Error): void {
    this.#error ??= new WebSocketError('connection-lost', `the connection broke: ${cause.message}`, {
      cause,
    });
  }

  #receiveControl: ReceiverOwner['control'] = (event) => {
    switch (event.type) {
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
        this.#error ??= event.error;
        this.#finish();
    }
  };

  /** Fails the connection (RFC 6455 7.1.7) for what the Protocol could not know. */
  #fail(error: WebSocketError): void {
    this.#wire.fail(error);
    this.#error ??= error;
    this.#finish();
  }

  /** Both Closes are there, or a rule is broken: no message can follow. */
  #finish(): void {
    this.#startClosing();
    this.#outbox.flush();
    // After both Closes (rfc6455/5.5.1/close-tcp) the server ends TCP first, as TIME_WAIT does not hurt it
    // (rfc6455/5.5.1/server-first, rfc6455/7.1.1/server-first, rfc6455/5.5.1/client-waits); a failed connection is
    // ended by whoever failed it (rfc6455/7.1.7/close-tcp). What still comes is read and dropped: bytes left unread
    // would turn our FIN into a reset, and the peer could lose our Close to it (rfc6455/7.1.1/clean).
    if (this.#options.role === 'server' || this.#wire.state === 'failed') this.#socket.end();
  }

  /** The peer's FIN. Without a Close before it, the connection is lost (rfc6455/7.2.1/lost). */
  #peerEnded(): void {
    this.#startClosing();
    // A Close may be behind messages that still wait, and is to be answered: `#caughtUp` ends TCP.
    this.#receiver.turn();
  }

  #caughtUp = (): void => {
    const socket = this.#socket;
    if (socket.closed) this.#closed();
    if (this.closeInfo !== undefined) this.#receiver.end();
    else if (socket.readableEnded) {
      this.#outbox.flush();
      socket.end();
    } else if (socket.isPaused()) socket.resume();
  };

  /** Counted from the first sign of an end; the second gives no more time. */
  #startClosing(): void {
    if (this.#closeBy !== Number.POSITIVE_INFINITY) return;
    this.#closeBy = this.#clock() + (this.#options.closeTimeout ?? 5000);
  }

  #closed(): void {
    // A message that is still being inflated came before the end.
    if (this.#receiver.isInflating || this.closeInfo !== undefined) return;
    const { closeCode: code, closeReason: reason, state } = this.#wire;
    const wasClean = state === 'closed';
    if (!wasClean)
      this.#error ??= new WebSocketError('connection-lost', 'the connection ended without a Close');
    const error = wasClean ? undefined : this.#error;
    const info: CloseInfo = { code, reason, wasClean, error };
    this.closeInfo = info;
    // What came before the end and was not asked for yet can still be had.
    this.#receiver.turn();
    this.#sender.end();
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
