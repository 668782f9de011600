/**
 * ServerExchange: one request, its content as it comes, and its one response. It calls the handler and sends exactly one final
 * response (rfc9110/10.1.1/final), even if the handler answers late, throws, or answers something that must not be sent. Then
 * it tells the connection that it is done.
 *
 *     asked ─▶ answering ─▶ done        asked ─▶ switching ─▶ done
 *
 *     if the client goes away or breaks a rule: asked | answering | switching ─▶ done
 *
 * Streams and promises are made only when the handler asks for them: a handler that reads no content pays for none.
 */
import type { Duplex } from 'node:stream';
import { isAboutServer } from '../io/blame.ts';
import { type Body, discard, isWhole, Parts, sizeOf, withTypedBody } from '../io/body.ts';
import { sendContent } from '../io/writer.ts';
import { failure, HttpError, shown, userError } from '../wire/errors.ts';
import { Fields, type FieldsInit } from '../wire/fields.ts';
import type { RequestHead } from '../wire/head.ts';
import { limit as checkLimit } from '../wire/options.ts';
import type { ServerConnection, TakeOver } from './connection.ts';
import { HttpRequest } from './request.ts';

/** Answers a request, at once or by a promise. */
export type Handler = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;

/** What a handler answers. */
export interface HttpResponse {
  /** 200 to 999; 200 unless said otherwise. */
  status?: number | undefined;
  /** The reason phrase; the usual one for the status unless said otherwise. */
  reason?: string | undefined;
  headers?: FieldsInit | undefined;
  /**
   * Text and bytes are sent with Content-Length; an iterable is sent chunked, or until close to an HTTP/1.0 client. Blob,
   * FormData and URLSearchParams are sent with Content-Length, and with their Content-Type unless `headers` give one.
   */
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

export class ServerExchange {
  readonly request: HttpRequest;
  readonly connection: ServerConnection;
  readonly #head: RequestHead;
  /** `switching` drops the rest of the content, which comes before the other protocol. */
  #state: 'asked' | 'answering' | 'switching' | 'done' = 'asked';
  /** Why it ended without an answer. */
  #failure: HttpError | undefined;
  #controller: AbortController | undefined;
  /** Known once the content is complete; never merged into the header section (rfc9112/7.1.2/merge). */
  trailers: Fields | undefined;
  #contentIsTaken = false;
  #contentIsComplete: boolean;
  /** Wakes the reader of the content: there is something to read, or nothing more will come. */
  #wake: (() => void) | undefined;
  /** The parts of the body that is being sent. */
  #parts: Parts | undefined;

  constructor(connection: ServerConnection, head: RequestHead) {
    this.connection = connection;
    this.#head = head;
    this.#contentIsComplete = head.framing.kind === 'none';
    this.request = new HttpRequest(head, this);
  }

