/**
 * The options of a server and their defaults; those of its parser are in `wire/parser.ts`. `Infinity` turns a limit or a
 * deadline off.
 */
import type { TlsOptions } from 'node:tls';
import { guarded } from '../io/callback.ts';
import { isToken } from '../wire/characters.ts';
import { failure, type HttpError, shown, userError } from '../wire/errors.ts';
import type { RequestHead } from '../wire/head.ts';
import { checkFunctions, type Filled, limitsOf, type OptionNames, refuseUnknown } from '../wire/options.ts';
import { PARSER_OPTIONS, type ParserOptions, RequestParser } from '../wire/parser.ts';
import type { HttpRequest } from './request.ts';

export interface ServerOptions extends ParserOptions {
  /** The most bytes that `text`, `json` and `bytes` of a request take; 413 for more. 1 MiB. */
  maxContentBytes?: number | undefined;
  /** How many bytes to read beyond the current request before the socket is paused. 64 KiB. */
  maxReadAhead?: number | undefined;
  /** The most bytes to drop of content that the handler did not read; if more come, the connection closes. 256 KiB. */
  maxDroppedBytes?: number | undefined;
  /** The most connections at a time. The next hundred get 503 and are closed; any more are cut off. No limit. */
  maxConnections?: number | undefined;
  /** Milliseconds from the first byte of a head to its last; then 408. 10 s. */
  headTimeout?: number | undefined;
  /** Milliseconds that the handler may wait for content of a request while none comes; then 408. 300 s. */
  requestTimeout?: number | undefined;
  /** Milliseconds between two requests; then the connection is closed. 15 s. */
  idleTimeout?: number | undefined;
  /**
   * Milliseconds for which a client may take nothing of its response; then it is cut off. The system reports what a client
   * has taken one write at a time: 64 KiB on a slow connection, more on one that was fast. 60 s.
   */
  stallTimeout?: number | undefined;
  /**
   * Milliseconds for which a client may neither send anything nor close, once the server has closed (RFC 9112 9.6); then it
   * is cut off. A client that goes on sending gets sixty times as long. 500 ms.
   */
  lingerTimeout?: number | undefined;
  /** Milliseconds for which nothing may move on a connection that `close` waits for; then it is cut off. 10 s. */
  closeTimeout?: number | undefined;
  /** The methods that reach the handler; 405 with Allow for any other. All methods unless said otherwise. */
  allowMethods?: readonly string[] | undefined;
  /** Serves `https:` with these options of node:tls, such as `key` and `cert`. The handshake may take `headTimeout`. */
  tls?: TlsOptions | undefined;
  /**
   * The scheme of targets that name none (RFC 9112 3.3). Unless said otherwise, `https` if the server has `tls`, else `http`.
   * Say `https` without `tls` only if every connection comes from a trusted gateway that keeps the rules of https. Otherwise
   * the server refuses a target of https: with 421 on a connection without TLS (RFC 9110 7.4).
   */
  scheme?: 'http' | 'https' | undefined;
  /** Sees the bytes and events of every connection. */
  observe?: ((event: ServerEvent) => void) | undefined;
  /**
   * Gets every error: `by: 'user'` if the handler failed, with its error as the `cause` and the reason in the message, even if
   * its client has gone meanwhile; `by: 'peer'` if a client broke a rule. Unless given, the handler's errors are written to
   * the standard error.
   */
  onError?: ((error: HttpError, request?: HttpRequest) => void) | undefined;
  /** Milliseconds that only go forward, for deadlines. `performance.now`, so that setting the system's time ends no request. */
  clock?: (() => number) | undefined;
  /** Milliseconds since 1970, for the Date field. `Date.now`. */
  date?: (() => number) | undefined;
}

const LIMITS = {
  maxContentBytes: 1024 * 1024,
  maxReadAhead: 64 * 1024,
  maxDroppedBytes: 256 * 1024,
  maxConnections: Infinity,
  headTimeout: 10_000,
  requestTimeout: 300_000,
  idleTimeout: 15_000,
  stallTimeout: 60_000,
  lingerTimeout: 500,
  closeTimeout: 10_000,
};

const SERVER_OPTIONS: OptionNames<ServerOptions> = {
  ...PARSER_OPTIONS,
  ...LIMITS,
  allowMethods: true,
  tls: true,
  scheme: true,
  observe: true,
  onError: true,
  clock: true,
  date: true,
};

/** What `observe` sees. `connection` counts from 1. The function must not change the bytes. */
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
  new RequestParser(options); // refuses invalid limits of the parser now, and not at the first connection
  checkFunctions(options, ['observe', 'onError', 'clock', 'date']);
  checkMethods(options.allowMethods);
  checkTls(options.tls);
  checkScheme(options.scheme);
  // If `onError` itself throws, there is nothing left to report to.
  const onError = guarded(options.onError ?? report, () => {});
  return {
    ...options,
    ...limitsOf(options, LIMITS),
    // If `observe` throws, the connection must go on.
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

/** If the program's clock throws or gives no number, reports that and asks the real clock. */
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

/** Checks only that they are an object: node:tls checks the rest. */
function checkTls(tls: unknown): void {
  if (tls === undefined || (typeof tls === 'object' && tls !== null)) return;
  throw userError('invalid-option', `tls is an object of options, and not ${shown(tls)}`);
}

/** @throws HttpError `invalid-option` */
export function checkScheme(scheme: unknown): void {
  if (scheme === undefined || scheme === 'http' || scheme === 'https') return;
  throw userError('invalid-option', `scheme is http or https, and not ${shown(scheme)}`);
}

function checkMethods(methods: unknown): void {
  const isMethod = (method: unknown): boolean => typeof method === 'string' && isToken(method);
  if (methods === undefined || (Array.isArray(methods) && methods.every(isMethod))) return;
  throw userError('invalid-option', `allowMethods is a list of methods, and not ${shown(methods)}`);
}
