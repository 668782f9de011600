/**
 * Exchange: one request and its one response. It calls the handler and sends exactly one final response
 * (rfc9110/10.1.1/final), even if the handler answers late, throws, or answers something that must not be sent. Then it
 * tells the connection that it is done.
 *
 *     asked ─▶ answering ─▶ done        if the client goes away or breaks a rule: asked | answering ─▶ done
 */
import type { Duplex } from 'node:stream';
import { type Body, discard, isWhole, Parts, sizeOf } from '../io/body.ts';
import { sendContent } from '../io/writer.ts';
import { failure, HttpError, shown, userError } from '../wire/errors.ts';
import { Fields, type FieldsInit } from '../wire/fields.ts';
import type { RequestHead } from '../wire/head.ts';
import type { Answerer, ServerConnection, Shared, TakeOver } from './connection.ts';
import { HttpRequest, Incoming } from './request.ts';

/** Answers a request, at once or by a promise. */
export type Handler = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;

/** What a handler answers. */
export interface HttpResponse {
  /** 200 to 999; 200 unless said otherwise. */
  status?: number | undefined;
  /** The reason phrase; the usual one for the status unless said otherwise. */
  reason?: string | undefined;
  headers?: FieldsInit | undefined;
  /** Text and bytes are sent with Content-Length; an iterable is sent chunked, or until close to an HTTP/1.0 client. */
  body?: Body | null | undefined;
  /** Sent after chunked content. A function is called when the content has been sent, and may return a promise. */
  trailers?: FieldsInit | (() => FieldsInit | Promise<FieldsInit>) | undefined;
}

class SwitchedResponse implements HttpResponse {
  readonly headers: FieldsInit;
  readonly takeOver: TakeOver;

  constructor(headers: FieldsInit, takeOver: TakeOver) {
    this.headers = headers;
    this.takeOver = takeOver;
  }
}

/**
 * The answer that ends HTTP on this connection: 101 with these headers or, to CONNECT, 200. For 101 the headers must have an
 * Upgrade that names a protocol which the client offered. Then the transport, and what was read beyond the request, are
 * yours (RFC 9110 7.8, 9.3.6). Content that the handler has not read is dropped first.
 *
 *     switchProtocols({ Upgrade: 'echo' }, (socket: Socket, leftover) => { ... });
 *
 * The transport is a `Socket`, and may be called one, unless the server was given another by `accept`.
 */
export function switchProtocols<Transport extends Duplex = Duplex>(
  headers: FieldsInit,
  takeOver: TakeOver<Transport>,
): HttpResponse {
  return new SwitchedResponse(headers, takeOver as TakeOver);
}

/** Makes answerers that ask this handler for the answer to each request. */
export function answerersWith(handler: Handler): Shared['answerer'] {
  return (connection, head) => new Exchange(connection, head, handler);
}

type State = 'asked' | 'answering' | 'done';

class Exchange implements Answerer {
  readonly request: HttpRequest;
  readonly #head: RequestHead;
  readonly #connection: ServerConnection;
  readonly #handler: Handler;
  readonly #incoming: Incoming;
  #state: State = 'asked';
  /** The parts of the body that is being sent. */
  #parts: Parts | undefined;

