/**
 * What a server can be told, and what it does untold. Every limit and deadline is here; `Infinity` turns one off.
 */
import type { TlsOptions } from 'node:tls';
import { type HttpError, shown, userError } from '../wire/errors.ts';
import type { RequestHead } from '../wire/head.ts';
import { type Filled, limit } from '../wire/limit.ts';
import { type OptionNames, refuseUnknown } from '../wire/options.ts';
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
  /** Milliseconds from the head to the end of the request's content; then 408. 300 s. */
  requestTimeout?: number | undefined;
  /** Milliseconds between two requests; then the connection is closed. 15 s. */
  idleTimeout?: number | undefined;
  /** Milliseconds in which a client may take no byte of a response that waits for it; then it is cut off. 60 s. */
  stallTimeout?: number | undefined;
  /** Milliseconds in which the client may close too, once this side has (RFC 9112 9.6); then it is cut off. 500 ms. */
  lingerTimeout?: number | undefined;
  /** Milliseconds that `close` gives to the exchanges under way; then they are cut off. 10 s. */
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
   * Told of what went wrong: `by: 'user'` where it was the handler, whose error is the `cause`; `by: 'peer'` where a client
   * broke a rule. Untold, what the handler did is written to the standard error.
   */
  onError?: ((error: HttpError, request?: HttpRequest) => void) | undefined;
  /** Milliseconds since 1970: for Date and for deadlines. */
  clock?: (() => number) | undefined;
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
  const onError = quiet(options.onError ?? report);
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
    observe: options.observe && guarded(options.observe, onError),
    onError,
    clock: options.clock ?? Date.now,
  };
}

/** An error in the report of an error has nowhere to go. */
function quiet(onError: ServerSettings['onError']): ServerSettings['onError'] {
  return (error, request) => {
    try {
      onError(error, request);
    } catch {}
  };
}

type Observe = (event: ServerEvent) => void;

/** A tap that throws must not stop what it looks at. */
function guarded(observe: Observe, onError: (error: HttpError) => void): Observe {
  return (event) => {
    try {
      observe(event);
    } catch (cause) {
      onError(userError('handler-failed', 'observe failed', cause));
    }
  };
}

function report(error: HttpError): void {
  if (error.by === 'user') console.error(error.cause ?? error);
}
