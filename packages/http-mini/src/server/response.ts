/**
 * From what a handler answers to what goes on the wire: the fields that frame the content and steer the connection are
 * decided here, from the request and the response together (RFC 9110 8.6, 9.3, 15; RFC 9112 6, 9). Pure: the connection
 * does the sending.
 */

import { type Body, discard, sizeOf } from '../body.ts';
import { contentEncoder } from '../wire/content.ts';
import { encodeResponseHead, statusLine } from '../wire/encoder.ts';
import { type HttpError, shown, userError } from '../wire/errors.ts';
import { eachField, Fields, type FieldsInit } from '../wire/fields.ts';
import { CHUNKED, type Framing, NO_CONTENT, UNTIL_CLOSE } from '../wire/framing.ts';
import type { RequestHead } from '../wire/head.ts';
import type { Openings } from './openings.ts';
import { ResponseFields } from './response-fields.ts';

/** What a handler answers. */
export interface HttpResponse {
  /** 200 to 999; 200 unless said otherwise. */
  status?: number | undefined;
  /** The reason phrase; the usual one for the status unless said otherwise. */
  reason?: string | undefined;
  headers?: FieldsInit | undefined;
  /** Of known length: sent with Content-Length. Iterated: chunked, or until close to an HTTP/1.0 client. */
  body?: Body | null | undefined;
  /** Sent after chunked content; a function is called when the content has been sent, and may answer later. */
  trailers?: FieldsInit | (() => FieldsInit | Promise<FieldsInit>) | undefined;
}

/** A response that is ready to be sent. */
export interface PreparedResponse {
  status: number;
  /** Status line, fields and empty line, one character for each octet. */
  head: string;
  framing: Framing;
  /** Nothing where the response has no content, to HEAD for one. */
  body: Body;
  trailers: HttpResponse['trailers'];
  /** Whether the connection is closed after it. */
  closes: boolean;
}

/**
 * @param response may be anything; each part of it is read once, since a getter may make it anew each time
 * @param given its body, which has been read already
 * @param mustClose whether the connection is to be closed after this response in any case
 * @throws HttpError `by: 'user'` for an answer that must not be sent; and what a getter throws
 */
export function prepareResponse(
  request: RequestHead,
  response: HttpResponse,
  given: HttpResponse['body'],
  openings: Openings,
  mustClose: boolean,
): PreparedResponse {
  if (typeof response !== 'object' || response === null) {
    throw invalid(`the handler answered ${shown(response)}, and no response`);
  }
  const status = response.status ?? 200;
  if (status < 200)
    throw invalid(`status ${status}: interim responses are sent by inform(), 101 by switchProtocols()`);
  if (request.method === 'CONNECT' && status < 300) {
    throw invalid(`status ${status} to CONNECT opens a tunnel: answer with switchProtocols()`);
  }
  const body = given ?? '';
  const own = new ResponseFields(response.headers);
  const trailers = trailersOf(response.trailers);
  const framing = framingOf(request, status, body, own.contentLength, trailers !== undefined);
  const closes = mustClose || own.closes || !request.isPersistent || framing.kind === 'until-close';

  let head = openingOf(response, status, own, openings) + own.text;
  // Neither field with 204 (rfc9112/6.1/not-on-1xx-204, rfc9110/8.6/not-on-1xx-204); with 304, and to HEAD without a body,
  // only what the handler knows of the representation: a length must be that of GET's (rfc9110/8.6/head-304).
  const isUnknown = status === 304 || (request.method === 'HEAD' && (given ?? null) === null);
  if (status !== 204 && (!isUnknown || framing.kind === 'chunked' || own.contentLength !== undefined)) {
    head += framingField(framing);
  }
  if (framing.kind === 'chunked') head += trailerField(trailers);
  head += connectionField(own.connection, closes, request);
  head += '\r\n';
  // rfc9110/9.3.2/head-content, rfc9110/9.3.2/head-fields
  if (request.method !== 'HEAD') return { status, head, framing, body, trailers, closes };
  discard(body);
  return { status, head, framing: NO_CONTENT, body: '', trailers: undefined, closes };
}

/** The status line, and Date unless the handler sent it (rfc9110/6.6.1/date). */
function openingOf(
  { reason }: HttpResponse,
  status: number,
  own: ResponseFields,
  openings: Openings,
): string {
  if (own.hasDate) return statusLine(status, reason);
  return reason === undefined ? openings.of(status) : statusLine(status, reason) + openings.dateLine;
}

