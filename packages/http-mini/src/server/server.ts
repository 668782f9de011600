/**
 * HttpServer: listens, keeps the connections, sweeps their deadlines, and closes with grace. Same code for `http:` and
 * `https:`, since node:tls gives sockets too.
 */
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server as NetServer,
  type Socket,
} from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { formatDate } from '../wire/date.ts';
import { encodeResponseHead } from '../wire/encoder.ts';
import { type ConnectionOwner, ServerConnection } from './connection.ts';
import type { Handler } from './exchange.ts';
import { type ServerOptions, type ServerSettings, settingsOf } from './options.ts';

/**
 * Makes a server that answers each request with what the handler returns. It does not listen yet.
 *
 *     const server = createServer((request) => ({ headers: { 'content-type': 'text/plain' }, body: `${request.path}\n` }));
 *     const { port } = await server.listen({ port: 0 });
 *
 * A handler that throws is answered with 500, or with the error's own status where a client is to blame, and reported to
 * `onError`.
 */
export function createServer(handler: Handler, options: ServerOptions = {}): HttpServer {
  return new HttpServer(handler, settingsOf(options));
}

export interface ListenOptions {
  /** 0 for any free one. */
  port?: number | undefined;
  /** All addresses of this machine unless one is named. */
  host?: string | undefined;
  /** Connections that wait to be accepted. 511. */
  backlog?: number | undefined;
}

export class HttpServer implements ConnectionOwner {
  readonly handler: Handler;
  readonly settings: ServerSettings;
  isClosing = false;
  readonly #server: NetServer;
  readonly #connections = new Set<ServerConnection>();
  #accepted = 0;
  #sweep: NodeJS.Timeout | undefined;
  #dateLine = '';
  #dateSecond = 0;
  #closed: (() => void) | undefined;

  constructor(handler: Handler, settings: ServerSettings) {
    this.handler = handler;
    this.settings = settings;
    // Half open: a client that has sent all its requests may say so and still be answered (RFC 9112 9.6).
    const socketOptions = { allowHalfOpen: true, noDelay: true };
    const accept = (socket: Socket): void => this.#accept(socket);
    this.#server = settings.tls
      ? createTlsServer({ ...socketOptions, ...settings.tls }, accept)
      : createTcpServer(socketOptions, accept);
  }

  /** Begins to listen. Rejects with node's error where the port is taken or the host unknown. */
  listen(options: ListenOptions = {}): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(options, () => {
        this.#server.off('error', reject);
        this.#server.on('error', () => {}); // accepting failed once (too many open files, say): the next may do
        resolve(this.address!);
      });
    });
  }

  /** Where the server listens; null before and after. */
  get address(): AddressInfo | null {
    return this.#server.address() as AddressInfo | null;
  }

  /** Connections that are open, without those that have left HTTP. */
  get connections(): number {
    return this.#connections.size;
  }

  #accept(socket: Socket): void {
    if (this.#connections.size >= this.settings.maxConnections || this.isClosing) {
      socket.on('error', () => {});
      socket.end(encodeResponseHead(503, undefined, { 'Content-Length': 0, Connection: 'close' }), () =>
        socket.destroy(),
      );
      return;
    }
    this.#connections.add(new ServerConnection(++this.#accepted, socket, this));
    this.#sweep ??= setInterval(() => this.#check(), this.#sweepInterval()).unref();
  }

  /** A deadline is kept to within a quarter of the shortest one. */
  #sweepInterval(): number {
    const { headTimeout, requestTimeout, idleTimeout, stallTimeout, lingerTimeout } = this.settings;
    const shortest = Math.min(headTimeout, requestTimeout, idleTimeout, stallTimeout, lingerTimeout);
    return Math.min(1000, Math.max(5, shortest / 4));
  }

  #check(): void {
    const now = this.settings.clock();
    for (const connection of this.#connections) connection.check(now);
  }

  released(connection: ServerConnection): void {
    this.#connections.delete(connection);
    if (this.#connections.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
    this.#closed?.();
  }

  get dateLine(): string {
    const second = Math.floor(this.settings.clock() / 1000);
    if (second !== this.#dateSecond) {
      this.#dateSecond = second;
      this.#dateLine = `Date: ${formatDate(second * 1000)}\r\n`;
    }
    return this.#dateLine;
  }

  /**
   * Stops listening, closes idle connections, answers what has been accepted, and resolves when every connection is
   * closed; after `closeTimeout` what is left is cut off. Sockets that were switched to another protocol are not
   * waited for: they belong to whoever took them over.
   */
  async close(): Promise<void> {
    this.isClosing = true;
    this.#server.close();
    if (this.#connections.size === 0) return;
    for (const connection of this.#connections) connection.closeWhenIdle();
    const cut = setTimeout(() => this.destroy(), Math.min(this.settings.closeTimeout, 2 ** 31 - 1));
    await new Promise<void>((resolve) => {
      this.#closed = resolve;
      if (this.#connections.size === 0) resolve();
    });
    clearTimeout(cut);
  }

  /** Cuts every connection off at once. */
  destroy(): void {
    this.isClosing = true;
    this.#server.close();
    for (const connection of this.#connections) connection.destroy();
  }
}
