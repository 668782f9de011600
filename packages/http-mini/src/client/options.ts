/**
 * The options of a client and of a request, and their defaults. Every limit and deadline is here; `Infinity` turns one off.
 */
import { isIP, type LookupFunction } from 'node:net';
import { type Duplex, Readable } from 'node:stream';
import {
  createSecureContext,
  type SecureContext,
  type SecureContextOptions,
  type SecureVersion,
} from 'node:tls';
import { discard, isBlob, isWhole, type TypedBody, withType, withTypedBody } from '../io/body.ts';
import { guarded } from '../io/callback.ts';
import { failure, type HttpError, isHttpError, reasonOf, shown, userError } from '../wire/errors.ts';
import { Fields, type FieldsInit } from '../wire/fields.ts';
import type { Version } from '../wire/framing.ts';
import type { ResponseHead } from '../wire/head.ts';
import { checkFunctions, type Filled, limitsOf, type OptionNames, refuseUnknown } from '../wire/options.ts';
import { PARSER_OPTIONS, type ParserOptions, ResponseParser } from '../wire/parser.ts';
import type { Origin } from './origin.ts';

/** The options of one request. */
export interface RequestOptions {
  /** Any token; case-sensitive (RFC 9110 9.1). `GET`. */
  method?: string | undefined;
  /** Sent in the order and case given. The client adds what is missing: Host, which goes first, and the framing fields. */
  headers?: FieldsInit | undefined;
  /**
   * A string is sent as UTF-8. Text and bytes are sent with their length; an async iterable (a ReadableStream is one) is sent
   * chunked, unless `headers` give its Content-Length. An iterable can be sent only once: if a redirect or a second try may
   * need the content again, give text, bytes, or a function that makes an iterable each time. The client releases content
   * that it does not send to its end: it calls `return` of an iterator, `cancel` of a ReadableStream, `destroy` of a Readable.
   * Blob, FormData (as multipart/form-data, RFC 7578) and URLSearchParams are sent with their length, and with their
   * Content-Type unless `headers` give one.
   */
  body?: RequestBody | undefined;
  /** A value to send as JSON, with `Content-Type: application/json` unless `headers` give one. Instead of `body`. */
  json?: unknown;
  /** The trailer section, or a function that makes it once the body has been sent. It makes the content chunked. */
  trailers?: FieldsInit | (() => FieldsInit | Promise<FieldsInit>) | undefined;
  /** Ends the exchange in any state, with `aborted`; its socket is closed. */
  signal?: AbortSignal | undefined;
  /** `close` uses the connection for this request alone (RFC 9112 9.6). `keep-alive`; in HTTP/1.0, `close`. */
  connection?: 'keep-alive' | 'close' | undefined;
  /** `1.0` speaks as an HTTP/1.0 client does: never chunked. `1.1`. */
  httpVersion?: Version | undefined;
  /** Sends the body only when the server has sent 100, or nothing for `continueTimeout` (RFC 9110 10.1.1). */
  expectContinue?: boolean | undefined;
  /** Sees each 1xx response before the final one. */
  onInformation?: ((head: ResponseHead) => void) | undefined;
  /** Milliseconds for the whole exchange, up to the last byte of the response; then `total-timeout`. Off. */
  totalTimeout?: number | undefined;
}

export interface TargetOptions extends RequestOptions {
  /** The request target as it is sent: `/path?query`, `*` for OPTIONS, `host:port` for CONNECT (RFC 9112 3.2). `/`. */
  target?: string | undefined;
}

export const REQUEST_OPTIONS: OptionNames<RequestOptions> = {
  method: true,
  headers: true,
  body: true,
  json: true,
  trailers: true,
  signal: true,
  connection: true,
  httpVersion: true,
  expectContinue: true,
  onInformation: true,
  totalTimeout: true,
};

export const TARGET_OPTIONS: OptionNames<TargetOptions> = { target: true, ...REQUEST_OPTIONS };