function framingOf(
  request: RequestHead,
  status: number,
  body: Body,
  contentLength: number | undefined,
  hasTrailers: boolean,
): Framing {
  const size = sizeOf(body);
  if (status === 204 || status === 205 || status === 304) {
    if (size !== 0) {
      throw userError('content-not-allowed', `a ${status} response has no content (RFC 9110 15)`); // rfc9110/15.3.6/205
    }
    return status === 304 && contentLength !== undefined ? lengthFraming(contentLength) : NO_CONTENT;
  }
  if (contentLength !== undefined) {
    // To HEAD, the length may be told without the content at hand.
    const isSound = size === undefined || size === contentLength || (request.method === 'HEAD' && size === 0);
    if (isSound) return lengthFraming(contentLength);
    const message = `Content-Length says ${contentLength} and the content has ${size} bytes`;
    throw userError('content-length-mismatch', message);
  }
  // rfc9110/8.6/known, rfc9112/6.3/prefer-length
  if (size !== undefined && !hasTrailers) return lengthFraming(size);
  // Chunked is unknown to HTTP/1.0 (rfc9112/6.1/respond-only-to-1.1).
  return request.version === '1.0' ? UNTIL_CLOSE : CHUNKED;
}

function lengthFraming(length: number): Framing {
  return length === 0 ? NO_CONTENT : { kind: 'length', length };
}

function framingField(framing: Framing): string {
  if (framing.kind === 'until-close') return '';
  if (framing.kind === 'chunked') return 'Transfer-Encoding: chunked\r\n';
  return `Content-Length: ${framing.kind === 'length' ? framing.length : 0}\r\n`;
}

/** Trailers that are known beforehand are checked while the response can still be refused. */
function trailersOf(trailers: HttpResponse['trailers']): HttpResponse['trailers'] {
  if (trailers === undefined || typeof trailers === 'function') return trailers;
  const fields = new Fields(trailers);
  contentEncoder(CHUNKED).end(fields);
  return fields;
}

/** Trailers that are known beforehand are announced (rfc9110/6.6.2/trailer). */
function trailerField(trailers: HttpResponse['trailers']): string {
  if (!(trailers instanceof Fields) || trailers.size === 0) return '';
  return `Trailer: ${trailers
    .lines()
    .map(([name]) => name)
    .join(', ')}\r\n`;
}

/**
 * Close is always said (rfc9112/9.3/send-close, rfc9112/9.6/send-close); keep-alive only to an HTTP/1.0 client, which
 * takes close for granted.
 */
function connectionField(own: string, closes: boolean, request: RequestHead): string {
  if (closes) return `Connection: ${own}close\r\n`;
  if (request.version === '1.0') return `Connection: ${own}keep-alive\r\n`; // rfc9112/9.3/keep-alive-1.0
  return own === '' ? '' : `Connection: ${own.slice(0, -2)}\r\n`;
}

export const CONTINUE: string = encodeResponseHead(100, undefined, []);

/** @throws HttpError `by: 'user'` for what is no interim response, or would frame content, of which there is none */
export function encodeInformation(status: number, init: FieldsInit): string {
  if (!(status >= 102 && status <= 199)) {
    throw invalid(`status ${status}: a handler sends 102 to 199 before its answer`);
  }
  const fields = new Fields(init); // a generator gives them once
  eachField(fields, (name) => {
    // RFC 9110 8.6, RFC 9112 6.1
    if (/^(content-length|transfer-encoding)$/i.test(name)) throw invalid(`${name} in an interim response`);
  });
  return encodeResponseHead(status, undefined, fields);
}

/**
 * The whole answer to a message that broke a rule, naming the rule (rfc9110/15.5/explanation, rfc9110/15.6/explanation,
 * rfc9110/8.3/content-type); the connection ends with it. To HEAD it has no content
 * (rfc9110/9.3.2/head-content), and no length: a message that names the method is longer than GET's (rfc9110/8.6/head-304).
 */
export function encodeRefusal(error: HttpError, dateLine: string, methodIsHead: boolean): string {
  const body = Buffer.from(`${error.message}\n`).toString('latin1'); // UTF-8, one character for each octet
  const head = `${statusLine(error.status, undefined)}${dateLine}Content-Type: text/plain; charset=utf-8\r\n`;
  if (methodIsHead) return `${head}Connection: close\r\n\r\n`;
  return `${head}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
}

/** Lets go of a response that nobody will send: it may be anything, even with a getter that throws. */
export function discardResponse(response: HttpResponse): void {
  try {
    discard(response?.body);
  } catch {
    // What the handler did wrong is reported already, or is of no use to anybody.
  }
}

function invalid(message: string): HttpError {
  return userError('invalid-response', message);
}
