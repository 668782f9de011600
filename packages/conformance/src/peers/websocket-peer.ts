/**
 * WebSocket implementations behind one small interface, which is the same for both ends of a connection, so that every
 * client can be held against every server: law 7.
 */
import type { DeflateAgreement } from 'ws-mini/wire';
import type { Message } from '../arbitraries/websocket.ts';

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

export interface WebSocketEnd {
  /** Does nothing once it is too late. */
  send(message: Message): void;
  /** Not everybody can. */
  ping?(): void;
  /** Called for each message, text as a string, binary as bytes. Set it at once: nothing is kept. */
  onMessage: (message: Message) => void;
  /** Starts the closing handshake. */
  close(code: number, reason: string): void;
  /** What the other side's Close said, when the connection is over. */
  readonly closed: Promise<Closed>;
  /** Cuts the connection. */
  destroy(): void;
}

export interface WebSocketClientPeer {
  readonly name: string;
  /** Whether it compresses what it sends, where that is agreed on. */
  readonly compresses: boolean;
  /** @param deflate what to offer; undefined: as little as it can */
  open(url: string, deflate?: DeflateAgreement): Promise<WebSocketEnd>;
}

export interface WebSocketServerPeer {
  readonly name: string;
  /** Calls back for each connection, at once. */
  start(
    accept: (end: WebSocketEnd) => void,
    deflate?: DeflateAgreement,
  ): Promise<{ port: number; close(): Promise<void> }>;
}

export function ignoreMessage(): void {}
