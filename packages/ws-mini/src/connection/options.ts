// What a connection can be told, and what it tells.

import type { Extension, WebSocketError } from '../wire/index.ts';
import { aFunction, aLimit, type Kinds, oneOf } from '../wire/options.ts';
import type { Deflate } from './deflate.ts';

export interface ConnectionOptions {
  role: 'client' | 'server';
  /** A client's mask keys; see Protocol. */
  maskKey?: (() => number) | undefined;
  /** Bytes of the largest message taken in, inclusive (close code 1009). Default 16 MiB. */
  maxMessage?: number | undefined;
  /** Bytes that may wait for a slow peer. Default 1 MiB; the message that goes beyond it is still taken. */
  maxQueued?: number | undefined;
  /** When more wait: end the connection, or drop what is sent (`send` says false). Default 'terminate'. */
  slowConsumer?: 'terminate' | 'drop' | undefined;
  /**
   * Milliseconds in which the end of a connection may stand still: no byte leaves of what was sent before, none comes
   * before the peer's Close, and a loop does not ask for the next message. Default 30,000.
   */
  closeTimeout?: number | undefined;
  /**
   * Milliseconds of silence before a Ping, and from there to giving up. Any byte that the peer sends, or takes when it
   * had not taken all, ends the silence. Default 30,000.
   */
  heartbeat?: number | undefined;
  /** Milliseconds that only go forward. Default performance.now. */
  clock?: (() => number) | undefined;
}

export const CONNECTION_OPTIONS: Kinds<Omit<ConnectionOptions, 'role' | 'maskKey'>> = {
  maxMessage: aLimit,
  maxQueued: aLimit,
  slowConsumer: oneOf('terminate', 'drop'),
  closeTimeout: aLimit,
  heartbeat: aLimit,
  clock: aFunction,
};

/** The same with all defaults: one object, which all connections of a server share. */
export interface ConnectionSettings {
  readonly role: 'client' | 'server';
  readonly maskKey: (() => number) | undefined;
  readonly maxMessage: number;
  readonly maxQueued: number;
  readonly slowConsumer: 'terminate' | 'drop';
  readonly closeTimeout: number;
  readonly heartbeat: number;
  readonly clock: () => number;
}

export function settingsFor({
  role,
  maskKey,
  maxMessage = 16 * 1024 * 1024,
  maxQueued = 1024 * 1024,
  slowConsumer = 'terminate',
  closeTimeout = 30_000,
  heartbeat = 30_000,
  clock = () => performance.now(),
}: ConnectionOptions): ConnectionSettings {
  return { role, maskKey, maxMessage, maxQueued, slowConsumer, closeTimeout, heartbeat, clock };
}

/** What each connection has for itself. */
export interface ConnectionAgreement {
  /** The subprotocol both sides agreed on. */
  protocol?: string | undefined;
  /** The extensions both sides agreed on. */
  extensions?: readonly Extension[] | undefined;
  /** permessage-deflate, where that was agreed on. */
  deflate?: Deflate | undefined;
  /** Sees all bytes in both directions. */
  tap?: ConnectionTap | undefined;
}

export interface SendOptions {
  /** False: not even where the connection compresses; for secrets beside a stranger's text (RFC 7692 8). */
  compress?: boolean | undefined; // rfc7692/8/secrets
}

/** Called before bytes are read and before they are written; they change afterwards, so copy what is kept. */
export interface ConnectionTap {
  received(bytes: Uint8Array): void;
  sent(bytes: Uint8Array): void;
}

/** How it ended (RFC 6455 7.1.4 to 7.1.6). */
export interface CloseInfo {
  /** The peer's code; 1005: its Close had none; 1006: there was no Close. */
  readonly code: number;
  /** The peer's reason. */
  readonly reason: string;
  /** Both sides have sent a Close. */
  readonly wasClean: boolean;
  /** What went wrong, where something did. */
  readonly error: WebSocketError | undefined;
}

export interface ConnectionEvents {
  /** Text as a string, binary as bytes. The first listener starts the flow. */
  message: [message: string | Uint8Array];
  ping: [data: Uint8Array];
  pong: [data: Uint8Array];
  /** TCP is over. */
  close: [info: CloseInfo];
  /** `info.error` of 'close', just before it. Not listening is fine. */
  error: [error: WebSocketError];
  /** EventEmitter's own. */
  newListener: [event: string | symbol];
}
