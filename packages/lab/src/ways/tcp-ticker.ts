/**
 * The ticker over raw TCP: a client connects and gets the current update, then every new one, each as a line. It asks
 * nothing. This is not part of the echo server because an echo server never speaks first (RFC 862). Lines, because
 * `nc` can show them: over TCP the two sides have to agree on such things themselves.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { type Endpoint, encodeDelimited } from 'tcp-echo';
import { CLOSE_TIMEOUT } from '../messages.ts';
import type { Ticker } from '../ticker.ts';
import { listenTcp } from './listen.ts';

/** Bytes that may wait for a subscriber. Beyond this it misses updates: a late ticker is worse than a gap. */
export const MOST_PENDING: number = 64 * 1024;
const MOST_SUBSCRIBERS = 1024;

export class TcpTicker {
  readonly #ticker: Ticker;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(ticker: Ticker) {
    this.#ticker = ticker;
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    this.#server.maxConnections = MOST_SUBSCRIBERS;
  }

  /** Rejects with Node's error if it cannot listen. */
  listen(where: Endpoint): Promise<Endpoint> {
    return listenTcp(this.#server, where);
  }

  /** Says goodbye to every subscriber (a FIN), and resolves when all are gone, or were cut. */
  close(): Promise<void> {
    for (const socket of this.#sockets) {
      socket.end();
      // A subscriber may leave its own direction open, as some versions of nc do until they are told something.
      socket.setTimeout(CLOSE_TIMEOUT, () => socket.destroy());
    }
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  destroy(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(socket: Socket): void {
    const send = (text: string) => {
      if (socket.writableLength < MOST_PENDING) socket.write(encodeDelimited(Buffer.from(text)));
    };
    this.#sockets.add(socket);
    const unsubscribe = this.#ticker.subscribe(send);
    socket.resume(); // drops what a subscriber sends; without reading we would not see its FIN either
    socket.on('error', () => {}); // 'close' follows
    socket.on('end', unsubscribe);
    socket.on('close', () => {
      unsubscribe();
      this.#sockets.delete(socket);
    });
    send(this.#ticker.text);
  }
}
