/**
 * From what a handler answers to what goes on the wire: the fields that frame the content and steer the connection are
 * decided here, from the request and the response together (RFC 9110 8.6, 9.3, 15; RFC 9112 6, 9). Pure: the connection
 * does the sending.
 */
import type { Socket } from 'node:net';
import { statusLine } from '../wire/encoder.ts';
import { HttpError } from '../wire/errors.ts';
import { checkField, eachField, Fields, type FieldsInit } from '../wire/fields.ts';
import { CHUNKED, type Framing, NO_CONTENT, parseLength, UNTIL_CLOSE } from '../wire/framing.ts';
import type { RequestHead } from '../wire/head.ts';

export type Body = string | Uint8Array | AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/** What a handler answers. */
export interface HttpResponse {
  /** 200 to 999; 200 unless said otherwise. */
  status?: number | undefined;
  /** The reason phrase; the usual one for the status unless said otherwise. */
  reason?: string | undefined;
  headers?: FieldsInit | undefined;
  /** Of known length: sent with Content-Length. Iterated: chunked, or until close to an HTTP/1.0 client. */
  body?: Body | null | undefined;
  /** Sent after chunked content; a function is called when the content has been sent. */
  trailers?: FieldsInit | (() => FieldsInit) | undefined;
}

/** Takes over a connection that leaves HTTP: the socket is paused, and `leftover` was received and not read. */
export type TakeOver = (socket: Socket, leftover: Uint8Array) => void;

export class SwitchedResponse implements HttpResponse {
  readonly headers: FieldsInit;
  readonly takeOver: TakeOver;

  constructor(headers: FieldsInit, takeOver: TakeOver) {
    this.headers = headers;
    this.takeOver = takeOver;
  }
}

/**
 * The answer that ends HTTP on this connection: 101 with these headers (Upgrade among them, naming a protocol that the
 * client offered) or, to CONNECT, 200; then the socket and what was read beyond the request are yours (RFC 9110 7.8,
 * 9.3.6).
 */
export function switchProtocols(headers: FieldsInit, takeOver: TakeOver): HttpResponse {
  return new SwitchedResponse(headers, takeOver);
}

/** A response that is ready to be sent. */
export interface PreparedResponse {
  /** Status line, fields and empty line, one character for each octet. */
  head: string;
  framing: Framing;
  /** Nothing where the response has no content, to HEAD for one. */
  body: Body;
  /** Whether the connection is closed after it. */
  closes: boolean;
}

/**
 * @param dateLine the field line of Date, unless the handler sent one (RFC 9110 6.6.1)
 * @param mustClose whether the connection is to be closed after this response in any case
 * @throws HttpError `by: 'user'` for an answer that must not be sent
 */
export function prepareResponse(
  request: RequestHead,
  response: HttpResponse,
  dateLine: string,
  mustClose: boolean,
): PreparedResponse {
  const status = response.status ?? 200;
  if (status < 200)
    throw invalid(`status ${status}: interim responses are sent by inform(), 101 by switchProtocols()`);
  if (request.method === 'CONNECT' && status < 300) {
    throw invalid(`status ${status} to CONNECT opens a tunnel: answer with switchProtocols()`);
  }
  const body = response.body ?? '';
  const own: OwnFields = { text: '', date: false, close: false, connection: '', contentLength: undefined };
  if (response.headers !== undefined) readOwnFields(response.headers, own);

  const framing = framingOf(request, response, status, body, own.contentLength);
  const closes = mustClose || own.close || !request.isPersistent || framing.kind === 'until-close';

  let head = statusLine(status, response.reason);
  if (!own.date) head += dateLine;
  head += own.text;
  // Neither field with 204; with 304 only what the handler knows of the representation (RFC 9110 8.6, RFC 9112 6.1).
  if (status !== 204 && (status !== 304 || own.contentLength !== undefined)) head += framingField(framing);
  if (framing.kind === 'chunked') head += trailerField(response);
  head += connectionField(own.connection, closes, request);
  if (request.method !== 'HEAD') return { head: `${head}\r\n`, framing, body, closes };
  discard(body);
  return { head: `${head}\r\n`, framing: NO_CONTENT, body: '', closes };
}

function framingOf(
  request: RequestHead,
  response: HttpResponse,
  status: number,
  body: Body,
  contentLength: number | undefined,
): Framing {
  const size = sizeOf(body);
  if (status === 204 || status === 205 || status === 304) {
    if (size !== 0) {
      throw new HttpError('content-not-allowed', `a ${status} response has no content (RFC 9110 15)`, {
        by: 'user',
      });
    }
    return status === 304 && contentLength !== undefined ? lengthFraming(contentLength) : NO_CONTENT;
  }
  if (size !== undefined && response.trailers === undefined) {
    // To HEAD, the length may be told without the content at hand.
    if (contentLength !== undefined && contentLength !== size && !(request.method === 'HEAD' && size === 0)) {
      const message = `Content-Length says ${contentLength} and the content has ${size} bytes`;
      throw new HttpError('content-length-mismatch', message, { by: 'user' });
    }
    return lengthFraming(contentLength ?? size);
  }
  if (contentLength !== undefined) return lengthFraming(contentLength);
  // Chunked is unknown to HTTP/1.0 (RFC 9112 6.1).
  return request.version === '1.0' ? UNTIL_CLOSE : CHUNKED;
}

