/**
 * HttpServer: listens, keeps the connections, checks their deadlines, and closes gracefully. The code is the same for `http:`
 * and `https:`, because node:tls gives sockets too, and for every other transport that `accept` is given.
 */
import { once } from 'node:events';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server as NetServer,
  Socket,
} from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { inUse, isByteStream } from '../io/writer.ts';
import { HttpError, shown, userError } from '../wire/errors.ts';
import { checkFunctions, type OptionNames, refuseUnknown } from '../wire/options.ts';
import { StatusLines } from '../wire/response.ts';
import { BelowTls } from './below-tls.ts';
import { ServerConnection, type Shared } from './connection.ts';
import type { Handler } from './exchange.ts';
import { type ServerOptions, type ServerSettings, settingsOf } from './options.ts';

/**
 * Makes a server that answers each request with what the handler returns. It does not listen yet.
 *
 *     const server = createServer((request) => ({ headers: { 'content-type': 'text/plain' }, body: `${request.path}\n` }));
 *     const { port } = await server.listen({ port: 0 });
 *
 * If the handler throws, the client gets 500, or the error's own status if the client is to blame, and `onError` gets the
 * error.
 */
export function createServer(handler: Handler, options: ServerOptions = {}): HttpServer {
  checkFunctions({ handler }, ['handler']);
  return new HttpServer(handler, settingsOf(options));
}

/** How many connections over the limit get a 503; any more are cut off, because answering them costs what the limit saves. */
const MAX_REFUSED = 100;
/** The longest that a timer of Node can wait. */
const MAX_TIMER = 2 ** 31 - 1;

export interface ListenOptions {
  /** 0 for any free port. */
  port?: number | undefined;
  /** All addresses of this machine unless said otherwise. */
  host?: string | undefined;
  /** How many connections may wait to be accepted. 511. */
  backlog?: number | undefined;
}

const LISTEN_OPTIONS: OptionNames<ListenOptions> = { port: true, host: true, backlog: true };

export class HttpServer {
  readonly #settings: ServerSettings;
  readonly #statusLines: StatusLines;
  readonly #shared: Shared;
  readonly #server: NetServer;
  readonly #connections = new Map<Duplex, ServerConnection>();
  #isClosing = false;
  readonly #belowTls = new BelowTls();
  #accepted = 0;
  #sweep: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;
  #closed: (() => void) | undefined;

