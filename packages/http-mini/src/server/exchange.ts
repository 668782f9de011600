/**
 * Exchange: one request and its one response. It asks the handler, sees to it that exactly one final response is sent
 * whatever the handler does (answers, answers late, throws, answers what must not be sent), and then gives the
 * connection back.
 *
 *     asked ─▶ answering ─▶ done        a client that goes away or breaks a rule: asked | answering ─▶ done
 */
import type { Socket } from 'node:net';
import { encodeResponseHead } from '../wire/encoder.ts';
import { HttpError } from '../wire/errors.ts';
import type { FieldsInit } from '../wire/fields.ts';
import type { RequestHead } from '../wire/head.ts';
import { type ContentSource, RequestContent } from './content.ts';
import { HttpRequest, type RequestContext } from './request.ts';
import {
  discard,
  encodeSwitchedHead,
  type HttpResponse,
  type PreparedResponse,
  prepareResponse,
  SwitchedResponse,
  type TakeOver,
} from './response.ts';
import { type SocketWriter, sendContent } from './writer.ts';

/** Answers a request: at once, or by a promise. */
export type Handler = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;

/** What an exchange needs of the connection that it is on. */
export interface ExchangeConnection extends Omit<ContentSource, 'sendContinue'> {
  readonly writer: SocketWriter;
  readonly maxContentBytes: number;
  readonly dateLine: string;
  /** Whether this response has to be the connection's last. */
  readonly isClosing: boolean;
  /** The response has been begun. */
  answering(status: number): void;
  /** The response has been written; `closes` says that it announced the end of the connection. */
  answered(closes: boolean): void;
  /** The connection leaves HTTP: hands over its socket. */
  switched(takeOver: (socket: Socket, leftover: Uint8Array) => void): void;
  /** The response cannot be brought to its end. */
  destroy(): void;
  report(error: HttpError): void;
}

type State = 'asked' | 'answering' | 'done';

export class Exchange implements RequestContext, ContentSource {
  readonly head: RequestHead;
  readonly content: RequestContent;
  readonly request: HttpRequest;
  readonly #connection: ExchangeConnection;
  #state: State = 'asked';
  #failure: HttpError | undefined;
  #controller: AbortController | undefined;

  constructor(connection: ExchangeConnection, head: RequestHead) {
    this.head = head;
    this.#connection = connection;
    this.content = new RequestContent(this, head);
    this.request = new HttpRequest(head, this);
  }

  /** Whether no final response has been begun. */
  get isUnanswered(): boolean {
    return this.#state === 'asked';
  }

  run(handler: Handler): void {
    try {
      const response = handler(this.request);
      // A response at hand is sent in this turn: to await what is no promise costs a request a tenth of its time.
      if (!isPromise(response)) return this.respond(response);
      response.then(
        (answer) => this.#respondLater(answer),
        (cause) => this.#handlerFailed(cause),
      );
    } catch (cause) {
      this.#handlerFailed(cause);
    }
  }

