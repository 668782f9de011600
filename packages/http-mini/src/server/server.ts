/**
 * HttpServer: listens, keeps the connections, sweeps their deadlines, and closes with grace. Same code for `http:` and
 * `https:`, since node:tls gives sockets too.
 */
import { once } from 'node:events';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server as NetServer,
  type Socket,
} from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { HttpError, userError } from '../wire/errors.ts';
import { checkFunctions, type OptionNames, refuseUnknown } from '../wire/options.ts';
import { Openings } from '../wire/response.ts';
import { ServerConnection, type Shared } from './connection.ts';
import { answerersWith, type Handler } from './exchange.ts';
import { type ServerOptions, type ServerSettings, settingsOf } from './options.ts';
import { Resets } from './reset.ts';

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
  checkFunctions({ handler }, ['handler']);
  return new HttpServer(handler, settingsOf(options));
}

/** Connections over the limit that are told so; beyond them, to tell would cost what the limit is to save. */
const MAX_REFUSED = 100;
/** The longest that a timer of Node can wait. */
const MAX_TIMER = 2 ** 31 - 1;

export interface ListenOptions {
  /** 0 for any free one. */
  port?: number | undefined;
  /** All addresses of this machine unless one is named. */
  host?: string | undefined;
  /** Connections that wait to be accepted. 511. */
  backlog?: number | undefined;
}

const LISTEN_OPTIONS: OptionNames<ListenOptions> = { port: true, host: true, backlog: true };

export class HttpServer {
  readonly #settings: ServerSettings;
  readonly #openings: Openings;
  readonly #shared: Shared;
  readonly #server: NetServer;
  readonly #connections = new Set<ServerConnection>();
  #isClosing = false;
  #accepted = 0;
  #sweep: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;
  #closed: (() => void) | undefined;

  constructor(handler: Handler, settings: ServerSettings) {
    const openings = new Openings(settings.date);
    const resets = new Resets();
    this.#settings = settings;
    this.#openings = openings;
    this.#shared = {
      settings,
      openings,
      resets,
      answerer: answerersWith(handler),
      released: (connection) => this.#released(connection),
    };
    // Half open: a client that has sent all its requests may say so and still be answered (rfc9112/9.6/half-closed-client).
    const socketOptions = { allowHalfOpen: true, noDelay: true };
    const accept = (socket: Socket): void => this.#accept(socket);
    const handshakeTimeout = Math.min(settings.headTimeout, MAX_TIMER);
    this.#server = settings.tls
      ? createTlsServer({ ...socketOptions, handshakeTimeout, ...settings.tls }, accept)
      : createTcpServer(socketOptions, accept);
    if (settings.tls) resets.watch(this.#server);
    // Node reports a handshake that failed or took too long, and keeps its socket (test: `a handshake that does not come`).
    this.#server.on('tlsClientError', (_, socket: Socket) => socket.destroy());
    // The name of a host may be found after `close` (test: `is given up by close`).
    this.#server.on('listening', () => this.#isClosing && this.#server.close());
    this.#server.on('error', () => {}); // accepting failed once (too many open files, say): the next may do
  }

  /**
   * Begins to listen. Rejects with node's error if the port is taken or the host unknown, with `connection-closed` if
   * the server is closed meanwhile, and with `invalid-option` for an option that does not exist.
   */
  async listen(options: ListenOptions = {}): Promise<AddressInfo> {
    refuseUnknown(options, LISTEN_OPTIONS);
    this.#isClosing = false;
    this.#closing = undefined;
    this.#server.listen(options);
    await Promise.race([once(this.#server, 'listening'), once(this.#server, 'close')]);
    const { address } = this;
    if (address !== null) return address;
    throw userError('connection-closed', 'the server was closed before it listened');
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
    const surplus = this.#connections.size - this.#settings.maxConnections;
    // A handshake may end after `close` has (test: `a handshake that ends after close`).
    if (this.#isClosing || surplus >= MAX_REFUSED) return void socket.on('error', () => {}).destroy();
    const connection = new ServerConnection(++this.#accepted, socket, this.#shared);
    this.#connections.add(connection);
    if (this.#sweep === undefined) {
      this.#openings.tick();
      this.#sweep = setInterval(() => this.#check(), this.#sweepInterval()).unref();
    }
    // Refused like any other, in stages, so that the client can read why (test: `a connection too many`).
    if (surplus >= 0) connection.refuse(new HttpError('service-unavailable', 'too many connections'));
  }

  /** A deadline begins at one sweep and is noticed at another: it is kept to within a quarter of the shortest one, or 10 ms. */
  #sweepInterval(): number {
    const { headTimeout, requestTimeout, idleTimeout, stallTimeout, lingerTimeout, closeTimeout } =
      this.#settings;
    const shortest = Math.min(
      headTimeout,
      requestTimeout,
      idleTimeout,
      stallTimeout,
      lingerTimeout,
      closeTimeout,
    );
    return Math.min(1000, Math.max(5, shortest / 8));
  }

  #check(): void {
    this.#openings.tick();
    const now = this.#settings.clock();
    for (const connection of this.#connections) connection.sweep(now);
  }

  #released(connection: ServerConnection): void {
    this.#connections.delete(connection);
    if (this.#connections.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
    this.#closed?.();
  }

  /**
   * Stops listening, closes idle connections, answers what has been accepted, and resolves when every connection is
   * closed. One on which nothing moves for `closeTimeout` is cut off; content without an end has to be ended by its
   * handler, or by `destroy`. Sockets that were switched to another protocol are not waited for: they belong to whoever
   * took them over.
   */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#isClosing = true;
    this.#server.close();
    for (const connection of this.#connections) connection.serverCloses();
    if (this.#connections.size === 0) return;
    await new Promise<void>((resolve) => (this.#closed = resolve));
  }

  /** Cuts every connection off at once; one that is in the midst of a response, by a reset. */
  destroy(): void {
    this.#isClosing = true;
    this.#server.close();
    for (const connection of this.#connections) connection.destroy();
  }
}
