/**
 * toHandler: runs an app written for the Fetch standard, from Request to Response, as a handler of http-mini. It streams both
 * contents: it reads from the client only as the app reads, takes from the app only as the client takes, and tells each side
 * if the other goes away. Other handlers pay for no web object. RFC 9110; https://fetch.spec.whatwg.org
 */

// The declarations name types of Node, and TypeScript 6 and later load @types/node only if they are asked to.
/// <reference types="node" preserve="true" />

import type { RequestContent } from './fetch/content.ts';
import { usesLightObjects } from './fetch/light.ts';
import { contentOf, isTransparent, LazyRequest, limitedRequest } from './fetch/request.ts';
import { answerOf } from './fetch/response.ts';
import { discard } from './io/body.ts';
import type { Handler, HttpResponse } from './server/exchange.ts';
import { checkScheme } from './server/options.ts';
import type { HttpRequest } from './server/request.ts';
import { limit, type OptionNames, refuseUnknown } from './wire/options.ts';

export { useLightObjects } from './fetch/light.ts';

/**
 * The function that fetch-style frameworks call `fetch`. The second argument is the request as http-mini has it, for what a
 * Request has no place for: `remote`, `trailers`, `inform`. Hono has it as `c.env`.
 */
export type FetchHandler = (request: Request, received: HttpRequest) => Response | Promise<Response>;

export interface FetchOptions {
  /** The scheme of `request.url` if the target names none. The server's option `scheme`, or the connection's, unless given. */
  scheme?: 'http' | 'https' | undefined;
  /**
   * The most bytes that `text`, `json`, `bytes`, `arrayBuffer`, `blob` and `formData` of a Request read; 413 for more, unless
   * the app answers something else than 5xx. `body` has no limit, nor has a clone. 16 MiB.
   */
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
  checkScheme(options.scheme);
  const maxContentBytes = limit('maxContentBytes', options.maxContentBytes, 16 * 1024 * 1024);
  return (received) => {
    if (NOT_IN_FETCH.has(received.method.toUpperCase())) return { status: 501 };
    const scheme = options.scheme ?? received.scheme;
    const content = contentOf(received, maxContentBytes);
    const request =
      isTransparent || usesLightObjects()
        ? new LazyRequest(received, scheme, content)
        : limitedRequest(received, scheme, content);
    const response = app(request as Request, received);
    return content === undefined && isResponse(response)
      ? answerOf(response)
      : answerLater(response, content);
  };
}

/** Methods that the Fetch standard forbids (2.2.1); no RFC defines TRACK. */
const NOT_IN_FETCH = new Set(['CONNECT', 'TRACE', 'TRACK']);

function isResponse(response: Response | Promise<Response>): response is Response {
  return typeof (response as Partial<Promise<Response>> | undefined)?.then !== 'function';
}

/** If the app fails because the content is too large, the client is to blame, and must hear that. */
async function answerLater(
  response: Response | Promise<Response>,
  content: RequestContent | undefined,
): Promise<HttpResponse> {
  try {
    const answer = await answerOf(await response);
    if (content?.tooLarge === undefined || answer.status! < 500) return answer;
    discard(answer.body);
  } catch (error) {
    if (content?.tooLarge === undefined) throw error;
  }
  throw content.tooLarge;
}