export type RequestBody =
  | string
  | Uint8Array
  | AsyncIterable<Uint8Array | string>
  | (() => AsyncIterable<Uint8Array | string> | Promise<AsyncIterable<Uint8Array | string>>)
  | TypedBody;

/** How a client keeps its connections. */
export interface ClientOptions extends Omit<ParserOptions, 'maxTargetBytes'> {
  /** The most connections at a time; further requests wait in line (RFC 9112 9.4). 32. */
  connections?: number | undefined;
  /** The most requests sent on one connection before the first is answered (RFC 9112 9.3.2). 1. */
  pipelining?: number | undefined;
  /** For every request that does not say otherwise. */
  connection?: 'keep-alive' | 'close' | undefined;
  /** For every request that does not say otherwise. */
  httpVersion?: Version | undefined;
  /** Milliseconds to resolve the name, connect and shake hands; then `connect-timeout`. 10 s. */
  connectTimeout?: number | undefined;
  /**
   * Milliseconds from when the request's last byte has left, or from an interim response, to the end of the next head; then
   * `response-timeout`. Bytes in the system's own buffers count as left. A head that trickles in gets no more time. 30 s.
   */
  responseTimeout?: number | undefined;
  /**
   * Milliseconds for which content may stand still: the response's, if the server sends none or the caller has not begun to
   * read it; the request's, if the server takes none of its bytes. Then `content-timeout`. 30 s.
   */
  contentTimeout?: number | undefined;
  /** Milliseconds to wait for 100 (Continue), once the head has left; then the body is sent anyway. 1 s. */
  continueTimeout?: number | undefined;
  /**
   * Milliseconds for which to keep an unused connection; less if the server's `Keep-Alive: timeout=` says that it would close
   * before that. 4 s.
   */
  idleTimeout?: number | undefined;
  /** Milliseconds that the server gets to close a connection, once this side has closed and all its bytes have left. 1 s. */
  lingerTimeout?: number | undefined;
  /** The most bytes that `text`, `json` and `bytes` of a response take. 1 MiB. */
  maxContentBytes?: number | undefined;
  /** How many bytes of a response's content may wait for the reader before the socket is paused. 64 KiB. */
  maxBufferedBytes?: number | undefined;
  /** The most 1xx responses before one final response. 32. */
  maxInformations?: number | undefined;
  /**
   * Opens the transport of a connection: any Duplex of bytes, such as a Unix socket, a tunnel through a proxy, or one end of a
   * pair in memory. It must emit `close`, as every stream does unless it is told not to. For `https:` it must be secured already. A socket that is still connecting is waited for. What it throws
   * becomes `connect-failed`, with the cause. `signal` is aborted if the connection is no longer wanted, for example because
   * `connectTimeout` is over; a transport that comes later is destroyed. `net.connect` and `tls.connect` unless given.
   *
   *     connect: () => net.connect('/run/docker.sock')
   */
  connect?: Connect | undefined;
  /** Options for node:net, for the sockets that the client opens itself. */
  socket?: SocketOptions | undefined;
  /** For `https:`: options for node:tls. Certificates are verified unless `rejectUnauthorized` is false. */
  tls?: TlsClientOptions | undefined;
  /** Sees the bytes and events of every connection. If it throws, the process emits a warning, and the connection goes on. */
  observe?: ((event: ClientEvent) => void) | undefined;
}

/** Opens a transport to an origin; see the option `connect`. */
export type Connect = (origin: Origin, options: { readonly signal: AbortSignal }) => Duplex | Promise<Duplex>;

const { maxTargetBytes: _, ...RESPONSE_PARSER_OPTIONS } = PARSER_OPTIONS;

const LIMITS = {
  connectTimeout: 10_000,
  responseTimeout: 30_000,
  contentTimeout: 30_000,
  continueTimeout: 1_000,
  idleTimeout: 4_000,
  lingerTimeout: 1_000,
  maxContentBytes: 1024 * 1024,
  maxInformations: 32,
};
/** Those of which there must be at least one. */
const COUNTS = { connections: 32, pipelining: 1, maxBufferedBytes: 64 * 1024 };

