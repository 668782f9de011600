/**
 * The echo server (RFC 862, over TCP): every byte goes back as it came (rfc862/tcp/echo), until the client's FIN
 * (rfc862/tcp/until-close); ours follows once everything is echoed (laws/9/half-close, RFC 9293 3.6.1). The server does
 * not read while the peer does not take its echo (laws/10/pace), so a connection holds a few reads, never the whole stream.
 * Nothing that a peer does throws or ends another's connection (laws/4/others); `observe` learns why a connection ended.
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
  /** How many connections may be open at a time, default 1,024. One more is accepted and closed at once. */
  readonly maxConnections?: number | undefined;
  /** Milliseconds without a byte in either direction before the server cuts a connection (laws/9/idle), default 60,000. */
  readonly idleDeadline?: number | undefined;
  /**
   * Milliseconds without a byte in either direction that `close()` waits for a peer's FIN, default 5,000; then it cuts
   * that connection.
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
    // Read the options here, not in `#accept`: if a getter throws, the caller of the constructor can catch it.
    this.#traceOf = tracing(options);
    this.#trace = this.#traceOf('listener');
    // allowHalfOpen: we send our FIN ourselves, in Connection.echo(), when the last byte has gone.
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
    // If the server is full, close a new socket at once. Why not stop accepting: the kernel still completes
    // handshakes for the backlog, so a client would be connected and wait for an answer in vain.
    this.#server.maxConnections = limit('maxConnections', options.maxConnections);
    this.#server.on('drop', (peer) => {
      this.#trace?.('dropped', { remote: { host: peer?.remoteAddress ?? '', port: peer?.remotePort ?? 0 } });
    });
    // accept() may fail too (no file descriptors left), and there is no caller to reject.
    this.#server.on('error', (error) => {
      if (this.#server.listening) this.#trace?.('dropped', { error: fromSystemError(error, 'listener') });
    });
  }

  /**
   * Port 0, the default, takes any free port. The host defaults to 127.0.0.1, because an open echo server sends
   * anyone as much as they send to it.
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
    // node:net does socket(), bind() and listen() in one call, so we report all three stages afterwards.
    const bound = this.#server.address() as AddressInfo;
    const local = { host: bound.address, port: bound.port };
    this.#trace?.('created');
    this.#trace?.('bound', { local });
    this.#trace?.('listening', { local });
    this.#server.once('close', () => this.#trace?.('closed'));
    return local;
  }

  /**
   * Closes gracefully: accepts no more, echoes what it has read, however slowly a peer takes it, sends FIN, and waits for
   * the peers' FINs. If no byte moves for `closeDeadline`, it cuts; for a peer that never stops, use `destroy()`. Bytes
   * that come after our FIN are not echoed.
   */
  async close(): Promise<void> {
    // Else a listen() that is still on its way would go on listening after this close().
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
