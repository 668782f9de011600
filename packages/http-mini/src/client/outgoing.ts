/**
 * OutgoingRequest: a request made ready to be sent, with everything that can be wrong with it found before a byte is
 * written: the head as text, the framing of its content (RFC 9112 6.3), and what it means for the connection.
 */
import { Readable } from 'node:stream';
import { isWhole } from '../body.ts';
import { contentEncoder } from '../wire/content.ts';
import { encodeRequestHead } from '../wire/encoder.ts';
import { shown, userError } from '../wire/errors.ts';
import { eachField, Fields } from '../wire/fields.ts';
import { CHUNKED, type Framing, NO_CONTENT, parseLength, type Version } from '../wire/framing.ts';
import { isHost } from '../wire/target.ts';
import type { ClientSettings, RequestBody as Content, RequestOptions, TargetOptions } from './options.ts';
import type { Origin } from './origin.ts';

export interface OutgoingRequest {
  readonly method: string;
  readonly target: string;
  /** One character for each octet. */
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
  /** Whether sending it twice does what sending it once does (rfc9110/9.2.2/retry), and its content can be had twice. */
  readonly isRepeatable: boolean;
}

/** What a request depends on besides its options. */
export interface Destination {
  readonly origin: Origin;
  readonly settings: ClientSettings;
  readonly serverVersion: Version;
}

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
/** Methods whose meaning expects content: without any they say so by a length of 0 (rfc9110/8.6/send-where-expected). */
const EXPECTS_CONTENT = new Set(['POST', 'PUT', 'PATCH']);
const NO_FIELDS = new Fields();

/** @throws HttpError `by: 'user'` for all that must not be sent */
export function prepareRequest(options: TargetOptions, to: Destination): OutgoingRequest {
  const { method = 'GET', target = '/', headers, trailers } = options;
  const version = options.httpVersion ?? to.settings.httpVersion;
  if (version !== '1.0' && version !== '1.1')
    throw userError('invalid-version', `HTTP/${shown(version)} is not spoken here`);
  const given = headers === undefined ? NO_FIELDS : headers instanceof Fields ? headers : new Fields(headers);
  const content = contentOf(method, options.body);
  const framing = framingOf(content, trailers, given);
  if (framing.kind === 'chunked' && (version === '1.0' || to.serverVersion === '1.0')) {
    const message = 'to HTTP/1.0 nothing can be sent chunked: give the Content-Length, and no trailers';
    throw userError('transfer-encoding-in-http-1.0', message); // rfc9112/6.1/send-only-to-1.1
  }
  // Sent last, but what is wrong with them is found now.
  if (typeof trailers === 'object') contentEncoder(framing).end(trailers);
  const isLast = isLastRequest(options.connection ?? to.settings.connection, version, given);
  const expectsContinue = expects(options, version, content, given);

  const lines: (readonly [name: string, value: string])[] = [];
  const host = given.get('host');
  if (host === undefined)
    lines.push(['Host', to.origin.authority]); // first, rfc9112/3.2/send-host, rfc9110/7.2/host-first
  else if (!isHost(host)) throw userError('invalid-host', `${shown(host)} is not host[:port]`);
  lines.push(...given);
  addFraming(lines, method, framing, given);
  if (framing.kind === 'chunked' && !given.has('trailer')) announceTrailers(lines, trailers);
  if (expectsContinue && !given.has('expect')) lines.push(['Expect', '100-continue']);
  addConnection(lines, isLast, version, given);
  return {
    method,
    target,
    head: encodeRequestHead(method, target, lines, version),
    framing,
    content,
    trailers,
    isLast,
    expectsContinue,
    maySwitch: method === 'CONNECT' || given.has('upgrade'),
    isRepeatable: IDEMPOTENT.has(method) && !isStream(content),
  };
}

/** Whether the content can be had once only. */
export function isStream(content: unknown): content is AsyncIterable<Uint8Array | string> {
  return Symbol.asyncIterator in Object(content);
}

/** A string that is ASCII stays one and is written as it is; any other becomes its bytes. */
function contentOf(method: string, body: RequestOptions['body']): Content | undefined {
  if (body === undefined || body === null) return undefined; // rfc9110/9.3.1/get-content
  if (method === 'TRACE' || method === 'CONNECT') {
    throw userError('content-not-allowed', `${method} has no content`); // RFC 9110 9.3.8, 9.3.6 (rfc9110/9.3.8/trace-content)
  }
  if (typeof body === 'string') return Buffer.byteLength(body) === body.length ? body : Buffer.from(body);
  // It may fail before it is asked for its first part, with nobody to hear it, and end the process; asked, it says so again.
  if (body instanceof Readable) return body.on('error', () => {}); // (test: `a file that is not there`)
  if (body instanceof Uint8Array || typeof body === 'function' || isStream(body)) return body;
  throw userError(
    'invalid-content',
    'a body is text, bytes, an async iterable, or a function that makes one',
  );
}

