/**
 * toHandler: an app written for the Fetch standard, from Request to Response, runs as a handler of http-mini. Both
 * contents are streamed: nothing is read from the client before the app reads it, nothing is taken from the app before
 * the client takes it, and each side learns when the other goes away. A handler that is not made here costs no web
 * object. RFC 9110; https://fetch.spec.whatwg.org
 */
import type { UnderlyingByteSource } from 'node:stream/web';
import { types } from 'node:util';
import type { Handler, HttpResponse } from './server/exchange.ts';
import type { HttpRequest } from './server/request.ts';
import { HttpError, shown, userError } from './wire/errors.ts';
import { limit } from './wire/limit.ts';
import { type OptionNames, refuseUnknown } from './wire/options.ts';

/** What fetch-style frameworks call `fetch`. */
export type FetchHandler = (request: Request) => Response | Promise<Response>;

export interface FetchOptions {
  /** The scheme of `request.url` where the target names none. That of the server's own option, or of the connection. */
  scheme?: 'http' | 'https' | undefined;
  /** Bytes of a request's content; 413 for more. 16 MiB, since `request.text()` would gather any amount. */
  maxContentBytes?: number | undefined;
}

const FETCH_OPTIONS: OptionNames<FetchOptions> = { scheme: true, maxContentBytes: true };

/**
 * Makes a handler of a fetch-style app.
 *
 *     const server = createServer(toHandler((request) => new Response(`you asked for ${request.url}`)));
 *
 * What `Request` cannot be is not handed on: CONNECT and TRACE are answered 501, a Host that is no URL's 400. GET and HEAD
 * have no `body` there; content that came with one is dropped.
 */
export function toHandler(app: FetchHandler, options: FetchOptions = {}): Handler {
  refuseUnknown(options, FETCH_OPTIONS);
  const { scheme } = options;
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') {
    throw userError('invalid-option', `scheme is http or https, and not ${shown(scheme)}`);
  }
  const maxContentBytes = limit('maxContentBytes', options.maxContentBytes, 16 * 1024 * 1024);
  return async (request) => {
    if (NOT_IN_FETCH.has(request.method.toUpperCase())) return { status: 501 };
    const webRequest = toRequest(request, scheme ?? request.scheme, maxContentBytes);
    KEPT.set(request.signal, webRequest);
    return fromResponse(await app(webRequest));
  };
}

/**
 * Keeps each Request as long as its exchange. Node lets a Request go that nobody holds, and with it the tie between the two
 * signals: an app that waits for nothing but `abort` would wait for ever (test: `survives garbage collection`).
 */
const KEPT = new WeakMap<AbortSignal, Request>();

/** Methods that the Fetch standard forbids (2.2.1); TRACK is nobody's. */
const NOT_IN_FETCH = new Set(['CONNECT', 'TRACE', 'TRACK']);

function toRequest(request: HttpRequest, scheme: string, maxContentBytes: number): Request {
  const { method, headers, signal } = request;
  const hasContent = headers.has('transfer-encoding') || Number(headers.get('content-length') ?? 0) > 0;
  const init: RequestInit = { method, headers: headers.lines(), signal };
  if (hasContent && !/^(GET|HEAD)$/i.test(method)) {
    init.body = contentStream(request.body, maxContentBytes);
    init.duplex = 'half'; // the only way that the standard knows: the response comes after the request
  }
  return new Request(urlOf(request, scheme), init);
}

/** The target URI, RFC 9110 7.1. @throws HttpError where the authority is legal in HTTP and not in a URL */
function urlOf({ target, path, query, authority }: HttpRequest, scheme: string): string {
  const isAbsolute = !target.startsWith('/') && target !== '*';
  // Put together and never resolved against a base: "//evil/" is a path here (test: `a path that begins with //`).
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
        controller.byobRequest?.respond(0); // else a read into a buffer of the app's own would never end
        return;
      }
      size += value.length;
      if (size > maxBytes) {
        throw new HttpError('content-too-large', `the content is larger than ${maxBytes} bytes`);
      }
      // A copy: a byte stream takes the memory away from whoever it comes from, and the parser still reads in it.
      controller.enqueue(new Uint8Array(value));
    },
    cancel() {
      void parts.return?.(); // not awaited: a part that has been asked for may not come (test: `is let go at once`)
    },
  };
  // Nothing is read ahead of the app, so that 100 (Continue) is sent when the app wants content, and not before.
  return new ReadableStream(source, { highWaterMark: 0 });
}

function fromResponse(response: Response): HttpResponse {
  // Also what another realm or a polyfill made, so no instanceof.
  if (typeof response?.status !== 'number' || response.status === 0) {
    throw new TypeError('the app answered without a Response');
  }
  if (response.bodyUsed || response.body?.locked) throw new TypeError("the Response's body has been read");
  return {
    status: response.status,
    reason: response.statusText || undefined,
    headers: [...response.headers].filter(([name]) => name !== 'transfer-encoding'), // each Set-Cookie by itself
    body: response.body === null ? undefined : new ResponseContent(response.body),
  };
}

/**
 * The content of a Response, which is made of bytes alone. Its `return` waits for no part, other than that of the stream's
 * own iterator: an app that has nothing to say yet learns at once that the client is gone (test: `a client that goes
 * away cancels`).
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

  /** @param reason what the app's `cancel` is told */
  async return(reason?: unknown): Promise<IteratorResult<Uint8Array, undefined>> {
    await this.#reader.cancel(reason);
    return { done: true, value: undefined };
  }
}
