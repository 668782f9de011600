/**
 * What a server can be told, and what it does untold. Every limit and deadline is here; `Infinity` turns one off.
 */
import type { TlsOptions } from 'node:tls';
import { guarded } from '../callback.ts';
import { isToken } from '../wire/characters.ts';
import { failure, type HttpError, shown, userError } from '../wire/errors.ts';
import type { RequestHead } from '../wire/head.ts';
import { type Filled, limit } from '../wire/limit.ts';
import { checkFunctions, type OptionNames, refuseUnknown } from '../wire/options.ts';
import { PARSER_OPTIONS, type ParserOptions, RequestParser } from '../wire/parser.ts';
import type { HttpRequest } from './request.ts';

export interface ServerOptions extends ParserOptions {
  /** Bytes that `text`, `json` and `bytes` of a request take; 413 for more. 1 MiB. */
  maxContentBytes?: number | undefined;
  /** Bytes read beyond the request that is being answered, before the socket is paused. 64 KiB. */
  maxReadAhead?: number | undefined;
  /** Bytes of content that the handler did not read and that are dropped to keep the connection. 256 KiB. */
  maxDroppedBytes?: number | undefined;
  /** Connections at a time; one more is answered 503 and closed, and one beyond a hundred more is cut off. No limit. */
  maxConnections?: number | undefined;
  /** Milliseconds from the first byte of a head to its last; then 408. 10 s. */
  headTimeout?: number | undefined;
  /** Milliseconds in which no content of a request comes though the handler waits for it; then 408. 300 s. */
  requestTimeout?: number | undefined;
  /** Milliseconds between two requests; then the connection is closed. 15 s. */
  idleTimeout?: number | undefined;
  /**
   * Milliseconds in which a client may take nothing of a response that waits for it; then it is cut off. The system says
   * what a client takes a part at a time: 64 KiB on a slow connection, more on one that was fast. 60 s.
   */
  stallTimeout?: number | undefined;
  /**
   * Milliseconds in which a client may neither send anything nor close, once this side has closed (RFC 9112 9.6); one that
   * goes on sending has sixty times as long. Then it is cut off. 500 ms.
   */
  lingerTimeout?: number | undefined;
  /** Milliseconds in which nothing moves on a connection that `close` waits for; then it is cut off. 10 s. */
  closeTimeout?: number | undefined;
  /** The methods that are answered at all; 405 with Allow for any other. All of them reach the handler. */
  allowMethods?: readonly string[] | undefined;
  /** Serves `https:` with these options of node:tls, `key` and `cert` among them. The handshake may take `headTimeout`. */
  tls?: TlsOptions | undefined;
  /**
   * The scheme of targets that name none (RFC 9112 3.3): what `tls` makes it, unless said otherwise. `https` says that every
   * connection comes from a trusted gateway which has kept the rules of https; else a target of https: is refused with 421
   * on a connection without TLS (RFC 9110 7.4).
   */
  scheme?: 'http' | 'https' | undefined;
  /** Sees the bytes and events of every connection. */
  observe?: ((event: ServerEvent) => void) | undefined;
  /**
   * Told of what went wrong: `by: 'user'` if it was the handler, whose error is the `cause` and whose reason is in the
   * message; `by: 'peer'` if a client broke a rule. Unless given, what the handler did is written to the standard error.
   */
  onError?: ((error: HttpError, request?: HttpRequest) => void) | undefined;
  /** Milliseconds that only go forward, for deadlines. `performance.now`: no change of the time of day ends a request. */
  clock?: (() => number) | undefined;
  /** Milliseconds since 1970, for the Date field. `Date.now`. */
  date?: (() => number) | undefined;
}

const SERVER_OPTIONS: OptionNames<ServerOptions> = {
  ...PARSER_OPTIONS,
  maxContentBytes: true,
  maxReadAhead: true,
  maxDroppedBytes: true,
  maxConnections: true,
  headTimeout: true,
  requestTimeout: true,
  idleTimeout: true,
  stallTimeout: true,
  lingerTimeout: true,
  closeTimeout: true,
  allowMethods: true,
  tls: true,
  scheme: true,
  observe: true,
  onError: true,
  clock: true,
  date: true,
};

