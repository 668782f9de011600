/**
 * ServerConnection: one transport with one ServerProtocol, which has all the rules. The connection does the rest: it reads, no
 * further than `maxReadAhead`; makes an exchange of each request; writes the answers, all of one turn of the event loop in
 * one write; checks deadlines; and closes so that the last response is not lost (RFC 9112 9.6).
 *
 * A transport is any Duplex of bytes; a net.Socket is the usual one. Only what every Duplex can do is asked of it.
 */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { inUse, Standstill, TransportWriter } from '../io/writer.ts';
import type { ContentEvent } from '../wire/content.ts';
import { HttpError } from '../wire/errors.ts';
import type { StatusLines } from '../wire/response.ts';
import { type Refused, ServerProtocol } from '../wire/server-protocol.ts';
import type { BelowTls } from './below-tls.ts';
import { type Handler, ServerExchange } from './exchange.ts';
import type { ServerSettings } from './options.ts';
import type { HttpRequest, Remote } from './request.ts';

/** A client that does not stop sending may linger this many times `lingerTimeout`. */
const MAX_LINGERS = 60;

/**
 * How much we do before other connections get their turn: so many parts of content, or requests, which cost more. A read may
 * hold 10,000 chunks of one byte, and a client that sends fast enough is read 32 times in a row.
 */
const BUDGET = 1000;
const REQUEST = 10;

/**
 * Takes over a connection that leaves HTTP. The transport is paused; `leftover` was received and not read. If the client has
 * already closed its half, no `end` event follows: look at `transport.readableEnded`.
 */
export type TakeOver<Transport extends Duplex = Duplex> = (
  transport: Transport,
  leftover: Uint8Array,
) => void;

/** What the connections of a server share. */
export interface Shared {
  readonly settings: ServerSettings;
  readonly statusLines: StatusLines;
  readonly belowTls: BelowTls;
  readonly handler: Handler;
  /** The connection is closed, or has left HTTP. */
  released(transport: Duplex): void;
}

export class ServerConnection {
  readonly shared: Shared;
  readonly protocol: ServerProtocol;
  readonly writer: TransportWriter;
  readonly #id: number;
  readonly #transport: Duplex;
  #exchange: ServerExchange | undefined;
  #isPumping = false;
  /** What is left until we give way. */
  #budget = BUDGET;
  /** Set while we give way. */
  #goesOn: NodeJS.Immediate | undefined;
  #isPaused = false;
  #end: 'none' | 'sent' | 'lingering' = 'none';
  /** What the connection waited for at the last sweep, and how many requests had come by then. */
  #waitedFor: ServerProtocol['waitsFor'] = 'request';
  #requests = 0;
  /** How many bytes have come, and how many had by then. */
  #came = 0;
  #cameBefore = 0;
  /** When the wait has lasted too long, by the server's clock; undefined until the next sweep, at which its time starts. */
  #deadline: number | undefined;
  /** When to cut off a client that goes on sending after the end. */
  #lingerEnd: number | undefined;
  /** Set when the server closes. */
  #standstill: Standstill | undefined;

