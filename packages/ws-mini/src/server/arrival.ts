// A socket that was just accepted: the arrival reads its request head, within a deadline and a limit, and keeps
// the bytes behind the head for the connection. This file also refuses sockets.

import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { HttpError, type RequestHead, RequestParser, reasonOf } from 'http-mini/wire';
import { type Deadlined, timerFor } from '../connection/sweep.ts';
import { own, startReceiving, stopReceiving, type TransportEvents } from '../connection/transport.ts';
import { asBrowsersAsk, WebSocketError } from '../wire/index.ts';
import { encodeRefusal, type Outcome } from './negotiation.ts';

export interface ArrivalOwner {
  /** Called once, with the head or with what is wrong with it; not called if the peer goes away first. */
  arrived(arrival: Arrival, outcome: RequestHead | WebSocketError): void;
  /** The socket is closed. */
  left(arrival: Arrival): void;
}

const nothing = new Uint8Array(0);

export class Arrival implements Deadlined {
  readonly socket: Socket;
  /** The request was read, and its answer is on the way. */
  hasAsked = false;
  /** The method is HEAD: the answer must have no content. */
  methodIsHead = false;
  /** The bytes that came behind the head. */
  leftover: Uint8Array = nothing;
  /** The bytes of the head, if there is an observer. */
  request: Uint8Array | undefined;
  /** All bytes that came, if there is an observer. */
  readonly #received: Uint8Array[] | undefined;
  readonly #maxHeadBytes: number;
  /** Made when the first bytes come, so that a silent client costs no parser. */
  #parser: RequestParser | undefined;
  readonly #deadline: number;
  readonly #owner: ArrivalOwner;

  /**
   * @param deadline the time, by the clock of `check`, at which an incomplete head gets 408
   * @param isObserved whether to keep the bytes of the request
   */
  constructor(
    socket: Socket,
    maxHeadBytes: number,
    deadline: number,
    isObserved: boolean,
    owner: ArrivalOwner,
  ) {
    this.socket = socket;
    this.#maxHeadBytes = maxHeadBytes;
    this.#deadline = deadline;
    this.#received = isObserved ? [] : undefined;
    this.#owner = owner;
    own(socket, this, Arrival.#events);
    startReceiving(socket);
  }

  static readonly #events: TransportEvents<Arrival> = {
    data: (arrival, chunk) => arrival.#receive(chunk),
    close: (arrival) => arrival.#owner.left(arrival),
  };

  #receive(chunk: Uint8Array): void {
    this.#received?.push(chunk);
    const outcome = this.#read(chunk);
    if (outcome !== undefined) this.#end(outcome);
  }

  #read(chunk: Uint8Array): RequestHead | WebSocketError | undefined {
    try {
      const parser = (this.#parser ??= new RequestParser({
        maxHeadBytes: this.#maxHeadBytes,
        lenient: asBrowsersAsk,
      }));
      const head = parser.receive(chunk).next();
      if (head?.type !== 'head') return undefined;
      if (parser.unread > 0) this.leftover = parser.leftover();
      const received = this.#received && Buffer.concat(this.#received);
      this.request = received?.subarray(0, received.length - this.leftover.length);
      return head;
    } catch (cause) {
      if (!(cause instanceof HttpError)) throw cause;
      const { message, status } = cause;
      return new WebSocketError('request-malformed', message, { status, cause });
    }
  }

  check(now: number): void {
    if (now >= this.#deadline)
      this.#end(new WebSocketError('handshake-timeout', 'no whole request came in time (handshakeTimeout)'));
  }

  #end(outcome: RequestHead | WebSocketError): void {
    this.hasAsked = true;
    this.methodIsHead =
      outcome instanceof WebSocketError ? this.#parser?.methodIsHead === true : outcome.method === 'HEAD';
    stopReceiving(this.socket);
    this.#owner.arrived(this, outcome);
  }
}

/** A socket whose request head another server has read, until it is answered. */
export class HandedOver {
  readonly socket: Socket;
  readonly hasAsked = true;
  /** The answer to the client; undefined if the client has gone. */
  readonly outcome: Promise<Outcome | undefined>;
  #leave: () => void = () => {};

  constructor(socket: Socket, outcome: Promise<Outcome>) {
    this.socket = socket;
    // A `verify` may take for ever; if the client goes, do not wait for it.
    this.outcome = new Promise((resolve) => {
      this.#leave = () => resolve(undefined);
      void outcome.then(resolve);
    });
    own(socket, this, HandedOver.#events);
  }

  static readonly #events: TransportEvents<HandedOver> = { close: (handedOver) => handedOver.#leave() };
  peerEnded(): void {}

  drained(): void {}
}

/** Makes the server that accepts sockets; with `tls`, after their TLS handshake. */
export function listenerFor(
  arrive: (socket: Socket) => void,
  tls: TlsOptions | undefined,
  deadline: number,
): Server {
  if (tls === undefined) return createServer(arrive);
  let server: Server;
  try {
    server = createTlsServer({ handshakeTimeout: timerFor(deadline), ...tls }, arrive);
  } catch (cause) {
    throw new WebSocketError('option-invalid', `tls cannot be used: ${reasonOf(cause)}`, { cause });
  }
  // Node reports a failed TLS handshake but keeps its socket open (`tls.test.ts`, "what is no TLS").
  return server.on('tlsClientError', (_, socket) => socket.destroy());
}

/** How many milliseconds a refused peer gets to end too. Why so few: refused sockets do not count as connections. */
const LINGER = 5000;

/**
 * Answers with `error` and ends the socket.
 *
 * @param timeout milliseconds that the answer may make no progress
 * @returns the error
 */
export function refuse(
  socket: Socket,
  error: WebSocketError,
  timeout: number,
  methodIsHead: boolean,
): WebSocketError {
  own(socket, undefined, {});
  // Read nothing until the answer has left, so that only its bytes count as progress for Node's timeout.
  socket.setTimeout(Math.max(1, timerFor(timeout)), () => socket.destroy()); // 0 would be no timeout
  socket.end(encodeRefusal(error, methodIsHead), () => {
    if (socket.destroyed) return;
    socket.setTimeout(0);
    // From here on read and drop everything: unread bytes would turn our FIN into a reset, and the peer could lose the
    // answer. The timer stops a peer that never stops sending.
    const timer = setTimeout(() => socket.destroy(), Math.min(timeout, LINGER));
    socket.once('close', () => clearTimeout(timer)).resume();
  });
  return error;
}
