// A connection's options and events.

import type { Extension, WebSocketError } from '../wire/index.ts';
import { aFunction, aLimit, type OptionKinds, oneOf } from './checks.ts';
import type { Connection } from './connection.ts';
import type { Deflate } from './deflate.ts';

export interface ConnectionOptions {
  role: 'client' | 'server';
  /** A client's source of mask keys; see Protocol. */
  maskKey?: (() => number) | undefined;
  /** Bytes of the largest incoming message, inclusive (close code 1009). Default 16 MiB. */
  maxMessage?: number | undefined;
  /**
   * How many small fragments, with fewer than 64 bytes, may follow the first of an incoming message (close code 1008).
   * Default 16,384.
   */
  maxFragments?: number | undefined;
  /**
   * What the text of a message becomes: a string, or its bytes (UTF-8, checked but not decoded), for a program that only
   * passes it on. Then a 'message' listener tells it from binary by its second argument, and a loop cannot; the parts of
   * `streams` are strings all the same, and so is the text of `WebSocket` and `WebSocketStream`. Default 'string'.
   */
  textAs?: 'string' | 'bytes' | undefined;
  /**
   * Bytes that may wait for a slow peer. A message behind one that is sent in parts, or compressed in a thread, counts as
   * 64 bytes more than it has. Default 1 MiB; the message that goes beyond it is still sent.
   */
  maxQueued?: number | undefined;
  /** If more wait: end the connection, or drop the next messages (`send` says false). Default 'terminate'. */
  slowConsumer?: 'terminate' | 'drop' | undefined;
  /**
   * Milliseconds without progress after which a closing connection is cut. Progress: a byte of an earlier message
   * leaves, a byte comes before the peer's Close, or a loop asks for the next message. Default 30,000.
   */
  closeTimeout?: number | undefined;
  /**
   * Milliseconds of silence before a Ping, and again from the Ping until we give the peer up. The silence ends with any
   * byte that the peer sends, or takes from a queue that had been full. Default 30,000.
   */
  heartbeat?: number | undefined;
  /** Gives milliseconds, which only go forward. Default performance.now. */
  clock?: (() => number) | undefined;
}

export const CONNECTION_OPTIONS: OptionKinds<Omit<ConnectionOptions, 'role' | 'maskKey'>> = {
  maxMessage: aLimit,
  maxFragments: aLimit,
  textAs: oneOf('string', 'bytes'),
  maxQueued: aLimit,
  slowConsumer: oneOf('terminate', 'drop'),
  closeTimeout: aLimit,
  heartbeat: aLimit,
  clock: aFunction,
};

/** The options with all defaults filled in: one object, which all connections of a server share. */
export interface ConnectionSettings {
  readonly role: 'client' | 'server';
  readonly maskKey: (() => number) | undefined;
  readonly maxMessage: number;
  readonly maxFragments: number;
  readonly textAs: 'string' | 'bytes';
  readonly maxQueued: number;
  readonly slowConsumer: 'terminate' | 'drop';
  readonly closeTimeout: number;
  readonly heartbeat: number;
  readonly clock: () => number;
  /** Called when a connection is closed, before its events say so. */
  readonly closed: ((connection: Connection) => void) | undefined;
}

export function settingsFor(
  {
    role,
    maskKey,
    maxMessage = 16 * 1024 * 1024,
    maxFragments = 16_384,
    textAs = 'string',
    maxQueued = 1024 * 1024,
    slowConsumer = 'terminate',
    closeTimeout = 30_000,
    heartbeat = 30_000,
    clock = () => performance.now(),
  }: ConnectionOptions,
  closed?: (connection: Connection) => void,
): ConnectionSettings {
  return {
    role,
    maskKey,
    maxMessage,
    maxFragments,
    textAs,
    maxQueued,
    slowConsumer,
    closeTimeout,
    heartbeat,
    clock,
    closed,
  };
}

/** What differs from connection to connection. */
export interface ConnectionAgreement {
  /** The subprotocol that both sides agreed on. */
  protocol?: string | undefined;
  /** The extensions that both sides agreed on. */
  extensions?: readonly Extension[] | undefined;
  /** permessage-deflate, if both sides agreed on it. */
  deflate?: Deflate | undefined;
  /** Sees all bytes in both directions. */
  observer?: BytesObserver | undefined;
}

export interface SendOptions {
  /**
   * What is sent. Default: a string as text, bytes as binary. Bytes that are sent as text must be UTF-8; a string that is
   * sent as binary becomes UTF-8.
   */
  type?: 'text' | 'binary' | undefined;
  /** False: do not compress this message. For secrets beside text that a stranger chose (RFC 7692 8). Default true. */
  compress?: boolean | undefined; // rfc7692/8/secrets
}

export interface CloseOptions {
  /** Go on receiving until the peer's Close. Default false: drop what still comes, as a browser does. */
  keepsReceiving?: boolean | undefined;
}

/** Called before we handle received bytes, and before we write bytes. They change afterwards: copy what you keep. */
export interface BytesObserver {
  received(bytes: Uint8Array): void;
  sent(bytes: Uint8Array): void;
}

/** How a connection ended (RFC 6455 7.1.4 to 7.1.6). */
export interface CloseInfo {
  /** The peer's code; 1005: its Close had none; 1006: there was no Close. */
  readonly code: number;
  /** The peer's reason. */
  readonly reason: string;
  /** Both sides have sent a Close. */
  readonly wasClean: boolean;
  /** What went wrong, if anything did. */
  readonly error: WebSocketError | undefined;
}

export interface ConnectionEvents {
  /** Text comes as a string (see `textAs`), binary as bytes. The first listener starts the flow, unless `pause` holds it. */
  message: [message: string | Uint8Array, isBinary: boolean];
  ping: [data: Uint8Array];
  pong: [data: Uint8Array];
  /** TCP is over. */
  close: [info: CloseInfo];
  /** The `info.error` of 'close', just before that event. Without a listener, nothing happens. */
  error: [error: WebSocketError];
  /** EventEmitter's own. */
  newListener: [event: string | symbol];
}