  constructor(handler: Handler, settings: ServerSettings) {
    const statusLines = new StatusLines(settings.date);
    this.#settings = settings;
    this.#statusLines = statusLines;
    this.#shared = {
      settings,
      statusLines,
      belowTls: this.#belowTls,
      handler,
      released: (transport) => this.#released(transport),
    };
    const accept = (socket: Socket): void => this.#accept(socket);
    const handshakeTimeout = Math.min(settings.headTimeout, MAX_TIMER);
    // Not half open yet: a client that sends FIN in its handshake has gone (test: `ends in the midst of its handshake`).
    this.#server = settings.tls
      ? createTlsServer({ noDelay: true, handshakeTimeout, ...settings.tls, allowHalfOpen: false }, accept)
      : createTcpServer({ noDelay: true }, accept);
    if (settings.tls) this.#belowTls.watch(this.#server);
    // Node reports a handshake that failed or took too long, but keeps its socket (test: `a handshake that does not come`).
    this.#server.on('tlsClientError', (_, socket: Socket) => socket.destroy());
    // Node may finish looking up the host's name after `close` (test: `is given up by close`).
    this.#server.on('listening', () => this.#isClosing && this.#server.close());
    this.#server.on('error', () => {}); // accepting failed once, for example with too many open files: the next time it may work
  }

  /**
   * Begins to listen. Rejects with Node's error if the port is taken or the host unknown, with `connection-closed` if
   * the server is closed meanwhile or still waits for its connections to close, and with `invalid-option` for an option that
   * does not exist.
   */
  async listen(options: ListenOptions = {}): Promise<AddressInfo> {
    refuseUnknown(options, LISTEN_OPTIONS);
    if (this.#closed !== undefined) {
      const message = 'the server is closing: it can listen again when close() has resolved';
      throw userError('connection-closed', message);
    }
    this.#server.listen(options); // which throws if it listens already
    this.#isClosing = false;
    this.#closing = undefined;
    await Promise.race([once(this.#server, 'listening'), once(this.#server, 'close')]);
    const { address } = this;
    if (address !== null) return address;
    throw userError('connection-closed', 'the server was closed before it listened');
  }

  /** Where the server listens; null if it does not. */
  get address(): AddressInfo | null {
    return this.#server.address() as AddressInfo | null;
  }

  /** How many connections are open, without those that have left HTTP. */
  get connections(): number {
    return this.#connections.size;
  }

  /**
   * Serves HTTP on a transport that somebody else has opened: a socket, with TLS or without, a tunnel, an end of
   * `stream.duplexPair`. It counts as a connection, as one that came by `listen`; the server need not listen.
   *
   *     const [ours, theirs] = duplexPair();
   *     server.accept(ours);
   *
   * From now on the transport belongs to the server, which reads it, ends it and destroys it. `scheme` is `https` if it is a
   * TLSSocket. If a response breaks off, only a TCP socket can be reset: any other transport is destroyed with an error, and
   * should carry that to its other end. It must emit `close`, as every stream does unless it is told not to. A transport that
   * has ended already, or that comes after `close`, is destroyed.
   * @throws HttpError `invalid-option` if it is no stream of bytes, or a server or a client already has it
   */
  accept(transport: Duplex): void {
    if (!isByteStream(transport)) {
      throw userError('invalid-option', `a transport is a Duplex of bytes, and not ${shown(transport)}`);
    }
    if (inUse.has(transport)) {
      throw userError('invalid-option', 'a server or a client already has this transport');
    }
    if (!transport.readable || !transport.writable) return void transport.on('error', () => {}).destroy();
    inUse.add(transport);
    if (transport instanceof Socket) transport.setNoDelay();
    this.#accept(transport);
    transport.resume();
  }

  #accept(transport: Duplex): void {
    const surplus = this.#connections.size - this.#settings.maxConnections;
    // A handshake may end after `close` (test: `a handshake that ends after close`).
    if (this.#isClosing || surplus >= MAX_REFUSED) return void transport.on('error', () => {}).destroy();
    // A client that has closed its half still gets its answers (rfc9112/9.6/half-closed-client).
    transport.allowHalfOpen = true;
    const connection = new ServerConnection(++this.#accepted, transport, this.#shared);
    this.#connections.set(transport, connection);
    if (this.#sweep === undefined) {
      this.#statusLines.tick();
      this.#sweep = setInterval(() => this.#check(), this.#sweepInterval()).unref();
    }
    // Refuse it as any other connection, with a close in stages, so that the client can read why (test: `a connection too many`).
    if (surplus >= 0) connection.refuse(new HttpError('service-unavailable', 'too many connections'));
  }

  /** A deadline starts at one sweep and fires at another, so it can be late by two intervals: keep the interval short. */
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
    this.#statusLines.tick();
    const now = this.#settings.clock();
    for (const connection of this.#connections.values()) connection.sweep(now);
  }

  #released(transport: Duplex): void {
    this.#connections.delete(transport);
    if (this.#connections.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
    this.#closed?.();
    this.#closed = undefined;
  }

  /**
   * Stops listening, closes idle connections, answers the requests that have come, and resolves when every connection is
   * closed. A connection on which nothing moves for `closeTimeout` is cut off; endless content must be ended by its handler,
   * or by `destroy`. TLS handshakes that have not ended are cut off. `close` does not wait for transports that were switched
   * to another protocol: the code that took them over owns them.
   */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#isClosing = true;
    this.#server.close();
    this.#belowTls.destroyHandshakes();
    for (const connection of this.#connections.values()) connection.serverCloses();
    if (this.#connections.size === 0) return;
    this.#sweep!.ref(); // a transport without a handle, or a paused one, would not keep the process alive until the end
    await new Promise<void>((resolve) => (this.#closed = resolve));
  }

  /** Cuts off every connection at once, with a reset if it is in the middle of a response. */
  destroy(): void {
    this.#isClosing = true;
    this.#server.close();
    this.#belowTls.destroyHandshakes();
    for (const connection of this.#connections.values()) connection.destroy();
  }
}
