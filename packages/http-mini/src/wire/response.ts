/**
 * Writes the head of a response. Most fields come from the program. The fields that frame the content and steer the
 * connection are decided here, from the request and the response together (RFC 9110 8.6, 9.3, 15; RFC 9112 6, 9).
 */
import { latin1, octets, utf8 } from './characters.ts';
import { formatDate } from './date.ts';
import { encodeResponseHead, statusLine } from './encoder.ts';
import { type HttpError, userError } from './errors.ts';
import { eachField, Fields, type FieldsInit } from './fields.ts';
import { type Framing, NO_CONTENT, UNTIL_CLOSE } from './framing.ts';
import type { RequestHead } from './head.ts';
import { checkTrailers, framingField, framingOf, GivenFields, NOTHING_GIVEN } from './message.ts';

/** A response as the program gives it, without its content. */
export interface OutgoingResponse {
  /** 200 to 999; 200 unless said otherwise. */
  readonly status?: number | undefined;
  /** The reason phrase; the usual one for the status unless said otherwise. */
  readonly reason?: string | undefined;
  readonly headers?: FieldsInit | undefined;
  /** Sent after chunked content; `later` if the program knows them only then. */
  readonly trailers?: FieldsInit | 'later' | undefined;
}

/** A response that is ready to be sent. */
export interface EncodedResponse {
  /** Status line, fields and empty line, one character for each octet. */
  readonly head: string;
  readonly framing: Framing;
  /** The trailers that are known in advance. */
  readonly trailers: Fields | undefined;
  /** Whether the connection closes after this response. */
  readonly closes: boolean;
}

/**
 * @param size bytes of the content; undefined if the size is unknown, null if there is no content
 * @param mustClose whether to close the connection after this response in any case
 * @throws HttpError `by: 'user'` for a response that must not be sent
 */
export function encodeResponse(
  request: RequestHead,
  response: OutgoingResponse,
  size: number | undefined | null,
  statusLines: StatusLines,
  mustClose: boolean,
): EncodedResponse {
  const { status = 200, reason } = response;
  const isHead = request.method === 'HEAD';
  if (status < 200)
    throw invalid(`status ${status}: interim responses are sent by inform(), 101 by switchProtocols()`);
  if (request.method === 'CONNECT' && status < 300) {
    throw invalid(`status ${status} to CONNECT opens a tunnel: answer with switchProtocols()`);
  }
  const given = ownFields(response.headers);
  const hasTrailers = response.trailers !== undefined;
  if (hasTrailers && given.contentLength !== undefined)
    throw invalid('trailers follow chunked content: leave out Content-Length, or the trailers'); // rfc9112/6.2/send-both
  const trailers = hasTrailers ? checkTrailers(response.trailers) : undefined;
  const framing = responseContent(request, status, size === null ? 0 : size, given, hasTrailers);
  const closes = mustClose || given.saysClose || !request.isPersistent || framing.kind === 'until-close';

  const isUsual = reason === undefined && !given.hasDate;
  let head =
    (isUsual ? statusLines.of(status) : ownStatusLine(status, reason, given, statusLines)) + given.text;
  // A 204 gets no framing field (rfc9112/6.1/not-on-1xx-204, rfc9110/8.6/not-on-1xx-204). A 304, and an answer to HEAD
  // without a body, get a length only if the program gives it: it must be the length for GET (rfc9110/8.6/head-304). That of a 205 is known.
  const isUnknown = status === 304 || (isHead && size === null && status !== 205);
  if (status !== 204 && (!isUnknown || framing.kind === 'chunked' || given.contentLength !== undefined)) {
    head += framingField(framing);
  }
  if (framing.kind === 'chunked') head += given.trailerField(trailers);
  // Always says close (rfc9112/9.3/send-close, rfc9112/9.6/send-close); says keep-alive only to an HTTP/1.0 client, because it
  // expects a close otherwise (rfc9112/9.3/keep-alive-1.0).
  head += `${given.connectionField(closes, request.version === '1.0')}\r\n`;
  return { head, framing, trailers, closes };
}

/** The program's header section. @throws HttpError `by: 'user'` for what must not be sent */
function ownFields(headers: FieldsInit | undefined): GivenFields {
  if (headers === undefined) return NOTHING_GIVEN;
  const given = new GivenFields(headers);
  // rfc9112/6.1/chunked-twice, rfc9112/6.1/response-chunked-last, rfc9112/6.2/send-both
  if (given.transferEncoding === undefined) return given;
  throw invalid('Transfer-Encoding is chosen by the server: leave it out');
}

/** The status line, and Date unless the program sent it (rfc9110/6.6.1/date). */
function ownStatusLine(
  status: number,
  reason: string | undefined,
  given: GivenFields,
  statusLines: StatusLines,
): string {
  return statusLine(status, reason) + (given.hasDate ? '' : statusLines.dateLine);
}

