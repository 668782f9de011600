// What a server says to an opening handshake (RFC 6455 4.2.2): the checks that its user asked for, in
// order, then the choice of subprotocol; or a refusal, ready to be sent over whatever brought the request.

import { encodeResponseHead, Fields } from 'http-mini/wire';
import { type DeflateOptions, wishesOf } from './connection/deflate.ts';
import {
  acceptDeflate,
  acceptFields,
  type DeflateAgreement,
  type Extension,
  type HandshakeHead,
  type OpeningRequest,
  readOpeningRequest,
  refusalFields,
  WebSocketError,
} from './wire/index.ts';

/**
 * A server keeps no window unless it is told to: that is faster per message, costs nothing per idle
 * connection, and makes messages of 1 KiB that are alike a quarter larger.
 */
const NO_CONTEXT = { serverNoContextTakeover: true, clientNoContextTakeover: true };

const none: readonly Extension[] = [];

/** An answer other than 101. */
export interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** text/plain. Default: the reason. */
  readonly body?: string | undefined;
}

export type Verdict = boolean | Refusal;

export interface NegotiationOptions {
  /** The one path that is a WebSocket; others get 404. Default: any. */
  path?: string | undefined;
  /**
   * Origins that may connect; others get 403 (RFC 6455 10.2). Who sends none is no browser, and may. Default: any.
   * (rfc6455/10.2/origin, rfc6455/4.2.2/origin)
   */
  origins?: readonly string[] | undefined;
  /** Subprotocols that are spoken here; the first of the client's list is taken. Or a function that chooses. */
  protocols?: readonly string[] | ((request: OpeningRequest) => string | undefined) | undefined;
  /** The last word: false is 403. One that throws is 500 (rfc6455/4.2.2/resource). */
  verify?: ((request: OpeningRequest) => Verdict | Promise<Verdict>) | undefined;
  /**
   * Compresses with those who offer it (RFC 7692). Default: off. No context is kept from message to
   * message unless `serverNoContextTakeover` and `clientNoContextTakeover` are false.
   */
  perMessageDeflate?: boolean | DeflateOptions | undefined;
}

export interface Agreement {
  readonly request: OpeningRequest;
  readonly protocol: string;
  readonly extensions: readonly Extension[];
  /** What was agreed on for permessage-deflate, if it was. */
  readonly deflate: DeflateAgreement | undefined;
  /** For the 101. */
  readonly fields: readonly [name: string, value: string][];
}

export type Outcome = Agreement | WebSocketError;

/** A head as node:http has it (IncomingMessage). */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly httpVersion: string;
  readonly rawHeaders: readonly string[];
}

/**
 * At once where there is nothing to wait for, and that is no `verify`: a promise for each opening handshake is garbage.
 *
 * @returns the agreement, or a WebSocketError that `refusalFor` turns into an answer; never rejected, throws nothing
 */
export function negotiate(
  head: HandshakeHead | NodeRequest,
  options: NegotiationOptions,
): Outcome | Promise<Outcome> {
  try {
    const request = readOpeningRequest('rawHeaders' in head ? fromNode(head) : head);
    const objection = objectionTo(request, options);
    if (objection !== undefined) return objection;
    return options.verify === undefined ? agree(request, options) : verified(request, options);
  } catch (cause) {
    return failureOf(cause);
  }
}

async function verified(request: OpeningRequest, options: NegotiationOptions): Promise<Outcome> {
  try {
    const verdict = (await options.verify?.(request)) ?? true;
    if (verdict !== true) return refused(verdict === false ? { status: 403 } : verdict);
    return agree(request, options);
  } catch (cause) {
    return failureOf(cause);
  }
}

function failureOf(cause: unknown): WebSocketError {
  if (cause instanceof WebSocketError) return cause;
  return new WebSocketError('handshake-not-checked', 'checking the handshake failed', { cause });
}

function objectionTo(
  request: OpeningRequest,
  { path, origins }: NegotiationOptions,
): WebSocketError | undefined {
  if (path !== undefined && request.path !== path)
    return new WebSocketError('path-unknown', `no WebSocket is at ${request.path}`);
  if (origins !== undefined && request.origin !== undefined && !origins.includes(request.origin))
    return new WebSocketError('origin-refused', `the origin ${request.origin} may not connect`);
  return undefined;
}

function agree(request: OpeningRequest, options: NegotiationOptions): Agreement {
  const protocol = choose(request, options.protocols);
  const wishes = wishesOf(options.perMessageDeflate);
  const accepted = wishes && acceptDeflate(request.extensions, { ...NO_CONTEXT, ...wishes });
  const extensions = accepted === undefined ? none : [accepted.response];
  return {
    request,
    protocol: protocol ?? '',
    extensions,
    deflate: accepted?.agreement,
    fields: acceptFields(request, protocol, extensions),
  };
}

function fromNode({ method = '', url = '', httpVersion, rawHeaders }: NodeRequest): HandshakeHead {
  const lines: [string, string][] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) lines.push([rawHeaders[i]!, rawHeaders[i + 1]!]);
  try {
    return { method, target: url, version: httpVersion, fields: new Fields(lines) };
  } catch (cause) {
    throw new WebSocketError('request-malformed', 'a field of the request is malformed', { cause });
  }
}

function refused(refusal: Refusal): WebSocketError {
  const error = new RefusedError(refusal);
  // Fields that cannot be sent are found out here, where there is still an answer to give.
  encodeRefusal(error, false);
  return error;
}

function choose(request: OpeningRequest, protocols: NegotiationOptions['protocols']): string | undefined {
  if (typeof protocols === 'function') return protocols(request);
  return request.protocols.find((protocol) => protocols?.includes(protocol) === true);
}

/** What `verify` said. */
class RefusedError extends WebSocketError {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super('handshake-refused', 'the handshake was refused', { status: refusal.status });
    this.refusal = refusal;
  }
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The answer to a handshake that failed. */
export function refusalFor(error: WebSocketError): Answer {
  const refusal: Refusal = error instanceof RefusedError ? error.refusal : { status: error.status ?? 500 };
  const own = Object.fromEntries(refusalFields(error));
  const body = refusal.body ?? `${error.message} (${error.rule})\n`;
  return {
    status: refusal.status,
    headers: { 'Content-Type': 'text/plain', ...own, ...refusal.headers },
    body,
  };
}

/**
 * The same as bytes, for a socket that is closed after it.
 * @param methodIsHead whether there is no content in it (rfc9110/9.3.2/head-content), and no length of any
 */
export function encodeRefusal(error: WebSocketError, methodIsHead: boolean): Uint8Array {
  const { status, headers, body } = refusalFor(error);
  const content = Buffer.from(methodIsHead ? '' : body);
  const { Connection: option, ...rest } = headers;
  const connection = option === undefined ? 'close' : `${option}, close`;
  const length = methodIsHead ? {} : { 'Content-Length': content.length };
  const fields = { ...rest, Connection: connection, ...length };
  return Buffer.concat([Buffer.from(encodeResponseHead(status, undefined, fields), 'latin1'), content]);
}
