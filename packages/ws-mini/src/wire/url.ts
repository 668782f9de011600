// The URL of a WebSocket (RFC 6455 3): what to connect to, and what to ask for there.

import { isHost, shown, shownUrl, targetOf } from 'http-mini/wire';
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
  const href = typeof from === 'string' ? from : from.href;
  let url: URL;
  try {
    url = new URL(href);
  } catch {
    return fail(`${shownUrl(href)} is not an absolute URL`);
  }
  // http: counts as ws:, and https: as wss: (WHATWG WebSockets 3.1).
  if (url.protocol === 'http:') url.protocol = 'ws:';
  if (url.protocol === 'https:') url.protocol = 'wss:';
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') fail(`${url.protocol} is not ws: or wss:`); // rfc6455/4.1/invalid-uri
  // "Fragment identifiers are meaningless in the context of WebSocket URIs and MUST NOT be used" (rfc6455/3/fragment).
  if (url.href.includes('#')) fail('the URL of a WebSocket has no fragment');
  // WHATWG lets a host have characters, such as "{", that no server takes in Host (RFC 9110 7.2).
  if (!isHost(url.host)) fail(`${shown(url.host)} is no host that a request can name`);
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

/** Basic authentication, RFC 7617 2. */
function basic(url: URL): string {
  const [user, password] = [decoded(url.username), decoded(url.password)];
  if (user.includes(':'))
    fail(
      'the user name in the URL has a colon, behind which a server reads the password: send Authorization instead',
    );
  if (/[\x00-\x1f\x7f]/.test(user + password))
    fail('the user name or the password in the URL has a control character: send Authorization instead');
  return `Basic ${base64(encodeUtf8(`${user}:${password}`))}`;
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