function lengthFraming(length: number): Framing {
  return length === 0 ? NO_CONTENT : { kind: 'length', length };
}

/** Bytes of a body whose length is known; an empty one where there is none. */
function sizeOf(body: Body): number | undefined {
  if (typeof body === 'string') return Buffer.byteLength(body);
  return body instanceof Uint8Array ? body.length : undefined;
}

function framingField(framing: Framing): string {
  switch (framing.kind) {
    case 'none':
      return 'Content-Length: 0\r\n';
    case 'length':
      return `Content-Length: ${framing.length}\r\n`;
    case 'chunked':
      return 'Transfer-Encoding: chunked\r\n';
    case 'until-close':
      return '';
  }
}

/** Trailers that are known beforehand are announced (RFC 9110 6.6.2). */
function trailerField({ trailers }: HttpResponse): string {
  if (trailers === undefined || typeof trailers === 'function') return '';
  const names: string[] = [];
  eachField(trailers, (name) => names.push(name));
  return names.length === 0 ? '' : `Trailer: ${names.join(', ')}\r\n`;
}

/** RFC 9112 9.3, 9.6: close is always said; keep-alive only to an HTTP/1.0 client, which takes close for granted. */
function connectionField(own: string, closes: boolean, request: RequestHead): string {
  if (closes) return `Connection: ${own}close\r\n`;
  if (request.version === '1.0') return `Connection: ${own}keep-alive\r\n`;
  return own === '' ? '' : `Connection: ${own.slice(0, -2)}\r\n`;
}

/**
 * The head that ends HTTP: 101 with Connection: upgrade, or 200 to CONNECT, which must not have framing fields either
 * (RFC 9110 9.3.6).
 * @throws HttpError where the client did not offer the protocol (RFC 9110 7.8)
 */
export function encodeSwitchedHead(request: RequestHead, headers: FieldsInit): string {
  const isConnect = request.method === 'CONNECT';
  const upgrade = new Fields(headers).list('upgrade');
  const offered = request.upgrade.map((protocol) => protocol.toLowerCase());
  if (
    !isConnect &&
    (upgrade.length === 0 || !upgrade.every((protocol) => offered.includes(protocol.toLowerCase())))
  ) {
    throw invalid(
      `Upgrade: ${upgrade.join(', ')} is none of what the client offered (${offered.join(', ') || 'nothing'})`,
    );
  }
  const own: OwnFields = { text: '', date: true, close: false, connection: '', contentLength: undefined };
  readOwnFields(headers, own);
  return `${statusLine(isConnect ? 200 : 101, undefined)}${isConnect ? '' : 'Connection: Upgrade\r\n'}${own.text}\r\n`;
}

/** The whole answer to a message that broke a rule, naming the rule; the connection ends with it. */
export function encodeRefusal(error: HttpError, dateLine: string): string {
  const body = latin1Of(`${error.message}\n`);
  const fields = `${dateLine}Content-Type: text/plain; charset=utf-8\r\nContent-Length: ${body.length}\r\n`;
  return `${statusLine(error.status, undefined)}${fields}Connection: close\r\n\r\n${body}`;
}

/** UTF-8 as text that has one character for each octet. */
function latin1Of(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** Lets go of a body that nobody will send, so that what it holds (a file, say) is closed. */
export function discard(body: Body | null | undefined): void {
  if (typeof body !== 'object' || body === null || body instanceof Uint8Array) return;
  const iterator = Symbol.asyncIterator in body ? body[Symbol.asyncIterator]() : body[Symbol.iterator]();
  Promise.resolve(iterator.return?.()).catch(() => {});
}

/** The handler's fields as text, and what the server needs to know of them. */
interface OwnFields {
  text: string;
  date: boolean;
  close: boolean;
  /** Connection options other than close and keep-alive, each followed by ", ". */
  connection: string;
  contentLength: number | undefined;
}

function readOwnFields(headers: FieldsInit, own: OwnFields): void {
  eachField(headers, (name, value) => {
    checkField(name, value);
    // The lengths of the four names that matter here: most fields are passed on without another look.
    switch (name.length) {
      case 4:
        own.date ||= name.toLowerCase() === 'date';
        break;
      case 10:
        if (name.toLowerCase() === 'connection') return readConnection(value, own);
        break;
      case 14:
        if (name.toLowerCase() === 'content-length') return readContentLength(value, own);
        break;
      case 17:
        if (name.toLowerCase() === 'transfer-encoding') {
          throw invalid('Transfer-Encoding is chosen by the server: leave it out');
        }
        break;
    }
    own.text += `${name}: ${value}\r\n`;
  });
}

function readConnection(value: string, own: OwnFields): void {
  for (const option of value.split(',')) {
    const lower = option.trim().toLowerCase();
    if (lower === 'close') own.close = true;
    else if (lower !== '' && lower !== 'keep-alive') own.connection += `${option.trim()}, `;
  }
}

function readContentLength(value: string, own: OwnFields): void {
  if (own.contentLength !== undefined) throw invalid('Content-Length is given twice');
  try {
    own.contentLength = parseLength(value);
  } catch {
    throw invalid(`${JSON.stringify(value)} is not a Content-Length`);
  }
}

function invalid(message: string): HttpError {
  return new HttpError('invalid-response', message, { by: 'user' });
}