export const CLIENT_OPTIONS: OptionNames<ClientOptions> = {
  ...RESPONSE_PARSER_OPTIONS,
  ...COUNTS,
  ...LIMITS,
  connection: true,
  httpVersion: true,
  connect: true,
  socket: true,
  tls: true,
  observe: true,
};

export interface SocketOptions {
  /** 4 or 6 to connect to addresses of that family alone; 0 for both. 0. */
  family?: 0 | 4 | 6 | undefined;
  /** Whether to try the addresses of a name one after the other until one answers (RFC 8305). True. */
  autoSelectFamily?: boolean | undefined;
  /** Milliseconds that an address gets before the next is tried, 10 at least. What Node takes, usually 250. */
  autoSelectFamilyAttemptTimeout?: number | undefined;
  /** The address of this machine to connect from. */
  localAddress?: string | undefined;
  /** Resolves names instead of `dns.lookup`. */
  lookup?: LookupFunction | undefined;
}

const SOCKET_OPTIONS: OptionNames<SocketOptions> = {
  family: true,
  autoSelectFamily: true,
  autoSelectFamilyAttemptTimeout: true,
  localAddress: true,
  lookup: true,
};

type Pem = string | Uint8Array | readonly (string | Uint8Array)[];

/** For what is not said here, see `tls.connect` and `tls.createSecureContext`. */
export interface TlsClientOptions {
  /** Certificates, in PEM, of the authorities to trust instead of the well-known ones. */
  ca?: Pem | undefined;
  /** The client's own certificates, in PEM, for a server that asks for one. */
  cert?: Pem | undefined;
  /** The key of `cert`, in PEM. */
  key?: Pem | undefined;
  /** The passphrase of `key`. */
  passphrase?: string | undefined;
  ciphers?: string | undefined;
  minVersion?: SecureVersion | undefined;
  maxVersion?: SecureVersion | undefined;
  rejectUnauthorized?: boolean | undefined;
  /** The name for SNI and for the certificate; the URL's host unless given. */
  servername?: string | undefined;
}

const TLS_OPTIONS: OptionNames<TlsClientOptions> = {
  ca: true,
  cert: true,
  key: true,
  passphrase: true,
  ciphers: true,
  minVersion: true,
  maxVersion: true,
  rejectUnauthorized: true,
  servername: true,
};

/** What `observe` sees. `connection` counts from 1 in this process. The function must not change the bytes. */
export type ClientEvent =
  | { readonly type: 'opened' | 'closed'; readonly connection: number }
  | { readonly type: 'received' | 'sent'; readonly connection: number; readonly bytes: Uint8Array }
  | {
      readonly type: 'request';
      readonly connection: number;
      readonly method: string;
      readonly target: string;
    }
  | { readonly type: 'response'; readonly connection: number; readonly head: ResponseHead }
  | { readonly type: 'error'; readonly connection: number; readonly error: HttpError };

export interface TlsSettings {
  readonly secureContext: SecureContext | undefined;
  readonly rejectUnauthorized: boolean;
  readonly servername: string | undefined;
}

type Optional = 'connection' | 'connect' | 'socket' | 'tls' | 'observe';

export interface ClientSettings
  extends ParserOptions,
    Filled<Omit<ClientOptions, keyof ParserOptions | Optional>>,
    Pick<ClientOptions, 'connection' | 'connect' | 'observe'> {
  readonly socket: SocketOptions;
  readonly tls: TlsSettings;
}

/** @throws HttpError `invalid-option` */
export function settingsOf(options: ClientOptions): ClientSettings {
  refuseUnknown(options, CLIENT_OPTIONS);
  new ResponseParser(options); // refuses invalid limits of the parser now, and not at the first connection
  checkConnection(options.connection);
  checkVersion(options.httpVersion);
  checkFunctions(options, ['connect', 'observe']);
  return {
    ...options,
    ...limitsOf(options, COUNTS, 1),
    ...limitsOf(options, LIMITS),
    connection: options.connection,
    httpVersion: options.httpVersion ?? '1.1',
    socket: socketSettingsOf(options),
    tls: tlsSettingsOf(options.tls ?? {}),
    observe: options.observe && guarded(options.observe, warn),
  };
}

