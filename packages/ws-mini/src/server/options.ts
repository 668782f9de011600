// A server's options and events, and the parts that it needs of node:http's and http-mini's servers. This file describes
// those by their shape, so that the package need not import them.

import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TlsOptions } from 'node:tls';
import type { Fields } from 'http-mini/wire';
import {
  aFunction,
  aLimit,
  anObject,
  aSwitch,
  aText,
  either,
  integer,
  type Kind,
  type OptionKinds,
  oneOf,
  texts,
} from '../connection/checks.ts';
import type { Connection } from '../connection/connection.ts';
import type { Observation } from '../connection/observe.ts';
import { CONNECTION_OPTIONS, type ConnectionOptions } from '../connection/options.ts';
import type { HandshakeHead, OpeningRequest } from '../wire/index.ts';
import type { NegotiationOptions, NodeRequest } from './negotiation.ts';

export type UpgradeListener = (request: NodeRequest, transport: Duplex, head: Uint8Array) => void;

/** The part that we need of a node:http(s) server: its 'upgrade' event. */
export interface UpgradeSource {
  listenerCount(event: 'upgrade'): number;
  on(event: 'upgrade', listener: UpgradeListener): unknown;
  off(event: 'upgrade', listener: UpgradeListener): unknown;
}

export interface WebSocketServerOptions
  extends NegotiationOptions,
    Omit<ConnectionOptions, 'role' | 'maskKey'> {
  /** The port to listen on; 0: any free one, see `address`. */
  port?: number | undefined;
  /** The address to listen on. Default: all addresses. */
  host?: string | undefined;
  /** Serves `wss:` on the port, with these options of node:tls, such as `key` and `cert`. */
  tls?: TlsOptions | undefined;
  /**
   * Answers the upgrades of this server; `close` does not close it. Several WebSocketServers may share one, each with
   * its own `path`; one without a path takes every path that the others do not know. A path that none of them knows
   * gets 404, unless the server has other 'upgrade' listeners: then they must answer.
   */
  server?: UpgradeSource | undefined;
  /** Connections come only by `accept`, `handleUpgrade` or `handler`. */
  noServer?: boolean | undefined;
  /**
   * Milliseconds for the whole request head, and before it for the whole TLS handshake. Progress does not extend them: a
   * head is small, and a peer that sends it byte by byte is an attacker. Default 10,000 (408).
   */
  handshakeTimeout?: number | undefined;
  /** Bytes of the largest request head. Default 16 KiB (431). */
  maxHandshake?: number | undefined;
  /** How many connections there may be at a time, including those that are still arriving. Default 10,000 (503). */
  maxConnections?: number | undefined;
  /** Sees the handshake, bytes and frames in both directions. */
  observe?: ((observation: Observation, connection: Connection) => void) | undefined;
}

/** What a program decides for one request alone, instead of the server's options of the same names. */
export interface RequestOptions extends Pick<NegotiationOptions, 'protocols' | 'verify' | 'headers'> {
  /**
   * Gets the connection as soon as it is open: before `handleUpgrade` returns, unless `verify` gives a promise. No
   * 'connection' listener and no loop gets it then. If it throws, the connection is closed with 1011.
   */
  onOpen?: ((connection: Connection, request: OpeningRequest) => void) | undefined;
}

const aSource: Kind = {
  name: 'a server of node:http or node:https',
  fits: (value) =>
    anObject.fits(value) &&
    ['on', 'off', 'listenerCount'].every((name) => aFunction.fits((value as Record<string, unknown>)[name])),
};

export const SERVER_OPTIONS: OptionKinds<WebSocketServerOptions> = {
  port: integer(0, 65_535),
  host: aText,
  tls: anObject,
  server: aSource,
  noServer: aSwitch,
  handshakeTimeout: aLimit,
  maxHandshake: aLimit,
  maxConnections: aLimit,
  observe: aFunction,
  path: aText,
  scheme: oneOf('http', 'https'),
  // Why no string: its `includes` would let in every origin that is a part of it.
  origins: texts,
  protocols: either(texts, aFunction),
  verify: aFunction,
  headers: either(aFunction, anObject),
  perMessageDeflate: either(aSwitch, anObject),
  ...CONNECTION_OPTIONS,
};

export const REQUEST_OPTIONS: OptionKinds<RequestOptions> = {
  protocols: SERVER_OPTIONS.protocols,
  verify: SERVER_OPTIONS.verify,
  headers: SERVER_OPTIONS.headers,
  onOpen: aFunction,
};

/** The part that we need of http-mini's requests. */
export interface HttpMiniRequest extends Omit<HandshakeHead, 'fields'> {
  readonly headers: Fields;
}

/** http-mini's `switchProtocols`: the caller passes it to `handler`, so that this package need not import it. */
export type SwitchProtocols<Response> = (
  headers: Iterable<readonly [string, string]>,
  takeOver: (transport: Duplex, leftover: Uint8Array) => void,
) => Response;

/** If a listener throws, the server does not catch it, as with every EventEmitter: it becomes an `uncaughtException`. */
export interface WebSocketServerEvents {
  /**
   * The first listener also gets the connections that came before it and have not ended. If a listener throws, the
   * connection is closed with 1011.
   */
  connection: [connection: Connection, request: OpeningRequest];
  listening: [address: AddressInfo];
  /** A handshake was refused, listening failed, or `observe` threw. Without a listener, nothing happens. */
  error: [error: Error];
  close: [];
  /** EventEmitter's own. */
  newListener: [event: string | symbol];
}
