/**
 * Resets: ends a connection with a TCP reset, which the client cannot take for the end of content. TLS sockets refuse
 * `resetAndDestroy` and do not show the TCP socket below them, so Resets keeps those, by the addresses that both have. What
 * is no TCP socket has no reset: it is destroyed with an error, which its other end may pass on.
 */
import { type Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { HttpError } from '../wire/errors.ts';

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

  reset(transport: Duplex): void {
    try {
      if (transport instanceof Socket) {
        return void (this.#below.get(addressesOf(transport)) ?? transport).resetAndDestroy();
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
