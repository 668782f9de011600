/**
 * Pool: the connections to one origin and the line of requests that wait for one. First come, first served: a request takes
 * an idle connection, else a new one up to the cap (rfc9112/9.4/cap), else a place behind other requests if pipelining is on,
 * else it waits.
 */
import { type HttpError, userError } from '../wire/errors.ts';
import type { Version } from '../wire/framing.ts';
import { type EncodedRequest, encodeRequest } from '../wire/request.ts';
import { ClientConnection, type ConnectionPool } from './connection.ts';
import { dueOf, Exchange } from './exchange.ts';
import {
  type ClientSettings,
  checkRequest,
  contentOf,
  isStream,
  type RequestBody,
  refusal,
  repeatable,
  sizeOfContent,
  type TargetOptions,
  withContent,
} from './options.ts';
import type { Origin } from './origin.ts';
import type { ClientResponse } from './response.ts';

export class Pool implements ConnectionPool {
  readonly origin: Origin;
  readonly settings: ClientSettings;
  /** The version of the last response. Until a server shows otherwise, we take it to speak HTTP/1.1 (RFC 9112 6.1). */
  serverVersion: Version = '1.1';
  readonly #line: Exchange[] = [];
  /** All connections whose sockets are not closed yet. */
  readonly #connections = new Set<ClientConnection>();
  /** The pool takes the last one used first, so that the others grow old and close. */
  readonly #idle: ClientConnection[] = [];
  /** The connection that is closing to make room for one whose socket may be handed over. */
  #leaving: ClientConnection | undefined;
  readonly #onEmpty: (() => void) | undefined;
  #state: 'open' | 'closing' | 'destroyed' = 'open';
  /** Resolves the promises of `close`. */
  #waiting: (() => void)[] = [];

  /** @param onEmpty is called when the last connection is gone, or a request was refused and there is none */
  constructor(origin: Origin, settings: ClientSettings, onEmpty?: () => void) {
    this.origin = origin;
    this.settings = settings;
    this.#onEmpty = onEmpty;
  }

  /** @param until when `totalTimeout` is over, for a request that follows another, such as one after 417 */
  request(options: TargetOptions, until?: number): Promise<ClientResponse> {
    return new Promise((resolve, reject) => {
      try {
        const due = until ?? dueOf(options);
        const expects = options.expectContinue === true;
        const asked = expects ? repeatable(options) : withContent(options);
        checkRequest(asked);
        const content = contentOf(asked);
        const request = this.#encode(asked, content);
        // What follows a request that was under way at `close` is a part of it.
        if (this.#state === 'destroyed' || (this.#state === 'closing' && until === undefined))
          throw userError('client-closed', 'the client is closed, and takes no more requests');
        const answer = expects
          ? (response: ClientResponse) => resolve(this.#unlessRefused(response, exchange, asked, due))
          : resolve;
        const exchange = new Exchange(request, content, asked, due, this, answer, reject);
        this.#line.push(exchange);
      } catch (cause) {
        reject(refusal(cause, options));
        this.#tellIfEmpty();
        return;
      }
      this.#dispatch();
    });
  }

  #encode(options: TargetOptions, content: RequestBody | undefined): EncodedRequest {
    const { method, target, headers, trailers, expectContinue } = options;
    const { settings } = this;
    const request = {
      method,
      target,
      headers,
      trailers: typeof trailers === 'function' ? ('later' as const) : trailers,
      connection: options.connection ?? settings.connection,
      httpVersion: options.httpVersion ?? settings.httpVersion,
      expectContinue,
      isRepeatable: !isStream(content),
    };
    return encodeRequest(request, sizeOfContent(content), this.origin.authority, this.serverVersion);
  }

  /** "417 ... the client SHOULD repeat the request without the expectation" (rfc9110/10.1.1/expect-417), if its content is still whole. */
  #unlessRefused(
    response: ClientResponse,
    exchange: Exchange,
    options: TargetOptions,
    due: number,
  ): ClientResponse | Promise<ClientResponse> {
    if (response.status !== 417 || !exchange.giveContent()) return response;
    response.discard();
    // Later, so that it can use this connection, which must first see the end of this response.
    const repeat = (): Promise<ClientResponse> => this.request({ ...options, expectContinue: false }, due);
    return Promise.resolve().then(repeat);
  }

