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
  const call = begin(url, options);
  const { most, due, pools } = call;
  const asked = new Set<string>();
  let hop: Hop = call;
  try {
    for (;;) {
      if (most > 0) noteHop(hop, asked, most);
      const response = await pools.of(hop.url).request({ ...hop.options, target: targetOf(hop.url) }, due);
      response.url = hop.url.href;
      if (most === 0 || !isRedirect(response)) return response;
      response.discard();
      hop = nextHop(hop, response);
    }
  } finally {
    if (pools !== SHARED) pools.close();
  }
}

interface Call extends Hop {
  readonly most: number;
  readonly due: number;
  readonly pools: Pools;
}

/** Reads what the caller says, once. @throws HttpError */
function begin(url: string | URL, options: OneRequestOptions & ClientOptions): Call {
  try {
    refuseUnknown(options, ALL_OPTIONS);
    const most = limit('redirects', options.redirects, 0);
    const due = dueOf(options);
    const own = clientOptionsIn(options);
    const pools = own === undefined ? SHARED : new Pools(own);
    const asked = requestOptionsIn(options);
    const hop = { url: parseUrl(url), options: most > 0 ? repeatable(asked) : asked };
    pools.of(hop.url); // refuses what cannot be an option of connections
    return { ...hop, most, due, pools };
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
function requestOptionsIn(options: RequestOptions): RequestOptions {
  return {
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

function clientOptionsIn(options: object): ClientOptions | undefined {
  const own = Object.entries(options).filter(([name]) => !(name in OF_REQUEST));
  return own.length === 0 ? undefined : Object.fromEntries(own);
}

/** A request that was asked before would be answered as before (rfc9110/15.4/loops). */
function noteHop({ url, options }: Hop, asked: Set<string>, redirects: number): void {
  const request = `${options.method ?? 'GET'} ${url.origin}${targetOf(url)}`;
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
