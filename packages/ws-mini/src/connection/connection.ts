// What a server's user holds, and what the client's WebSocket stands on: all that can be done with an open
// connection, and what it tells. How it is done: endpoint.ts.
//
// A peer cannot make anything here throw or reject, but for the reading of a message in parts that never
// ends: `send` says false, loops end, and `closeInfo` tells why.

import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { type Extension, sendableCode, WebSocketError } from '../wire/index.ts';
import { Endpoint } from './endpoint.ts';
import type { MessageStream } from './message-stream.ts';
import type {
  CloseInfo,
  ConnectionAgreement,
  ConnectionEvents,
  ConnectionSettings,
  SendOptions,
} from './options.ts';
import type { Part } from './sender.ts';

const noExtensions: readonly Extension[] = [];

export class Connection extends EventEmitter<ConnectionEvents> {
  /** The subprotocol both sides agreed on, or ''. */
  readonly protocol: string;
  readonly extensions: readonly Extension[];
  /** The peer's. Asked for at once: after a reset the system does not know it any more. */
  readonly remoteAddress: string | undefined;
  readonly #endpoint: Endpoint;

  /**
   * @param socket with the opening handshake behind it and no listeners
   * @param leftover what came behind the handshake
   */
  constructor(
    socket: Socket,
    leftover: Uint8Array,
    settings: ConnectionSettings,
    agreement: ConnectionAgreement = {},
  ) {
    super();
    this.protocol = agreement.protocol ?? '';
    this.extensions = agreement.extensions ?? noExtensions;
    this.remoteAddress = socket.remoteAddress;
    this.#endpoint = new Endpoint(this, socket, settings, agreement);
    this.on('newListener', listenerAdded);
    // Not in this turn, nor before all promises that are settled in it have been heard, so that whoever is
    // given this connection can listen first (`connection.test.ts`, "who awaits `connect`").
    setImmediate(begin, this.#endpoint, leftover);
  }

  /** Of the user's. Ours stays: without it, no later 'message' listener would start the flow. */
  override removeAllListeners(event?: keyof ConnectionEvents): this {
    if (event === undefined) super.removeAllListeners();
    else super.removeAllListeners(event);
    if (this.listenerCount('newListener') === 0) this.on('newListener', listenerAdded);
    return this;
  }

  get readyState(): 'open' | 'closing' | 'closed' {
    return this.#endpoint.readyState;
  }

  /** Set once TCP is over. */
  get closeInfo(): CloseInfo | undefined {
    return this.#endpoint.closeInfo;
  }

  /** Bytes that were sent and that the operating system has not taken yet. */
  get bufferedAmount(): number {
    return this.#endpoint.sender.size;
  }

  // ---- Messages in -----------------------------------------------------------------------------

  /**
   * Stops 'message' events; about 64 KiB of messages are read ahead, and up to 256 KiB to see whether an end stands behind
   * them. One that stands behind more is noticed when it is read on, or by the heartbeat once the peer is gone.
   */
  pause(): void {
    this.#endpoint.receiver.pause();
  }

  /** Starts 'message' events again. */
  resume(): void {
    this.#endpoint.receiver.resume();
  }

  /**
   * The messages, each read when it is asked for. It ends when the connection has ended, however that
   * was; `closeInfo` says how. Breaking out of the loop closes nothing; another loop goes on from there.
   *
   * @throws WebSocketError `messages-in-parts`, after `streams`
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<string | Uint8Array, undefined> {
    return this.#endpoint.receiver.messages();
  }

  /**
   * The messages, each to be read part by part as it comes; for those that are too large to be held, whose
   * limit is still `maxMessage`. What is left of one is passed over when the next is asked for. For good:
   * there are no 'message' events any more. `send` takes such a message as it is.
   */
  streams(): AsyncIterableIterator<MessageStream, undefined> {
    return this.#endpoint.receiver.streams();
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
    return this.#endpoint.sender.send(message, options);
  }

  /**
   * Sends a part of a message, whose type is that of its first part. No other message until `last`.
   *
   * @returns as `send` does
   */
  sendFragment(part: Part, last: boolean): Promise<boolean> {
    return this.#endpoint.sender.sendFragment(part, last);
  }

  /**
   * Sends a frame that was built once for many connections: see `WebSocketServer.broadcast`.
   *
   * @returns as `send` does; false also between two fragments
   */
  sendFrame(frame: Uint8Array): Promise<boolean> {
    return this.#endpoint.sender.sendFrame(frame);
  }

  // ---- Ping ------------------------------------------------------------------------------------

  /**
   * Sends a Ping (RFC 6455 5.5.2).
   *
   * @param data at most 125 bytes. Default: something that no other Ping of this connection has
   * @returns fulfilled with the milliseconds until its Pong, or undefined if the connection ended first
   * @throws WebSocketError `control-data-too-long`, `data-not-supported`
   */
  ping(data?: Uint8Array): Promise<number | undefined> {
    return this.#endpoint.ping(data);
  }

  /** Looks at the deadlines; whoever made this connection calls it every now and then. */
  check(now: number): void {
    this.#endpoint.check(now);
  }

  // ---- Closing ---------------------------------------------------------------------------------

  /**
   * Starts the closing handshake (RFC 6455 7.1.2). Messages that come from here on are dropped, as the
   * WHATWG interface has it: the peer's Close is behind them, and nobody waits for them.
   *
   * @param code 1000 to 1003, 1007 to 1014, 3000 to 4999; none: the peer sees 1005. A relay may pass
   * on any `closeInfo.code`: 1005 sends no code, and 1006 (the other connection was lost) sends 1011
   * @param reason at most 123 bytes of UTF-8
   * @returns fulfilled when TCP is over: when all that was sent before has arrived and the peer has answered, or nothing
   * has moved for `closeTimeout`; never rejected
   * @throws WebSocketError `close-code-not-sendable`, `control-data-too-long`
   */
  close(code?: number, reason?: string): Promise<CloseInfo> {
    return this.#endpoint.close(sendableCode(code), reason);
  }

  /** Fulfilled when TCP is over; never rejected. */
  get closed(): Promise<CloseInfo> {
    return this.#endpoint.closed;
  }

  /** Ends the connection at once, without a Close: the peer sees 1006. */
  terminate(): void {
    // rfc6455/7.2.2/abort
    this.#endpoint.cut(new WebSocketError('aborted', 'the connection was terminated on this side'));
  }
}

// Functions of their own and not closures: there is one of each for all connections.

function begin(endpoint: Endpoint, leftover: Uint8Array): void {
  endpoint.begin(leftover);
}

function listenerAdded(this: Connection, event: string | symbol): void {
  // This comes before the listener is there, hence the tick.
  if (event === 'message' && this.listenerCount('message') === 0) process.nextTick(flow, this);
}

function flow(connection: Connection): void {
  connection.resume();
}
