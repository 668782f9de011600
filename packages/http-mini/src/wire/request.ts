/**
 * Writes the head of a request. Most fields come from the program. Host, and the fields that frame the content and steer the
 * connection, are decided here (RFC 9110 7.2, 8.6, 10.1; RFC 9112 3.2, 6, 9). Encoding finds everything that is wrong with a
 * request before there is even a connection for it.
 */
import { requestLine } from './encoder.ts';
import { shown, userError } from './errors.ts';
import { type Fields, type FieldsInit, splitList } from './fields.ts';
import { type Framing, NO_CONTENT, type Version } from './framing.ts';
import { checkTrailers, framingField, framingOf, GivenFields, NOTHING_GIVEN } from './message.ts';
import { isHost } from './target.ts';

/** A request as the program gives it, without its content. */
export interface OutgoingRequest {
  /** Any token; case-sensitive (RFC 9110 9.1). `GET` unless said otherwise. */
  readonly method?: string | undefined;
  /** `/path?query`, `*` for OPTIONS, `host:port` for CONNECT (RFC 9112 3.2). `/` unless said otherwise. */
  readonly target?: string | undefined;
  readonly headers?: FieldsInit | undefined;
  /** Sent after chunked content; `later` if the program knows them only then. */
  readonly trailers?: FieldsInit | 'later' | undefined;
  /** `close` for the last request on its connection (RFC 9112 9.6). `keep-alive`; in HTTP/1.0, `close`. */
  readonly connection?: 'keep-alive' | 'close' | undefined;
  /** 1.1 unless said otherwise. */
  readonly httpVersion?: Version | undefined;
  /** Whether the content waits for 100 (RFC 9110 10.1.1). */
  readonly expectContinue?: boolean | undefined;
  /** False if the content can be had only once. */
  readonly isRepeatable?: boolean | undefined;
}

/** A request that is ready to be sent, on any connection to its server. */
export interface EncodedRequest {
  readonly method: string;
  readonly target: string;
  /** Request line, fields and empty line, one character for each octet. */
  readonly head: string;
  readonly framing: Framing;
  /** The trailers that are known in advance. */
  readonly trailers: Fields | undefined;
  readonly expectsContinue: boolean;
  /** Whether the connection takes no other request after this one. */
  readonly isLast: boolean;
  /** Whether the connection may change to another protocol: CONNECT, or Upgrade. */
  readonly maySwitch: boolean;
  /** Whether it may be sent a second time: its method is idempotent (rfc9110/9.2.2/retry), and its content can be had again. */
  readonly isRepeatable: boolean;
}

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
/** Methods that usually have content: if there is none, send a length of 0 (rfc9110/8.6/send-where-expected). */
const EXPECTS_CONTENT = new Set(['POST', 'PUT', 'PATCH']);

/**
 * @param size bytes of the content; undefined if the size is unknown, null if there is no content
 * @param authority host[:port], for Host
 * @param serverVersion what the server is known to speak
 * @throws HttpError `by: 'user'` for a request that must not be sent
 */