/**
 * Content-Length or chunked for all content, the length where it is known; neither where there is none (RFC 9112 6.3).
 * (rfc9112/6.3/send-length, rfc9112/6.3/send-known-length)
 */
function framingOf(content: Content | undefined, trailers: unknown, given: Fields): Framing {
  const codings = given.get('transfer-encoding');
  const length = givenLength(given);
  if (codings !== undefined && codings.toLowerCase() !== 'chunked') {
    // rfc9112/6.1/request-chunked-last
    throw userError('invalid-transfer-encoding', `content is sent chunked, not ${shown(codings)}`);
  }
  if (content === undefined) {
    if (codings !== undefined) throw userError('invalid-transfer-encoding', 'there is nothing to be chunked');
    if (trailers !== undefined) throw userError('content-not-allowed', 'trailers need a body before them');
    checkLength(length, 0);
    return NO_CONTENT;
  }
  if (codings !== undefined || trailers !== undefined || (!isWhole(content) && length === undefined)) {
    if (length === undefined) return CHUNKED;
    const message = 'content that is chunked, for its trailers or as told, is sent without its length';
    throw userError('transfer-encoding-with-content-length', message);
  }
  if (!isWhole(content)) return { kind: 'length', length: length! };
  checkLength(length, content.length);
  return { kind: 'length', length: content.length };
}

function givenLength(given: Fields): number | undefined {
  const value = given.get('content-length');
  if (value === undefined) return undefined;
  try {
    return parseLength(value);
  } catch {
    throw userError('invalid-content-length', `${shown(value)} is not a Content-Length`);
  }
}

function checkLength(given: number | undefined, length: number): void {
  if (given === undefined || given === length) return;
  throw userError('content-length-mismatch', `Content-Length says ${given}, the body has ${length} bytes`);
}

/** "A client MUST NOT generate a 100-continue expectation in a request that does not include content" (rfc9110/10.1.1/expect-without). */
function expects(options: RequestOptions, version: Version, content: unknown, given: Fields): boolean {
  const expectation = given.get('expect');
  if (content !== undefined && version === '1.1') {
    return expectation === undefined
      ? options.expectContinue === true
      : expectation.toLowerCase() === '100-continue';
  }
  if (expectation !== undefined) throw userError('content-not-allowed', 'Expect needs content, and HTTP/1.1');
  return false;
}

function isLastRequest(wanted: 'keep-alive' | 'close' | undefined, version: Version, given: Fields): boolean {
  const named = given.list('connection').map((option) => option.toLowerCase());
  if (named.includes('close')) return true;
  if (named.includes('keep-alive')) return false;
  return (wanted ?? (version === '1.0' ? 'close' : 'keep-alive')) === 'close';
}

type Lines = (readonly [name: string, value: string])[];

function addFraming(lines: Lines, method: string, framing: Framing, given: Fields): void {
  if (framing.kind === 'chunked') {
    if (!given.has('transfer-encoding')) lines.push(['Transfer-Encoding', 'chunked']); // rfc9110/8.6/send-where-not
  } else if (!given.has('content-length')) {
    if (framing.kind === 'length') lines.push(['Content-Length', String(framing.length)]);
    else if (EXPECTS_CONTENT.has(method)) lines.push(['Content-Length', '0']);
  }
}

/** Trailers whose names are known beforehand are announced (RFC 9110 6.6.2). */
function announceTrailers(lines: Lines, trailers: RequestOptions['trailers']): void {
  if (trailers === undefined || typeof trailers === 'function') return;
  const names: string[] = [];
  eachField(trailers, (name) => names.push(name));
  if (names.length > 0) lines.push(['Trailer', names.join(', ')]);
}

/** Adds what Connection has to name (RFC 9110 7.6.1, 7.8; RFC 9112 7.4, 9.6) and the caller has not. */
function addConnection(lines: Lines, isLast: boolean, version: Version, given: Fields): void {
  const missing: string[] = [];
  if (given.list('te').some((coding) => /^chunked\b/i.test(coding))) {
    throw userError('invalid-field-value', 'TE does not name chunked, which everybody takes'); // rfc9112/7.4/te-chunked
  }
  if (given.has('te')) missing.push('TE'); // rfc9112/7.4/te-connection
  if (given.has('upgrade')) missing.push('Upgrade');
  if (isLast && version === '1.1') missing.push('close');
  if (!isLast && version === '1.0') missing.push('keep-alive');
  if (missing.length === 0) return;
  const named = given.list('connection').map((option) => option.toLowerCase());
  const options = missing.filter((option) => !named.includes(option.toLowerCase()));
  if (options.length > 0) lines.push(['Connection', options.join(', ')]);
}