  /** @param id tells connections apart for `observe` */
  constructor(id: number, transport: Duplex, shared: Shared) {
    const { settings } = shared;
    const { observe } = settings;
    this.#id = id;
    this.#transport = transport;
    this.shared = shared;
    this.protocol = new ServerProtocol(settings, shared.statusLines);
    const sent = observe && ((bytes: Uint8Array) => observe({ type: 'sent', connection: id, bytes }));
    this.writer = new TransportWriter(transport, this.protocol.output, sent);
    transport.on('data', this.#onData);
    transport.on('end', this.#onEnd);
    transport.on('drain', this.#onDrain);
    transport.on('close', this.#onClose);
    // #onClose cleans up. Node emits 'close' after most errors by itself, but not after too many renegotiations.
    // Not a closure: it would keep this connection in memory as long as a transport that was handed over.
    transport.on('error', destroyItself);
    observe?.({ type: 'opened', connection: id });
  }

  // ── Read, pump, write ──

  readonly #onData = (bytes: Uint8Array): void => {
    this.shared.settings.observe?.({ type: 'received', connection: this.#id, bytes });
    this.#came += bytes.length;
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
    this.#exchange?.arrived();
    this.#pump();
    this.writer.flush();
  }

  readonly #onClose = (): void => {
    this.protocol.lost();
    const error = new HttpError('connection-closed', 'the client closed the connection');
    this.#exchange?.fail(error);
    this.shared.settings.observe?.({ type: 'closed', connection: this.#id });
    this.shared.released(this.#transport);
  };

  /** Asks the requests that have come, one after the other, and closes if there will be no more. */
  #pump(): void {
    if (this.#isPumping) return; // the handler has answered at once: the loop below goes on
    this.#isPumping = true;
    // If the client does not take its answers, begin no further ones.
    while (this.#exchange === undefined && this.#budget > 0 && this.writer.makeRoom()) {
      const request = this.protocol.nextRequest();
      if (request === undefined) break;
      this.#budget -= REQUEST;
      if (request.type === 'refused') {
        this.#refused(request);
        continue;
      }
      this.#exchange = new ServerExchange(this, request);
      this.shared.settings.observe?.({ type: 'request', connection: this.#id, head: request });
      this.#exchange.run(this.shared.handler);
    }
    this.#isPumping = false;
    if (this.#budget <= 0) {
      if (this.protocol.backlog > 0) this.#giveWay();
      else this.#budget = BUDGET; // nothing waits that could be put off
    }
    this.#throttle();
    if (this.protocol.state === 'closed') this.#close();
  }

  /** Takes no more out of what has come before the other connections have had their turn. */
  #giveWay(): void {
    this.#goesOn ??= setImmediate(() => {
      this.#goesOn = undefined;
      this.#budget = BUDGET;
      this.#arrived();
    });
  }

  /** Stops reading if too much was read ahead: then TCP's window fills, and the client has to wait. */
  #throttle(): void {
    const isMuch = this.protocol.backlog > this.shared.settings.maxReadAhead;
    // Only on a change: to pause for each request would cost more than most requests do.
    if (isMuch === this.#isPaused) return;
    this.#isPaused = isMuch;
    if (isMuch) this.#transport.pause();
    else this.#transport.resume();
  }

  /** The next part of the content, or undefined until more has come. @throws HttpError if the client broke a rule */
  nextContent(): ContentEvent | undefined {
    if (--this.#budget <= 0) {
      this.#giveWay();
      return undefined;
    }
    const event = this.protocol.nextContent();
    if (event?.type === 'refused') {
      this.#refused(event);
      throw event.error;
    }
    if (event === undefined) this.writer.flush(); // the output may hold a 100 (Continue)
    this.#throttle();
    return event;
  }

  /** The scheme of a target that names none (rfc9112/3.3/scheme). */
  get scheme(): 'http' | 'https' {
    return this.shared.settings.scheme ?? (this.isSecured ? 'https' : 'http');
  }

  get isSecured(): boolean {
    return (this.#transport as Partial<TLSSocket>).encrypted === true;
  }

  get remote(): Remote | undefined {
    const { remoteAddress: address, remotePort: port } = this.#transport as Partial<Socket>;
    return address === undefined || port === undefined ? undefined : { address, port };
  }

  // ── What becomes of a request ──

  /** A response has begun. */
  answering(status: number): void {
    this.shared.settings.observe?.({ type: 'response', connection: this.#id, status });
  }

  /** The response is complete. */
  answered(): void {
    this.#exchange = undefined;
    if (this.#isPumping) return;
    this.#pump();
    this.writer.flushSoon();
  }

  /** Leaves HTTP and hands over the transport. */
  switched(takeOver: TakeOver): void {
    this.writer.flush();
    this.#exchange = undefined;
    this.#isPaused = false; // from now on the new owner pauses and resumes
    const transport = this.#transport.pause();
    transport.off('data', this.#onData).off('end', this.#onEnd);
    transport.off('drain', this.#onDrain).off('close', this.#onClose);
    this.shared.released(transport);
    inUse.delete(transport);
    takeOver(transport, this.protocol.leftover());
  }

  /** Refuses the current request, or the one that is coming. */
  refuse(error: HttpError): void {
    this.#refused(this.protocol.refuse(error));
  }

  #refused({ error, isTold }: Refused): void {
    const exchange = this.#exchange;
    this.report(error);
    this.#exchange = undefined;
    exchange?.fail(error);
    if (this.protocol.state === 'broken') return this.destroy();
    if (isTold) this.answering(error.status);
    this.#close();
  }

  /** @param request the one that it is about, if that is not the current one */
  report(error: HttpError, request: HttpRequest | undefined = this.#exchange?.request): void {
    this.shared.settings.observe?.({ type: 'error', connection: this.#id, error });
    this.shared.settings.onError(error, request);
  }

  // ── Deadlines and the end ──

  /** The server calls this at intervals: so one timer serves all connections, and no request looks at a clock. */
  sweep(now: number): void {
    const { stallTimeout, closeTimeout } = this.shared.settings;
    if (this.writer.hasStalled(now, stallTimeout)) return this.destroy();
    if (this.#standstill !== undefined && this.#standstill.lasts(this.#moved, now) >= closeTimeout) {
      return this.destroy();
    }
    // While we do not read, Node does not report a reset by the client; but a write reports it, even an empty one. Only to a
    // socket: of another transport it could make an empty message.
    if (this.#isPaused && !this.writer.isBehind && this.#transport instanceof Socket)
      this.#transport.write('');
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

  /** How many milliseconds the current wait may last. */
  get #timeout(): number {
    const { idleTimeout, headTimeout, requestTimeout, lingerTimeout, stallTimeout } = this.shared.settings;
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
        return this.#end === 'lingering' ? lingerTimeout : stallTimeout;
    }
  }

  /** Whether the current wait has made progress, so that its time starts anew. A head that trickles in gets no more time. */
  #hasProgressed(now: number): boolean {
    const hasCome = this.#came !== this.#cameBefore;
    this.#cameBefore = this.#came;
    switch (this.#waitedFor) {
      case 'content':
        if (hasCome) return true;
        // The client cannot be late with content that the handler does not ask for. If content is being dropped, no handler
        // asks: then a client that has still to take the response is not late.
        return this.#exchange === undefined ? this.writer.isFull : !this.#exchange.isAwaiting;
      case 'close': {
        // The end of this half may wait for a client that has not read what came before it.
        if (this.#end !== 'lingering') return this.writer.isBehind;
        const { lingerTimeout } = this.shared.settings;
        this.#lingerEnd ??= now + MAX_LINGERS * lingerTimeout;
        return hasCome && now < this.#lingerEnd;
      }
      default:
        // A client that is still taking responses is not idle (test: `time in which the client still reads`). If it takes
        // none, `hasStalled` has ended it.
        return this.writer.isFull;
    }
  }

  /** A number that grows while a response leaves or a request comes. */
  get #moved(): number {
    return this.writer.left + (this.#exchange === undefined ? 0 : this.#came);
  }

  /** The server closes: a connection without a request ends now, any other with its next response. */
  serverCloses(): void {
    this.#standstill = new Standstill();
    this.protocol.close();
    this.#pump();
    this.writer.flush();
  }

  /**
   * Closes in stages (rfc9112/9.6/lingering): closes this half first, then reads and drops for a while what the client still
   * sends. If we closed with unread bytes, TCP would send a reset, and the client could lose the last response.
   */
  #close(): void {
    if (this.#end !== 'none' || this.#transport.destroyed) return;
    this.#end = 'sent';
    this.writer.flush();
    this.#throttle();
    this.#transport.end(() => {
      this.#end = 'lingering';
      this.#deadline = undefined;
    });
  }

  /**
   * Cuts the connection off. If a response is incomplete, resets it: after a FIN, content that lasts until close would look
   * complete (RFC 9112 8). Otherwise does not, because a reset can also destroy complete responses that the client has not
   * read yet.
   */
  destroy(): void {
    const { state } = this.protocol;
    const isCut = state === 'answering' || state === 'broken' || this.writer.isBehind;
    if (isCut) this.shared.belowTls.reset(this.#transport);
    else this.#transport.destroy();
  }
}

function destroyItself(this: Duplex): void {
  this.destroy();
}
