/**
 * Redirects, RFC 9110 15.4: what a 3xx response asks for next. `request` calls these pure functions if the caller allows
 * redirects. A server must not be able to send the caller's secrets to another origin.
 */
import { HttpError, reasonOf, shownUrl, userError } from '../wire/errors.ts';
import { eachField, type FieldsInit } from '../wire/fields.ts';
import { percentEncode, targetOf } from '../wire/target.ts';
import { isStream, type TargetOptions } from './options.ts';
import { parseUrl } from './origin.ts';
import type { ClientResponse } from './response.ts';

/** One request of the chain. */
export interface Hop {
  readonly url: URL;
  readonly options: TargetOptions;
}

/** Not 300, which leaves the choice to a person; 304 and 305 are not redirects. */
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Fields that are meant for one origin only. */
const SECRETS = new Set(['authorization', 'cookie', 'host', 'proxy-authorization']);

/** Fields about the content, which are dropped with it. */
const ABOUT_CONTENT = new Set(
  `content-encoding content-language content-length content-location content-type
   digest expect last-modified trailer transfer-encoding`.split(/\s+/),
);

export function isRedirect({ status, headers }: ClientResponse): boolean {
  return REDIRECTS.has(status) && headers.has('location');
}

/**
 * The hop that a redirect asks for.
 * @throws HttpError `invalid-url` for a Location that leads nowhere; `content-already-read` if the content must be sent again
 * and was a stream
 */
export function nextHop(hop: Hop, { status, headers }: ClientResponse): Hop {
  const url = follow(hop.url, headers.getAll('location'));
  const method = hop.options.method ?? 'GET';
  const becomesGet = status === 303 ? method !== 'HEAD' : status <= 302 && method === 'POST'; // rfc9110/15.4.8/keep-method
  if (!becomesGet && isStream(hop.options.body)) {
    // rfc9110/15.4/resend
    const message = `${status} asks for the content again, and it was a stream: a function could make it again`;
    throw userError('content-already-read', message);
  }
  const isElsewhere = url.origin !== hop.url.origin;
  const isDropped = (name: string): boolean =>
    (isElsewhere && SECRETS.has(name)) || (becomesGet && ABOUT_CONTENT.has(name));
  const headersLeft = without(hop.options.headers, isDropped);
  const options: TargetOptions = { ...hop.options, target: targetOf(url), headers: headersLeft };
  if (!becomesGet) return { url, options };
  return { url, options: { ...options, method: 'GET', body: undefined, trailers: undefined } };
}

function follow(from: URL, locations: readonly string[]): URL {
  // A field value is octets, and a server may send UTF-8 as it is. Percent-encoded, the octets mean the same in every part of a
  // URL, even in the host; and octets that are not UTF-8 keep their values.
  const location = locations[0]!.replace(/[\x80-\xff]/g, percentEncode);
  let url: URL;
  try {
    if (locations.length > 1) throw new TypeError('there is more than one Location');
    url = parseUrl(new URL(location, from));
  } catch (cause) {
    // Without the cause, which has all of the text.
    const why = `a redirect to ${shownUrl(location)} leads nowhere: ${reasonOf(cause)}`;
    throw new HttpError('invalid-url', why);
  }
  // "... as if the value inherits the fragment component of the URI reference" (rfc9110/10.2.2/fragment)
  if (url.hash === '' && !location.includes('#')) url.hash = from.hash;
  return url;
}

function without(headers: FieldsInit = [], isDropped: (name: string) => boolean): FieldsInit {
  const kept: [string, string][] = [];
  eachField(headers, (name, value) => {
    if (!isDropped(name.toLowerCase())) kept.push([name, value]);
  });
  return kept;
}
