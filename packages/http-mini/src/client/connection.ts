/**
 * ClientConnection: one transport with one pipeline, and what the time and the state of one mean for the other:
 * deadlines, back-pressure, closing.
 *
 *     connecting ─▶ open ─▶ closing ─▶ closed          open ─▶ switched
 *
 * Only when the whole of a read is parsed is the connection offered for another request: bytes that follow a response
 * in the same read answer nothing, and must not be taken for the next response (rfc9112/9.2/unsolicited-close).
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
  /** The connection takes no more requests; those that can be sent on another one are given back. */
  retired(connection: ClientConnection, unanswered: Exchange[]): void;
  /** Its socket is closed, or another protocol's. */
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
  /** How much had left when the deadline was set, if there was more to leave. */
  #left: number | undefined;
  #state: 'connecting' | 'open' | 'closing' | 'closed' | 'switched' = 'connecting';
  /** What the connection was opened for, until it stands. */
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
    // Where the server has not taken what was sent before, more of it would only wait, unseen, in one large write.
    const isFree = this.#sender.state === 'idle' && !this.#transport.writer.isFull;
    return this.#state === 'open' && isFree && this.#pipeline.canTake(exchange);
  }

  /** Sends the exchange's request, once the connection stands. */
  send(exchange: Exchange): void {
    exchange.holder = this;
    if (this.#state === 'connecting') return void (this.#next = exchange);
    if (this.load === 0) this.#transport.isNeeded = true;
    this.#pipeline.add(exchange);
    const { method, target } = exchange.request;
    this.#observe?.({ type: 'request', connection: this.#id, method, target });
    if (this.#state !== 'open') return; // whoever observes has ended it
    this.#sender.send(exchange.request);
    if (this.load === 1) this.#setDeadline();
  }

  connected(): void {
    if (this.#state !== 'connecting') return;
    this.#state = 'open';
    this.#observe?.({ type: 'opened', connection: this.#id });
    const exchange = this.#next;
    this.#next = undefined;
    if (exchange !== undefined) this.send(exchange); // none, if whoever observes has ended it
  }

  drained(): void {
    this.#sender.drained();
    this.#setDeadline();
    if (this.load > 0) this.#owner.available(this); // to be pipelined on
  }

  behind(): void {
    this.#setDeadline();
  }

  senderMoved(): void {
    this.#setDeadline();
    if (this.isIdle) this.#owner.available(this); // the response came before
  }

  /** The request stays incomplete, so nothing can follow it (RFC 9112 9.3). */
  #stopSender(): void {
    if (this.#sender.isComplete) return;
    this.#sender.stop();
    this.#pipeline.isPersistent = false;
  }

  // ── Responses ──

  received(bytes: Uint8Array): boolean {
    if (this.#state !== 'open') return true; // closing: read on, so that no reset is sent, and drop it (RFC 9112 9.6)
    try {
      if (this.#pipeline.receive(bytes)) this.#settle();
    } catch (error) {
      this.#end(error as HttpError, false);
    }
    return !this.#isPaused;
  }

  /** Once the whole of a read is parsed: room for the next request, or a reader who has to catch up. */
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
    // A server that answers before it has the content, and not with success, does not want the rest (rfc9112/9.5/early-response,
    // rfc9110/7.5/goes-on).
    const isUnwanted = head.type === 'head' && (head.status >= 300 || this.#sender.state === 'expecting');
    if (isUnwanted) this.#stopSender();
  }

  exchangeEnded({ request, response }: Exchange): boolean {
    if (this.#sender.request === request) this.#stopSender(); // the response is whole without the rest of its request
    if (response !== undefined && isSwitch(request.method, response.status)) this.#switch(response);
    else if (!this.#pipeline.isPersistent) this.close(); // rfc9112/9.6/client-close, rfc9112/9.6/client-got-close
    return this.#state === 'open';
  }

  /** Hands the socket over as it is (RFC 9110 7.8, 9.3.6). */
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

  /** For whatever is waited for now. */
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
    // Of what leaves in the middle of a wait, nobody is told: only now is it seen.
    if (this.#left !== undefined && this.#left !== this.#transport.writer.left) return this.#setDeadline();
    if (this.#state === 'closing') this.#transport.destroy();
    else if (wait === 'use') this.close();
    else if (wait === 'continue') this.#sender.proceed();
    else this.#end(timeoutError(wait, this.#owner.origin, this.#owner.settings), false);
  }

  // ── The end ──

  /** Gives up an exchange: it fails with the error, and the connection ends if it is in the midst of that exchange. */
  drop(exchange: Exchange, error: HttpError): void {
    // One that waits behind others keeps its place, so that its response is found, and dropped, when it comes.
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
    if (this.load === 0) return this.close(); // what was answered early may still be leaving
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

  /** Closes the connection, between two responses. */
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

  /** @param isServerGone whether it is the server's doing, so that the first exchange too may be sent once more */
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
