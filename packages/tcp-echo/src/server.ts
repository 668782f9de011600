/**
 * The echo server (RFC 862, over TCP): every byte goes back as it came (rfc862/tcp/echo), until the client's FIN
 * (rfc862/tcp/until-close); ours follows once everything is echoed (half-close, RFC 9293 3.6.1). Nothing is
 * read while the peer does not take what it is sent, so a connection holds a few reads, never the stream. Nothing
 * that a peer does throws; what ended a connection is told to `observe`.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Connection } from './connection.ts';
import { fromSystemError } from './errors.ts';
import {
  type Endpoint,
  endpoints,
  formatEndpoint,
  type ObserveOptions,
  type Trace,
  type TraceOf,
  tracing,
} from './lifecycle.ts';
import { checkNames, limit } from './limits.ts';

export interface EchoServerOptions extends ObserveOptions {
  /** Connections at once, default 1,024. One more is accepted and closed at once. */
  readonly maxConnections?: number | undefined;
  /** Milliseconds in which nothing arrives and nothing is taken, default 60,000. */
  readonly idleDeadline?: number | undefined;
  /**
   * Milliseconds that `close()` waits for a peer's FIN while no byte moves to it or from it, default 5,000; then it
   * cuts that connection.
   */
  readonly closeDeadline?: number | undefined;
}

const names = ['maxConnections', 'idleDeadline', 'closeDeadline', 'observe', 'clock'];

/** @throws EchoError `invalid-option` */
export function createEchoServer(options: EchoServerOptions = {}): EchoServer {
  return new EchoServer(options);
}

export class EchoServer {
  readonly #server: Server;
  readonly #idleDeadline: number;
  readonly #closeDeadline: number;
  readonly #traceOf: TraceOf;
  readonly #trace: Trace | undefined;
  readonly #connections = new Set<Connection>();
  #accepted = 0;
  #opening: Promise<unknown> | undefined;

  /** @internal */
  constructor(options: EchoServerOptions) {
    checkNames(options, names);
    this.#idleDeadline = limit('idleDeadline', options.idleDeadline);
    this.#closeDeadline = limit('closeDeadline', options.closeDeadline);
    // Not in `#accept`: nobody would catch what a getter among the options throws.
    this.#traceOf = tracing(options);
    this.#trace = this.#traceOf('listener');
    // allowHalfOpen: our FIN is then ours to send, in Connection.echo(), when the last byte has gone.
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
    // Full: close what comes, at once. Not to accept would be the alternative, but the kernel shakes hands
    // for the backlog by itself, and a client there would be connected, sure of an answer, and wait.
    this.#server.maxConnections = limit('maxConnections', options.maxConnections);
    this.#server.on('drop', (peer) => {
      this.#trace?.('dropped', { remote: { host: peer?.remoteAddress ?? '', port: peer?.remotePort ?? 0 } });
    });
    // accept() may fail too (no file descriptors left), and nobody waits for its answer.
    this.#server.on('error', (error) => {
      if (this.#server.listening) this.#trace?.('dropped', { error: fromSystemError(error, 'listener') });
    });
  }

  /**
   * Port 0, the default, takes any free port; host is 127.0.0.1 unless told otherwise, because an open echo
   * server answers anyone with as much as they send.
   * @throws EchoError `address-in-use`, `address-not-available`, `permission-denied`, `host-not-found`, ...
   */
  async listen(address: Partial<Endpoint> = {}): Promise<Endpoint> {
    checkNames(address, ['port', 'host']);
    const { port = 0, host = '127.0.0.1' } = address;
    try {
      this.#server.listen({ port, host });
      this.#opening = once(this.#server, 'listening');
      await this.#opening;
    } catch (error) {
      throw fromSystemError(error, formatEndpoint({ host, port }));
    }
    // node:net has done socket(), bind() and listen() in one call; each stage is reported when all are done.
    const bound = this.#server.address() as AddressInfo;
    const local = { host: bound.address, port: bound.port };
    this.#trace?.('created');
    this.#trace?.('bound', { local });
    this.#trace?.('listening', { local });
    this.#server.once('close', () => this.#trace?.('closed'));
    return local;
  }

  /**
   * Graceful: accepts no more, echoes what it has read, however slowly a peer takes it, sends FIN, and waits for the
   * peers' FINs. Where nothing moves for `closeDeadline`, it cuts; `destroy()` is for a peer that never stops. What a
   * peer sends after our FIN is not echoed.
   */
  async close(): Promise<void> {
    // A listen() on its way would otherwise listen on after this close().
    await this.#opening?.catch(() => {});
    for (const connection of this.#connections) void connection.close();
    await new Promise<unknown>((resolve) => this.#server.close(resolve));
  }

  /** Cuts every connection at once, during `close()` too. */
  destroy(): Promise<void> {
    for (const connection of this.#connections) connection.destroy();
    return this.close();
  }

  #accept(socket: Socket): void {
    const name = `connection ${++this.#accepted}`;
    const trace = this.#traceOf(name);
    trace?.('accepted', endpoints(socket));
    const connection = new Connection(socket, name, this.#closeDeadline, trace);
    this.#connections.add(connection);
    socket.once('close', () => this.#connections.delete(connection));
    connection.cutAfter(this.#idleDeadline, 'idle-deadline', `nothing moved for ${this.#idleDeadline} ms`);
    connection.echo();
  }
}
