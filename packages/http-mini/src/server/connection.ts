/**
 * ServerConnection: one socket with one ServerProtocol, which has all the rules. Here is what it leaves to a shell: to read,
 * no further than `maxReadAhead`; to pump what was read to whoever answers; to write what was answered, all of one turn of
 * the event loop in one write; to sweep deadlines; and to close so that the last response is not lost (RFC 9112 9.6).
 */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { Standstill } from '../standstill.ts';
import type { ContentEvent } from '../wire/content.ts';
import { HttpError } from '../wire/errors.ts';
import type { RequestHead } from '../wire/head.ts';
import type { Openings } from '../wire/response.ts';
import { type Refused, ServerProtocol } from '../wire/server-protocol.ts';
import { SocketWriter } from '../writer.ts';
import type { ServerSettings } from './options.ts';
import type { HttpRequest } from './request.ts';
import type { Resets } from './reset.ts';

/** How many times the usual time a client may linger that does not stop sending. */
const MAX_LINGERS = 60;

/**
 * Takes over a connection that leaves HTTP: the socket is paused, and `leftover` was received and not read. A client that
 * has closed its half by then ends no more: look at `socket.readableEnded`.
 */
export type TakeOver = (socket: Socket, leftover: Uint8Array) => void;

/** Whoever answers a request, as far as it is told what happens meanwhile. */
export interface Answerer {
  readonly request: HttpRequest;
  /** Whether it waits for the client to send more. */
  readonly isAwaiting: boolean;
  /** Begins to answer; called once it would be told. */
  run(): void;
  /** More has come. */
  arrived(): void;
  /** The client is gone, or broke a rule: what is still done about this request goes nowhere. */
  fail(error: HttpError): void;
}

/** What the connections of a server share. */
export interface Shared {
  readonly settings: ServerSettings;
  readonly openings: Openings;
  readonly resets: Resets;
  answerer(connection: ServerConnection, head: RequestHead): Answerer;
  /** The connection is closed, or has left HTTP. */
  released(connection: ServerConnection): void;
}

export class ServerConnection {
  readonly settings: ServerSettings;
  readonly protocol: ServerProtocol;
  readonly writer: SocketWriter;
  readonly #id: number;
  readonly #socket: Socket;
  readonly #shared: Shared;
  #answerer: Answerer | undefined;
  #isPumping = false;
  #isPaused = false;
  #end: 'none' | 'sent' | 'lingering' = 'none';
  /** What was waited for at the last sweep, of which request. */
  #waitedFor: ServerProtocol['waitsFor'] = 'request';
  #requests = 0;
  /** Bytes that had come by then. */
  #came = 0;
  /** When it has lasted too long, by the server's clock; undefined until the next sweep, which is where its time begins. */
  #deadline: number | undefined;
  /** When a client that goes on sending after the end is cut off all the same. */
  #lingerEnd: number | undefined;
  /** Since the server closes. */
  #standstill: Standstill | undefined;

  /** @param id tells connections apart for the tap */
  constructor(id: number, socket: Socket, shared: Shared) {
    const { settings } = shared;
    const { observe } = settings;
    this.#id = id;
    this.#socket = socket;
    this.#shared = shared;
    this.settings = settings;
    this.protocol = new ServerProtocol(settings, shared.openings);
    const tap = observe && ((bytes: Uint8Array) => observe({ type: 'sent', connection: id, bytes }));
    this.writer = new SocketWriter(socket, this.protocol.output, tap);
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('drain', this.#onDrain);
    socket.on('close', this.#onClose);
    // 'close' does what there is to do. Node sends it after most errors by itself, but not after too many renegotiations.
    // A function of its own: a closure in here would keep all of this for as long as the socket that has changed hands.
    socket.on('error', destroyItself);
    observe?.({ type: 'opened', connection: id });
  }

  // ── Read, pump, write ──

  readonly #onData = (bytes: Uint8Array): void => {
    this.settings.observe?.({ type: 'received', connection: this.#id, bytes });
    this.protocol.receive(bytes);
    this.#arrived();
  };

  readonly #onEnd = (): void => {
    this.protocol.receiveEnd();
    this.#arrived();
  };

  readonly #onDrain = (): void => {
    this.#pump();
    this.writer.flush();
  };

  #arrived(): void {
    this.#answerer?.arrived();
    this.#pump();
    this.writer.flush();
  }

