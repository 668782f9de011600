/**
 * Origin: where the requests of one client go (RFC 9110 4.3.1), and the parts of a URL that are sent (RFC 9112 3.2).
 */
import { type HttpError, shown, shownUrl, userError } from '../wire/errors.ts';
import { isHost } from '../wire/target.ts';

export interface Origin {
  readonly isSecure: boolean;
  /** The name or address to connect to, without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
  /** host[:port] as Host has it: without userinfo, and without the scheme's default port (RFC 9112 3.2). */
  readonly authority: string;
}

/** @throws HttpError `invalid-url` */
export function parseUrl(url: string | URL): URL {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw invalid(`${shownUrl(url)} is not a URL`); // without the cause, which has all of the text
  }
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
    throw invalid(`${shownUrl(typeof url === 'string' ? url : url.href)} is neither http: nor https:`);
  }
  // A target must not hold userinfo, and dropping it silently would ask for another resource (rfc9110/4.2.4/reject-userinfo).
  if (parsed.username !== '' || parsed.password !== '') {
    throw invalid(`the URL of ${parsed.host} carries a user name: send Authorization instead`);
  }
  // WHATWG lets a host have characters, such as "{", that no server takes in Host (RFC 9110 7.2).
  if (!isHost(parsed.host)) throw invalid(`${shown(parsed.host)} is no host that a request can name`);
  return parsed;
}

export function originOf(url: URL): Origin {
  const isSecure = url.protocol === 'https:';
  return {
    isSecure,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (isSecure ? 443 : 80) : Number(url.port),
    authority: url.host,
  };
}

function invalid(message: string): HttpError {
  return userError('invalid-url', message);
}
