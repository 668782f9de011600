/**
 * OutgoingRequest: a request made ready to be sent, with everything that can be wrong with it found before a byte is
 * written: the head as text, the framing of its content (RFC 9112 6.3), and what it means for the connection.
 */
import { encodeRequestHead } from '../wire/encoder.ts';
import { HttpError, type HttpErrorCode, shown } from '../wire/errors.ts';
import { eachField, type FieldsInit, splitList } from '../wire/fields.ts';
import { CHUNKED, type Framing, NO_CONTENT, parseLength, type Version } from '../wire/framing.ts';
import { isHost } from '../wire/target.ts';
import type { ClientSettings, RequestOptions, TargetOptions } from './options.ts';
import type { Origin } from './origin.ts';

export interface OutgoingRequest {
  readonly method: string;
  readonly target: string;
  /** One character for each octet; small ASCII content may be joined to it. */
  readonly head: string;
  readonly framing: Framing;
  /** A string is ASCII. */
  readonly content: Content | undefined;
  readonly trailers: RequestOptions['trailers'];
  /** Whether the connection serves no other request after this one. */
  readonly isLast: boolean;
  readonly expectsContinue: boolean;
  /** Whether the connection may become another protocol's: CONNECT, or Upgrade. */
  readonly maySwitch: boolean;
  /** Whether sending it twice does what sending it once does (RFC 9110 9.2.2), and its content can be had twice. */
  readonly isRepeatable: boolean;
}

export type Content = string | Uint8Array | AsyncIterable<Uint8Array | string>;

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
/** Methods whose meaning expects content: without any they say so by a length of 0 (RFC 9110 8.6). */
const EXPECTS_CONTENT = new Set(['POST', 'PUT', 'PATCH']);

/** What the caller's own fields decide. */
interface Given {
  host: string | undefined;
  contentLength: string | undefined;
  transferEncoding: string | undefined;
  connection: string;
  expect: string | undefined;
  te: string | undefined;
  upgrade: boolean;
  trailer: boolean;
}

/** What a request depends on besides its options. */
export interface Destination {
  readonly origin: Origin;
  readonly settings: ClientSettings;
  readonly serverVersion: Version;
}

/** @throws HttpError `by: 'user'` for all that must not be sent */
export function prepareRequest(options: TargetOptions, to: Destination): OutgoingRequest {
  const { settings, serverVersion } = to;
  const target = options.target ?? '/';
  const method = options.method ?? 'GET';
  const version = options.httpVersion ?? settings.httpVersion;
  const lines: (readonly [string, string])[] = [];
  const given = readFields(options.headers, lines);
  if (given.host === undefined) lines.unshift(['Host', to.origin.authority]); // first, RFC 9110 7.2

  const content = contentOf(options.body);
  const framing = framingOf(method, version === '1.0' ? version : serverVersion, content, options, given);
  addFramingFields(lines, method, framing, given);
  addTrailerField(lines, options.trailers, framing, given);
  const expectsContinue = addExpect(lines, version, content, options, given);
  const isLast = addConnection(
    lines,
    version,
    options.connection ?? settings.connection ?? (version === '1.0' ? 'close' : 'keep-alive'),
    given,
  );
  return {
    method,
    target,
    head: encodeRequestHead(method, target, lines, version),
    framing,
    content,
    trailers: options.trailers,
    isLast,
    expectsContinue,
    maySwitch: method === 'CONNECT' || given.upgrade,
    isRepeatable:
      IDEMPOTENT.has(method) &&
      (content === undefined || typeof content === 'string' || content instanceof Uint8Array),
  };
}

function readFields(headers: FieldsInit | undefined, lines: (readonly [string, string])[]): Given {
  const given: Given = {
    host: undefined,
    contentLength: undefined,
    transferEncoding: undefined,
    connection: '',
    expect: undefined,
    te: undefined,
    upgrade: false,
    trailer: false,
  };
  if (headers === undefined) return given;
  eachField(headers, (name, value) => {
    lines.push([name, value]);
    switch (String(name).toLowerCase()) {
      case 'host':
        if (given.host !== undefined) throw refused('host-repeated', 'Host is given twice');
        if (!isHost(value)) throw refused('invalid-host', `${shown(value)} is not host[:port]`);
        given.host = value;
        break;
      case 'content-length':
        if (given.contentLength !== undefined) {
          throw refused('invalid-content-length', 'Content-Length is given twice');
        }
        given.contentLength = value;
        break;
      case 'transfer-encoding':
        given.transferEncoding =
          given.transferEncoding === undefined ? value : `${given.transferEncoding}, ${value}`;
        break;
      case 'connection':
        given.connection += `${value},`;
        break;
      case 'expect':
        given.expect = value;
        break;
      case 'te':
        given.te = value;
        break;
      case 'upgrade':
        given.upgrade = true;
        break;
      case 'trailer':
        given.trailer = true;
        break;
    }
  });
  return given;
}

/** A string that is ASCII stays one and is written as it is; any other becomes its bytes. */
function contentOf(body: RequestOptions['body']): Content | undefined {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string') return Buffer.byteLength(body) === body.length ? body : Buffer.from(body);
  if (body instanceof Uint8Array || Symbol.asyncIterator in Object(body)) return body;
  throw refused('invalid-content', 'a body is a string, bytes, or an async iterable of them');
}

