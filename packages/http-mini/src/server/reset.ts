/**
 * Resets: ends a connection with a TCP reset, which the client cannot take for the end of content. TLS sockets refuse
 * `resetAndDestroy` and do not show the TCP socket below them, so Resets keeps those, by the addresses that both have.
 */
import type { Server, Socket } from 'node:net';

export class Resets {
  readonly #below = new Map<string, Socket>();

  /** Keeps the TCP sockets of a TLS server. */
  watch(server: Server): void {
    server.on('connection', (socket) => {
      const key = addressesOf(socket);
      this.#below.set(key, socket);
      socket.once('close', () => this.#below.delete(key));
    });
  }

  reset(socket: Socket): void {
    try {
      (this.#below.get(addressesOf(socket)) ?? socket).resetAndDestroy();
    } catch {
      socket.destroy(); // we do not know a TCP socket below it
    }
  }
}

function addressesOf({ localAddress, remoteAddress, remotePort }: Socket): string {
  return `${localAddress} ${remoteAddress} ${remotePort}`;
}
