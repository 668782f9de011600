/**
 * The URL of a request, RFC 9110 7.1, as the URL standard writes it. Most targets are written so already, and then the parser
 * of URLs is not asked: it takes longer than the head did.
 */
import type { HttpRequest } from '../server/request.ts';
import { HttpError, shown } from '../wire/errors.ts';

/** @throws HttpError if the authority is legal in HTTP but not in a URL */
export function urlOf(request: HttpRequest, scheme: string): string {
  const { target } = request;
  const origin = originOf(scheme, request.authority);
  return origin !== undefined && isCanonical(target) ? origin + target : parsedUrl(request, scheme);
}

/** Without a dot segment and without a character that a URL escapes, in the path or in the query. */
function isCanonical(target: string): boolean {
  return CANONICAL.test(target);
}
const CANONICAL = /^\/(?!.*(?:\/\.|%2e))(?!\.)[\w\-.~!$&()*+,;=:@%/]*(?:\?[\w\-.~!$&()*+,;=:@%/?]*)?$/i;

/** The origin as a URL begins; undefined if it cannot be one. */
function originOf(scheme: string, authority: string): string | undefined {
  if (authority === lastAuthority && scheme === lastScheme) return lastOrigin;
  lastAuthority = authority;
  lastScheme = scheme;
  const url = `${scheme}://${authority || 'localhost'}`;
  lastOrigin = URL.canParse(url) ? new URL(url).origin : undefined;
  return lastOrigin;
}

// Nearly every request names the same authority as the one before it.
let lastAuthority: string | undefined;
let lastScheme: string | undefined;
let lastOrigin: string | undefined;

function parsedUrl({ target, path, query, authority }: HttpRequest, scheme: string): string {
  const isAbsolute = !target.startsWith('/') && target !== '*';
  // Join the parts; do not resolve against a base: "//evil/" is a path here (test: `a path that begins with //`).
  const origin = `${isAbsolute ? target.slice(0, target.indexOf(':')) : scheme}://${authority || 'localhost'}`;
  const url = `${origin}${path === '*' ? '' : path}${query === undefined ? '' : `?${query}`}`;
  if (URL.canParse(url)) return new URL(url).href;
  throw new HttpError('invalid-host', `${shown(authority)} cannot stand in a URL`);
}