function responseContent(
  request: RequestHead,
  status: number,
  size: number | undefined,
  given: GivenFields,
  hasTrailers: boolean,
): Framing {
  const { contentLength } = given;
  if (status === 204 || status === 205 || status === 304) {
    if (size !== 0) {
      throw userError('content-not-allowed', `a ${status} response has no content (RFC 9110 15)`); // rfc9110/15.3.6/205
    }
    return status === 304 ? framingOf(contentLength ?? 0, given, false) : NO_CONTENT;
  }
  // An answer to HEAD may give the length without the content.
  const isLengthAlone = request.method === 'HEAD' && size === 0;
  const framing = framingOf(isLengthAlone ? (contentLength ?? 0) : size, given, hasTrailers);
  // HTTP/1.0 does not know chunked (rfc9112/6.1/respond-only-to-1.1).
  return framing.kind === 'chunked' && request.version === '1.0' ? UNTIL_CLOSE : framing;
}

/**
 * StatusLines: the status line (RFC 9112 4), and after it Date (RFC 9110 6.6.1). The text for a status stays the same until
 * Date changes, so it is made once and used again: for small responses that saves much of the work.
 */
export class StatusLines {
  readonly #clock: (() => number) | undefined;
  #second = 0;
  #dateLine = '';
  readonly #byStatus = new Map<number, string>();

  /** @param clock milliseconds since 1970; a server without one sends no Date (RFC 9110 6.6.1) */
  constructor(clock?: () => number) {
    this.#clock = clock;
  }

  /** The field line of Date (rfc9110/6.6.1/date-of-now). */
  get dateLine(): string {
    if (this.#clock !== undefined) this.#dateLine ||= `Date: ${formatDate(this.#clock())}\r\n`;
    return this.#dateLine;
  }

  /** The status line, with the usual reason, and Date. @throws HttpError `invalid-status` */
  of(status: number): string {
    return this.#byStatus.get(status) ?? this.#make(status);
  }

  #make(status: number): string {
    const parts = statusLine(status, undefined) + this.dateLine;
    // Make one flat string: V8 keeps a joined string as its parts, and would walk them again for each response.
    const text = latin1(octets(parts), 0, parts.length);
    this.#byStatus.set(status, text);
    return text;
  }

  /** Looks at the clock. Call it at least once a second; if a handler blocks the event loop, Date is late too. */
  tick(): void {
    const second = Math.floor((this.#clock?.() ?? 0) / 1000);
    if (second === this.#second) return;
    this.#second = second;
    this.#dateLine = '';
    this.#byStatus.clear();
  }
}

export const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

/** @throws HttpError `by: 'user'` if this is no interim response, or has a field that frames content: it has no content */
export function encodeInformation(status: number, init: FieldsInit): string {
  if (!(status >= 102 && status <= 199)) {
    throw invalid(`status ${status}: 102 to 199 can be sent before the response`);
  }
  const fields = new Fields(init); // read `init` once: a generator cannot be read twice
  eachField(fields, (name) => {
    // RFC 9110 8.6, RFC 9112 6.1
    if (/^(content-length|transfer-encoding)$/i.test(name)) throw invalid(`${name} in an interim response`);
  });
  return encodeResponseHead(status, undefined, fields);
}

/**
 * The head that ends HTTP: 101 with Connection: Upgrade, or 200 to CONNECT. Neither may have framing fields
 * (rfc9112/6.1/not-on-connect, rfc9110/8.6/not-on-connect).
 * @throws HttpError if the client did not offer the protocol (rfc9110/7.8/not-offered)
 */
export function encodeSwitch(request: RequestHead, fields: Fields): string {
  const { text } = ownFields(fields);
  if (request.method === 'CONNECT') return `${statusLine(200, undefined)}${text}\r\n`;

  const upgrade = fields.list('upgrade');
  const offered = request.upgrade.map((protocol) => protocol.toLowerCase());
  // rfc9110/7.8/upgrade-named, rfc9110/7.8/protocol-case, rfc9110/15.2.2/101
  if (upgrade.length === 0 || !upgrade.every((protocol) => offered.includes(protocol.toLowerCase()))) {
    const message = `Upgrade: ${upgrade.join(', ')} is none of what the client offered (${offered.join(', ') || 'nothing'})`;
    throw invalid(message);
  }
  return `${statusLine(101, undefined)}Connection: Upgrade\r\n${text}\r\n`;
}

/**
 * The whole answer to a message that broke a rule. It names the rule (rfc9110/15.5/explanation, rfc9110/15.6/explanation,
 * rfc9110/8.3/content-type) and ends the connection. To HEAD it has no content (rfc9110/9.3.2/head-content), and no length
 * either: if the message names the method, GET would get another length (rfc9110/8.6/head-304).
 */
export function encodeRefusal(error: HttpError, dateLine: string, methodIsHead: boolean): string {
  const body = utf8(`${error.message}\n`);
  const head = `${statusLine(error.status, undefined)}${dateLine}Content-Type: text/plain; charset=utf-8\r\n`;
  if (methodIsHead) return `${head}Connection: close\r\n\r\n`;
  const text = latin1(body, 0, body.length);
  return `${head}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${text}`;
}

function invalid(message: string): HttpError {
  return userError('invalid-response', message);
}