/** RFC 9112 6.3: chunked or a length for all content, the length where it is known; neither where there is none. */
function framingOf(
  method: string,
  version: Version,
  content: Content | undefined,
  options: RequestOptions,
  given: Given,
): Framing {
  if (content !== undefined && (method === 'TRACE' || method === 'CONNECT')) {
    throw refused('content-not-allowed', `${method} has no content`); // RFC 9110 9.3.8, 9.3.6
  }
  if (given.transferEncoding !== undefined) {
    if (given.transferEncoding.toLowerCase() !== 'chunked') {
      throw refused('invalid-transfer-encoding', `chunked is sent, not ${shown(given.transferEncoding)}`);
    }
    if (given.contentLength !== undefined) {
      throw refused('transfer-encoding-with-content-length', 'one of the two decides the length, not both');
    }
    if (content === undefined)
      throw refused('invalid-transfer-encoding', 'there is no content to be chunked');
  }
  const isWhole = content === undefined || typeof content === 'string' || content instanceof Uint8Array;
  const isChunked =
    given.transferEncoding !== undefined ||
    (content !== undefined && options.trailers !== undefined) ||
    (!isWhole && given.contentLength === undefined);
  if (isChunked) {
    if (version === '1.0') {
      const message = 'to HTTP/1.0 nothing can be sent chunked: give the Content-Length, and no trailers';
      throw refused('transfer-encoding-in-http-1.0', message);
    }
    if (given.contentLength !== undefined) {
      throw refused(
        'transfer-encoding-with-content-length',
        'trailers need chunked content, without a length',
      );
    }
    return CHUNKED;
  }
  if (!isWhole) return { kind: 'length', length: lengthGiven(given.contentLength!) };
  const length = content?.length ?? 0;
  if (given.contentLength !== undefined && lengthGiven(given.contentLength) !== length) {
    throw refused(
      'content-length-mismatch',
      `Content-Length is ${given.contentLength}, the body has ${length}`,
    );
  }
  return content === undefined ? NO_CONTENT : { kind: 'length', length };
}

function lengthGiven(value: string): number {
  try {
    return parseLength(value);
  } catch (error) {
    throw refused('invalid-content-length', (error as HttpError).message);
  }
}

function addFramingFields(
  lines: (readonly [string, string])[],
  method: string,
  framing: Framing,
  given: Given,
): void {
  if (framing.kind === 'chunked') {
    if (given.transferEncoding === undefined) lines.push(['Transfer-Encoding', 'chunked']);
  } else if (given.contentLength === undefined) {
    if (framing.kind === 'length') lines.push(['Content-Length', String(framing.length)]);
    else if (EXPECTS_CONTENT.has(method)) lines.push(['Content-Length', '0']);
  }
}

/** Trailers whose names are known beforehand are announced (RFC 9110 6.6.2). */
function addTrailerField(
  lines: (readonly [string, string])[],
  trailers: RequestOptions['trailers'],
  framing: Framing,
  given: Given,
): void {
  if (trailers === undefined || typeof trailers === 'function' || given.trailer) return;
  if (framing.kind !== 'chunked') throw refused('content-not-allowed', 'trailers need a body before them');
  const names: string[] = [];
  eachField(trailers, (name) => names.push(name));
  if (names.length > 0) lines.push(['Trailer', names.join(', ')]);
}

/** "A client MUST NOT generate a 100-continue expectation in a request that does not include content" (RFC 9110 10.1.1). */
function addExpect(
  lines: (readonly [string, string])[],
  version: Version,
  content: Content | undefined,
  options: RequestOptions,
  given: Given,
): boolean {
  if (content === undefined || version === '1.0') {
    if (given.expect !== undefined)
      throw refused('content-not-allowed', 'Expect needs content, and HTTP/1.1');
    return false;
  }
  if (given.expect !== undefined) return given.expect.toLowerCase() === '100-continue';
  if (options.expectContinue !== true) return false;
  lines.push(['Expect', '100-continue']);
  return true;
}

/** Adds what Connection has to name (RFC 9110 7.6.1) and the caller has not; answers whether the connection ends. */
function addConnection(
  lines: (readonly [string, string])[],
  version: Version,
  wanted: 'keep-alive' | 'close',
  given: Given,
): boolean {
  const named = given.connection === '' ? [] : splitList(given.connection.toLowerCase());
  const missing: string[] = [];
  if (given.te !== undefined) {
    if (splitList(given.te.toLowerCase()).some((coding) => /^chunked\b/.test(coding))) {
      throw refused('invalid-field-value', 'TE does not name chunked, which everybody takes'); // RFC 9112 7.4
    }
    if (!named.includes('te')) missing.push('TE');
  }
  if (given.upgrade && !named.includes('upgrade')) missing.push('Upgrade');
  const closes = named.includes('close') || (wanted === 'close' && !named.includes('keep-alive'));
  if (closes && version === '1.1' && !named.includes('close')) missing.push('close');
  if (!closes && version === '1.0' && !named.includes('keep-alive')) missing.push('keep-alive');
  if (missing.length > 0) lines.push(['Connection', missing.join(', ')]);
  return closes;
}

function refused(code: HttpErrorCode, message: string): HttpError {
  return new HttpError(code, message, { by: 'user' });
}
