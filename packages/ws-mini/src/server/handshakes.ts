/**
 * TLS handshakes that have not ended. node:tls shows their sockets only when they have, and keeps those that have not for
 * `handshakeTimeout`; a server that closes must not wait so long for clients that have asked nothing.
 */
import type { Server, Socket } from 'node:net';

export class Handshakes {
  /** The TCP sockets, by the addresses that a TLSSocket has as well. */
  readonly #sockets = new Map<string, Socket>();

  watch(server: Server): void {
    server.on('connection', (socket) => {
      // A client that was reset before we accepted it has no address any more, and Node would wait for its handshake.
      if (socket.remoteAddress === undefined) return void socket.destroy();
      const key = addressesOf(socket);
      this.#sockets.set(key, socket);
      socket.once('close', () => this.#sockets.delete(key));
    });
    server.on('secureConnection', (socket: Socket) => this.#sockets.delete(addressesOf(socket)));
  }

  destroy(): void {
    for (const socket of this.#sockets.values()) socket.destroy();
  }
}

function addressesOf({ localAddress, remoteAddress, remotePort }: Socket): string {
  return `${localAddress} ${remoteAddress} ${remotePort}`;
}
