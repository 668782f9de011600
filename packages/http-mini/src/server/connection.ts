/**
 * ServerConnection: one socket with one parser. It reads requests and has them answered one after the other
 * (rfc9112/9.3.2/pipeline-order), keeps what it holds in memory within limits in both directions, and closes so that the
 * last response is not lost (RFC 9112 9.6).
 *
 *     idle ─▶ head ─▶ exchange ─▶ (draining) ─▶ idle ...        exchange ─▶ switched
 *       └───────┴────────┴────────────┴───────▶ closing ─▶ closed
 *
 * Events are pulled only while the connection is free for them, so a client that pipelines is read no further than
 * `maxReadAhead` beyond the request that is being answered. All that is written in one turn of the event loop leaves in
 * one write: the write is by far the dearest part of a small exchange.
 */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { Standstill } from '../standstill.ts';
import type { ContentEvent } from '../wire/content.ts';
import { HttpError } from '../wire/errors.ts';
import type { RequestHead } from '../wire/head.ts';
import type { RequestEvent } from '../wire/parser.ts';
import { SocketWriter } from '../writer.ts';
import { type ConnectionOwner, Exchange, type ExchangeConnection } from './exchange.ts';
import type { ServerSettings } from './options.ts';
import { SocketReader } from './reader.ts';
import { encodeRefusal } from './response.ts';
import type { TakeOver } from './switch.ts';

/** How many times the usual time a client may linger that does not stop sending. */
const MAX_LINGERS = 60;

type State = 'idle' | 'head' | 'exchange' | 'draining' | 'closing' | 'switched' | 'closed';

export class ServerConnection implements ExchangeConnection {
  readonly owner: ConnectionOwner;
  readonly writer: SocketWriter;
  readonly #id: number;
  readonly #socket: Socket;
  readonly #settings: ServerSettings;
  readonly #reader: SocketReader;
  #state: State = 'idle';
  /** Milliseconds that the state may last. */
  #timeout: number;
  /** When it has lasted that long, by the server's clock; undefined until the next sweep, which is where its time begins. */
  #deadline: number | undefined;
  #exchange: Exchange | undefined;
  #isAdvancing = false;
  #droppedBytes = 0;
  /** Bytes that had come at the last sweep. */
  #came = 0;
  /** When a client that goes on sending after the end is cut off all the same. */
  #lingerEnd: number | undefined;
  /** Since the server closes. */
  #standstill: Standstill | undefined;

  /** @param id tells connections apart for the tap */
  constructor(id: number, socket: Socket, owner: ConnectionOwner) {
    const { settings } = owner;
    const { observe } = settings;
    this.#id = id;
    this.#socket = socket;
    this.owner = owner;
    this.#settings = settings;
    const tap = (type: 'received' | 'sent') =>
      observe && ((bytes: Uint8Array) => observe({ type, connection: id, bytes }));
    this.#reader = new SocketReader(socket, settings, tap('received'), () => this.#arrived());
    this.writer = new SocketWriter(socket, tap('sent'));
    this.#timeout = settings.idleTimeout;
    socket.on('drain', this.#onDrain);
    socket.on('close', this.#onClose);
    // 'close' does what there is to do. Node sends it after most errors by itself, but not after too many renegotiations.
    // A function of its own: a closure in here would keep all of this for as long as the socket that has changed hands.
    socket.on('error', destroyItself);
    observe?.({ type: 'opened', connection: id });
  }

  // ── The socket ──

  #arrived(): void {
    this.#exchange?.content.arrived();
    this.#advance();
    this.writer.flush();
  }

  readonly #onDrain = (): void => {
    this.#advance();
    this.writer.flush();
  };