export function encodeRequest(
  request: OutgoingRequest,
  size: number | undefined | null,
  authority: string,
  serverVersion: Version = '1.1',
): EncodedRequest {
  const { method = 'GET', target = '/', headers, httpVersion: version = '1.1' } = request;
  const given = headers === undefined ? NOTHING_GIVEN : new GivenFields(headers);
  const trailers = checkTrailers(request.trailers);
  const framing = requestContent(method, size, given, request.trailers !== undefined);
  if (framing.kind === 'chunked' && (version === '1.0' || serverVersion === '1.0')) {
    const message = 'to HTTP/1.0 nothing can be sent chunked: give the Content-Length, and no trailers';
    throw userError('transfer-encoding-in-http-1.0', message); // rfc9112/6.1/send-only-to-1.1
  }
  const isLast = isLastRequest(request.connection, version, given);
  const expectsContinue = expects(request, size !== null && version === '1.1', given);
  addTe(given);

  let head = requestLine(method, target, version);
  head += hostField(authority, given); // first, rfc9112/3.2/send-host, rfc9110/7.2/host-first
  head += given.text;
  if (given.lengthLine !== undefined) head += given.lengthLine;
  else if (size !== null || EXPECTS_CONTENT.has(method)) head += framingField(framing); // rfc9110/8.6/send-where-not
  if (framing.kind === 'chunked') head += given.trailerField(trailers);
  if (expectsContinue && given.expect === undefined) head += 'Expect: 100-continue\r\n'; // rfc9110/10.1.1/send-expect
  // What HTTP/1.1 and HTTP/1.0 take for granted need not be said, but the program may.
  const saysClose = isLast && (version === '1.1' || given.saysClose);
  const saysKeepAlive = !isLast && (version === '1.0' || given.saysKeepAlive);
  head += `${given.connectionField(saysClose, saysKeepAlive)}\r\n`;
  const maySwitch = method === 'CONNECT' || given.hasUpgrade;
  const isRepeatable = IDEMPOTENT.has(method) && request.isRepeatable !== false;
  return { method, target, head, framing, trailers, expectsContinue, isLast, maySwitch, isRepeatable };
}

function hostField(authority: string, { host }: GivenFields): string {
  if (host === undefined) return `Host: ${authority}\r\n`;
  if (!isHost(host)) throw userError('invalid-host', `${shown(host)} is not host[:port]`);
  return '';
}

/** Of no content nothing is said: then neither Content-Length nor Transfer-Encoding means that there is none (RFC 9112 6.3). */
function requestContent(
  method: string,
  size: number | undefined | null,
  given: GivenFields,
  hasTrailers: boolean,
): Framing {
  const { transferEncoding } = given;
  if (transferEncoding !== undefined && transferEncoding.toLowerCase() !== 'chunked') {
    // rfc9112/6.1/request-chunked-last, rfc9112/6.1/chunked-twice
    throw userError('invalid-transfer-encoding', `content is sent chunked, not ${shown(transferEncoding)}`);
  }
  if (size === null) {
    if (transferEncoding !== undefined)
      throw userError('invalid-transfer-encoding', 'there is nothing to be chunked');
    if (hasTrailers) throw userError('content-not-allowed', 'trailers need a body before them');
    return given.contentLength === undefined ? NO_CONTENT : framingOf(0, given, false);
  }
  if (method === 'TRACE' || method === 'CONNECT') {
    throw userError('content-not-allowed', `${method} has no content`); // RFC 9110 9.3.8, 9.3.6 (rfc9110/9.3.8/trace-content)
  }
  if (given.contentLength !== undefined && (transferEncoding !== undefined || hasTrailers)) {
    const what = hasTrailers ? 'trailers' : 'Transfer-Encoding';
    const message = `content is sent chunked, or with its length: leave out Content-Length, or the ${what}`;
    throw userError('transfer-encoding-with-content-length', message);
  }
  return framingOf(size, given, hasTrailers);
}

/** "A client MUST NOT generate a 100-continue expectation in a request that does not include content" (rfc9110/10.1.1/expect-without). */
function expects({ expectContinue }: OutgoingRequest, isAllowed: boolean, { expect }: GivenFields): boolean {
  if (isAllowed)
    return expect === undefined ? expectContinue === true : expect.toLowerCase() === '100-continue';
  if (expect !== undefined) throw userError('content-not-allowed', 'Expect needs content, and HTTP/1.1');
  return false;
}

/** TE concerns this connection alone, and Connection names it (rfc9112/7.4/te-connection). */
function addTe(given: GivenFields): void {
  if (given.te === undefined) return;
  if (splitList(given.te.toLowerCase()).some((coding) => /^chunked\b/.test(coding))) {
    throw userError('invalid-field-value', 'TE does not name chunked, which everybody takes'); // rfc9112/7.4/te-chunked
  }
  given.addOption('TE');
}

function isLastRequest(wanted: OutgoingRequest['connection'], version: Version, given: GivenFields): boolean {
  if (given.saysClose || given.saysKeepAlive) return given.saysClose;
  return (wanted ?? (version === '1.0' ? 'close' : 'keep-alive')) === 'close';
}
