/**
 * The request target in its four forms (RFC 9112 3.2), and the authority that it or Host names (RFC 9110 7.2). The head
 * parser has checked the characters; this file decides which form they are, and whether the method may use it.
 */
import { HEX_VALUE, PERCENT, REG_NAME } from './characters.ts';
import { type Fault, HttpError, type HttpErrorDetails, shown } from './errors.ts';

export interface Target {
  readonly form: 'origin' | 'absolute' | 'authority' | 'asterisk';
  /** The path, as sent; "*" for the asterisk form and "" for the authority form. */
  readonly path: string;
  /** What follows the first "?", as sent; undefined if there is no "?". */
  readonly query: string | undefined;
  /** host and port of an absolute or authority form; undefined for other forms, for which Host has it (RFC 9112 3.3). */
  readonly authority: string | undefined;
  /** The scheme of an absolute form, in lower case. */
  readonly scheme: string | undefined;
}

/**
 * @param offset of the target in the stream, for the error
 * @param by who gave the target, for the error
 * @throws HttpError `invalid-target`, `invalid-target-form`
 */
export function parseTarget(method: string, target: string, offset?: number, by: Fault = 'peer'): Target {
  if (method === 'CONNECT') {
    if (!isHostAndPort(target)) {
      throw new HttpError('invalid-target-form', `CONNECT needs host:port: ${shown(target)}`, { offset, by });
    }
    return { form: 'authority', path: '', query: undefined, authority: target, scheme: undefined }; // rfc9110/9.3.6/connect-target
  }
  if (target.startsWith('/')) {
    return { form: 'origin', ...splitQuery(target), authority: undefined, scheme: undefined };
  }
  if (target === '*') {
    if (method !== 'OPTIONS') {
      // rfc9112/3.2.4/asterisk, rfc9112/3.2.4/send-asterisk, rfc9110/7.1/target-form
      throw new HttpError('invalid-target-form', `only OPTIONS may ask for *, not ${method}`, { offset, by });
    }
    return { form: 'asterisk', path: '*', query: undefined, authority: undefined, scheme: undefined }; // rfc9112/3.2.4/options
  }
  return parseAbsoluteForm(target, { offset, by });
}

/**
 * The origin-form of a URL. Percent-encodes what a URL may hold and a target may not (RFC 3986 2.1).
 * (rfc9112/3.2.1/origin-form, rfc9112/3.2/fragment)
 */
export function targetOf(url: { readonly pathname: string; readonly search: string }): string {
  return `${url.pathname}${url.search}`.replace(/%(?![0-9a-f]{2})|[[\]\\^`{|}]/gi, percentEncode);
}

/** @param character of one octet (RFC 3986 2.1) */
export function percentEncode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** scheme "://" authority path-abempty [ "?" query ], rfc9112/3.2.2/absolute-form. A URI without an authority is refused. */
function parseAbsoluteForm(target: string, details: HttpErrorDetails): Target {
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?]*)(.*)$/s.exec(target);
  if (!match) {
    const message = `${shown(target)} is none of the four forms of a target`; // rfc9112/3.2.3/authority-form
    throw new HttpError('invalid-target-form', message, details);
  }
  const [, scheme, authority, rest] = match as unknown as [string, string, string, string];
  if (/[[\]]/.test(rest)) throw invalid(target, details); // not part of the match above: that would backtrack
  // No empty host (rfc9110/4.2.1/empty-host, rfc9110/4.2.1/reject-empty-host), and no userinfo: isHost refuses "@"
  // (rfc9110/4.2.4/userinfo, rfc9110/4.2.4/reject-userinfo).
  if (authority === '' || authority.startsWith(':') || !isHost(authority)) throw invalid(target, details);
  const { path, query } = splitQuery(rest);
  return { form: 'absolute', path: path === '' ? '/' : path, query, authority, scheme: scheme.toLowerCase() };
}

function splitQuery(target: string): { path: string; query: string | undefined } {
  const mark = target.indexOf('?');
  return mark < 0
    ? { path: target, query: undefined }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/**
 * Host = uri-host [ ":" port ] (RFC 9110 7.2). Empty is legal: it says that the target has no authority
 * (rfc9112/3.2/host-valid). RFC 3986 lets a port be any number; we refuse one that TCP does not have.
 */
export function isHost(text: string): boolean {
  const colon = text.startsWith('[') ? text.indexOf(':', text.lastIndexOf(']')) : text.indexOf(':');
  if (colon < 0) return isUriHost(text);
  const port = text.slice(colon + 1);
  return isUriHost(text.slice(0, colon)) && /^[0-9]*$/.test(port) && Number(port) < 65536;
}

function isUriHost(host: string): boolean {
  return host.startsWith('[') ? isIpLiteral(host) : isRegName(host);
}

/** authority-form = uri-host ":" port; neither may be empty (rfc9110/9.3.6/connect-port, rfc9112/3.2.3/connect-target). */
function isHostAndPort(text: string): boolean {
  const port = /[^:]:([0-9]+)$/.exec(text);
  return port !== null && Number(port[1]) > 0 && isHost(text);
}

/** reg-name = *( unreserved / pct-encoded / sub-delims ), RFC 3986 3.2.2. An IPv4address matches it too. */
function isRegName(host: string): boolean {
  for (let i = 0; i < host.length; i++) {
    const character = host.charCodeAt(i);
    if (REG_NAME[character] === 1) continue;
    const isEncoded =
      character === PERCENT &&
      HEX_VALUE[host.charCodeAt(i + 1)]! < 16 &&
      HEX_VALUE[host.charCodeAt(i + 2)]! < 16;
    if (!isEncoded) return false;
    i += 2;
  }
  return true;
}

/** IP-literal = "[" ( IPv6address / IPvFuture ) "]", RFC 3986 3.2.2; IPvFuture has no percent-encoded octets. */
function isIpLiteral(host: string): boolean {
  if (!host.endsWith(']')) return false;
  const address = host.slice(1, -1);
  return isIPv6(address) || /^v[0-9a-f]+\.[\w.~!$&'()*+,;=:-]+$/i.test(address);
}

/** IPv6address, RFC 3986 3.2.2: eight groups, or fewer around one "::"; the last two may be an IPv4 address. */
function isIPv6(address: string): boolean {
  const halves = address.split('::');
  if (halves.length > 2) return false;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1)!;
  let count = groups.reduce((sum, half) => sum + half.length, 0);
  if (last.length > 0 && isIPv4(last.at(-1)!)) {
    last.pop();
    count++; // an IPv4 address stands for two groups
  }
  if (!groups.every((half) => half.every((group) => /^[0-9a-f]{1,4}$/i.test(group)))) return false;
  return halves.length === 2 ? count < 8 : count === 8;
}

function isIPv4(address: string): boolean {
  const octets = address.split('.');
  return (
    octets.length === 4 && octets.every((octet) => /^(0|[1-9]\d{0,2})$/.test(octet) && Number(octet) < 256)
  );
}

function invalid(target: string, details: HttpErrorDetails): HttpError {
  return new HttpError('invalid-target', `${shown(target)} is not a request target`, details);
}
