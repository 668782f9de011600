// The URL of a WebSocket (RFC 6455 3): what to connect to, and what to ask for there.

import { isHost, targetOf } from 'http-mini/wire';
import { base64, encodeUtf8 } from './bytes.ts';
import { WebSocketError } from './errors.ts';

/** The parts of a WebSocket's URL (RFC 6455 3). */
export interface WebSocketUrl {
  /** The value of WHATWG's `url` attribute. */
  readonly href: string;
  readonly isSecure: boolean;
  /** The host without its port; an IPv6 address has no brackets. */
  readonly hostname: string;
  readonly port: number;
  /** For the field Host: with the port, unless it is the scheme's default. */
  readonly host: string;
  readonly target: string;
  /** For the field Authorization, if the URL has a user or a password (RFC 7617). */
  readonly authorization: string | undefined;
}

/**
 * @param from a URL or its text; not typed as URL, which only the types of Node or of a browser declare
 * @throws WebSocketError `url-invalid`
 */
export function parseWebSocketUrl(from: string | { readonly href: string }): WebSocketUrl {
  let url: URL;
  try {
    url = new URL(typeof from === 'string' ? from : from.href);
  } catch {
    return fail(`${JSON.stringify(String(from))} is not an absolute URL`);
  }
  // http: counts as ws:, and https: as wss: (WHATWG WebSockets 3.1).
  if (url.protocol === 'http:') url.protocol = 'ws:';
  if (url.protocol === 'https:') url.protocol = 'wss:';
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') fail(`${url.protocol} is not ws: or wss:`); // rfc6455/4.1/invalid-uri
  // "Fragment identifiers are meaningless in the context of WebSocket URIs and MUST NOT be used" (rfc6455/3/fragment).
  if (url.href.includes('#')) fail('the URL of a WebSocket has no fragment');
  // WHATWG lets a host have characters, such as "{", that no server takes in Host (RFC 9110 7.2).
  if (!isHost(url.host)) fail(`${JSON.stringify(url.host)} is no host that a request can name`);
  const isSecure = url.protocol === 'wss:';
  return {
    href: url.href,
    isSecure,
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (isSecure ? 443 : 80) : Number(url.port),
    host: url.host,
    target: targetOf(url), // rfc6455/4.1/request-uri
    authorization: url.username === '' && url.password === '' ? undefined : basic(url),
  };
}

function basic({ username, password }: URL): string {
  return `Basic ${base64(encodeUtf8(`${decoded(username)}:${decoded(password)}`))}`;
}

/** A malformed escape is left as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function fail(message: string): never {
  throw new WebSocketError('url-invalid', message);
}
