/**
 * ClientConnection: joins one transport with one pipeline. It keeps the deadlines, pauses the socket if the reader is slow,
 * and closes.
 *
 *     connecting ─▶ open ─▶ closing ─▶ closed          open ─▶ switched
 *
 * The connection takes another request only when the whole of a read is parsed: bytes that follow a response in the same read
 * answer no request, and must not pass for the next response (rfc9112/9.2/unsolicited-close).
 */
import { HttpError, reasonOf } from '../wire/errors.ts';
import type { Version } from '../wire/framing.ts';
import type { ResponseHead } from '../wire/head.ts';
import { awaited, Deadline, delayOf, timeoutError, type Wait } from './deadline.ts';
import type { Exchange, ExchangeHolder } from './exchange.ts';
import type { ClientEvent, ClientSettings } from './options.ts';
import type { Origin } from './origin.ts';
import { closedByServer, isSwitch, Pipeline, type PipelineOwner } from './pipeline.ts';
import type { ClientResponse } from './response.ts';
import { RequestSender, type SenderOwner } from './sender.ts';
import { Transport, type TransportOwner } from './transport.ts';

/** What a connection needs of the pool above it. */
export interface ConnectionOwner {
  readonly origin: Origin;
  readonly settings: ClientSettings;
  serverVersion: Version;
  /** The connection may have room for another request. */
  available(connection: ClientConnection): void;
  /** The connection takes no more requests. It gives back those that can be sent on another connection. */
  retired(connection: ClientConnection, unanswered: Exchange[]): void;
  /** The socket is closed, or belongs to another protocol. */
  released(connection: ClientConnection): void;
}

let opened = 0;

export class ClientConnection implements ExchangeHolder, PipelineOwner, SenderOwner, TransportOwner {
  readonly #id = ++opened;
  readonly #owner: ConnectionOwner;
  readonly #observe: ((event: ClientEvent) => void) | undefined;
  readonly #transport: Transport;
  readonly #pipeline: Pipeline;
  readonly #deadline = new Deadline<Wait>((wait) => this.#expired(wait));
  /** How many bytes had left when the deadline was set; undefined if all had. */
  #left: number | undefined;
  #state: 'connecting' | 'open' | 'closing' | 'closed' | 'switched' = 'connecting';
  /** The request for which the connection was opened, until it is open. */
  #next: Exchange | undefined;
  readonly #sender: RequestSender;
  #isPaused = false;

  /** @param isForeign whether the socket may be handed over to another protocol */
  constructor(owner: ConnectionOwner, isForeign: boolean) {
    this.#owner = owner;
    const { settings } = owner;
    this.#observe = settings.observe;
    this.#pipeline = new Pipeline(this, settings);
    this.#transport = new Transport(this.#id, owner, this, isForeign);
    this.#sender = new RequestSender(this, this.#transport.writer, settings);
    this.#deadline.set(settings.connectTimeout, 'connection');
  }

  // ── Requests ──

  /** How many requests wait for their responses. */
  get load(): number {
    return this.#pipeline.length;
  }

  get isIdle(): boolean {
    return this.#state === 'open' && this.load === 0 && this.#sender.state === 'idle';
  }

  canPipeline(exchange: Exchange): boolean {
    // If the server has not taken what we wrote before, more requests would only wait behind it.
    const isFree = this.#sender.state === 'idle' && !this.#transport.writer.isFull;
    return this.#state === 'open' && isFree && this.#pipeline.canTake(exchange);
  }