  constructor(connection: ServerConnection, head: RequestHead, handler: Handler) {
    this.#head = head;
    this.#connection = connection;
    this.#handler = handler;
    this.#incoming = new Incoming(connection, head);
    this.request = new HttpRequest(head, this.#incoming);
  }

  get isAwaiting(): boolean {
    return this.#incoming.isAwaited;
  }

  arrived(): void {
    this.#incoming.arrived();
  }

  fail(error: HttpError): void {
    this.#state = 'done';
    this.#incoming.fail(error);
    this.#parts?.letGo(error);
  }

  run(): void {
    const head = this.#head;
    const connection = this.#connection;
    const { allowMethods } = connection.settings;
    if (head.scheme === 'https' && connection.scheme !== 'https' && !connection.isSecured) {
      const message =
        'a target of https: came over a connection without TLS, and this server has no gateway that it trusts';
      connection.refuse(new HttpError('misdirected-request', message)); // rfc9110/7.4/https-secured
    } else if (allowMethods !== undefined && !allowMethods.includes(head.method)) {
      this.#respond({ status: 405, headers: { Allow: allowMethods.join(', ') } }); // rfc9110/15.5.6/allow, rfc9110/9.1/not-allowed
    } else if (head.hasUnknownExpectation) {
      this.#respond({ status: 417 }); // RFC 9110 10.1.1
    } else {
      try {
        const response = this.#handler(this.request);
        // Send a response that is ready in this turn: `await` would only delay it.
        if (!isPromise(response)) return this.#respond(response);
        response.then(
          (later) => this.#respond(later),
          (cause) => this.#handlerFailed(cause),
        );
      } catch (cause) {
        this.#handlerFailed(cause);
      }
    }
  }

  #respond(response: HttpResponse): void {
    if (this.#state !== 'asked') return discardResponse(response);
    let given: HttpResponse['body'];
    try {
      if (typeof response !== 'object' || response === null) {
        throw userError('invalid-response', `the handler answered ${shown(response)}, and no response`);
      }
      if (response instanceof SwitchedResponse) return void this.#switch(response);
      // Read each property once: a getter may return something else the next time.
      given = response.body;
      const { status = 200, reason, headers, trailers } = response;
      const isLate = typeof trailers === 'function';
      const head = { status, reason, headers, trailers: isLate ? 'later' : trailers } as const;
      const body = given ?? undefined;
      const { protocol, writer } = this.#connection;
      const isSmall = body === undefined || (isWhole(body) && body.length <= writer.atOnce);
      if (isSmall && !isLate) {
        protocol.answer(head, body);
        this.#connection.answering(status);
        return this.#finish();
      }
      // The handler sends the request's own content back: ask for it now, since no 100 (Continue) may follow the final status.
      if (body === this.request.body) protocol.invite();
      protocol.begin(head, sizeOf(body ?? ''));
      this.#state = 'answering';
      this.#connection.answering(status);
      writer.flushSoon(); // send the head now: the first part may come late
      void this.#send(body ?? '', trailers);
    } catch (cause) {
      discard(given);
      this.#handlerFailed(cause);
    }
  }

  /** Never rejects. The head has been sent, so if the content fails, only a cut can tell the client (RFC 9112 8). */
  async #send(body: Body, trailers: HttpResponse['trailers']): Promise<void> {
    const { protocol, writer } = this.#connection;
    const isWanted = (): boolean => this.#state === 'answering';
    try {
      if (protocol.wantsContent) {
        this.#parts = new Parts(body);
        await sendContent(writer, {
          parts: this.#parts,
          trailers: typeof trailers === 'function' ? trailers : undefined,
          send: (part) => protocol.send(part),
          end: (last) => protocol.end(last),
          isWanted,
        });
      } else {
        discard(body);
        protocol.end();
      }
    } catch (cause) {
      if (!isWanted()) return;
      this.#connection.report(failure("the handler's content", cause));
      protocol.abandon();
      this.#connection.destroy();
      return;
    }
    if (isWanted()) this.#finish();
  }

  #finish(): void {
    this.#state = 'done';
    this.#incoming.answered();
    this.#connection.answered();
  }

  async #switch(response: SwitchedResponse): Promise<void> {
    try {
      const fields = new Fields(response.headers);
      while (!this.#connection.protocol.switchProtocols(fields)) await this.#incoming.read();
      if (this.#state !== 'asked') return;
      this.#state = 'done';
      this.#connection.answering(this.#head.method === 'CONNECT' ? 200 : 101);
      this.#connection.switched(this.#guarded(response.takeOver));
    } catch (cause) {
      this.#handlerFailed(cause);
    }
  }

  #guarded(takeOver: TakeOver): TakeOver {
    return async (transport, leftover) => {
      try {
        await takeOver(transport, leftover); // the type says void, but TypeScript accepts an async function for that
      } catch (cause) {
        this.#connection.report(failure('taking over the connection', cause));
        transport.destroy();
      }
    };
  }

  #handlerFailed(cause: unknown): void {
    if (this.#state !== 'asked') return; // the exchange is over, and its end was already reported
    const isPeers = isFaultOfPeer(cause);
    const error = isPeers ? cause : failure('the handler', cause);
    this.#connection.report(error);
    // Tell the client what it did wrong, but not what went wrong inside the program.
    const body = isPeers ? `${cause.message}\n` : 'Internal Server Error\n';
    const headers = { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' };
    this.#respond({ status: error.status, headers, body });
  }
}

/** A program can throw anything, even a Proxy that throws when we look at it. */
function isFaultOfPeer(thrown: unknown): thrown is HttpError {
  try {
    return thrown instanceof HttpError && thrown.by === 'peer';
  } catch {
    return false;
  }
}

function isPromise(response: HttpResponse | Promise<HttpResponse>): response is Promise<HttpResponse> {
  return typeof (response as Promise<HttpResponse> | undefined)?.then === 'function';
}

/** Releases a response that will not be sent. It may be anything, even an object with a getter that throws. */
function discardResponse(response: HttpResponse): void {
  try {
    discard(response?.body);
  } catch {
    // This response is not sent, so its errors do not matter.
  }
}
