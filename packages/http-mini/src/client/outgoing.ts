/**
 * OutgoingRequest: a request that is ready to be sent: the head as text, the framing of its content (RFC 9112 6.3), and what
 * it means for the connection. Making it finds everything that is wrong with the request before a byte is written.
 */
import { Readable } from 'node:stream';
import { isWhole } from '../io/body.ts';
import { contentEncoder } from '../wire/content.ts';
import { requestLine } from '../wire/encoder.ts';
import { shown, userError } from '../wire/errors.ts';
import { eachField, Fields, type FieldsInit, fieldLine, splitList } from '../wire/fields.ts';
import { CHUNKED, type Framing, NO_CONTENT, parseLength, type Version } from '../wire/framing.ts';
import { isHost } from '../wire/target.ts';
import {
  type ClientSettings,
  type RequestBody as Content,
  checkRequest,
  checkVersion,
  type RequestOptions,
  type TargetOptions,
  trailersOf,
} from './options.ts';
import type { Origin } from './origin.ts';

export interface OutgoingRequest {
  readonly method: string;
  readonly target: string;
  /** One character for each octet. */
  readonly head: string;
  readonly framing: Framing;
  /** If it is a string, it is ASCII. */
  readonly content: Content | undefined;
  readonly trailers: ReturnType<typeof trailersOf>;
  /** Whether the connection takes no other request after this one. */
  readonly isLast: boolean;
  readonly expectsContinue: boolean;
  /** Whether the connection may change to another protocol: CONNECT, or Upgrade. */
  readonly maySwitch: boolean;
  /** Whether sending of its content has begun: from then on, the code that began it also releases it. */
  isBegun: boolean;
  /** Whether it is idempotent (rfc9110/9.2.2/retry), and its content can be read twice. */
  readonly isRepeatable: boolean;
}

/** What a request depends on besides its options. */
export interface Destination {
  readonly origin: Origin;
  readonly settings: ClientSettings;
  readonly serverVersion: Version;
}

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
/** Methods that usually have content: if there is none, send a length of 0 (rfc9110/8.6/send-where-expected). */
const EXPECTS_CONTENT = new Set(['POST', 'PUT', 'PATCH']);

/** @throws HttpError `by: 'user'` for a request that must not be sent */
export function prepareRequest(options: TargetOptions, to: Destination): OutgoingRequest {
  const { method = 'GET', target = '/', headers } = options;
  checkRequest(options);
  checkVersion(options.httpVersion);
  const version = options.httpVersion ?? to.settings.httpVersion;
  const given = headers === undefined ? NOTHING_GIVEN : new GivenFields(headers);
  const content = contentOf(method, options.body);
  const trailers = trailersOf(options.trailers);
  const framing = framingOf(content, trailers, given);
  if (framing.kind === 'chunked' && (version === '1.0' || to.serverVersion === '1.0')) {
    const message = 'to HTTP/1.0 nothing can be sent chunked: give the Content-Length, and no trailers';
    throw userError('transfer-encoding-in-http-1.0', message); // rfc9112/6.1/send-only-to-1.1
  }
  // Trailers are sent last, but check them now.
  if (trailers instanceof Fields) contentEncoder(framing).end(trailers);
  const isLast = isLastRequest(options.connection ?? to.settings.connection, version, given);
  const expectsContinue = expects(options, version, content, given);
  const host = given.get('host');
  if (host !== undefined && !isHost(host))
    throw userError('invalid-host', `${shown(host)} is not host[:port]`);

  let head = requestLine(method, target, version);
  if (host === undefined) head += `Host: ${to.origin.authority}\r\n`; // first, rfc9112/3.2/send-host, rfc9110/7.2/host-first
  head += given.lines + framingField(method, framing, given);
  if (framing.kind === 'chunked' && given.get('trailer') === undefined) head += trailerField(trailers);
  if (expectsContinue && given.get('expect') === undefined) head += 'Expect: 100-continue\r\n'; // rfc9110/10.1.1/send-expect
  head += `${connectionField(isLast, version, given)}\r\n`;
  return {
    method,
    target,
    head,
    framing,
    content,
    trailers,
    isLast,
    expectsContinue,
    isBegun: false,
    maySwitch: method === 'CONNECT' || given.get('upgrade') !== undefined,
    isRepeatable: IDEMPOTENT.has(method) && !isStream(content),
  };
}

const KNOWN = new Set(
  'connection content-length expect host te trailer transfer-encoding upgrade'.split(' '),
);

/**
 * The caller's header section, checked and as text, and the values that the client has to know. One walk over it finds them
 * all, because separate look-ups would be slow.
 */
class GivenFields {
  lines = '';
  readonly #known = new Map<string, string>();

