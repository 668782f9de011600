/**
 * Exchange: one request and its one response. It asks the handler, sees to it that exactly one final response is sent (rfc9110/10.1.1/final)
 * whatever the handler does (answers, answers late, throws, answers what must not be sent), and then gives the
 * connection back.
 *
 *     asked ─▶ answering ─▶ done        a client that goes away or breaks a rule: asked | answering ─▶ done
 */
import type { Socket } from 'node:net';
import { discard, isWhole, Parts } from '../body.ts';
import { contentEncoder } from '../wire/content.ts';
import { failure, HttpError, userError } from '../wire/errors.ts';
import type { FieldsInit } from '../wire/fields.ts';
import type { RequestHead } from '../wire/head.ts';
import { type SocketWriter, sendContent } from '../writer.ts';
import type { ServerConnection } from './connection.ts';
import { type ContentSource, RequestContent } from './content.ts';
import type { Openings } from './openings.ts';
import type { ServerSettings } from './options.ts';
import { HttpRequest, type RequestContext } from './request.ts';
import {
  CONTINUE,
  discardResponse,
  encodeInformation,
  type HttpResponse,
  type PreparedResponse,
  prepareResponse,
} from './response.ts';
import { encodeSwitchedHead, SwitchedResponse, type TakeOver } from './switch.ts';

/** Answers a request: at once, or by a promise. */
export type Handler = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;

/** The server, as the floors below it see it. */
export interface ConnectionOwner {
  readonly handler: Handler;
  readonly settings: ServerSettings;
  readonly openings: Openings;
  /** Whether the server closes: every response is then the last of its connection. */
  readonly isClosing: boolean;
  /** The connection is closed, or has left HTTP. */
  released(connection: ServerConnection): void;
  /** Ends a connection by a reset, which no client takes for the end of content. */
  reset(socket: Socket): void;
}

/** What an exchange needs of the connection that it is on. */
export interface ExchangeConnection extends Omit<ContentSource, 'sendContinue'> {
  readonly owner: ConnectionOwner;
  readonly writer: SocketWriter;
  /** Of a target that names none. */
  readonly scheme: 'http' | 'https';
  /** The response has been begun. */
  answering(status: number): void;
  /** The response has been written; `closes` says that it announced the end of the connection. */
  answered(closes: boolean): void;
  /** The connection leaves HTTP: hands over its socket. */
  switched(takeOver: TakeOver): void;
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
  /** What is being sent. */
  #parts: Parts | undefined;
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

  /** Whether its response has been begun and not come to its end. */
  get isAnswering(): boolean {
    return this.#state === 'answering';
  }

  run(handler: Handler): void {
    try {
      const response = handler(this.request);
      // A response at hand is sent in this turn: to await it would put it off for nothing.
      if (!isPromise(response)) return this.respond(response);
      const respond = (answer: HttpResponse): void => this.#respondLater(answer);
      response.then(respond, (cause) => this.#handlerFailed(cause));
    } catch (cause) {
      this.#handlerFailed(cause);
    }
  }

  #respondLater(response: HttpResponse): void {
    this.respond(response);
    this.#connection.writer.flushSoon();
  }

  respond(response: HttpResponse): void {
    if (this.#state !== 'asked') return discardResponse(response);
    let given: HttpResponse['body'];
    let prepared: PreparedResponse;
    try {
      if (response instanceof SwitchedResponse) return void this.#switch(response);
      given = response?.body;
      const { openings } = this.#connection.owner;
      prepared = prepareResponse(this.head, response, given, openings, this.#mustClose(given));
    } catch (cause) {
      discard(given);
      return this.#handlerFailed(cause);
    }
    this.#state = 'answering';
    this.#connection.answering(prepared.status);
    const { writer } = this.#connection;
    writer.text(prepared.head);
    const { body, framing } = prepared;
    if (isWhole(body) && body.length <= writer.atOnce && framing.kind !== 'chunked') {
      writer.content(body);
      this.#finish(prepared.closes);
    } else {
      this.#stream(prepared);
    }
  }

  /** Whether no request can follow this one, whatever the handler says. */
  #mustClose(body: HttpResponse['body']): boolean {
    const { owner } = this.#connection;
    if (owner.isClosing) return true;
    if (this.content.isComplete) return false;
    if (body === this.request.body) {
      this.content.invite(); // before the final status, after which there is no 100 (Continue)
      return false;
    }
    return this.content.awaitsContinue || this.content.isLongerThan(owner.settings.maxDroppedBytes); // rfc9110/10.1.1/final-close
  }

  async #stream(prepared: PreparedResponse): Promise<void> {
    const { body, framing, trailers } = prepared; // to spread it would cost a fifth of a short stream
    try {
      const isWanted = (): boolean => this.#state === 'answering';
      const encoder = contentEncoder(framing);
      const parts = new Parts(body);
      this.#parts = parts;
      await sendContent(this.#connection.writer, { parts, encoder, trailers, isWanted });
    } catch (cause) {
      if (this.#state !== 'answering') return;
      // The head has promised content that does not come: only a cut tells the client so (RFC 9112 8).
      this.#connection.report(failure("the handler's content", cause));
      return this.#connection.destroy();
    }
    if (this.#state !== 'answering') return;
    this.#connection.writer.flushSoon();
    this.#finish(prepared.closes);
  }

  #finish(closes: boolean): void {
    this.#state = 'done';
    // What is read from now on belongs to the next request (test: `a reader that comes after the answer`).
    const message = 'the request has been answered, and the rest of its content is dropped';
    if (!this.content.isComplete) this.content.fail(userError('content-already-read', message));
    this.#connection.answered(closes);
  }

  async #switch(response: SwitchedResponse): Promise<void> {
    try {
      const head = encodeSwitchedHead(this.head, response.headers);
      // The content comes first, and a client that waits for 100 gets it before 101 (rfc9110/7.8/continue-first).
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
    return async (socket, leftover) => {
      try {
        await takeOver(socket, leftover); // typed as void, which an asynchronous function may stand for
      } catch (cause) {
        this.#connection.report(failure('taking over the socket', cause));
        socket.destroy();
      }
    };
  }

  #handlerFailed(cause: unknown): void {
    if (this.#state !== 'asked') return; // it was told why, and this is no news
    const isPeers = isFaultOfPeer(cause);
    const error = isPeers ? cause : failure('the handler', cause);
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
    this.#parts?.letGo(error);
    this.#controller?.abort(error);
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#failure !== undefined) this.#controller.abort(this.#failure);
    return this.#controller.signal;
  }

  get scheme(): 'http' | 'https' {
    return this.#connection.scheme;
  }

  get maxContentBytes(): number {
    return this.#connection.owner.settings.maxContentBytes;
  }

  nextContent(): ReturnType<ContentSource['nextContent']> {
    return this.#connection.nextContent();
  }

  sendContinue(): void {
    this.#send(CONTINUE);
  }

  inform(status: number, fields: FieldsInit): void {
    this.#send(encodeInformation(status, fields));
  }

  #send(information: string): void {
    // "A server MUST NOT send a 1xx response to an HTTP/1.0 client" (rfc9110/15.2/1xx-to-1.0); none follows a final one.
    if (this.head.version === '1.0' || this.#state !== 'asked') return;
    this.#connection.writer.text(information);
    this.#connection.writer.flush();
  }
}

/** Anything can be thrown, even a Proxy that throws when it is looked at. */
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
