/**
 * How a probe reaches a WebSocket client: the client opens a connection to an address of loopback, where the probe is the
 * server. A built-in client is told where to go (`visits`); one from outside comes by itself (listen.ts).
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Terms } from '../probe.ts';
import { WireLine } from '../wire-line.ts';

export interface WebSocketClientPeer {
  /**
   * The next connection that the client opens; nothing of it has been read.
   * @param protocols that the client should ask for, where it can be told
   * @returns undefined where the client cannot be made to come (again)
   */
  open(terms: Terms, number?: number, protocols?: readonly string[]): Promise<WireLine | undefined>;
}

/** Opens a WebSocket to `url`, echoes each message with its type, and is fulfilled when all is over. Never rejects. */
export type EchoingClient = (url: string, protocols: readonly string[]) => Promise<void>;

/** @param timeout milliseconds after which a client that does not come counts as one that cannot */
export function visits(client: EchoingClient, timeout = 10_000): WebSocketClientPeer {
  return {
    async open(terms, number = 0, protocols = []) {
      const server = createServer({ allowHalfOpen: true, noDelay: true }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      try {
        const signal = AbortSignal.any([terms.signal, AbortSignal.timeout(timeout)]);
        const came = once(server, 'connection', { signal }) as Promise<[Socket]>;
        void client(`ws://127.0.0.1:${port}${PATH}`, protocols).catch(() => {});
        return lineOf((await came)[0], terms, number);
      } catch {
        terms.signal.throwIfAborted();
        return undefined;
      } finally {
        server.close();
      }
    },
  };
}

/** With a query, so that a probe can see whether it arrives (RFC 6455 3). */
const PATH = '/probe?with=query';

export function lineOf(socket: Socket, terms: Terms, number = 0): WireLine {
  const cut = (): void => void socket.destroy();
  terms.signal.addEventListener('abort', cut, { once: true });
  socket.once('close', () => terms.signal.removeEventListener('abort', cut));
  return new WireLine(socket, terms, [], number);
}
