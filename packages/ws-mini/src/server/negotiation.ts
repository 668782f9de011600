// How a server answers an opening handshake (RFC 6455 4.2.2): it makes the checks that the user asked for, in
// order, and chooses the subprotocol; or it makes a refusal, for a socket or for http-mini to send.

import { encodeResponseHead, Fields, type FieldsInit, formatDate, shown } from 'http-mini/wire';
import type { DeflateOptions } from '../connection/deflate.ts';
import {
  acceptDeflate,
  acceptFields,
  type DeflateAgreement,
  type Extension,
  type HandshakeHead,
  isWebSocketError,
  type OpeningRequest,
  readOpeningRequest,
  refusalFields,
  WebSocketError,
} from '../wire/index.ts';

/**
 * By default a server keeps no window: each message is faster, and an idle connection needs no memory for it. The price:
 * small messages that are alike compress less well.
 */
const NO_CONTEXT = { serverNoContextTakeover: true, clientNoContextTakeover: true };

const none: readonly Extension[] = [];

/** An answer other than 101. */
export interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | number>> | undefined;
  /** text/plain. Default: the reason. */
  readonly body?: string | undefined;
}

export type Verdict = boolean | Refusal;

export interface NegotiationOptions {
  /**
   * `https` says that every connection comes from a trusted gateway which has kept the rules of https. Otherwise a
   * request with an https: target gets 421 on a connection without TLS (rfc9110/7.4/https-secured). Default `http`.
   */
  scheme?: 'http' | 'https' | undefined;
  /** The only path of the WebSocket; others get 404. Default: any path. */
  path?: string | undefined;
  /**
   * Origins that may connect; others get 403 (RFC 6455 10.2). A client that sends no Origin is not a browser, and may
   * connect. Default: any origin. (rfc6455/10.2/origin, rfc6455/4.2.2/origin)
   */
  origins?: readonly string[] | undefined;
  /** The server's subprotocols: it takes the first of the client's list that is among them. Or a function that chooses. */
  protocols?: readonly string[] | ((request: OpeningRequest) => string | undefined) | undefined;
  /** The last check. If it says false, the client gets 403; if it throws, 500 (rfc6455/4.2.2/resource). */
  verify?: ((request: OpeningRequest) => Verdict | Promise<Verdict>) | undefined;
  /** More fields for the 101, such as Set-Cookie. Or a function that makes them; if it throws, the client gets 500. */
  headers?: FieldsInit | ((request: OpeningRequest) => FieldsInit | undefined) | undefined;
  /**
   * Compresses if the client offers it (RFC 7692). Default: off. No context is kept from message to
   * message unless `serverNoContextTakeover` and `clientNoContextTakeover` are false.
   */
  perMessageDeflate?: boolean | DeflateOptions | undefined;
}

/** The options in the form that each opening handshake uses. */
export interface NegotiationSettings extends Omit<NegotiationOptions, 'perMessageDeflate'> {
  readonly deflate: DeflateOptions | undefined;
}

export interface Agreement {
  readonly request: OpeningRequest;
  readonly protocol: string;
  readonly extensions: readonly Extension[];
  /** The parameters of permessage-deflate, if both sides agreed on it. */
  readonly deflate: DeflateAgreement | undefined;
  /** The fields of the 101. */
  readonly fields: readonly [name: string, value: string][];
}

export type Outcome = Agreement | WebSocketError;

/** A request head of node:http (IncomingMessage). */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly httpVersion: string;
  readonly rawHeaders: readonly string[];
}

/**
 * Answers an opening handshake. The result is a promise only if `verify` gives one: a promise for each handshake would be
 * garbage.
 *
 * @param isSecured whether the connection is over TLS, or the server that read the head has checked that
 * @returns the agreement, or a WebSocketError that `refusalFor` turns into an answer. Never throws or rejects
 */
export function negotiate(
  head: HandshakeHead | NodeRequest,
  options: NegotiationSettings,
  isSecured: boolean,
): Outcome | Promise<Outcome> {
  try {
    const request = readOpeningRequest('rawHeaders' in head ? fromNode(head) : head);
    const objection = objectionTo(request, options, isSecured);
    if (objection !== undefined) return objection;
    if (options.verify === undefined) return agree(request, options);
    const verdict: Verdict | Promise<Verdict> = options.verify(request);
    if (typeof (verdict as Promise<Verdict> | null)?.then === 'function')
      return verified(request, options, verdict as Promise<Verdict>);
    return judged(request, options, verdict as Verdict);
  } catch (cause) {
    return failureOf(cause);
  }
}

function judged(request: OpeningRequest, options: NegotiationSettings, verdict: Verdict): Outcome {
  if (verdict === true) return agree(request, options);
  return new RefusedError(verdict === false ? { status: 403 } : verdict);
}

async function verified(
  request: OpeningRequest,
  options: NegotiationSettings,
  verdict: Promise<Verdict>,
): Promise<Outcome> {
  try {
    return judged(request, options, await verdict);
  } catch (cause) {
    return failureOf(cause);
  }
}

function failureOf(cause: unknown): WebSocketError {
  if (isWebSocketError(cause)) return cause;
  // Without the reason: the client would see it.
  return new WebSocketError('handshake-not-checked', 'checking the handshake failed', { cause });
}

