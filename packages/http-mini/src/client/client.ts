/**
 * Client: the connections to one origin and the line of requests that wait for one. First come, first served: a request
 * takes a connection that is idle, else a new one up to the cap, else a place behind others where pipelining is wanted,
 * else it waits.
 */
import { HttpError } from '../wire/errors.ts';
import type { Version } from '../wire/framing.ts';
import { ClientConnection, type ConnectionOwner } from './connection.ts';
import { Exchange, type ExchangeHolder } from './exchange.ts';
import { type ClientOptions, type ClientSettings, settingsOf, type TargetOptions } from './options.ts';
import { type Origin, originOf, parseUrl } from './origin.ts';
import { prepareRequest } from './outgoing.ts';
import type { ClientResponse } from './response.ts';

export class Client implements ConnectionOwner, ExchangeHolder {
  readonly settings: ClientSettings;
  readonly origin: Origin;
  /** Of the last response. A server is taken to speak HTTP/1.1 until it shows that it does not (RFC 9112 6.1). */
  serverVersion: Version = '1.1';
  readonly #line: Exchange[] = [];
  /** Sockets that are not closed yet. */
  readonly #connections = new Set<ClientConnection>();
  /** The last one used is taken first: so the others can grow old and close. */
  readonly #idle: ClientConnection[] = [];
  #state: 'open' | 'closing' | 'closed' = 'open';
  #closed: (() => void)[] = [];
  /** Called when the last connection is gone. */
  onEmpty: (() => void) | undefined;

  /**
   * @param origin `http://host[:port]` or `https://host[:port]`
   * @throws HttpError `invalid-url`
   */
  constructor(origin: string | URL, options: ClientOptions = {}) {
    this.origin = originOf(parseUrl(origin));
    this.settings = settingsOf(options);
  }

  /**
   * Sends a request; resolves when the head of its final response has come.
   * @throws HttpError (as a rejection, always): before a byte is written for what must not be sent, `by: 'user'`
   */
  request(options: TargetOptions = {}): Promise<ClientResponse> {
    return options.expectContinue === true ? this.#requestExpecting(options) : this.#request(options);
  }

  #request(options: TargetOptions): Promise<ClientResponse> {
    return new Promise((resolve, reject) => {
      if (this.#state !== 'open') throw closedError();
      const request = prepareRequest(options, this);
      this.#line.push(new Exchange(request, options, this, resolve, reject));
      this.#dispatch();
    });
  }

  /** "417 ... the client SHOULD repeat the request without the expectation" (RFC 9110 10.1.1), if the content is still whole. */
  async #requestExpecting(options: TargetOptions): Promise<ClientResponse> {
    let { body } = options;
    let isBegun = false;
    if (typeof body === 'object' && !(body instanceof Uint8Array)) {
      const stream = body;
      body = (async function* () {
        isBegun = true;
        yield* stream;
      })();
    }
    const response = await this.#request({ ...options, body });
    if (response.status !== 417 || isBegun) return response;
    response.discard();
    return this.#request({ ...options, expectContinue: false });
  }

  /** Takes no more requests; resolves when those under way are over and every socket is closed. */
  close(): Promise<void> {
    if (this.#state === 'open') this.#state = 'closing';
    return new Promise((resolve) => {
      this.#closed.push(resolve);
      this.#drain();
    });
  }

  /** Cuts everything off: requests under way, and content that is being read, fail with `client-closed`. */
  destroy(): void {
    this.#state = 'closing';
    const error = closedError();
    for (const exchange of this.#line.splice(0)) exchange.fail(error);
    for (const connection of this.#connections) connection.destroy(error);
    this.#drain();
  }

  // ── The line ──

  drop(exchange: Exchange, error: HttpError): void {
    const place = this.#line.indexOf(exchange);
    if (place >= 0) this.#line.splice(place, 1);
    exchange.fail(error);
    this.#drain();
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
    if (!maySwitch) {
      const idle = this.#idle.pop();
      if (idle !== undefined) return idle;
    }
    if (this.#connections.size < this.settings.connections) return this.#open(maySwitch);
    // A socket that may be handed on has to be a new one, and takes the place of one that nobody uses.
    if (maySwitch) this.#idle.pop()?.close();
    else if (this.settings.pipelining > 1) return this.#leastLoaded(exchange);
    return undefined;
  }

  #open(isForeign: boolean): ClientConnection {
    const connection = new ClientConnection(this.origin, this, isForeign);
    this.#connections.add(connection);
    return connection;
  }

  #leastLoaded(exchange: Exchange): ClientConnection | undefined {
    let least: ClientConnection | undefined;
    for (const connection of this.#connections) {
      if (connection.canPipeline(exchange) && (least === undefined || connection.load < least.load)) {
        least = connection;
      }
    }
    return least;
  }

  // ── What connections tell ──

  available(connection: ClientConnection): void {
    if (connection.isIdle) this.#idle.push(connection);
    this.#dispatch();
    if (this.#state !== 'open') this.#drain();
  }

  retired(connection: ClientConnection, unanswered: Exchange[]): void {
    const place = this.#idle.indexOf(connection);
    if (place >= 0) this.#idle.splice(place, 1);
    if (unanswered.length === 0) return;
    for (const exchange of unanswered) {
      exchange.isRetried = true;
      exchange.holder = this;
    }
    this.#line.unshift(...unanswered);
    // Where one connection was stale the other idle ones may be too, and the second try is the last.
    for (const idle of this.#idle.splice(0)) idle.close();
    this.#dispatch();
  }

  released(connection: ClientConnection): void {
    this.#connections.delete(connection);
    this.#dispatch();
    this.#drain();
    if (this.#connections.size === 0 && this.#line.length === 0) this.onEmpty?.();
  }

  #drain(): void {
    if (this.#state === 'open') return;
    if (this.#line.length > 0) return;
    for (const idle of this.#idle.splice(0)) idle.close();
    if (this.#connections.size > 0) return;
    this.#state = 'closed';
    for (const resolve of this.#closed.splice(0)) resolve();
  }
}

function closedError(): HttpError {
  return new HttpError('client-closed', 'the client is closed', { by: 'user' });
}