  readonly #onClose = (): void => {
    this.protocol.lost();
    const error = new HttpError('connection-closed', 'the client closed the connection');
    this.#answerer?.fail(error);
    this.settings.observe?.({ type: 'closed', connection: this.#id });
    this.#shared.released(this);
  };

  /** Has requests answered as far as they have come, one after the other; and closes when there will be no more. */
  #pump(): void {
    if (this.#isPumping) return; // an answer that was given at once: the loop below goes on
    this.#isPumping = true;
    // A client that does not take its answers gets no further ones.
    while (this.#answerer === undefined && this.writer.hasRoom()) {
      const request = this.protocol.nextRequest();
      if (request === undefined) break;
      if (request.type === 'refused') this.#refused(request);
      else this.#begin(request);
    }
    this.#isPumping = false;
    this.#throttle();
    if (this.protocol.state === 'closed') this.#close();
  }

  #begin(head: RequestHead): void {
    const answerer = this.#shared.answerer(this, head);
    this.#answerer = answerer;
    this.settings.observe?.({ type: 'request', connection: this.#id, head });
    answerer.run();
  }

  /** What was read ahead is not to grow without limit: TCP's window fills, and the client has to wait. */
  #throttle(): void {
    const isMuch = this.protocol.backlog > this.settings.maxReadAhead;
    // Not for each request: to pause would cost more than most requests do.
    if (isMuch === this.#isPaused) return;
    this.#isPaused = isMuch;
    if (isMuch) this.#socket.pause();
    else this.#socket.resume();
  }

  /** The next part of the content, or undefined until more has come. @throws HttpError where the client broke a rule */
  nextContent(): ContentEvent | undefined {
    const event = this.protocol.nextContent();
    if (event?.type === 'refused') {
      this.#refused(event);
      throw event.error;
    }
    if (event === undefined) this.writer.flush(); // 100 (Continue), maybe
    this.#throttle();
    return event;
  }

  /** The scheme of a target that names none (rfc9112/3.3/scheme). */
  get scheme(): 'http' | 'https' {
    return this.settings.scheme ?? (this.isSecured ? 'https' : 'http');
  }

  get isSecured(): boolean {
    return (this.#socket as Partial<TLSSocket>).encrypted === true;
  }

  // ── What becomes of a request ──

  /** A response has been begun. */
  answering(status: number): void {
    this.settings.observe?.({ type: 'response', connection: this.#id, status });
  }

  /** It has been brought to its end. */
  answered(): void {
    this.#answerer = undefined;
    if (this.#isPumping) return;
    this.#pump();
    this.writer.flushSoon();
  }

  /** Leaves HTTP, and hands over the socket. */
  switched(takeOver: TakeOver): void {
    this.writer.flush();
    this.#answerer = undefined;
    this.#isPaused = false; // no more by this side
    const socket = this.#socket.pause();
    socket.off('data', this.#onData).off('end', this.#onEnd);
    socket.off('drain', this.#onDrain).off('close', this.#onClose);
    this.#shared.released(this);
    takeOver(socket, this.protocol.leftover());
  }

  /** Refuses the request at hand, or the one that is coming. */
  refuse(error: HttpError): void {
    this.#refused(this.protocol.refuse(error));
  }

  #refused({ error, isTold }: Refused): void {
    const answerer = this.#answerer;
    this.report(error);
    this.#answerer = undefined;
    answerer?.fail(error);
    if (this.protocol.state === 'broken') return this.destroy();
    if (isTold) this.answering(error.status);
    this.#close();
  }

  report(error: HttpError): void {
    this.settings.observe?.({ type: 'error', connection: this.#id, error });
    this.settings.onError(error, this.#answerer?.request);
  }

  // ── Deadlines and the end ──

  /** Asked by the server now and then, so that one timer serves all connections and no request needs to look at a clock. */
  sweep(now: number): void {
    const { stallTimeout, closeTimeout } = this.settings;
    if (this.writer.hasStalled(now, stallTimeout)) return this.destroy();
    if (this.#standstill !== undefined && this.#standstill.lasts(this.#moved, now) >= closeTimeout) {
      return this.destroy();
    }
    // From a socket that is not read nobody learns that the client has reset it; but from a write, even of nothing.
    if (this.#isPaused && !this.writer.isBehind) this.#socket.write('');
    const { waitsFor, requests } = this.protocol;
    const isNew = waitsFor !== this.#waitedFor || requests !== this.#requests;
    this.#waitedFor = waitsFor;
    this.#requests = requests;
    if (this.#hasProgressed(now) || isNew) this.#deadline = undefined;
    this.#deadline ??= now + this.#timeout;
    if (now < this.#deadline) return;
    if (waitsFor === 'close') return this.destroy();
    const refused = this.protocol.expire();
    if (refused !== undefined) this.#refused(refused);
    else this.#close();
  }

  /** Milliseconds that what is waited for may last. */
  get #timeout(): number {
    const { idleTimeout, headTimeout, requestTimeout, lingerTimeout } = this.settings;
    switch (this.#waitedFor) {
      case 'request':
        return idleTimeout;
      case 'head':
        return headTimeout;
      case 'content':
        return requestTimeout;
      case 'answer':
        return Infinity;
      default:
        return this.#end === 'lingering' ? lingerTimeout : Infinity;
    }
  }

  /** Whether what is waited for goes on, so that its time begins anew. A head, and silence between two requests, get no more. */
  #hasProgressed(now: number): boolean {
    const { bytesRead } = this.#socket;
    const hasCome = bytesRead !== this.#came;
    this.#came = bytesRead;
    switch (this.#waitedFor) {
      case 'content':
        // What the handler does not ask for, the client cannot be late with.
        return hasCome || !(this.#answerer?.isAwaiting ?? !this.writer.isFull);
      case 'close': {
        if (this.#end !== 'lingering') return true;
        const { lingerTimeout } = this.settings;
        this.#lingerEnd ??= now + MAX_LINGERS * lingerTimeout;
        return hasCome && now < this.#lingerEnd;
      }
      default:
        // A client that still has responses to read is not idle (test: `time in which the client still reads`).
        return this.writer.isFull;
    }
  }

  /** What grows while a response leaves or a request comes. */
  get #moved(): number {
    return this.writer.left + (this.#answerer === undefined ? 0 : this.#socket.bytesRead);
  }

  /** The server closes: a connection without a request ends now, another with its next response. */
  serverCloses(): void {
    this.#standstill = new Standstill();
    this.protocol.close();
    this.#pump();
    this.writer.flush();
  }

  /**
   * Closes in stages (rfc9112/9.6/lingering): this half first; then what the client still sends is read and dropped for a while.
   * To close with bytes unread makes TCP send a reset, which can take the last response away from the client.
   */
  #close(): void {
    if (this.#end !== 'none' || this.#socket.destroyed) return;
    this.#end = 'sent';
    this.writer.flush();
    this.#throttle();
    this.#socket.end(() => {
      this.#end = 'lingering';
      this.#deadline = undefined;
    });
  }

  /**
   * Cuts the connection off. What has been begun must not look whole: content that lasts until close would, if a FIN
   * followed (RFC 9112 8). But a reset would also take away what the client has not read yet of whole responses.
   */
  destroy(): void {
    const { state } = this.protocol;
    const isCut = state === 'answering' || state === 'broken' || this.writer.isBehind;
    if (isCut) this.#shared.resets.reset(this.#socket);
    else this.#socket.destroy();
  }
}

function destroyItself(this: Socket): void {
  this.destroy();
}
