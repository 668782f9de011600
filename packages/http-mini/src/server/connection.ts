/**
 * ServerConnection: one socket with one RequestParser. It reads requests and has them answered one after the other
 * (RFC 9112 9.3.2), keeps what it holds in memory within limits in both directions, and closes so that the last
 * response is not lost (9.6).
 *
 *     idle ─▶ head ─▶ exchange ─▶ (draining) ─▶ idle ...
 *       └───────┴────────┴────────────┴───────▶ closing ─▶ closed        exchange ─▶ switched
 *
 * Events are pulled from the parser only while the connection is free for them, so a client that pipelines is read no
 * further than `maxReadAhead` beyond the request that is being answered. All that is written in one turn of the event
 * loop leaves in one write: a write is by far the dearest thing a small exchange costs.
 */
import type { Socket } from 'node:net';
import type { ContentEvent } from '../wire/content.ts';
import { encodeResponseHead } from '../wire/encoder.ts';
import { HttpError } from '../wire/errors.ts';
import type { FieldsInit } from '../wire/fields.ts';
import type { RequestHead } from '../wire/head.ts';
import type { RequestEvent } from '../wire/parser.ts';
import { Exchange, type ExchangeConnection, type HttpRequest } from './exchange.ts';
import type { ServerSettings } from './options.ts';
import { SocketReader } from './reader.ts';
import {
  discard,
  encodeRefusal,
  encodeSwitchedHead,
  type HttpResponse,
  type PreparedResponse,
  prepareResponse,
  SwitchedResponse,
} from './response.ts';
import { SocketWriter, sendContent } from './writer.ts';

type State = 'idle' | 'head' | 'exchange' | 'draining' | 'closing' | 'switched' | 'closed';

/** Answers a request: at once, or by a promise. */
export type Handler = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;

/** What a connection needs of the server above it. */
export interface ConnectionOwner {
  readonly handler: Handler;
  readonly settings: ServerSettings;
  /** The field line of Date, made once a second. */
  readonly dateLine: string;
  /** Whether the server closes: every response is then the last of its connection. */
  readonly isClosing: boolean;
  /** The connection is closed, or has left HTTP. */
  released(connection: ServerConnection): void;
}

export class ServerConnection implements ExchangeConnection {
  readonly #id: number;
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #settings: ServerSettings;
  readonly #reader: SocketReader;
  readonly #writer: SocketWriter;
  #state: State = 'idle';
  #exchange: Exchange | undefined;
  /** Whether the exchange's response has been begun: then no other can be sent in its place. */
  #isAnswered = false;
  #isAdvancing = false;
  #droppedBytes = 0;
  /** When the state has lasted too long, by the server's clock. */
  #deadline = Infinity;

  constructor(id: number, socket: Socket, owner: ConnectionOwner) {
    this.#id = id;
    this.#socket = socket;
    this.#owner = owner;
    this.#settings = owner.settings;
    this.#reader = new SocketReader(socket, owner.settings.maxReadAhead, owner.settings);
    const { observe } = owner.settings;
    this.#writer = new SocketWriter(
      socket,
      observe && ((bytes) => observe({ type: 'sent', connection: id, bytes })),
    );
    this.#deadline = owner.settings.clock() + owner.settings.idleTimeout;
    observe?.({ type: 'opened', connection: id });
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('close', this.#onClose);
    socket.on('drain', this.#onDrain);
    // An error is always followed by 'close', which does what there is to do; unheard it would end the process.
    socket.on('error', ignore);
  }

  // ── Reading ──

  readonly #onData = (bytes: Uint8Array): void => {
    this.#settings.observe?.({ type: 'received', connection: this.#id, bytes });
    if (this.#state === 'closing') return; // a staged close reads on so that no reset is sent, and drops it (9.6)
    this.#reader.receive(bytes);
    this.#exchange?.arrived();
    this.#advance();
    this.#writer.flush();
  };

  readonly #onEnd = (): void => {
    this.#reader.end();
    if (this.#state === 'closing') return;
    this.#exchange?.arrived();
    this.#advance(); // a half-closed client still gets its answers (9.6)
    this.#writer.flush();
  };

  readonly #onDrain = (): void => {
    this.#advance();
    this.#writer.flush();
  };

