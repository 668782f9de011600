/**
 * toHandler: runs an app written for the Fetch standard, from Request to Response, as a handler of http-mini. It streams both
 * contents: it reads from the client only as the app reads, takes from the app only as the client takes, and tells each side
 * if the other goes away. Other handlers pay for no web object. RFC 9110; https://fetch.spec.whatwg.org
 */

// The declarations name types of Node, and TypeScript 6 and later load @types/node only if they are asked to.
/// <reference types="node" preserve="true" />

import type { UnderlyingByteSource } from 'node:stream/web';
import { types } from 'node:util';
import type { Handler, HttpResponse } from './server/exchange.ts';
import { checkScheme } from './server/options.ts';
import type { HttpRequest } from './server/request.ts';
import { HttpError } from './wire/errors.ts';
import { limit, type OptionNames, refuseUnknown } from './wire/options.ts';

/** The function that fetch-style frameworks call `fetch`. */
export type FetchHandler = (request: Request) => Response | Promise<Response>;

export interface FetchOptions {
  /** The scheme of `request.url` if the target names none. The server's option `scheme`, or the connection's, unless given. */
  scheme?: 'http' | 'https' | undefined;
  /** The most bytes of a request's content; 413 for more. 16 MiB, because `request.text()` has no limit of its own. */
  maxContentBytes?: number | undefined;
}

const FETCH_OPTIONS: OptionNames<FetchOptions> = { scheme: true, maxContentBytes: true };

/**
 * Makes a handler of a fetch-style app.
 *
 *     const server = createServer(toHandler((request) => new Response(`you asked for ${request.url}`)));
 *
 * Some requests do not fit into a `Request` and do not reach the app: CONNECT and TRACE get 501, and a Host that cannot stand
 * in a URL gets 400. A `Request` for GET or HEAD has no `body`; content that comes with one is dropped.
 */
export function toHandler(app: FetchHandler, options: FetchOptions = {}): Handler {
  refuseUnknown(options, FETCH_OPTIONS);
  const { scheme } = options;
  checkScheme(scheme);
  const maxContentBytes = limit('maxContentBytes', options.maxContentBytes, 16 * 1024 * 1024);
  return async (request) => {
    if (NOT_IN_FETCH.has(request.method.toUpperCase())) return { status: 501 };
    const webRequest = toRequest(request, scheme ?? request.scheme, maxContentBytes);
    KEPT.set(request.signal, webRequest);
    return fromResponse(await app(webRequest));
  };
}

/**
 * Keeps each Request as long as its exchange. Node may collect a Request that nothing refers to, and with it the link between
 * the two signals: then an app that only waits for `abort` would wait for ever (test: `survives garbage collection`).
 */
const KEPT = new WeakMap<AbortSignal, Request>();

/** Methods that the Fetch standard forbids (2.2.1); no RFC defines TRACK. */
const NOT_IN_FETCH = new Set(['CONNECT', 'TRACE', 'TRACK']);

function toRequest(request: HttpRequest, scheme: string, maxContentBytes: number): Request {
  const { method, headers, signal } = request;
  const hasContent = headers.has('transfer-encoding') || Number(headers.get('content-length') ?? 0) > 0;
  const init: RequestInit = { method, headers: headers.lines(), signal };
  if (hasContent && !/^(GET|HEAD)$/i.test(method)) {
    init.body = contentStream(request.body, maxContentBytes);
    init.duplex = 'half'; // the standard requires it and allows nothing else
  }
  return new Request(urlOf(request, scheme), init);
}

/** The target URI, RFC 9110 7.1. @throws HttpError if the authority is legal in HTTP but not in a URL */
function urlOf({ target, path, query, authority }: HttpRequest, scheme: string): string {
  const isAbsolute = !target.startsWith('/') && target !== '*';
  // Join the parts; do not resolve against a base: "//evil/" is a path here (test: `a path that begins with //`).
  const origin = `${isAbsolute ? target.slice(0, target.indexOf(':')) : scheme}://${authority || 'localhost'}`;
  const url = `${origin}${path === '*' ? '' : path}${query === undefined ? '' : `?${query}`}`;
  if (URL.canParse(url)) return url;
  throw new HttpError('invalid-host', `${JSON.stringify(authority)} cannot stand in a URL`);
}

function contentStream(content: AsyncIterable<Uint8Array>, maxBytes: number): ReadableStream<Uint8Array> {
  const parts = content[Symbol.asyncIterator]();
  let size = 0;
  const source: UnderlyingByteSource = {
    type: 'bytes',
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) {
        controller.close();
        controller.byobRequest?.respond(0); // otherwise a read into the app's own buffer would never end
        return;
      }
      size += value.length;
      if (size > maxBytes) {
        throw new HttpError('content-too-large', `the content is larger than ${maxBytes} bytes`);
      }
      // Copy it: a byte stream takes the memory away from its source, and the parser still reads there.
      controller.enqueue(new Uint8Array(value));
    },
    cancel() {
      void parts.return?.(); // do not await it: a part that was asked for may never come (test: `is let go at once`)
    },
  };
  // Read nothing ahead of the app, so that 100 (Continue) is sent only when the app wants content.
  return new ReadableStream(source, { highWaterMark: 0 });
}

function fromResponse(response: Response): HttpResponse {
  // Not instanceof: it may come from another realm or a polyfill.
  if (typeof response?.status !== 'number' || response.status === 0) {
    throw new TypeError('the app answered without a Response');
  }
  if (response.bodyUsed || response.body?.locked) throw new TypeError("the Response's body has been read");
  return {
    status: response.status,
    reason: response.statusText || undefined,
    headers: [...response.headers].filter(([name]) => name !== 'transfer-encoding'), // iterating gives each Set-Cookie by itself
    body: response.body === null ? undefined : new ResponseContent(response.body),
  };
}

/**
 * The content of a Response, which must be bytes. Unlike the stream's own iterator, its `return` does not wait for a part: an
 * app that has nothing to send yet learns at once that the client is gone (test: `a client that goes away cancels`).
 */
class ResponseContent implements AsyncIterableIterator<Uint8Array> {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const { done, value } = await this.#reader.read();
    if (done) return { done: true, value: undefined };
    if (types.isUint8Array(value)) return { done: false, value };
    throw new TypeError(`the body of a Response is made of Uint8Array, and this one has a ${typeof value}`);
  }

  /** @param reason given to the app's `cancel` */
  async return(reason?: unknown): Promise<IteratorResult<Uint8Array, undefined>> {
    await this.#reader.cancel(reason);
    return { done: true, value: undefined };
  }
}
