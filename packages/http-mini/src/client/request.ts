/**
 * request: one call for one response. The connections behind it are kept in one Pool for each origin, and each Pool
 * as long as it has a connection; options that say how connections are made get pools of their own, for this call.
 */
import { HttpError } from '../wire/errors.ts';
import { limit } from '../wire/limit.ts';
import { type OptionNames, refuseUnknown } from '../wire/options.ts';
import { targetOf } from '../wire/target.ts';
import { dueOf } from './deadline.ts';
import {
  CLIENT_OPTIONS,
  type ClientOptions,
  REQUEST_OPTIONS,
  type RequestOptions,
  refusal,
  repeatable,
  type TargetOptions,
} from './options.ts';
import { parseUrl } from './origin.ts';
import { Pool } from './pool.ts';
import { type Hop, isRedirect, nextHop } from './redirect.ts';
import type { ClientResponse } from './response.ts';

export interface RedirectOptions {
  /** How many redirects are followed (RFC 9110 15.4); at one more, `too-many-redirects`. 0: they are responses like any other. */
  redirects?: number | undefined;
}

/**
 * Sends a request; resolves when the head of its final response has come.
 * @param url `http:` or `https:`; the fragment is not sent
 * @throws HttpError (as a rejection, always): `by: 'user'` before a byte is written for what must not be sent
 */
export async function request(
  url: string | URL,
  options: RequestOptions & ClientOptions & RedirectOptions = {},
): Promise<ClientResponse> {
  const { most, due, pools, first, firstPool } = begin(url, options);
  const asked = new Set<string>();
  let hop = first;
  let pool = firstPool;
  try {
    for (;;) {
      if (most > 0) noteHop(hop, asked, most);
      const response = await pool.request(hop.options, due);
      response.url = hop.url.href;
      if (most === 0 || !isRedirect(response)) return response;
      response.discard();
      hop = nextHop(hop, response);
      pool = pools.of(hop.url);
    }
  } finally {
    if (pools !== SHARED) pools.close();
  }
}

interface Call {
  readonly most: number;
  readonly due: number;
  readonly pools: Pools;
  readonly first: Hop;
  readonly firstPool: Pool;
}

/** Reads what the caller says, once. @throws HttpError */
function begin(url: string | URL, options: OneRequestOptions & ClientOptions): Call {
  try {
    refuseUnknown(options, ALL_OPTIONS);
    const most = limit('redirects', options.redirects, 0);
    const due = dueOf(options);
    const own = clientOptionsIn(options);
    const pools = own === undefined ? SHARED : new Pools(own);
    const to = parseUrl(url);
    const asked = requestOptionsIn(options, targetOf(to));
    const first = { url: to, options: most > 0 ? repeatable(asked) : asked };
    return { most, due, pools, first, firstPool: pools.of(to) };
  } catch (cause) {
    throw refusal(cause, options);
  }
}

type OneRequestOptions = RequestOptions & RedirectOptions;

/** What is said of this one request; anything else says how connections are made. */
const OF_REQUEST: OptionNames<OneRequestOptions> = { ...REQUEST_OPTIONS, redirects: true };
const ALL_OPTIONS: OptionNames<OneRequestOptions & ClientOptions> = { ...OF_REQUEST, ...CLIENT_OPTIONS };

/**
 * A copy, since a redirect may come when the caller has changed his; and one by one, so that those count as well which
 * an object has from its prototype (test: `options are taken at the call`).
 */
function requestOptionsIn(options: RequestOptions, target: string): TargetOptions {
  return {
    target,
    method: options.method,
    headers: options.headers,
    body: options.body,
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

/** A request that was asked before would be answered as before (rfc9110/15.4/loops). */
function noteHop({ url, options }: Hop, asked: Set<string>, redirects: number): void {
  const request = `${options.method ?? 'GET'} ${url.origin}${options.target}`;
  if (asked.has(request)) throw new HttpError('redirect-loop', `${request} redirects to itself`);
  if (asked.size > redirects) {
    throw new HttpError('too-many-redirects', `more than ${redirects} redirects, the last to ${url.href}`);
  }
  asked.add(request);
}

class Pools {
  readonly #options: ClientOptions;
  readonly #pools = new Map<string, Pool>();

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  of(url: URL): Pool {
    let pool = this.#pools.get(url.origin);
    if (pool === undefined) {
      // A program may speak to any number of origins: a pool without a connection holds nothing worth keeping.
      pool = new Pool(url, this.#options, () => this.#pools.delete(url.origin));
      this.#pools.set(url.origin, pool);
    }
    return pool;
  }

  /** Each connection closes when the response that comes over it has been received. */
  close(): void {
    for (const pool of this.#pools.values()) void pool.close();
  }
}

const SHARED = new Pools({});
