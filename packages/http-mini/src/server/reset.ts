/**
 * Reset: the end of a connection that cannot be taken for the end of content. node:tls has none (its sockets refuse
 * `resetAndDestroy`) and does not show the socket below; so those are kept here, by the addresses that both have.
 */
import type { Server, Socket } from 'node:net';

export class Resets {
  readonly #below = new Map<string, Socket>();

  /** Keeps the sockets on which a TLS server speaks. */
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
      socket.destroy(); // no TCP is known below it
    }
  }
}

function addressesOf({ localAddress, remoteAddress, remotePort }: Socket): string {
  return `${localAddress} ${remoteAddress} ${remotePort}`;
}
