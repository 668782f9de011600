/**
 * The TCP sockets below TLS. node:tls does not show them, and shows its own sockets only when their handshakes have ended;
 * but only the TCP socket can be reset, and a server that closes must not wait for handshakes. So BelowTls keeps the TCP
 * sockets, by the addresses that they and their TLS sockets have in common.
 */
import { type Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { HttpError } from '../wire/errors.ts';

export class BelowTls {
  readonly #sockets = new Map<string, Socket>();
  /** Those whose handshakes have not ended. */
  readonly #handshakes = new Set<Socket>();

  /** Keeps the TCP sockets of a TLS server. */
  watch(server: Server): void {
    server.on('connection', (socket) => {
      // A client that was reset before we accepted it has no address any more, and Node would wait for its handshake.
      if (socket.remoteAddress === undefined) return void socket.destroy();
      const key = addressesOf(socket);
      this.#sockets.set(key, socket);
      this.#handshakes.add(socket);
      socket.once('close', () => {
        this.#sockets.delete(key);
        this.#handshakes.delete(socket);
      });
    });
    server.on('secureConnection', (secured: Socket) => {
      const socket = this.#sockets.get(addressesOf(secured));
      if (socket !== undefined) this.#handshakes.delete(socket);
    });
  }

  /** Cuts off the clients whose handshakes have not ended. They have asked nothing yet. */
  destroyHandshakes(): void {
    for (const socket of this.#handshakes) socket.destroy();
  }

  /**
   * Ends a connection with a TCP reset, which the client cannot take for the end of content. What is no TCP socket has no
   * reset: it is destroyed with an error, which its other end may pass on.
   */
  reset(transport: Duplex): void {
    try {
      if (transport instanceof Socket) {
        return void (this.#sockets.get(addressesOf(transport)) ?? transport).resetAndDestroy();
      }
    } catch {
      // A socket of another kind, or of TLS over one that we do not know.
    }
    transport.destroy(new HttpError('connection-closed', 'the response was cut off'));
  }
}

function addressesOf({ localAddress, remoteAddress, remotePort }: Socket): string {
  return `${localAddress} ${remoteAddress} ${remotePort}`;
}
