// What a server can be told, what it tells, and what it needs of the servers that it can stand behind: node:http's and
// http-mini's are described here by their shape, so that neither need be imported.

import type { AddressInfo, Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import type { Fields } from 'http-mini/wire';
import type { Connection } from '../connection/connection.ts';
import { CONNECTION_OPTIONS, type ConnectionOptions } from '../connection/options.ts';
import type { Observation } from '../connection/tap.ts';
import type { HandshakeHead, OpeningRequest } from '../wire/index.ts';
import {
  aFunction,
  aLimit,
  anObject,
  aSwitch,
  aText,
  either,
  integer,
  type Kind,
  type Kinds,
  oneOf,
  texts,
} from '../wire/options.ts';
import type { NegotiationOptions, NodeRequest } from './negotiation.ts';

type ForConnections = Pick<
  ConnectionOptions,
  'maxMessage' | 'maxQueued' | 'slowConsumer' | 'closeTimeout' | 'heartbeat' | 'clock'
>;

export type UpgradeListener = (request: NodeRequest, socket: Socket, head: Uint8Array) => void;

/** The part of a node:http(s) server that is needed: its 'upgrade' event. */
export interface UpgradeSource {
  listenerCount(event: 'upgrade'): number;
  on(event: 'upgrade', listener: UpgradeListener): unknown;
  off(event: 'upgrade', listener: UpgradeListener): unknown;
}

export interface WebSocketServerOptions extends NegotiationOptions, ForConnections {
  /** Listens on this port; 0: any free one, see `address`. */
  port?: number | undefined;
  /** Default: all addresses. */
  host?: string | undefined;
  /** Serves `wss:` on the port, with these options of node:tls, `key` and `cert` among them. */
  tls?: TlsOptions | undefined;
  /**
   * Answers the upgrades of this server; it is not closed by `close`. Several WebSocketServers may share one, each with
   * a `path` of its own; one without a path takes what the others do not know. A path that none of them knows gets 404,
   * unless the server has other 'upgrade' listeners: then the answer is theirs.
   */
  server?: UpgradeSource | undefined;
  /** Connections come by `handleUpgrade` or `handler` only. */
  noServer?: boolean | undefined;
  /**
   * Milliseconds for the request head, and before it for the TLS handshake. In all, and not without progress: a head is
   * small, and who sends it byte by byte means no good. Default 10,000 (408).
   */
  handshakeTimeout?: number | undefined;
  /** Bytes of the request head. Default 16 KiB (431). */
  maxHandshake?: number | undefined;
  /** Connections at a time, those that are still arriving included. Default 10,000 (503). */
  maxConnections?: number | undefined;
  /** Sees the handshake, bytes and frames in both directions. */
  observe?: ((observation: Observation, connection: Connection) => void) | undefined;
}

const aSource: Kind = {
  name: 'a server of node:http or node:https',
  fits: (value) =>
    anObject.fits(value) &&
    ['on', 'off', 'listenerCount'].every((name) => aFunction.fits((value as Record<string, unknown>)[name])),
};

export const SERVER_OPTIONS: Kinds<WebSocketServerOptions> = {
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
  // Not a text as well: its `includes` would let in whatever is a part of it.
  origins: texts,
  protocols: either(texts, aFunction),
  verify: aFunction,
  perMessageDeflate: either(aSwitch, anObject),
  ...CONNECTION_OPTIONS,
};

/** The part of http-mini's requests that is needed. */
export interface HttpMiniRequest extends Omit<HandshakeHead, 'fields'> {
  readonly headers: Fields;
}

/** http-mini's `switchProtocols`, which `handler` is given so that this package need not import it. */
export type SwitchProtocols<Response> = (
  headers: Iterable<readonly [string, string]>,
  takeOver: (socket: Socket, leftover: Uint8Array) => void,
) => Response;

/** What a listener throws is nobody's to catch, as with every EventEmitter: it is an `uncaughtException`. */
export interface WebSocketServerEvents {
  /**
   * The first listener is given those as well that came before and are not over. If one throws, the connection is closed
   * with 1011.
   */
  connection: [connection: Connection, request: OpeningRequest];
  listening: [address: AddressInfo];
  /** A handshake was refused, listening failed, or `observe` threw. Not listening is fine. */
  error: [error: Error];
  close: [];
  /** EventEmitter's own. */
  newListener: [event: string | symbol];
}