function warn(thrown: unknown): void {
  process.emitWarning(failure('observe', thrown));
}

/** Checks the values now: `net.connect` would throw for each connection. */
function socketSettingsOf({ socket = {}, connect }: ClientOptions): SocketOptions {
  checkObject('socket', socket);
  refuseUnknown(socket, SOCKET_OPTIONS, 'socket.');
  const { family, autoSelectFamily, autoSelectFamilyAttemptTimeout: attempt, localAddress, lookup } = socket;
  if (connect !== undefined && Object.keys(socket).length > 0) {
    throw invalid(
      'socket is for sockets that the client opens itself, but connect opens them: leave one out',
    );
  }
  if (family !== undefined && family !== 0 && family !== 4 && family !== 6) {
    throw invalid(`socket.family is 0, 4 or 6, and not ${shown(family)}`);
  }
  if (localAddress !== undefined && isIP(localAddress) === 0) {
    throw invalid(`socket.localAddress is an IP address, and not ${shown(localAddress)}`);
  }
  if (attempt !== undefined && !(Number.isInteger(attempt) && attempt >= 10 && attempt < 2 ** 31)) {
    throw invalid(
      `socket.autoSelectFamilyAttemptTimeout is an integer from 10 up, and not ${shown(attempt)}`,
    );
  }
  checkBoolean('socket.autoSelectFamily', autoSelectFamily);
  if (lookup === undefined) return socket;
  if (typeof lookup !== 'function') throw invalid(`socket.lookup is a function, and not ${shown(lookup)}`);
  return { ...socket, lookup: guardedLookup(lookup) };
}

/** What `lookup` throws would come out of `net.connect`, where the connection has no socket yet. */
function guardedLookup(lookup: LookupFunction): LookupFunction {
  return (host, options, done) => {
    try {
      lookup(host, options, done);
    } catch (thrown) {
      done(failure('socket.lookup', thrown), []);
    }
  };
}

/** Reads the certificates once for all connections, and early enough to refuse invalid ones. */
function tlsSettingsOf(options: TlsClientOptions): TlsSettings {
  checkObject('tls', options);
  refuseUnknown(options, TLS_OPTIONS, 'tls.');
  const { rejectUnauthorized = true, servername, ...context } = options;
  checkBoolean('tls.rejectUnauthorized', rejectUnauthorized);
  if (servername !== undefined && typeof servername !== 'string') {
    throw invalid(`tls.servername is a name, and not ${shown(servername)}`);
  }
  try {
    const isOwn = Object.keys(context).length > 0;
    const secureContext = isOwn ? createSecureContext(context as SecureContextOptions) : undefined;
    return { secureContext, rejectUnauthorized, servername };
  } catch (cause) {
    const given = Object.keys(context).map((name) => `tls.${name}`);
    throw invalid(`${given.join(', ')}: ${reasonOf(cause)}`, cause);
  }
}

function checkObject(name: string, options: unknown): void {
  if (typeof options === 'object' && options !== null) return;
  throw invalid(`${name} is an object of options, and not ${shown(options)}`);
}

/**
 * Refuses options that would silently mean something else, or fail only later.
 * @throws HttpError `invalid-option`
 */
export function checkRequest(options: RequestOptions): void {
  const { signal, connection, httpVersion, expectContinue, onInformation } = options;
  const isSignal = typeof signal?.aborted === 'boolean' && typeof signal.addEventListener === 'function';
  if (signal !== undefined && signal !== null && !isSignal) {
    throw invalid(`signal is an AbortSignal, and not ${shown(signal)}`);
  }
  checkConnection(connection);
  checkVersion(httpVersion);
  checkBoolean('expectContinue', expectContinue);
  checkFunctions({ onInformation }, ['onInformation']);
}