/** What the tap sees. `connection` counts from 1. Bytes must not be changed. */
export type ServerEvent =
  | { readonly type: 'opened' | 'closed'; readonly connection: number }
  | { readonly type: 'received' | 'sent'; readonly connection: number; readonly bytes: Uint8Array }
  | { readonly type: 'request'; readonly connection: number; readonly head: RequestHead }
  | { readonly type: 'response'; readonly connection: number; readonly status: number }
  | { readonly type: 'error'; readonly connection: number; readonly error: HttpError };

type Optional = 'allowMethods' | 'tls' | 'scheme' | 'observe';

export interface ServerSettings
  extends ParserOptions,
    Filled<Omit<ServerOptions, keyof ParserOptions | Optional>>,
    Pick<ServerOptions, Optional> {}

/** @throws HttpError `invalid-option` */
export function settingsOf(options: ServerOptions): ServerSettings {
  refuseUnknown(options, SERVER_OPTIONS);
  new RequestParser(options); // refuses limits of its own that are none, before a connection makes one
  checkFunctions(options, ['observe', 'onError', 'clock', 'date']);
  checkMethods(options.allowMethods);
  checkTls(options.tls);
  // An error in the report of an error has nowhere to go.
  const onError = guarded(options.onError ?? report, () => {});
  const { scheme } = options;
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') {
    throw userError('invalid-option', `scheme is http or https, and not ${shown(scheme)}`);
  }
  return {
    ...options,
    maxContentBytes: limit('maxContentBytes', options.maxContentBytes, 1024 * 1024),
    maxReadAhead: limit('maxReadAhead', options.maxReadAhead, 64 * 1024),
    maxDroppedBytes: limit('maxDroppedBytes', options.maxDroppedBytes, 256 * 1024),
    maxConnections: limit('maxConnections', options.maxConnections, Infinity),
    headTimeout: limit('headTimeout', options.headTimeout, 10_000),
    requestTimeout: limit('requestTimeout', options.requestTimeout, 300_000),
    idleTimeout: limit('idleTimeout', options.idleTimeout, 15_000),
    stallTimeout: limit('stallTimeout', options.stallTimeout, 60_000),
    lingerTimeout: limit('lingerTimeout', options.lingerTimeout, 500),
    closeTimeout: limit('closeTimeout', options.closeTimeout, 10_000),
    // A tap that throws must not stop what it looks at.
    observe: options.observe && guarded(options.observe, (cause) => onError(failure('observe', cause))),
    onError,
    clock: options.clock ? trusted('clock', options.clock, monotonic, onError) : monotonic,
    date: options.date ? trusted('date', options.date, Date.now, onError) : Date.now,
  };
}

type OnError = ServerSettings['onError'];

const monotonic = (): number => performance.now();

function report(error: HttpError): void {
  if (error.by === 'user') console.error(error);
}

/** A clock that throws, or tells no time, is reported, and the real one is asked. */
function trusted(name: string, clock: () => number, real: () => number, onError: OnError): () => number {
  return () => {
    try {
      const time = clock();
      if (Number.isFinite(time)) return time;
      onError(userError('handler-failed', `${name} says ${shown(time)}, and no number`));
    } catch (cause) {
      onError(failure(name, cause));
    }
    return real();
  };
}

/** What they mean is for node:tls to say. */
function checkTls(tls: unknown): void {
  if (tls === undefined || (typeof tls === 'object' && tls !== null)) return;
  throw userError('invalid-option', `tls is an object of options, and not ${shown(tls)}`);
}

function checkMethods(methods: unknown): void {
  const isMethod = (method: unknown): boolean => typeof method === 'string' && isToken(method);
  if (methods === undefined || (Array.isArray(methods) && methods.every(isMethod))) return;
  throw userError('invalid-option', `allowMethods is a list of methods, and not ${shown(methods)}`);
}