  close(): Promise<void> {
    if (this.#state === 'open') this.#state = 'closing';
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#closeIfDone();
    });
  }

  destroy(): void {
    this.#state = 'destroyed';
    const error = destroyedError();
    for (const exchange of this.#line.splice(0)) exchange.fail(error);
    for (const connection of this.#connections) connection.destroy(error);
  }

  // ── The line ──

  /** Takes the exchange out of the line. */
  drop(exchange: Exchange, error: HttpError): void {
    const place = this.#line.indexOf(exchange);
    if (place >= 0) this.#line.splice(place, 1);
    exchange.fail(error);
    this.#closeIfDone();
  }

  #dispatch(): void {
    while (this.#line.length > 0) {
      const connection = this.#connectionFor(this.#line[0]!);
      if (connection === undefined) return;
      connection.send(this.#line.shift()!);
    }
  }

  #connectionFor(exchange: Exchange): ClientConnection | undefined {
    const { maySwitch } = exchange.request;
    // A socket that may be handed over must be new, because it reads in another way than the others.
    const idle = maySwitch ? undefined : this.#takeIdle();
    if (idle !== undefined) return idle;
    if (this.#connections.size < this.settings.connections) {
      const connection = new ClientConnection(this, maySwitch);
      this.#connections.add(connection);
      return connection;
    }
    if (maySwitch) this.#closeOneIdle();
    else if (this.settings.pipelining > 1) return this.#leastLoaded(exchange);
    return undefined;
  }

  #takeIdle(): ClientConnection | undefined {
    for (;;) {
      const idle = this.#idle.pop();
      // If the program kept the event loop busy, no timer could close it in time.
      if (idle === undefined || !idle.isStale) return idle;
      idle.close();
    }
  }

  /** Makes room for another. Closes no second one until the first is gone. */
  #closeOneIdle(): void {
    if (this.#leaving !== undefined && this.#connections.has(this.#leaving)) return;
    this.#leaving = this.#idle.pop();
    this.#leaving?.close();
  }

  #leastLoaded(exchange: Exchange): ClientConnection | undefined {
    let least: ClientConnection | undefined;
    for (const connection of this.#connections) {
      if (!connection.canPipeline(exchange)) continue;
      if (least === undefined || connection.load < least.load) least = connection;
    }
    return least;
  }

  // ── What connections tell ──

  available(connection: ClientConnection): void {
    // A transport that answers within a write makes a connection tell it twice (test: `tells twice`).
    if (connection.isIdle && !this.#idle.includes(connection)) this.#idle.push(connection);
    this.#dispatch();
    this.#closeIfDone();
  }

  retired(connection: ClientConnection, unanswered: Exchange[]): void {
    const place = this.#idle.indexOf(connection);
    if (place >= 0) this.#idle.splice(place, 1);
    if (unanswered.length === 0) return;
    for (const exchange of unanswered) {
      exchange.isRetried = true;
      exchange.holder = this;
      if (this.#state === 'destroyed') exchange.fail(destroyedError());
    }
    if (this.#state === 'destroyed') return;
    this.#line.unshift(...unanswered);
    // If one connection was stale, the other idle ones may be too, and there is only one second try.
    for (const idle of this.#idle.splice(0)) idle.close();
    this.#dispatch();
  }

  released(connection: ClientConnection): void {
    this.#connections.delete(connection);
    this.#dispatch();
    this.#closeIfDone();
    this.#tellIfEmpty();
  }

  #tellIfEmpty(): void {
    if (this.#connections.size === 0) this.#onEmpty?.();
  }

  #closeIfDone(): void {
    if (this.#state === 'open' || this.#line.length > 0) return;
    for (const idle of this.#idle.splice(0)) idle.close();
    if (this.#connections.size > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

function destroyedError(): HttpError {
  return userError('client-closed', 'the client was destroyed before the response was whole');
}