function objectionTo(
  request: OpeningRequest,
  { path, origins, scheme }: NegotiationSettings,
  isSecured: boolean,
): WebSocketError | undefined {
  if (!isSecured && scheme !== 'https' && /^https:/i.test(request.target)) {
    const message = 'a target of https: came without TLS, and from no gateway that is trusted (scheme)';
    return new WebSocketError('request-misdirected', message);
  }
  if (path !== undefined && request.path !== path)
    return new WebSocketError('path-unknown', `no WebSocket is at ${shown(request.path)}`);
  if (origins !== undefined && request.origin !== undefined && !origins.includes(request.origin))
    return new WebSocketError('origin-refused', `the origin ${shown(request.origin)} may not connect`);
  return undefined;
}

function agree(request: OpeningRequest, options: NegotiationSettings): Agreement {
  const protocol = choose(request, options.protocols);
  const { deflate: wishes, headers } = options;
  const extra = typeof headers === 'function' ? headers(request) : headers;
  const accepted = wishes && acceptDeflate(request.extensions, { ...NO_CONTEXT, ...wishes });
  const extensions = accepted === undefined ? none : [accepted.response];
  return {
    request,
    protocol: protocol ?? '',
    extensions,
    deflate: accepted?.agreement,
    fields: acceptFields(request, protocol, extensions, extra),
  };
}

export function fromNode({ method = '', url = '', httpVersion, rawHeaders }: NodeRequest): HandshakeHead {
  const lines: [string, string][] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) lines.push([rawHeaders[i]!, rawHeaders[i + 1]!]);
  try {
    return { method, target: url, version: httpVersion, fields: new Fields(lines) };
  } catch (cause) {
    throw new WebSocketError('request-malformed', 'a field of the request is malformed', { cause });
  }
}

function choose(request: OpeningRequest, protocols: NegotiationOptions['protocols']): string | undefined {
  if (typeof protocols !== 'function')
    return request.protocols.find((protocol) => protocols?.includes(protocol) === true);
  const chosen: unknown = protocols(request);
  if (chosen === undefined || typeof chosen === 'string') return chosen;
  // If the function is asynchronous, it may reject later.
  void Promise.resolve(chosen).catch(() => {});
  throw new TypeError(`protocols must answer with a string or undefined, at once, and not ${shown(chosen)}`);
}

/** A refusal by `verify`. */
class RefusedError extends WebSocketError {
  readonly answer: Answer;

  /** @throws if the refusal cannot be sent. Why check here: the server can still answer with 500 */
  constructor({ status, headers, body }: Refusal) {
    if (!(status >= 200 && status <= 599))
      throw new TypeError(`verify must refuse with a status from 200 to 599, and not ${shown(status)}`);
    super('handshake-refused', `the handshake was refused with ${status}`, { status });
    this.answer = answerWith(this, status, kept(headers), body);
    encodeAnswer(this.answer, false);
  }
}

/** What was checked must be what is sent, so arrays are copied too: one may give something else when it is read again. */
function kept(headers: Refusal['headers'] = {}): Refusal['headers'] {
  const copied = (value: unknown): unknown => (Array.isArray(value) ? [...value] : value);
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, copied(value) as string | number]),
  );
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: string;
}

/** The answer to a handshake that failed. */
export function refusalFor(error: WebSocketError): Answer {
  if (error instanceof RefusedError) return error.answer;
  return answerWith(error, error.status ?? 500, Object.fromEntries(refusalFields(error)));
}

function answerWith(
  { message, rule }: WebSocketError,
  status: number,
  headers: Refusal['headers'],
  body = `${message} (${rule})\n`,
): Answer {
  return {
    status,
    headers: { 'Content-Type': 'text/plain', ...headers },
    body: hasContent(status) ? body : '',
  };
}

/**
 * The answer as bytes, for a socket that is closed after it.
 *
 * @param methodIsHead whether to leave out the content and its length (rfc9110/9.3.2/head-content)
 */
export function encodeRefusal(error: WebSocketError, methodIsHead: boolean): Uint8Array {
  return encodeAnswer(refusalFor(error), methodIsHead);
}

function encodeAnswer({ status, headers, body }: Answer, methodIsHead: boolean): Uint8Array {
  const content = Buffer.from(methodIsHead ? '' : body);
  const { Connection: option, ...rest } = headers;
  const connection = option === undefined ? 'close' : `${option}, close`;
  const length = methodIsHead || !hasContent(status) ? {} : { 'Content-Length': content.length };
  const fields = { ...dateFor(headers), ...rest, Connection: connection, ...length };
  return Buffer.concat([Buffer.from(encodeResponseHead(status, undefined, fields), 'latin1'), content]);
}

/** Every answer but an interim one says when it was made (rfc9110/6.6.1/date), unless the user has said so. */
function dateFor(headers: Answer['headers']): { Date?: string } {
  const isGiven = Object.keys(headers).some((name) => name.toLowerCase() === 'date');
  return isGiven ? {} : { Date: formatDate(Date.now()) };
}

/** 204 and 304 have no content (RFC 9110 15.3.5, 15.4.5), and so no Content-Length either (8.6). */
function hasContent(status: number): boolean {
  return status !== 204 && status !== 304;
}