  /** @throws HttpError `invalid-field-name`, `invalid-field-value` */
  constructor(headers: FieldsInit) {
    eachField(headers, (name, value) => {
      this.lines += fieldLine(name, value);
      const lower = name.toLowerCase();
      if (!KNOWN.has(lower)) return;
      const before = this.#known.get(lower);
      this.#known.set(lower, before === undefined ? value : `${before}, ${value}`); // RFC 9110 5.3
    });
  }

  get(name: string): string | undefined {
    return this.#known.get(name);
  }

  /** The members of a list field, in lower case. */
  list(name: string): string[] {
    const value = this.get(name);
    return value === undefined ? [] : splitList(value.toLowerCase());
  }
}

const NOTHING_GIVEN = new GivenFields([]);

/** Whether the content can be read only once. */
export function isStream(content: unknown): content is AsyncIterable<Uint8Array | string> {
  return Symbol.asyncIterator in Object(content);
}

/** The body, checked. An ASCII string stays a string and is written as it is; any other string becomes bytes. */
function contentOf(method: string, body: RequestOptions['body']): Content | undefined {
  if (body === undefined || body === null) return undefined; // rfc9110/9.3.1/get-content
  if (method === 'TRACE' || method === 'CONNECT') {
    throw userError('content-not-allowed', `${method} has no content`); // RFC 9110 9.3.8, 9.3.6 (rfc9110/9.3.8/trace-content)
  }
  if (typeof body === 'string') return Buffer.byteLength(body) === body.length ? body : Buffer.from(body);
  // It may fail before we ask for its first part: without a listener, that would end the process. We get the error when we ask.
  if (body instanceof Readable) return body.on('error', () => {}); // (test: `a file that is not there`)
  if (isWhole(body) || typeof body === 'function' || isStream(body)) return body;
  throw userError(
    'invalid-content',
    'a body is text, bytes, an async iterable, or a function that makes one',
  );
}

/**
 * If there is content: Content-Length if the length is known, otherwise chunked. If there is none: neither (RFC 9112 6.3).
 * (rfc9112/6.3/send-length, rfc9112/6.3/send-known-length)
 */
function framingOf(content: Content | undefined, trailers: unknown, given: GivenFields): Framing {
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

function givenLength(given: GivenFields): number | undefined {
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
function expects(options: RequestOptions, version: Version, content: unknown, given: GivenFields): boolean {
  const expectation = given.get('expect');
  if (content !== undefined && version === '1.1') {
    return expectation === undefined
      ? options.expectContinue === true
      : expectation.toLowerCase() === '100-continue';
  }
  if (expectation !== undefined) throw userError('content-not-allowed', 'Expect needs content, and HTTP/1.1');
  return false;
}

function isLastRequest(
  wanted: 'keep-alive' | 'close' | undefined,
  version: Version,
  given: GivenFields,
): boolean {
  const named = given.list('connection');
  if (named.includes('close')) return true;
  if (named.includes('keep-alive')) return false;
  return (wanted ?? (version === '1.0' ? 'close' : 'keep-alive')) === 'close';
}

function framingField(method: string, framing: Framing, given: GivenFields): string {
  if (framing.kind === 'chunked') {
    return given.get('transfer-encoding') === undefined ? 'Transfer-Encoding: chunked\r\n' : ''; // rfc9110/8.6/send-where-not
  }
  if (given.get('content-length') !== undefined) return '';
  if (framing.kind === 'length') return `Content-Length: ${framing.length}\r\n`;
  return EXPECTS_CONTENT.has(method) ? 'Content-Length: 0\r\n' : '';
}

/** Announces the trailers whose names are known in advance (RFC 9110 6.6.2). */
function trailerField(trailers: OutgoingRequest['trailers']): string {
  if (!(trailers instanceof Fields) || trailers.size === 0) return '';
  return `Trailer: ${trailers
    .lines()
    .map(([name]) => name)
    .join(', ')}\r\n`;
}

/** Connection with the options that it must name (RFC 9110 7.6.1, 7.8; RFC 9112 7.4, 9.6) and the caller has not given. */
function connectionField(isLast: boolean, version: Version, given: GivenFields): string {
  const missing: string[] = [];
  if (given.list('te').some((coding) => /^chunked\b/.test(coding))) {
    throw userError('invalid-field-value', 'TE does not name chunked, which everybody takes'); // rfc9112/7.4/te-chunked
  }
  if (given.get('te') !== undefined) missing.push('TE'); // rfc9112/7.4/te-connection
  if (given.get('upgrade') !== undefined) missing.push('Upgrade');
  if (isLast && version === '1.1') missing.push('close');
  if (!isLast && version === '1.0') missing.push('keep-alive');
  if (missing.length === 0) return '';
  const named = given.list('connection');
  const options = missing.filter((option) => !named.includes(option.toLowerCase()));
  return options.length > 0 ? `Connection: ${options.join(', ')}\r\n` : '';
}