  readonly #onClose = (): void => {
    this.#state = 'closed';
    this.#exchange?.fail(new HttpError('connection-closed', 'the client closed the connection'));
    this.#settings.observe?.({ type: 'closed', connection: this.#id });
    this.#owner.released(this);
  };

  /** Reads as many requests as can be read now; each begins its exchange. */
  #advance(): void {
    if (this.#isAdvancing) return;
    this.#isAdvancing = true;
    try {
      while (this.#isFree() && this.#step(this.#reader.next()));
    } catch (error) {
      this.#refuse(error as HttpError);
    } finally {
      this.#isAdvancing = false;
    }
  }

  /** Whether another request may be read: none is being answered, and the client takes what it is sent. */
  #isFree(): boolean {
    if (this.#state !== 'idle' && this.#state !== 'head' && this.#state !== 'draining') return false;
    return !this.#writer.isFull;
  }

  /** Does what an event asks for; answers whether there may be more. */
  #step(event: RequestEvent | undefined): boolean {
    if (event === undefined) {
      if (this.#reader.peerHasEnded) this.#close();
      else if (this.#state === 'idle' && !this.#reader.isBetweenRequests)
        this.#enter('head', this.#settings.headTimeout);
      return false;
    }
    if (event.type === 'head') {
      this.#begin(event);
    } else if (event.type === 'content') {
      this.#droppedBytes += event.bytes.length;
      if (this.#droppedBytes > this.#settings.maxDroppedBytes) this.#close();
    } else if (event.type === 'end') {
      this.#enter('idle', this.#settings.idleTimeout);
    }
    return true;
  }

  // ── Exchanges ──

  #begin(head: RequestHead): void {
    const exchange = new Exchange(this, head);
    this.#exchange = exchange;
    this.#isAnswered = false;
    if (exchange.contentIsComplete) {
      this.#enter('exchange', Infinity);
      this.#reader.next(); // the end of content that is not there
    } else {
      this.#enter('exchange', this.#settings.requestTimeout);
    }
    this.#settings.observe?.({ type: 'request', connection: this.#id, head });
    const refusal = this.#refusalOf(head);
    if (refusal !== undefined) return this.#respond(exchange, refusal);
    try {
      const response = this.#owner.handler(exchange.request);
      // A response at hand is sent in this turn: a promise costs each request a tenth of its time.
      if (!(response instanceof Promise)) return this.#respond(exchange, response);
      response.then(
        (answer) => this.#respondLater(exchange, answer),
        (cause) => this.#handlerFailed(exchange, cause),
      );
    } catch (cause) {
      this.#handlerFailed(exchange, cause);
    }
  }

  /** What is answered without asking the handler. */
  #refusalOf(head: RequestHead): HttpResponse | undefined {
    const { allowMethods } = this.#settings;
    if (allowMethods !== undefined && !allowMethods.includes(head.method)) {
      return { status: 405, headers: { Allow: allowMethods.join(', ') } }; // RFC 9110 15.5.6
    }
    if (head.hasUnknownExpectation) return { status: 417 }; // RFC 9110 10.1.1
    return undefined;
  }

  /** @throws HttpError of the parser, once the refusal has been sent */
  nextContent(): ContentEvent | undefined {
    try {
      const event = this.#reader.next();
      if (event?.type === 'end') this.#deadline = Infinity;
      return event as ContentEvent | undefined;
    } catch (error) {
      this.#refuse(error as HttpError);
      throw error;
    }
  }

  get maxContentBytes(): number {
    return this.#settings.maxContentBytes;
  }

  sendInformation(status: number, fields: FieldsInit): void {
    if (this.#isAnswered || this.#state !== 'exchange') return;
    this.#writer.text(encodeResponseHead(status, undefined, fields));
    this.#writer.flush();
  }

  #respondLater(exchange: Exchange, response: HttpResponse): void {
    this.#respond(exchange, response);
    this.#advance();
    this.#writer.flushSoon();
  }

  #respond(exchange: Exchange, response: HttpResponse): void {
    if (exchange !== this.#exchange || this.#isAnswered) return discard(response.body);
    if (response instanceof SwitchedResponse) {
      this.#switch(exchange, response);
      return;
    }
    const mustClose = this.#owner.isClosing || exchange.awaitsContinue || this.#reader.peerHasEnded;
    let prepared: PreparedResponse;
    try {
      prepared = prepareResponse(exchange.head, response, this.#owner.dateLine, mustClose);
    } catch (cause) {
      return this.#handlerFailed(exchange, cause);
    }
    this.#isAnswered = true;
    this.#settings.observe?.({ type: 'response', connection: this.#id, status: response.status ?? 200 });
    this.#writer.text(prepared.head);
    const { body, framing } = prepared;
    if (framing.kind !== 'chunked' && (typeof body === 'string' || body instanceof Uint8Array)) {
      this.#writer.content(body);
      this.#finish(exchange, prepared.closes);
    } else {
      this.#stream(exchange, response, prepared);
    }
  }

  async #stream(exchange: Exchange, response: HttpResponse, prepared: PreparedResponse): Promise<void> {
    try {
      await sendContent(this.#writer, prepared, response.trailers, () => this.#exchange === exchange);
    } catch (cause) {
      // The head promised content that does not come: only a cut tells the client so (RFC 9112 8).
      this.#report(
        new HttpError('handler-failed', "the handler's content failed", { by: 'user', cause }),
        exchange,
      );
      this.#socket.destroy();
      return;
    }
    if (this.#exchange !== exchange) return;
    this.#finish(exchange, prepared.closes);
    this.#advance();
    this.#writer.flush();
  }

  /** The response has been written. */
  #finish(exchange: Exchange, closes: boolean): void {
    this.#exchange = undefined;
    if (closes) return this.#close();
    if (exchange.contentIsComplete) return this.#enter('idle', this.#settings.idleTimeout);
    // "A server MUST read the entire request content or close the connection" (RFC 9112 9.3)
    this.#droppedBytes = 0;
    this.#enter('draining', this.#settings.requestTimeout);
  }

  async #switch(exchange: Exchange, response: SwitchedResponse): Promise<void> {
    try {
      const head = encodeSwitchedHead(exchange.head, response.headers);
      // The content comes first, and a client that waits for 100 gets it before 101 (RFC 9110 7.8).
      while (!exchange.contentIsComplete) await exchange.read();
      if (exchange !== this.#exchange) return;
      this.#isAnswered = true;
      this.#writer.text(head);
      this.#writer.flush();
    } catch (cause) {
      return this.#handlerFailed(exchange, cause);
    }
    this.#enter('switched', Infinity);
    this.#exchange = undefined;
    const leftover = this.#reader.leftover();
    this.#socket.pause();
    this.#socket.off('data', this.#onData);
    this.#socket.off('end', this.#onEnd);
    this.#socket.off('close', this.#onClose);
    this.#socket.off('drain', this.#onDrain);
    this.#owner.released(this);
    try {
      response.takeOver(this.#socket, leftover);
    } catch (cause) {
      this.#report(
        new HttpError('handler-failed', 'taking over the socket failed', { by: 'user', cause }),
        exchange,
      );
      this.#socket.destroy();
    }
  }

  #handlerFailed(exchange: Exchange, cause: unknown): void {
    if (exchange !== this.#exchange || this.#isAnswered) return; // it was told of what made it fail
    const isPeers = cause instanceof HttpError && cause.by === 'peer';
    const error = isPeers
      ? cause
      : new HttpError('handler-failed', 'the handler failed', { by: 'user', cause });
    this.#report(error, exchange);
    // The text of an error in the program is the program's own affair.
    const body = isPeers ? `${cause.message}\n` : 'Internal Server Error\n';
    this.#respondLater(exchange, {
      status: error.status,
      headers: { ...PLAIN_TEXT, Connection: 'close' },
      body,
    });
  }

  /** A message broke a rule: the exchange that it belongs to, or the client alone, is told so, and nothing more is read. */
  #refuse(error: HttpError): void {
    const exchange = this.#exchange;
    this.#report(error, exchange);
    exchange?.fail(error);
    this.#exchange = undefined;
    if (this.#state === 'draining' || (exchange !== undefined && this.#isAnswered)) {
      // That request has its answer, or part of one: another must not be taken for the next one's.
      if (exchange !== undefined) this.#socket.destroy();
      else this.#close();
      return;
    }
    this.#writer.text(encodeRefusal(error, this.#owner.dateLine));
    this.#settings.observe?.({ type: 'response', connection: this.#id, status: error.status });
    this.#close();
  }

  #report(error: HttpError, exchange: Exchange | undefined): void {
    this.#settings.observe?.({ type: 'error', connection: this.#id, error });
    try {
      this.#settings.onError(error, exchange?.request);
    } catch {
      // An error in the report of an error has nowhere to go.
    }
  }

  // ── Deadlines and closing ──

  #enter(state: State, timeout: number): void {
    this.#state = state;
    this.#deadline = timeout === Infinity ? Infinity : this.#settings.clock() + timeout;
  }

  /**
   * Closes in stages (RFC 9112 9.6): this half first, then what the client still sends is read and dropped for a while. To
   * close at once with bytes unread makes TCP send a reset, which can take the last response from the client.
   */
  #close(): void {
    this.#enter('closing', Infinity);
    this.#writer.flush();
    this.#socket.resume();
    this.#socket.end(() => this.#enter('closing', this.#settings.lingerTimeout));
  }

  /** Asked by the server now and then: cuts off what has lasted too long. One sweep serves all, no timer for each. */
  check(now: number): void {
    if (this.#writer.hasStalled(now, this.#settings.stallTimeout)) this.#socket.destroy();
    if (now < this.#deadline) return;
    switch (this.#state) {
      case 'idle':
        return this.#close();
      case 'head':
      case 'exchange':
        this.#refuse(new HttpError('request-timeout', 'the request took too long to come'));
        return this.#writer.flush();
      case 'draining':
        return this.#close();
      default:
        this.#socket.destroy();
    }
  }

  /** The server closes: an idle connection ends now, another with its next response. */
  closeWhenIdle(): void {
    if (this.#state === 'idle') this.#close();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

const PLAIN_TEXT = { 'Content-Type': 'text/plain; charset=utf-8' };

function ignore(): void {}
