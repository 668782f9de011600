/**
 * WebSocket implementations behind one small interface, which is the same for both ends of a connection, so that every
 * client can be held against every server: law 7.
 */
import type { Message } from '../arbitraries/websocket.ts';

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

export interface WebSocketEnd {
  send(message: Message): void;
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
  open(url: string): Promise<WebSocketEnd>;
}

export interface WebSocketServerPeer {
  readonly name: string;
  /** Calls back for each connection, at once. */
  start(accept: (end: WebSocketEnd) => void): Promise<{ port: number; close(): Promise<void> }>;
}

export function ignoreMessage(): void {}
