/**
 * Client: sends requests to one origin, over connections that it keeps and shares. request: one call for one response, with
 * redirects. These are the user's interface; the Pool does the work.
 */
import { aboutServer } from '../io/blame.ts';
import { HttpError, shownUrl } from '../wire/errors.ts';
import { limit, type OptionNames, refuseUnknown } from '../wire/options.ts';
import { targetOf } from '../wire/target.ts';
import { dueOf } from './exchange.ts';
import {
  CLIENT_OPTIONS,
  type ClientOptions,
  type ClientSettings,
  optionError,
  REQUEST_OPTIONS,
  type RequestOptions,
  refusal,
  repeatable,
  settingsOf,
  TARGET_OPTIONS,
  type TargetOptions,
} from './options.ts';
import { originOf, parseUrl } from './origin.ts';
import { Pool } from './pool.ts';
import { type Hop, isRedirect, nextHop } from './redirect.ts';
import type { ClientResponse } from './response.ts';

export class Client {
  readonly #pool: Pool;

  /**
   * @param origin `http://host[:port]` or `https://host[:port]`
   * @throws HttpError `invalid-url`, `invalid-option`
   */
  constructor(origin: string | URL, options: ClientOptions = {}) {
    try {
      this.#pool = new Pool(originOf(parseUrl(origin)), settingsOf(options));
    } catch (cause) {
      throw optionError(cause);
    }
  }

  /**
   * Sends a request; resolves when the head of its final response has come.
   * @throws HttpError, always as a rejection; for a request that must not be sent, `by: 'user'` before a byte is written
   */
  request(options: TargetOptions = {}): Promise<ClientResponse> {
    try {
      refuseUnknown(options, TARGET_OPTIONS);
    } catch (cause) {
      return Promise.reject(refusal(cause, options));
    }
    return this.#pool.request(options);
  }

  /** Takes no more requests; resolves when all requests under way and in line are over and every socket is closed. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  /** Cuts everything off: requests under way and in line, and content that is being read, fail with `client-closed`. */
  destroy(): void {
    this.#pool.destroy();
  }
}

// ── One call ──

export interface RedirectOptions {
  /** How many redirects to follow (RFC 9110 15.4); one more gives `too-many-redirects`. With 0 a redirect is returned. 0. */
  redirects?: number | undefined;
}

/**
 * Sends a request; resolves when the head of its final response has come. Calls share one Pool for each origin, which lives as
 * long as it has a connection. A call with options about connections gets pools of its own.
 * @param url `http:` or `https:`; the fragment is not sent
 * @throws HttpError, always as a rejection; for a request that must not be sent, `by: 'user'` before a byte is written
 */
export async function request(url: string | URL, options: CallOptions = {}): Promise<ClientResponse> {
  const { most, due, pools, ...call } = begin(url, options);
  const asked = new Set<string>();
  let { hop } = call;
  try {
    for (;;) {
      if (most > 0) noteHop(hop, asked, most);
      const response = await pools.of(hop.url).request(hop.options, due);
      response.url = hop.url.href;
      if (most === 0 || !isRedirect(response)) return response;
      response.discard();
      hop = nextHop(hop, response);
    }
  } catch (error) {
    throw aboutServer(error);
  } finally {
    if (pools !== SHARED) pools.close();
  }
}

/** Reads the caller's options once. @throws HttpError */
function begin(url: string | URL, options: CallOptions) {
  try {
    refuseUnknown(options, ALL_OPTIONS);
    const most = limit('redirects', options.redirects, 0);
    const due = dueOf(options);
    const own = clientOptionsIn(options);
    const pools = own === undefined ? SHARED : new Pools(own);
    const to = parseUrl(url);
    const asked = requestOptionsIn(options, targetOf(to));
    const hop: Hop = { url: to, options: most > 0 ? repeatable(asked) : asked };
    return { most, due, pools, hop };
  } catch (cause) {
    throw refusal(cause, options);
  }
}

type CallOptions = RequestOptions & ClientOptions & RedirectOptions;

/** The options of the request itself; all others are about connections. */
const OF_REQUEST: OptionNames<RequestOptions & RedirectOptions> = { ...REQUEST_OPTIONS, redirects: true };
const ALL_OPTIONS: OptionNames<CallOptions> = { ...OF_REQUEST, ...CLIENT_OPTIONS };

/**
 * Copies the options, because the caller may change them before a redirect comes. Copies them one by one, so that options from
 * the object's prototype count too (test: `options are taken at the call`).
 */
function requestOptionsIn(options: RequestOptions, target: string): TargetOptions {
  return {
    target,
    method: options.method,
    headers: options.headers,
    body: options.body,
    json: options.json,
    trailers: options.trailers,
    signal: options.signal,
    connection: options.connection,
    httpVersion: options.httpVersion,
    expectContinue: options.expectContinue,
    onInformation: options.onInformation,
    totalTimeout: options.totalTimeout,
  };
}

function clientOptionsIn(options: ClientOptions): ClientOptions | undefined {
  const own = Object.keys(options).filter((name) => !(name in OF_REQUEST));
  if (own.length === 0) return undefined;
  return Object.fromEntries(own.map((name) => [name, options[name as keyof ClientOptions]]));
}

/** Refuses a request that was sent before: it would get the same redirect again (rfc9110/15.4/loops). */
function noteHop({ url, options }: Hop, asked: Set<string>, redirects: number): void {
  const request = `${options.method ?? 'GET'} ${url.origin}${options.target}`;
  if (asked.has(request)) {
    const message = `${options.method ?? 'GET'} ${shownUrl(url.href)} redirects to itself`;
    throw new HttpError('redirect-loop', message);
  }
  if (asked.size > redirects) {
    const message = `more than ${redirects} redirects, the last to ${shownUrl(url.href)}`;
    throw new HttpError('too-many-redirects', message);
  }
  asked.add(request);
}

class Pools {
  readonly #settings: ClientSettings;
  readonly #pools = new Map<string, Pool>();

  /** @throws HttpError `invalid-option` */
  constructor(options: ClientOptions) {
    this.#settings = settingsOf(options);
  }

  of(url: URL): Pool {
    let pool = this.#pools.get(url.origin);
    if (pool === undefined) {
      // Drop a pool that has no connection: a program may speak to any number of origins.
      pool = new Pool(originOf(url), this.#settings, () => this.#pools.delete(url.origin));
      this.#pools.set(url.origin, pool);
    }
    return pool;
  }

  /** Closes each connection when its response has been received. */
  close(): void {
    for (const pool of this.#pools.values()) void pool.close();
  }
}

const SHARED = new Pools({});