function checkConnection(connection: unknown): void {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return;
  throw invalid(`connection is "keep-alive" or "close", and not ${shown(connection)}`);
}

/** @throws HttpError `invalid-version` */
function checkVersion(httpVersion: unknown): void {
  if (httpVersion === undefined || httpVersion === '1.1' || httpVersion === '1.0') return;
  throw userError('invalid-version', `httpVersion is "1.1" or "1.0", and not ${shown(httpVersion)}`);
}

function checkBoolean(name: string, value: unknown): void {
  if (value === undefined || typeof value === 'boolean') return;
  throw invalid(`${name} is true or false, and not ${shown(value)}`);
}

/**
 * The options with the content as it goes out, and with its type.
 * @throws HttpError `invalid-option` if there are two contents, `invalid-content` if the value cannot be said in JSON
 */
export function withContent<Options extends RequestOptions>(options: Options): Options {
  const { body, json } = options;
  if (json === undefined) return withTypedBody(options);
  if (body !== undefined && body !== null) throw invalid('json and body are both the content: leave one out');
  return withType({ ...options, json: undefined }, jsonOf(json), 'application/json');
}

function jsonOf(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw userError('invalid-content', `json cannot be written as JSON: ${reasonOf(cause)}`, cause);
  }
  if (text === undefined) throw userError('invalid-content', `JSON has no ${typeof value}`);
  return text;
}

/** The body, checked. An ASCII string stays a string and is written as it is; any other string becomes bytes. */
export function contentOf({ body }: RequestOptions): RequestBody | undefined {
  if (body === undefined || body === null) return undefined; // rfc9110/9.3.1/get-content
  if (typeof body === 'string') return Buffer.byteLength(body) === body.length ? body : Buffer.from(body);
  // It may fail before we ask for its first part: without a listener, that would end the process. We get the error when we ask.
  if (body instanceof Readable) return body.on('error', () => {}); // (test: `a file that is not there`)
  if (isWhole(body) || typeof body === 'function' || isStream(body) || isBlob(body)) return body;
  const message =
    'a body is text, bytes, an async iterable or a function that makes one, a Blob, a FormData or a URLSearchParams';
  throw userError('invalid-content', message);
}

/** How many bytes the content has; undefined if that is not known, null if there is none. */
export function sizeOfContent(content: RequestBody | undefined): number | undefined | null {
  if (content === undefined) return null;
  if (isWhole(content)) return content.length;
  return isBlob(content) ? content.size : undefined;
}

/** Whether the content can be read only once. */
export function isStream(content: unknown): content is AsyncIterable<Uint8Array | string> {
  return Symbol.asyncIterator in Object(content);
}

/**
 * The same options, with fields that can be read again, because a generator gives its lines once; and with content that the
 * caller does not change.
 * @throws HttpError of the fields, and as `withContent`
 */
export function repeatable(options: TargetOptions): TargetOptions {
  const ready = withContent(options);
  const { headers, trailers } = ready;
  return {
    ...ready,
    headers: headers === undefined ? undefined : new Fields(headers),
    trailers: trailers === undefined || typeof trailers === 'function' ? trailers : new Fields(trailers),
  };
}

/** The error for a request that is refused, from what was thrown. Releases the body, because it will not be sent. */
export function refusal(thrown: unknown, options: RequestOptions): HttpError {
  try {
    discard(options.body);
  } catch {
    // If the getter throws, there is no body to release.
  }
  return optionError(thrown);
}

/** The error for what was thrown while options were read: a getter of the caller can throw anything. */
export function optionError(thrown: unknown): HttpError {
  return isHttpError(thrown) ? thrown : invalid(`an option cannot be read: ${reasonOf(thrown)}`, thrown);
}

function invalid(message: string, cause?: unknown): HttpError {
  return userError('invalid-option', message, cause);
}
