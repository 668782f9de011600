// The opening handshake (RFC 6455 4): an HTTP/1.1 GET that asks for "websocket", answered by a 101.
// Both sides are here, values in and values out: this file makes the fields to send, and reads heads
// that an HTTP parser has parsed, http-mini's or any other.

import {
  encodeRequestHead,
  Fields,
  type FieldsInit,
  HttpError,
  isToken,
  type Leniency,
  splitList,
} from 'http-mini/wire';
import { base64 } from './bytes.ts';
import { WebSocketError, type WebSocketErrorCode } from './errors.ts';
import { type Extension, formatExtensions, parseExtensions } from './extensions.ts';
import { sha1 } from './sha1.ts';
import type { WebSocketUrl } from './url.ts';

/** Fields that only the handshake itself may set, in either direction. */
const OWN_FIELDS = /^(?:upgrade|connection|content-length|transfer-encoding|sec-websocket-.*)$/i;

const UPGRADE: readonly [name: string, value: string][] = [
  ['Upgrade', 'websocket'],
  ['Connection', 'Upgrade'],
];

/** Sec-WebSocket-Accept for a key: the proof that the server has read the key (4.2.2). */
export function acceptFor(key: string): string {
  return base64(sha1(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`));
}

// ---- The server: a request is read (4.2.1), and taken (4.2.2) or refused --------------------------

/**
 * What the request parser must allow: a WHATWG URL may hold characters that are forbidden in a request target, and
 * browsers send them as they are (`targets.test.ts`, "takes the target of a browser").
 */
export const asBrowsersAsk: Leniency = { unescapedTarget: true };

/** A request head in http-mini's terms; a head from another parser is easy to convert. */
export interface HandshakeHead {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly fields: Fields;
}

/** What a client asks for. */
export interface OpeningRequest {
  /** As sent: path and query, or an absolute URI. */
  readonly target: string;
  /** The target's path, without the query. */
  readonly path: string;
  readonly fields: Fields;
  readonly key: string;
  /** Undefined if the client is not a browser (4.2.1). */
  readonly origin: string | undefined;
  /** In the client's order of preference. */
  readonly protocols: readonly string[];
  /** In the client's order of preference. */
  readonly extensions: readonly Extension[];
}

/**
 * Reads the client's opening handshake (rfc6455/4.2.1/malformed).
 *
 * @throws WebSocketError with the `status` to answer; `refusalFields` gives the fields that go with it
 */
export function readOpeningRequest({ method, target, version, fields }: HandshakeHead): OpeningRequest {
  if (method !== 'GET') fail('method-not-get', `a WebSocket is opened by GET, not by ${method}`); // rfc6455/4.2.1/get
  if (version !== '1.1') fail('http-version-too-low', `a WebSocket is opened by HTTP/1.1, not ${version}`);
  if (!fields.has('host')) fail('host-missing', 'the request has no Host'); // rfc6455/4.2.1/host
  if (!hasMember(fields, 'upgrade', 'websocket'))
    // rfc6455/4.2.1/upgrade
    fail('upgrade-missing', 'this resource is a WebSocket: Upgrade: websocket');
  if (!hasMember(fields, 'connection', 'upgrade'))
    fail('connection-without-upgrade', 'Connection does not say upgrade'); // rfc6455/4.2.1/connection
  // Frames follow the head: we would read the content as frames.
  if (fields.has('transfer-encoding') || (fields.get('content-length') ?? '0') !== '0')
    fail('request-has-body', 'the request announces content');
  const key = fields.get('sec-websocket-key') ?? '';
  // Base64 of 16 bytes: 22 characters and two of padding (rfc6455/4.2.1/key).
  if (!/^[A-Za-z0-9+/]{22}==$/.test(key))
    fail('key-malformed', 'Sec-WebSocket-Key is not base64 of 16 bytes');
  if (fields.get('sec-websocket-version') !== '13')
    fail('version-not-supported', 'Sec-WebSocket-Version is not 13'); // rfc6455/4.2.1/version
  const extensions = fields.get('sec-websocket-extensions');
  return {
    target,
    path: pathOf(target),
    fields,
    key,
    origin: fields.get('origin'),
    protocols: readProtocols(fields.get('sec-websocket-protocol')),
    extensions: extensions === undefined ? [] : parseExtensions(extensions),
  };
}

function hasMember(fields: Fields, name: string, member: string): boolean {
  const value = fields.get(name) ?? '';
  // Usually it is the only member: then do not make a list.
  return value.toLowerCase() === member || splitList(value).some((one) => one.toLowerCase() === member);
}

/** The path of an origin-form or absolute-form target (RFC 9112 3.2), as sent. */
export function pathOf(target: string): string {
  return target.replace(/^[^/?]*:\/\/[^/?]*/, '').replace(/\?.*$/s, '') || '/';
}

/** Reads a list of one or more different tokens (4.1). */
function readProtocols(value: string | undefined): string[] {
  if (value === undefined) return [];
  const protocols = splitList(value);
  if (protocols.length === 0 || !areProtocols(protocols))
    fail('subprotocols-malformed', 'Sec-WebSocket-Protocol is not a list of different tokens');
  return protocols;
}

function areProtocols(protocols: readonly string[]): boolean {
  return protocols.every(isToken) && new Set(protocols).size === protocols.length;
}

/**
 * The fields of the 101 that accepts `request` (rfc6455/4.2.2/response), each of them once (rfc6455/11.3.3/one-accept,
 * rfc6455/11.3.4/one-subprotocol).
 *
 * @param extra more fields, such as Set-Cookie
 * @throws WebSocketError `subprotocol-not-offered`; `header-invalid`: it is not a field, or the handshake sets it itself
 */
export function acceptFields(
  request: OpeningRequest,
  protocol: string | undefined,
  extensions: readonly Extension[],
  extra?: FieldsInit | undefined,
): [name: string, value: string][] {
  if (protocol !== undefined && !request.protocols.includes(protocol))
    fail('subprotocol-not-offered', `the subprotocol ${JSON.stringify(protocol)} was not asked for`); // rfc6455/4.2.2/subprotocol
  const fields = [...UPGRADE, ['Sec-WebSocket-Accept', acceptFor(request.key)] as [string, string]];
  if (protocol !== undefined) fields.push(['Sec-WebSocket-Protocol', protocol]);
  if (extensions.length > 0) fields.push(['Sec-WebSocket-Extensions', formatExtensions(extensions)]);
  if (extra !== undefined) fields.push(...moreFields(extra));
  return fields;
}

/** The fields that a user adds to the handshake's own. */
function moreFields(extra: FieldsInit): [name: string, value: string][] {
  const fields = orHeaderInvalid(() => [...new Fields(extra)]);
  for (const [name] of fields)
    if (OWN_FIELDS.test(name)) fail('header-invalid', `${name} belongs to the handshake itself`);
  return fields;
}

function orHeaderInvalid<Result>(make: () => Result): Result {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof HttpError)) throw cause;
    throw new WebSocketError('header-invalid', cause.message, { cause });
  }
}

/** The fields that a refusal must have beside its status: RFC 9110 15.5.6 (405), 15.5.22 (426), RFC 6455 4.4. */
export function refusalFields({ code }: WebSocketError): [name: string, value: string][] {
  if (code === 'method-not-get') return [['Allow', 'GET']];
  if (code === 'upgrade-missing') return [...UPGRADE];
  // rfc6455/4.2.2/unsupported-version, rfc6455/4.4/versions
  if (code === 'version-not-supported') return [['Sec-WebSocket-Version', '13'], ...UPGRADE];
  return [];
}

// ---- The client: a request is made, and the answer to it read (4.1) -------------------------------

export interface ClientHandshake {
  readonly url: WebSocketUrl;
  /** Base64 of 16 random bytes: see `keyFrom`. */
  readonly key: string;
  readonly protocols: readonly string[];
  /** The extensions that the client offers, in order of preference. */
  readonly extensions: readonly Extension[];
}

/** @param nonce 16 bytes, fresh and unpredictable for each connection (rfc6455/4.1/key) */
export function keyFrom(nonce: Uint8Array): string {
  return base64(nonce);
}

/**
 * The head that opens a connection.
 *
 * @param extra more fields, such as Origin, Cookie or Authorization
 * @throws WebSocketError `subprotocols-malformed`; `header-invalid`: it is not a field, or the handshake sets it itself
 */
export function encodeOpeningRequest(handshake: ClientHandshake, extra: FieldsInit = {}): string {
  const { url, key, protocols, extensions } = handshake;
  if (!areProtocols(protocols))
    // rfc6455/4.1/subprotocols
    fail(
      'subprotocols-malformed',
      `subprotocols are tokens, and none may come twice: ${protocols.join(', ')}`,
    );
  const more = moreFields(extra);
  const isGiven = (own: string): boolean => more.some(([name]) => name.toLowerCase() === own);
  const fields: [string, string][] = isGiven('host') ? [] : [['Host', url.host]]; // rfc6455/4.1/host
  fields.push(...UPGRADE); // rfc6455/4.1/upgrade, rfc6455/4.1/connection
  // rfc6455/4.1/version, rfc6455/11.3.1/one-key, rfc6455/11.3.5/one-version
  fields.push(['Sec-WebSocket-Key', key], ['Sec-WebSocket-Version', '13']);
  if (protocols.length > 0) fields.push(['Sec-WebSocket-Protocol', protocols.join(', ')]);
  if (extensions.length > 0) fields.push(['Sec-WebSocket-Extensions', formatExtensions(extensions)]);
  if (url.authorization !== undefined && !isGiven('authorization'))
    fields.push(['Authorization', url.authorization]);
  return orHeaderInvalid(() => encodeRequestHead('GET', url.target, [...fields, ...more])); // rfc6455/4.1/get
}

/** What the server chose from the client's offers. */
export interface OpeningResponse {
  readonly protocol: string;
  readonly extensions: readonly Extension[];
}

/**
 * Reads the server's opening handshake. The caller first handles a status other than 101
 * (rfc6455/4.1/response-other).
 *
 * @throws WebSocketError if the server did not understand the handshake, or chose what the client did not offer
 */
export function readOpeningResponse(
  { status, fields }: { readonly status: number; readonly fields: Fields },
  handshake: ClientHandshake,
): OpeningResponse {
  if (status !== 101)
    throw new WebSocketError('status-not-101', `the server answered ${status}, not 101`, { status }); // rfc6455/4.1/other-status
  if (fields.get('upgrade')?.toLowerCase() !== 'websocket')
    // rfc6455/4.1/response-upgrade
    fail('upgrade-not-websocket', 'Upgrade is not websocket');
  if (!hasMember(fields, 'connection', 'upgrade'))
    fail('connection-not-upgrade', 'Connection does not say upgrade'); // rfc6455/4.1/response-connection
  if (fields.get('sec-websocket-accept') !== acceptFor(handshake.key))
    fail('accept-wrong', 'Sec-WebSocket-Accept does not follow from the key'); // rfc6455/4.1/response-accept
  const protocol = fields.get('sec-websocket-protocol') ?? '';
  if (fields.has('sec-websocket-protocol') && !handshake.protocols.includes(protocol))
    // rfc6455/4.1/response-subprotocol
    fail('subprotocol-not-requested', `the server chose the subprotocol ${JSON.stringify(protocol)}`);
  const value = fields.get('sec-websocket-extensions');
  const extensions = value === undefined ? [] : parseExtensions(value);
  for (const [i, { name }] of extensions.entries()) {
    const isOffered = handshake.extensions.some((offer) => offer.name === name);
    // rfc7692/5/one-on-rsv1-response
    // One answer per extension, even if several offers named it: two would both use RSV1 (RFC 7692 6).
    if (!isOffered || extensions.findIndex((other) => other.name === name) < i)
      // rfc6455/4.1/response-extension
      fail('extension-not-offered', `the server took the extension ${name}, which was not offered`);
  }
  return { protocol, extensions };
}

function fail(code: WebSocketErrorCode, message: string): never {
  throw new WebSocketError(code, message);
}