  /** Sends the exchange's request, once the connection is open. */
  send(exchange: Exchange): void {
    exchange.holder = this;
    if (this.#state === 'connecting') return void (this.#next = exchange);
    if (this.load === 0) this.#transport.isNeeded = true;
    this.#pipeline.add(exchange);
    const { method, target } = exchange.request;
    this.#observe?.({ type: 'request', connection: this.#id, method, target });
    if (this.#state !== 'open') return; // `observe` has ended the connection
    this.#sender.send(exchange.request);
    if (this.load === 1) this.#setDeadline();
  }

  connected(): void {
    if (this.#state !== 'connecting') return;
    this.#state = 'open';
    this.#observe?.({ type: 'opened', connection: this.#id });
    const exchange = this.#next;
    this.#next = undefined;
    if (exchange !== undefined) this.send(exchange); // undefined if `observe` has ended the connection
  }

  drained(): void {
    this.#sender.drained();
    this.#setDeadline();
    if (this.load > 0) this.#owner.available(this); // for pipelining
  }

  behind(): void {
    this.#setDeadline();
  }

  senderMoved(): void {
    this.#setDeadline();
    if (this.isIdle) this.#owner.available(this); // the response came before the request was complete
  }

  /** Leaves the request incomplete, so that no other can follow it (RFC 9112 9.3). */
  #stopSender(): void {
    if (this.#sender.isComplete) return;
    this.#sender.stop();
    this.#pipeline.isPersistent = false;
  }

  // ── Responses ──

  received(bytes: Uint8Array): boolean {
    if (this.#state !== 'open') return true; // closing: read and drop, so that TCP sends no reset (RFC 9112 9.6)
    try {
      if (this.#pipeline.receive(bytes)) this.#settle();
    } catch (error) {
      this.#end(error as HttpError, false);
    }
    return !this.#isPaused;
  }

  /** Runs when the whole of a read is parsed: takes the next request, or pauses until the reader has caught up. */
  #settle(): void {
    if (this.#state !== 'open') return;
    const { content } = this.#pipeline;
    this.#isPaused = content?.isFull === true;
    if (this.load === 0) this.#transport.isNeeded = false;
    this.#setDeadline();
    if (content === undefined) this.#owner.available(this);
  }

  headCame(head: ResponseHead, exchange: Exchange): void {
    this.#observe?.({ type: 'response', connection: this.#id, head });
    this.#owner.serverVersion = head.version;
    if (exchange.request !== this.#sender.request) return;
    if (head.status === 100) this.#sender.proceed();
    // If the server answers before it has the content, and not with success, it does not want the rest
    // (rfc9112/9.5/early-response, rfc9110/7.5/goes-on).
    const isUnwanted = head.type === 'head' && (head.status >= 300 || this.#sender.state === 'expecting');
    if (isUnwanted) this.#stopSender();
  }

  exchangeEnded({ request, response }: Exchange): boolean {
    if (this.#sender.request === request) this.#stopSender(); // the response is complete without the rest of the request
    if (response !== undefined && isSwitch(request.method, response.status)) this.#switch(response);
    else if (!this.#pipeline.isPersistent) this.close(); // rfc9112/9.6/client-close, rfc9112/9.6/client-got-close
    return this.#state === 'open';
  }

  /** Hands the socket over to the caller (RFC 9110 7.8, 9.3.6). */
  #switch(response: ClientResponse): void {
    this.#state = 'switched';
    this.#deadline.stop();
    response.socket = this.#transport.handOver();
    response.leftover = this.#pipeline.leftover();
    this.#owner.retired(this, []);
    this.#owner.released(this);
  }

  resume(): void {
    if (this.#state !== 'open') return;
    this.#isPaused = false;
    this.#setDeadline();
    this.#transport.resume();
  }

  // ── Deadlines ──

  /** Sets the deadline for what the connection waits for now. */
  #setDeadline(): void {
    const wait = this.#awaited();
    const { writer } = this.#transport;
    this.#left = writer.isBehind ? writer.left : undefined;
    if (wait === undefined) this.#deadline.clear();
    else this.#deadline.set(delayOf(wait, this.#owner.settings), wait);
  }

  #awaited(): Wait | undefined {
    const { isBehind } = this.#transport.writer;
    if (this.#state === 'closing') return this.#transport.isFinished ? 'close' : 'taking';
    if (this.#state !== 'open') return undefined;
    return awaited(this.load, this.#pipeline.content, this.#isPaused, this.#sender.state, isBehind);
  }

  #expired(wait: Wait): void {
    // No event tells when some of the waiting bytes leave, so look now.
    if (this.#left !== undefined && this.#left !== this.#transport.writer.left) return this.#setDeadline();
    if (this.#state === 'closing') this.#transport.destroy();
    else if (wait === 'use') this.close();
    else if (wait === 'continue') this.#sender.proceed();
    else this.#end(timeoutError(wait, this.#owner.origin, this.#owner.settings), false);
  }

  // ── The end ──

  /** Gives up an exchange: it fails with the error. If it is the current one, the connection ends too. */
  drop(exchange: Exchange, error: HttpError): void {
    // An exchange behind others keeps its place, so that its response is matched and dropped when it comes.
    if (this.#next === exchange || this.#pipeline.isFirst(exchange)) this.#end(error, false);
    else exchange.fail(error);
  }

  cancel(error: HttpError): void {
    this.#end(error, false);
  }

  finished(): void {
    if (this.#state === 'closing') this.#setDeadline();
  }

  ended(): void {
    if (this.#state !== 'open') return;
    if (this.load === 0) return this.close(); // not destroy: a request that was answered early may still be leaving
    try {
      this.#pipeline.isPersistent = false;
      if (this.#pipeline.end()) return;
    } catch (error) {
      if (this.#pipeline.hasBytes) return this.#end(error as HttpError, true);
    }
    this.#end(closedByServer(), true);
  }

  failed(cause: Error): void {
    if (this.#state === 'connecting') {
      const message = `no connection to ${this.#owner.origin.authority}: ${reasonOf(cause)}`;
      this.#end(new HttpError('connect-failed', message, { cause }), true);
    } else if (this.#pipeline.hasBytes) {
      const message = `the response broke off: ${reasonOf(cause)}`;
      this.#end(new HttpError('incomplete-message', message, { cause }), true);
    } else this.#end(closedByServer(cause), true);
  }

  closed(): void {
    this.#end(closedByServer(), true);
    this.#state = 'closed';
    this.#deadline.stop();
    this.#observe?.({ type: 'closed', connection: this.#id });
    this.#owner.released(this);
  }

  /** Closes the connection gracefully. Call it between two responses. */
  close(): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#sender.stop();
    this.#transport.close();
    this.#setDeadline();
    this.#owner.retired(this, this.#pipeline.abandon(closedByServer(), true));
  }

  /** Cuts the connection off, even one that is closing. */
  destroy(error: HttpError): void {
    this.#end(error, false);
    this.#transport.destroy();
  }

  /** @param isServerGone whether the server ended the connection: then the first exchange too may be sent again */
  #end(error: HttpError, isServerGone: boolean): void {
    if (this.#state !== 'connecting' && this.#state !== 'open') return;
    this.#state = 'closed';
    this.#deadline.stop();
    this.#transport.destroy();
    this.#sender.stop();
    const isIdle = this.load === 0 && this.#next === undefined;
    if (!isIdle) this.#observe?.({ type: 'error', connection: this.#id, error });
    this.#next?.fail(error);
    this.#next = undefined;
    this.#owner.retired(this, this.#pipeline.abandon(error, isServerGone));
  }
}