  readonly #onClose = (): void => {
    this.#state = 'closed'; // rfc9112/9.5/watch, rfc9112/9.8/incomplete-close
    this.#exchange?.fail(new HttpError('connection-closed', 'the client closed the connection'));
    this.#settings.observe?.({ type: 'closed', connection: this.#id });
    this.owner.released(this);
  };

  // ── Requests, one after the other ──

  /** Reads as far as can be read now; each request begins its exchange, and may end it, in here. */
  #advance(): void {
    if (this.#isAdvancing) return; // an exchange that ended at once: the loop below goes on
    this.#isAdvancing = true;
    try {
      while (this.#isFree && this.#step(this.#reader.next()));
    } catch (error) {
      this.refuse(error as HttpError);
    }
    this.#isAdvancing = false;
  }

  /** Whether another request may be read: none is being answered, and the client takes what it is sent. */
  get #isFree(): boolean {
    const state = this.#state;
    return (state === 'idle' || state === 'head' || state === 'draining') && !this.writer.isFull;
  }

  /** Does what an event asks for; answers whether there may be more. */
  #step(event: RequestEvent | undefined): boolean {
    if (event === undefined) {
      // A client that has closed its half still gets its answers, which are all out here (RFC 9112 9.6).
      if (this.#reader.peerHasEnded || (this.owner.isClosing && this.#reader.isBetweenRequests)) {
        this.#close();
      } else if (this.#state === 'idle' && !this.#reader.isBetweenRequests) {
        this.#enter('head', this.#settings.headTimeout);
      }
      return false;
    }
    if (event.type === 'head') this.#begin(event);
    else if (event.type === 'end') this.#enter('idle', this.#settings.idleTimeout);
    else if (event.type === 'content') {
      this.#droppedBytes += event.bytes.length;
      if (this.#droppedBytes > this.#settings.maxDroppedBytes) this.#close();
    }
    return true;
  }

  #begin(head: RequestHead): void {
    const exchange = new Exchange(this, head);
    this.#exchange = exchange;
    this.#settings.observe?.({ type: 'request', connection: this.#id, head });
    const { isComplete } = exchange.content;
    if (isComplete) this.#reader.next(); // the end of content that there is none of
    this.#enter('exchange', isComplete ? Infinity : this.#settings.requestTimeout);
    const { allowMethods } = this.#settings;
    if (head.scheme === 'https' && this.scheme !== 'https' && !this.#isSecured) {
      const message =
        'a target of https: came over a connection without TLS, and this server has no gateway that it trusts';
      this.refuse(new HttpError('misdirected-request', message)); // rfc9110/7.4/https-secured
    } else if (allowMethods !== undefined && !allowMethods.includes(head.method)) {
      exchange.respond({ status: 405, headers: { Allow: allowMethods.join(', ') } }); // rfc9110/15.5.6/allow, rfc9110/9.1/not-allowed
    } else if (head.hasUnknownExpectation) {
      exchange.respond({ status: 417 }); // RFC 9110 10.1.1
    } else {
      exchange.run(this.owner.handler);
    }
  }

  /** The scheme of a target that names none (rfc9112/3.3/scheme). */
  get scheme(): 'http' | 'https' {
    return this.#settings.scheme ?? (this.#isSecured ? 'https' : 'http');
  }

  get #isSecured(): boolean {
    return (this.#socket as Partial<TLSSocket>).encrypted === true;
  }

  nextContent(): ContentEvent | undefined {
    try {
      const event = this.#reader.next() as ContentEvent | undefined; // within a request, content is all there is
      if (event?.type === 'end') this.#enter(this.#state, Infinity);
      return event;
    } catch (error) {
      this.refuse(error as HttpError);
      throw error;
    }
  }

  answering(status: number): void {
    this.#settings.observe?.({ type: 'response', connection: this.#id, status });
  }

  answered(closes: boolean): void {
    const exchange = this.#exchange!;
    this.#exchange = undefined;
    if (closes) {
      this.#close(); // rfc9112/9.6/server-close
    } else if (exchange.content.isComplete) {
      this.#enter('idle', this.#settings.idleTimeout);
    } else {
      // "A server MUST read the entire request content or close the connection" (rfc9112/9.3/read-body)
      this.#droppedBytes = 0;
      this.#enter('draining', this.#settings.requestTimeout);
    }
    this.#advance();
  }

  switched(takeOver: TakeOver): void {
    this.#enter('switched', Infinity);
    this.#exchange = undefined;
    this.#socket.off('drain', this.#onDrain);
    this.#socket.off('close', this.#onClose);
    this.owner.released(this);
    takeOver(this.#socket, this.#reader.leave());
  }

  // ── What goes wrong ──

  /**
   * A message broke a rule, or took too long: its sender is told so, and nothing more is read.
   * (rfc9112/2.2/no-match, rfc9112/6.1/te-and-cl-close)
   */
  refuse(error: HttpError): void {
    const exchange = this.#exchange;
    const isUnanswered = exchange === undefined ? this.#state !== 'draining' : exchange.isUnanswered;
    this.report(error);
    this.#exchange = undefined;
    exchange?.fail(error);
    // Half a response followed by another would be taken for one.
    if (exchange !== undefined && !isUnanswered) return this.owner.reset(this.#socket);
    if (isUnanswered) {
      this.answering(error.status);
      const methodIsHead = exchange ? exchange.head.method === 'HEAD' : this.#reader.methodIsHead;
      this.writer.text(encodeRefusal(error, this.owner.openings.dateLine, methodIsHead));
    }
    this.#close();
  }

  report(error: HttpError): void {
    this.#settings.observe?.({ type: 'error', connection: this.#id, error });
    this.#settings.onError(error, this.#exchange?.request);
  }

  // ── Deadlines and closing ──

  /** Reads no clock, as each request enters two states: `check` does. */
  #enter(state: State, timeout: number): void {
    this.#state = state;
    this.#timeout = timeout;
    this.#deadline = undefined;
  }

  /** Asked by the server now and then, so that one timer serves all connections (rfc9112/9.5/timeout-close). */
  check(now: number): void {
    const { stallTimeout, closeTimeout, idleTimeout } = this.#settings;
    if (this.writer.hasStalled(now, stallTimeout)) return this.destroy();
    if (this.#standstill !== undefined && this.#standstill.lasts(this.#moved, now) >= closeTimeout) {
      return this.destroy();
    }
    // From a socket that is not read nobody learns that the client has reset it; but from a write, even of nothing.
    if (this.#socket.isPaused() && !this.writer.isBehind) this.#socket.write('');
    // A client that still has responses to read is not idle (test: `time in which the client still reads`).
    if (this.#state === 'idle' && this.writer.isFull) return this.#enter('idle', idleTimeout);
    if (this.#hasProgressed(now)) this.#deadline = undefined;
    this.#deadline ??= now + this.#timeout;
    if (now < this.#deadline) return;
    if (this.#state === 'head' || this.#state === 'exchange') {
      this.refuse(new HttpError('request-timeout', 'the request took too long to come'));
    } else if (this.#state === 'closing') this.destroy();
    else this.#close();
  }

  /** What grows while a response leaves or a request comes. */
  get #moved(): number {
    return this.writer.left + (this.#state === 'exchange' ? this.#socket.bytesRead : 0);
  }

  /** Whether what is waited for goes on, so that its time begins anew. A head, and silence between two requests, get no more. */
  #hasProgressed(now: number): boolean {
    const { bytesRead } = this.#socket;
    const hasCome = bytesRead !== this.#came;
    this.#came = bytesRead;
    // What the handler does not ask for, the client cannot be late with.
    if (this.#state === 'exchange') return hasCome || !this.#exchange?.content.isAwaited;
    if (this.#state === 'draining') return hasCome || this.writer.isFull;
    if (this.#state !== 'closing' || this.#timeout === Infinity) return false;
    this.#lingerEnd ??= now + MAX_LINGERS * this.#timeout;
    return hasCome && now < this.#lingerEnd;
  }

  /**
   * Closes in stages (rfc9112/9.6/lingering): this half first; then what the client still sends is read and dropped for a while.
   * To close with bytes unread makes TCP send a reset, which can take the last response away from the client.
   */
  #close(): void {
    this.#enter('closing', Infinity);
    this.writer.flush();
    this.#reader.discard(); // rfc9112/9.6/server-stops
    this.#socket.end(() => {
      if (this.#state === 'closing') this.#enter('closing', this.#settings.lingerTimeout);
    });
  }

  /** The server closes: a connection without a request ends now, another with its next response. */
  serverCloses(): void {
    this.#standstill = new Standstill();
    this.#advance();
    this.writer.flush();
  }

  /**
   * Cuts the connection off. What has been begun must not look whole: content that lasts until close would, if a FIN
   * followed (RFC 9112 8). But a reset would also take away what the client has not read yet of whole responses.
   */
  destroy(): void {
    if (this.#exchange?.isAnswering || this.writer.isBehind) this.owner.reset(this.#socket);
    else this.#socket.destroy();
  }
}

function destroyItself(this: Socket): void {
  this.destroy();
}
