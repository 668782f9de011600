// The object that a server's user holds, and that the client's WebSocket is built on: everything that one can
// do with an open connection, and its events. endpoint.ts does the work.
//
// A peer cannot make anything here throw or reject: `send` says false, loops end, and `closeInfo` tells why.
// The one exception is a message that is read in parts: if its end never comes, reading it throws.

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
  /** The subprotocol that both sides agreed on, or ''. */
  readonly protocol: string;
  readonly extensions: readonly Extension[];
  /** The peer's address. Read at once: after a reset the system does not know it any more. */
  readonly remoteAddress: string | undefined;
  readonly #endpoint: Endpoint;

  /**
   * @param socket has finished the opening handshake, and has no listeners
   * @param leftover the bytes that came behind the handshake
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
    // Begin in a later turn, after all promises that settle in this one: the caller, which may await this
    // connection, can add its listeners first (`connection.test.ts`, "who awaits `connect`").
    setImmediate(begin, this.#endpoint, leftover);
  }

  /** Removes the user's listeners. Ours stays: without it, no later 'message' listener would start the flow. */
  override removeAllListeners(event?: keyof ConnectionEvents): this {
    if (event === undefined) super.removeAllListeners();
    else super.removeAllListeners(event);
    if (this.listenerCount('newListener') === 0) this.on('newListener', listenerAdded);
    return this;
  }

  get readyState(): 'open' | 'closing' | 'closed' {
    return this.#endpoint.readyState;
  }

  /** How the connection ended; set once TCP is over. */
  get closeInfo(): CloseInfo | undefined {
    return this.#endpoint.closeInfo;
  }

  /** Bytes that the user has sent and the operating system has not taken yet. */
  get bufferedAmount(): number {
    return this.#endpoint.sender.size;
  }

  // ---- Messages in -----------------------------------------------------------------------------

  /**
   * Stops 'message' events. The connection still reads about 64 KiB of messages ahead, and up to 256 KiB to see whether
   * the connection ends behind them. An end behind more than that shows after `resume`, or by the heartbeat once the
   * peer is gone.
   */
  pause(): void {
    this.#endpoint.receiver.pause();
  }

  /** Starts 'message' events again. */
  resume(): void {
    this.#endpoint.receiver.resume();
  }

  /**
   * The messages, each read when the loop asks for it. The loop ends when the connection has ended, cleanly or
   * not; `closeInfo` says how. Leaving the loop closes nothing; another loop goes on from there.
   *
   * @throws WebSocketError `messages-in-parts`, after `streams`
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<string | Uint8Array, undefined> {
    return this.#endpoint.receiver.messages();
  }

  /**
   * The messages, each of which the caller reads part by part as it comes: for messages that are too large to
   * hold in memory. `maxMessage` still limits them. When the caller asks for the next message, the rest of the
   * one before is skipped. There is no way back: no 'message' events come any more. One can pass such a message
   * to `send` as it is.
   */
  streams(): AsyncIterableIterator<MessageStream, undefined> {
    return this.#endpoint.receiver.streams();
  }

  // ---- Messages out ----------------------------------------------------------------------------

  /**
   * Sends a message: a string as text, bytes as binary. A server does not copy large binary messages: do not
   * change them until the promise is fulfilled.
   *
   * An async iterable is a message in parts, all strings or all bytes. Each part is a fragment, sent as it comes
   * and as fast as the peer takes them, never compressed; messages that are sent meanwhile wait behind it. If the
   * iterable throws, or mixes strings and bytes, the connection fails with 1011 and the promise says false.
   *
   * @returns fulfilled when the peer can take more: with true, or with false if the connection is
   * closing or closed, or the message was dropped (`slowConsumer`). Never rejected.
   * @throws WebSocketError `data-not-supported`; `fragment-unexpected` between two fragments
   */
  send(message: Part | AsyncIterable<Part>, options?: SendOptions): Promise<boolean> {
    return this.#endpoint.sender.send(message, options);
  }

  /**
   * Sends a part of a message; the first part sets its type. Send no other message until `last`.
   *
   * @returns as `send` does
   */
  sendFragment(part: Part, last: boolean): Promise<boolean> {
    return this.#endpoint.sender.sendFragment(part, last);
  }

  /**
   * Sends a frame that the caller built once for many connections: see `WebSocketServer.broadcast`.
   *
   * @returns as `send` does; also false between two fragments
   */
  sendFrame(frame: Uint8Array): Promise<boolean> {
    return this.#endpoint.sender.sendFrame(frame);
  }

  // ---- Ping ------------------------------------------------------------------------------------

  /**
   * Sends a Ping (RFC 6455 5.5.2).
   *
   * @param data at most 125 bytes. Default: data that no other Ping of this connection has
   * @returns fulfilled with the milliseconds until its Pong, or undefined if the connection ended first
   * @throws WebSocketError `control-data-too-long`, `data-not-supported`
   */
  ping(data?: Uint8Array): Promise<number | undefined> {
    return this.#endpoint.ping(data);
  }

  /** Checks the deadlines. The server or client that made this connection calls it regularly. */
  check(now: number): void {
    this.#endpoint.check(now);
  }

  // ---- Closing ---------------------------------------------------------------------------------

  /**
   * Starts the closing handshake (RFC 6455 7.1.2). From here on the connection drops incoming messages, as in
   * the WHATWG interface, and only waits for the peer's Close behind them.
   *
   * @param code 1000 to 1003, 1007 to 1014, 3000 to 4999. Default: no code, and the peer sees 1005. A relay may
   * pass on any `closeInfo.code`: 1005 sends no code, and 1006 (the other connection was lost) sends 1011
   * @param reason at most 123 bytes of UTF-8
   * @returns fulfilled when TCP is over: when everything sent before has arrived and the peer has answered, or nothing
   * has moved for `closeTimeout`. Never rejected
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

// Why no closures: these functions exist once, and a closure would exist once for each connection.

function begin(endpoint: Endpoint, leftover: Uint8Array): void {
  endpoint.begin(leftover);
}

function listenerAdded(this: Connection, event: string | symbol): void {
  // Node emits 'newListener' before it adds the listener, hence the tick.
  if (event === 'message' && this.listenerCount('message') === 0) process.nextTick(flow, this);
}

function flow(connection: Connection): void {
  connection.resume();
}
