// What a server can be told, what it tells, and what it needs of the servers that it can stand behind: node:http's and
// http-mini's are described here by their shape, so that neither need be imported.

import type { AddressInfo, Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import type { Fields } from 'http-mini/wire';
import type { Connection } from './connection/connection.ts';
import type { ConnectionOptions } from './connection/options.ts';
import type { NegotiationOptions, NodeRequest } from './negotiation.ts';
import type { Observation } from './tap.ts';
import type { HandshakeHead, OpeningRequest } from './wire/index.ts';

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
  /** Milliseconds for the request head. Default 10,000 (408). */
  handshakeTimeout?: number | undefined;
  /** Bytes of the request head. Default 16 KiB (431). */
  maxHandshake?: number | undefined;
  /** Connections at a time, those that are still arriving included. Default 10,000 (503). */
  maxConnections?: number | undefined;
  /** Sees the handshake, bytes and frames in both directions. */
  observe?: ((observation: Observation, connection: Connection) => void) | undefined;
}

/** The part of http-mini's requests that is needed. */
export interface HttpMiniRequest extends Omit<HandshakeHead, 'fields'> {
  readonly headers: Fields;
}

/** http-mini's `switchProtocols`, which `handler` is given so that this package need not import it. */
export type SwitchProtocols<Response> = (
  headers: Iterable<readonly [string, string]>,
  takeOver: (socket: Socket, leftover: Uint8Array) => void,
) => Response;

export interface WebSocketServerEvents {
  connection: [connection: Connection, request: OpeningRequest];
  listening: [address: AddressInfo];
  /** A handshake was refused, or listening failed. Not listening is fine. */
  error: [error: Error];
  close: [];
}
