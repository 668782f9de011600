// A socket that has just been accepted and has not said yet what it wants: its request head is read
// here, with a deadline and a limit, and what came behind the head is kept for the connection; or it is
// refused.

import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { HttpError, type RequestHead, RequestParser, reasonOf } from 'http-mini/wire';
import { own, type SocketOwner, startReceiving, stopReceiving } from '../connection/socket-owner.ts';
import { type Deadlined, timerFor } from '../connection/sweep.ts';
import { asBrowsersAsk, WebSocketError } from '../wire/index.ts';
import { encodeRefusal, type Outcome } from './negotiation.ts';

export interface ArrivalOwner {
  /** Called once: with the head, or with what was wrong with it; not if the peer went away. */
  arrived(arrival: Arrival, outcome: RequestHead | WebSocketError): void;
  /** Its socket is closed. */
  left(arrival: Arrival): void;
}

const nothing = new Uint8Array(0);

export class Arrival implements Deadlined, SocketOwner {
  readonly socket: Socket;
  /** Its request is read, and is being answered. */
  hasAsked = false;
  /** Whether the method is HEAD, to which no answer has content. */
  methodIsHead = false;
  /** What came behind the head. */
  leftover: Uint8Array = nothing;
  /** The head as it came, where somebody wants to see it. */
  request: Uint8Array | undefined;
  /** What has come, where somebody wants to see it. */
  readonly #received: Uint8Array[] | undefined;
  readonly #maxHeadBytes: number;
  /** Made when something comes: who is silent, waits without it. */
  #parser: RequestParser | undefined;
  readonly #deadline: number;
  readonly #owner: ArrivalOwner;

  /**
   * @param deadline when a head that is not complete gets 408, on the clock of `check`
   * @param isObserved whether the request's bytes are kept
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
    own(socket, this);
    startReceiving(socket);
  }

  received(chunk: Uint8Array): void {
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

  /** Followed by 'close', and means nothing more than that. */
  broke(): void {}

  socketClosed(): void {
    this.#owner.left(this);
  }

  peerEnded(): void {}

  drained(): void {}

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

/** A socket whose request head somebody else has read, until it is answered. */
export class HandedOver implements SocketOwner {
  readonly socket: Socket;
  readonly hasAsked = true;
  /** What there is to say to it; undefined if it has gone. */
  readonly outcome: Promise<Outcome | undefined>;
  #leave: () => void = () => {};

  constructor(socket: Socket, outcome: Promise<Outcome>) {
    this.socket = socket;
    // A `verify` may take for ever; a client that has gone is not waited for.
    this.outcome = new Promise((resolve) => {
      this.#leave = () => resolve(undefined);
      void outcome.then(resolve);
    });
    own(socket, this);
  }

  socketClosed(): void {
    this.#leave();
  }

  broke(): void {}

  received(): void {}

  peerEnded(): void {}

  drained(): void {}
}

/** What accepts sockets: TCP's, or those whose TLS handshake is done. */
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
  // Node reports a TLS handshake that failed, and keeps its socket (`tls.test.ts`, "what is no TLS").
  return server.on('tlsClientError', (_, socket) => socket.destroy());
}

/** Milliseconds for a refused peer to end as well. Not more: refused sockets do not count as connections. */
const LINGER = 5000;

/** Nothing that happens to a refused socket means anything any more. */
const refused: SocketOwner = { received() {}, peerEnded() {}, broke() {}, socketClosed() {}, drained() {} };

/**
 * Answers with `error` and ends the socket.
 *
 * @param timeout milliseconds that the answer may stand still
 * @returns the error
 */
export function refuse(
  socket: Socket,
  error: WebSocketError,
  timeout: number,
  methodIsHead: boolean,
): WebSocketError {
  own(socket, refused);
  // Until the answer has left nothing is read, so that only its own bytes count as progress for Node's timeout.
  socket.setTimeout(Math.max(1, timerFor(timeout)), () => socket.destroy()); // 0 would be no timeout
  socket.end(encodeRefusal(error, methodIsHead), () => {
    if (socket.destroyed) return;
    socket.setTimeout(0);
    // From here on all is read and dropped: what is left unread would turn our FIN into a reset, and the answer could be
    // lost to it. But a peer that sends without end is not listened to for ever.
    const timer = setTimeout(() => socket.destroy(), Math.min(timeout, LINGER));
    socket.once('close', () => clearTimeout(timer)).resume();
  });
  return error;
}