  #respondLater(response: HttpResponse): void {
    this.respond(response);
    this.#connection.writer.flushSoon();
  }

  respond(response: HttpResponse): void {
    if (this.#state !== 'asked') return discard(response?.body);
    if (response instanceof SwitchedResponse) {
      this.#switch(response);
      return;
    }
    const { writer } = this.#connection;
    let prepared: PreparedResponse;
    try {
      const mustClose = this.#connection.isClosing || this.content.awaitsContinue;
      prepared = prepareResponse(this.head, response, this.#connection.dateLine, mustClose);
    } catch (cause) {
      return this.#handlerFailed(cause);
    }
    this.#state = 'answering';
    this.#connection.answering(response.status ?? 200);
    writer.text(prepared.head);
    const { body, framing } = prepared;
    if (framing.kind !== 'chunked' && (typeof body === 'string' || body instanceof Uint8Array)) {
      writer.content(body);
      this.#finish(prepared.closes);
    } else {
      this.#stream(prepared, response.trailers);
    }
  }

  async #stream(prepared: PreparedResponse, trailers: HttpResponse['trailers']): Promise<void> {
    try {
      await sendContent(this.#connection.writer, prepared, trailers, () => this.#state === 'answering');
    } catch (cause) {
      if (this.#state !== 'answering') return;
      // The head has promised content that does not come: only a cut tells the client so (RFC 9112 8).
      this.#connection.report(
        new HttpError('handler-failed', "the handler's content failed", { by: 'user', cause }),
      );
      return this.#connection.destroy();
    }
    if (this.#state !== 'answering') return;
    this.#connection.writer.flushSoon();
    this.#finish(prepared.closes);
  }

  #finish(closes: boolean): void {
    this.#state = 'done';
    this.#connection.answered(closes);
  }

  async #switch(response: SwitchedResponse): Promise<void> {
    try {
      const head = encodeSwitchedHead(this.head, response.headers);
      // The content comes first, and a client that waits for 100 gets it before 101 (RFC 9110 7.8).
      while (!this.content.isComplete) await this.content.read();
      if (this.#state !== 'asked') return;
      this.#state = 'done';
      this.#connection.answering(this.head.method === 'CONNECT' ? 200 : 101);
      this.#connection.writer.text(head);
      this.#connection.writer.flush();
      this.#connection.switched(this.#guarded(response.takeOver));
    } catch (cause) {
      this.#handlerFailed(cause);
    }
  }

  #guarded(takeOver: TakeOver): TakeOver {
    return (socket, leftover) => {
      try {
        takeOver(socket, leftover);
      } catch (cause) {
        this.#connection.report(
          new HttpError('handler-failed', 'taking over the socket failed', { by: 'user', cause }),
        );
        socket.destroy();
      }
    };
  }

  #handlerFailed(cause: unknown): void {
    if (this.#state !== 'asked') return; // it was told why, and this is no news
    const isPeers = cause instanceof HttpError && cause.by === 'peer';
    const error = isPeers
      ? cause
      : new HttpError('handler-failed', 'the handler failed', { by: 'user', cause });
    this.#connection.report(error);
    // What went wrong in the program is the program's own affair; what the client did wrong is the client's.
    const body = isPeers ? `${cause.message}\n` : 'Internal Server Error\n';
    const headers = { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' };
    this.#respondLater({ status: error.status, headers, body });
  }

  /** The client is gone, or broke a rule: what the handler still does about this request goes nowhere. */
  fail(error: HttpError): void {
    this.#state = 'done';
    this.#failure = error;
    this.content.fail(error);
    this.#controller?.abort(error);
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#failure !== undefined) this.#controller.abort(this.#failure);
    return this.#controller.signal;
  }

  get maxContentBytes(): number {
    return this.#connection.maxContentBytes;
  }

  nextContent(): ReturnType<ContentSource['nextContent']> {
    return this.#connection.nextContent();
  }

  sendContinue(): void {
    this.#sendInformation(100, []);
  }

  inform(status: number, fields: FieldsInit): void {
    if (!(status >= 102 && status <= 199)) {
      throw new HttpError('invalid-status', `${status} is not an interim status that a handler sends`, {
        by: 'user',
      });
    }
    this.#sendInformation(status, fields);
  }

  #sendInformation(status: number, fields: FieldsInit): void {
    // "A server MUST NOT send a 1xx response to an HTTP/1.0 client" (RFC 9110 15.2); and none follows a final one.
    if (this.head.version === '1.0' || this.#state !== 'asked') return;
    this.#connection.writer.text(encodeResponseHead(status, undefined, fields));
    this.#connection.writer.flush();
  }
}

function isPromise(response: HttpResponse | Promise<HttpResponse>): response is Promise<HttpResponse> {
  return typeof (response as Promise<HttpResponse> | undefined)?.then === 'function';
}
