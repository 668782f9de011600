// Transports that have no connection yet. An Arrival was just accepted: it reads the request head, within a deadline and
// a limit, and keeps the bytes behind the head for the connection. A Verification waits for the user's `verify`.

import type { Duplex } from 'node:stream';
import { HttpError, type RequestHead, RequestParser } from 'http-mini/wire';
import type { Deadlined } from '../connection/sweep.ts';
import { own, startReceiving, stopReceiving, type TransportEvents } from '../connection/transport.ts';
import { asBrowsersAsk, WebSocketError } from '../wire/index.ts';
import type { Outcome } from './negotiation.ts';

/** Called once, with the head or with what is wrong with it, or with undefined if the client has gone. */
export type Arrived = (arrival: Arrival, outcome: RequestHead | WebSocketError | undefined) => void;

const nothing = new Uint8Array(0);

export class Arrival implements Deadlined {
  readonly transport: Duplex;
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
  readonly #arrived: Arrived;

  /**
   * @param deadline the time, by the clock of `check`, at which an incomplete head gets 408
   * @param isObserved whether to keep the bytes of the request
   */
  constructor(
    transport: Duplex,
    maxHeadBytes: number,
    deadline: number,
    isObserved: boolean,
    arrived: Arrived,
  ) {
    this.transport = transport;
    this.#maxHeadBytes = maxHeadBytes;
    this.#deadline = deadline;
    this.#received = isObserved ? [] : undefined;
    this.#arrived = arrived;
    own(transport, this, Arrival.#events);
    startReceiving(transport);
    transport.resume();
  }

  static readonly #events: TransportEvents<Arrival> = {
    data: (arrival, chunk) => arrival.#receive(chunk),
    // A client that ends its half before its request is complete asks for nothing.
    end: (arrival) => void arrival.transport.destroy(),
    close: (arrival) => arrival.#arrived(arrival, undefined),
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
    this.methodIsHead =
      outcome instanceof WebSocketError ? this.#parser?.methodIsHead === true : outcome.method === 'HEAD';
    stopReceiving(this.transport);
    this.#arrived(this, outcome);
  }
}

/** A client whose request is complete, and on which the user's `verify` has still to decide. */
export class Verification {
  readonly transport: Duplex;
  /** What to answer; undefined if the client has gone. */
  readonly outcome: Promise<Outcome | undefined>;
  #leave: () => void = () => {};

  constructor(transport: Duplex, outcome: Promise<Outcome>) {
    this.transport = transport;
    // A `verify` may take for ever; if the client goes, do not wait for it.
    this.outcome = new Promise((resolve) => {
      this.#leave = () => resolve(undefined);
      void outcome.then(resolve);
    });
    own(transport, this, Verification.#events);
  }

  static readonly #events: TransportEvents<Verification> = { close: (verification) => verification.#leave() };
}