  /** The connection has more bytes. */
  arrived(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  /** The client is gone, or broke a rule: any further answer to this request is discarded. */
  fail(error: HttpError): void {
    this.#state = 'done';
    this.#failure = error;
    this.arrived();
    this.#controller?.abort(error);
    this.#parts?.letGo(error);
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#failure !== undefined) this.#controller.abort(this.#failure);
    return this.#controller.signal;
  }

  // ── The request's content ──

  /** Whether the reader waits for the client to send more. */
  get isAwaiting(): boolean {
    return this.#wake !== undefined;
  }

  async *content(): AsyncGenerator<Uint8Array, void, void> {
    this.#beginReading();
    for (let part = await this.#read(); part !== undefined; part = await this.#read()) yield part;
  }

  /**
   * The whole content in one piece.
   * @throws HttpError `content-too-large`, `content-already-read`, `invalid-option`, or if the rest will not come
   */
  readAll(limit?: number): Promise<Uint8Array> {
    if (this.#head.framing.kind !== 'none' || limit !== undefined) return this.#readAll(limit);
    return Promise.resolve(empty());
  }

  async #readAll(limit: number | undefined): Promise<Uint8Array> {
    const most = checkLimit('limit', limit, this.connection.shared.settings.maxContentBytes);
    this.#beginReading();
    const { framing } = this.#head;
    const length = framing.kind === 'length' ? framing.length : undefined;
    // Refuse it before a 100 (Continue) asks the client to send it.
    if (length !== undefined && length > most) throw tooLarge(most);
    let whole = empty();
    let size = 0;
    // Not by `#read`: small content is usually here already, and a promise for each part would slow it down.
    for (;;) {
      const part = this.#take();
      if (this.#contentIsComplete && part === undefined)
        return size < whole.length ? whole.subarray(0, size) : whole;
      if (part === undefined) {
        await this.#more();
        continue;
      }
      const end = size + part.length;
      if (end > most) throw tooLarge(most);
      if (size === 0) {
        // Usually the only part: do not copy it, unless the parser still reads behind it (test: `gives away`).
        whole = this.connection.protocol.backlog > 0 ? copyOf(part) : part;
      } else {
        // Not a list of parts: the object around a tiny chunk is far larger than its bytes (test: `tiny chunks`).
        if (end > whole.length) whole = enlarged(whole, size, Math.min(2 * end, length ?? Infinity));
        whole.set(part, size);
      }
      size = end;
    }
  }

  /** Refuses a second reader: each would get only some of the parts, and one of them would wait for ever. */
  #beginReading(): void {
    if (this.#contentIsTaken) throw userError('content-already-read', 'the content can be read once');
    this.#contentIsTaken = this.#head.framing.kind !== 'none';
  }

  /** Waits for the next part; undefined at the end. @throws HttpError if it will not come */
  async #read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const part = this.#take();
      if (part !== undefined || this.#contentIsComplete) return part;
      await this.#more();
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** The next part, if it has come. */
  #take(): Uint8Array | undefined {
    while (!this.#contentIsComplete) {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#state === 'done' || this.#state === 'switching') {
        // From now on the connection's bytes belong to the next request (test: `a reader that comes after the answer`).
        const message = 'the request has been answered, and the rest of its content is dropped';
        throw userError('content-already-read', message);
      }
      const event = this.connection.nextContent();
      if (event === undefined) break;
      if (event.type === 'content') return event.bytes;
      if (event.type === 'end') {
        this.trailers = event.trailers;
        this.#contentIsComplete = true;
      }
    }
    return undefined;
  }

  // ── The response ──

  inform(status: number, fields: FieldsInit): void {
    if (this.#state === 'done') return;
    this.connection.protocol.inform(status, fields);
    this.connection.writer.flush();
  }

  /** Asks the handler for the answer, unless the request must not reach it. */
  run(handler: Handler): void {
    const head = this.#head;
    const { connection } = this;
    const { allowMethods } = connection.shared.settings;
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
        const response = handler(this.request);
        // Send a response that is ready in this turn: `await` would only delay it.
        const then = (response as Partial<Promise<HttpResponse>> | undefined)?.then;
        if (typeof then !== 'function') return this.#respond(response as HttpResponse);
        (response as Promise<HttpResponse>).then(
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
      const { status = 200, reason, trailers } = response;
      const { body: ready, headers } = withTypedBody({ body: given, headers: response.headers });
      const isLate = typeof trailers === 'function';
      const head = { status, reason, headers, trailers: isLate ? 'later' : trailers } as const;
      const body = ready ?? undefined;
      const { protocol, writer } = this.connection;
      const isSmall = body === undefined || (isWhole(body) && body.length <= writer.atOnce);
      if (isSmall && !isLate) {
        protocol.answer(head, body);
        this.connection.answering(status);
        return this.#finish();
      }
      const size = sizeOf(body ?? '');
      // While the server can still answer 500: a stream may be locked, or its iterator method throw.
      if (this.#head.method !== 'HEAD') this.#parts = new Parts(body ?? '');
      // An iterable may be made from the request's content: invite that now, since no 100 (Continue) may follow the final status.
      if (size === undefined && status < 300) protocol.invite(); // rfc9110/10.1.1/continue-first
      protocol.begin(head, size);
      this.#state = 'answering';
      this.connection.answering(status);
      writer.flushSoon(); // send the head now: the first part may come late
      void this.#send(body ?? '', trailers);
    } catch (cause) {
      if (this.#parts === undefined) discard(given);
      else this.#parts.letGo();
      this.#handlerFailed(cause);
    }
  }

  /** Never rejects. The head has been sent, so if the content fails, only a cut can tell the client (RFC 9112 8). */
  async #send(body: Body, trailers: HttpResponse['trailers']): Promise<void> {
    const { protocol, writer } = this.connection;
    const isWanted = (): boolean => this.#state === 'answering';
    try {
      const parts = this.#parts;
      if (protocol.wantsContent && parts !== undefined) {
        const late = typeof trailers === 'function' ? trailers : undefined;
        await sendContent(writer, protocol, parts, late, isWanted);
      } else {
        if (parts === undefined) discard(body);
        else parts.letGo();
        protocol.end();
      }
    } catch (cause) {
      if (!isWanted()) return;
      this.connection.report(failure("the handler's content", cause));
      protocol.abandon();
      this.connection.destroy();
      return;
    }
    if (isWanted()) this.#finish();
  }

  #finish(): void {
    this.#state = 'done';
    this.#wake?.();
    this.connection.answered();
  }

  async #switch(response: SwitchedResponse): Promise<void> {
    try {
      const fields = new Fields(response.headers);
      const isWanted = (): boolean => this.#state !== 'done';
      while (!this.connection.protocol.switchProtocols(fields)) {
        this.#state = 'switching';
        this.arrived(); // a reader that waits learns that the rest is dropped (test: `a reader that waits when it switches`)
        if (this.connection.nextContent() === undefined) await this.#more();
        if (!isWanted()) return;
      }
      this.#state = 'done';
      this.connection.answering(this.#head.method === 'CONNECT' ? 200 : 101);
      this.connection.switched(this.#guarded(response.takeOver));
    } catch (cause) {
      this.#handlerFailed(cause);
    }
  }

  #guarded(takeOver: TakeOver): TakeOver {
    return async (transport, leftover) => {
      try {
        await takeOver(transport, leftover); // the type says void, but TypeScript accepts an async function for that
      } catch (cause) {
        this.connection.report(failure('taking over the connection', cause), this.request);
        transport.destroy();
      }
    };
  }

  #handlerFailed(cause: unknown): void {
    if (this.#state !== 'asked') return this.#reportLate(cause);
    const isClients = blamesClient(cause);
    const error = isClients ? cause : failure('the handler', cause);
    this.connection.report(error);
    // Tell the client what it did wrong, but not what went wrong inside the program.
    const body = isClients ? `${cause.message}\n` : 'Internal Server Error\n';
    const headers = { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' };
    this.#respond({ status: error.status, headers, body });
  }

  /** Reports an error of a handler whose client is gone, unless it only says that the client is gone. */
  #reportLate(cause: unknown): void {
    const end = this.#failure;
    if (end === undefined || isOrStemsFrom(cause, end)) return;
    this.connection.report(failure('the handler', cause), this.request);
  }
}

/** Never one for all: the caller owns it, and may give its memory away to a worker (test: `gives away`). */
function empty(): Uint8Array {
  return new Uint8Array(0);
}

/** Whether it is this error, or what functions throw that were aborted by it. */
function isOrStemsFrom(thrown: unknown, error: HttpError): boolean {
  try {
    return thrown === error || (thrown as Partial<Error> | undefined)?.cause === error;
  } catch {
    return false;
  }
}

/** A program can throw anything, even a Proxy that throws when we look at it. */
function blamesClient(thrown: unknown): thrown is HttpError {
  try {
    return thrown instanceof HttpError && thrown.by === 'peer' && !isAboutServer(thrown);
  } catch {
    return false;
  }
}

/** Releases a response that will not be sent. It may be anything, even an object with a getter that throws. */
function discardResponse(response: HttpResponse): void {
  try {
    discard(response?.body);
  } catch {
    // This response is not sent, so its errors do not matter.
  }
}

/** Not in Node's pool: the caller may give the memory away. */
function copyOf(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}

function enlarged(bytes: Uint8Array, size: number, capacity: number): Uint8Array {
  const larger = Buffer.allocUnsafe(capacity);
  larger.set(bytes.subarray(0, size));
  return larger;
}

function tooLarge(limit: number): HttpError {
  return new HttpError('content-too-large', `the content is larger than ${limit} bytes`);
}
