/**
 * The echo server (RFC 862, over TCP): every byte goes back as it came, until the client's FIN; ours
 * follows once everything is echoed (half-close, RFC 9293 3.6.1). A peer that does not read stops being
 * read from, so a connection holds about `maxPendingBytes` and never a stream of them. Nothing that a
 * peer does throws; what ended a connection is told to `observe`.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { EchoError, fromSystemError } from './errors.ts';
import {
  cut,
  type Endpoint,
  endpoints,
  formatEndpoint,
  type ObserveOptions,
  type Trace,
  traceOf,
} from './lifecycle.ts';
import { hostName, limit, startTimer, wholeNumber } from './limits.ts';

export interface EchoServerOptions extends ObserveOptions {
  /** Connections at once, default 1,024. One more is accepted and closed at once. */
  readonly maxConnections?: number | undefined;
  /** Echoed bytes that a peer may leave untaken before we stop reading from it, default 64 KiB. */
  readonly maxPendingBytes?: number | undefined;
  /** Milliseconds in which nothing arrives and nothing is taken, default 60,000; checked every quarter of it. */
  readonly idleDeadline?: number | undefined;
  /** Milliseconds that `close()` waits for the peers' FINs before it cuts, default 5,000. */
  readonly closeDeadline?: number | undefined;
}

/** @throws EchoError `invalid-option` */
export function createEchoServer(options: EchoServerOptions = {}): EchoServer {
  return new EchoServer(options);
}

const SWEEPS_PER_DEADLINE = 4;

export class EchoServer {
  #state: 'new' | 'listening' | 'closed' = 'new';
  readonly #server: Server;
  readonly #options: EchoServerOptions;
  readonly #trace: Trace | undefined;
  readonly #connections = new Set<Connection>();
  readonly #idleDeadline: number;
  readonly #closeDeadline: number;
  #opening: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #sweeps: NodeJS.Timeout | undefined;
  #sweep = 0;
  #accepted = 0;

  constructor(options: EchoServerOptions) {
    this.#options = options;
    this.#idleDeadline = limit('idleDeadline', options.idleDeadline);
    this.#closeDeadline = limit('closeDeadline', options.closeDeadline);
    this.#trace = traceOf('listener', options);
    // Streams want a whole number here, so "no limit" is a very large one.
    const highWaterMark = Math.min(
      limit('maxPendingBytes', options.maxPendingBytes),
      Number.MAX_SAFE_INTEGER,
    );
    // allowHalfOpen: our FIN is then ours to send, below, where one can read when it goes and why.
    this.#server = createServer({ allowHalfOpen: true, highWaterMark, noDelay: true }, (socket) =>
      this.#accept(socket),
    );
    // Full: close what comes, at once. Not to accept would be the alternative, but the kernel shakes hands
    // for the backlog by itself, and a client there would be connected, sure of an answer, and wait.
    this.#server.maxConnections = limit('maxConnections', options.maxConnections);
    this.#server.on('drop', (peer) => {
      this.#trace?.('dropped', { remote: { host: peer?.remoteAddress ?? '', port: peer?.remotePort ?? 0 } });
    });
  }

  /** Where it listens, or `undefined` when it does not. */
  get address(): Endpoint | undefined {
    const address = this.#server.address();
    return address && typeof address === 'object' ? { host: address.address, port: address.port } : undefined;
  }

  /**
   * Port 0, the default, takes any free port; host is 127.0.0.1 unless told otherwise, because an open echo
   * server answers anyone with as much as they send.
   * @throws EchoError `address-in-use`, `address-not-available`, `permission-denied`, `host-not-found`, ...
   */
  async listen({ port = 0, host = '127.0.0.1' }: { port?: number; host?: string } = {}): Promise<Endpoint> {
    wholeNumber('port', port, 0, 65535);
    hostName(host);
    if (this.#state !== 'new') throw new EchoError('wrong-state', 'an echo server listens once');
    this.#state = 'listening';
    this.#trace?.('created');
    const opening = new Promise<void>((resolve, reject) => {
      this.#server.once('listening', resolve);
      // Stays for the server's life: accept() may fail later (no file descriptors left), and an 'error'
      // event without a listener would end the process.
      this.#server.on('error', (error) => {
        const failure = fromSystemError(error, formatEndpoint({ host, port }));
        if (this.#server.listening) this.#trace?.('dropped', { error: failure });
        reject(failure);
      });
      this.#server.listen(port, host);
    });
    this.#opening = opening.catch((error) => this.#trace?.('closed', { error }));
    await opening;
    // node:net has done socket(), bind() and listen() in one call; each stage is reported when all are done.
    const local = this.address as Endpoint;
    this.#trace?.('bound', { local });
    this.#trace?.('listening', { local });
    if (this.#idleDeadline !== Number.POSITIVE_INFINITY) {
      this.#sweeps = setInterval(() => this.#cutIdle(), this.#idleDeadline / SWEEPS_PER_DEADLINE).unref();
    }
    return local;
  }

  /**
   * Graceful: accepts no more, echoes what it has read, sends FIN, and waits for the peers' FINs as long as
   * `closeDeadline`; then it cuts. What a peer sends after our FIN is not echoed.
   */
  close(): Promise<void> {
    this.#state = 'closed';
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Cuts every connection at once, during `close()` too. */
  destroy(): Promise<void> {
    const closing = this.close();
    for (const connection of this.#connections)
      connection.cut(new EchoError('destroyed', 'the server was destroyed'));
    return closing;
  }

  async #close(): Promise<void> {
    await this.#opening; // a listen() on its way would otherwise listen on after this close()
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#connections) connection.finish();
    const deadline = startTimer(this.#closeDeadline, () => {
      const error = new EchoError('close-deadline', `the peer sent no FIN within ${this.#closeDeadline} ms`);
      for (const connection of this.#connections) connection.cut(error);
    });
    await closed;
    clearTimeout(deadline);
    clearInterval(this.#sweeps);
    this.#trace?.('closed');
  }

  #accept(socket: Socket): void {
    const trace = traceOf(`connection ${++this.#accepted}`, this.#options);
    trace?.('accepted', endpoints(socket));
    const connection = new Connection(socket, trace, () => this.#sweep);
    this.#connections.add(connection);
    socket.once('close', () => this.#connections.delete(connection));
  }

  /** One timer for all connections: each notes in which sweep it was last alive. */
  #cutIdle(): void {
    this.#sweep++;
    for (const connection of this.#connections) {
      if (this.#sweep - connection.aliveIn <= SWEEPS_PER_DEADLINE) continue;
      connection.cut(new EchoError('idle-deadline', `nothing moved for ${this.#idleDeadline} ms`));
    }
  }
}

class Connection {
  #state: 'echoing' | 'finishing' = 'echoing';
  readonly #socket: Socket;
  readonly #trace: Trace | undefined;
  #failure: EchoError | undefined;
  aliveIn: number;

  constructor(socket: Socket, trace: Trace | undefined, sweep: () => number) {
    this.#socket = socket;
    this.#trace = trace;
    this.aliveIn = sweep();
    socket.on('data', (chunk: Buffer) => {
      this.aliveIn = sweep();
      this.#echo(chunk);
    });
    socket.on('drain', () => {
      this.aliveIn = sweep();
      if (!socket.isPaused()) return;
      trace?.('resumed');
      socket.resume();
    });
    socket.on('end', () => {
      trace?.('half-closed', { by: 'peer' });
      socket.end(); // what is still pending goes out first
    });
    socket.on('finish', () => trace?.('half-closed', { by: 'user' }));
    socket.on('error', (error) => {
      this.#failure ??= fromSystemError(error, 'connection');
    });
    socket.on('close', () => trace?.('closed', this.#failure && { error: this.#failure }));
  }

  #echo(chunk: Buffer): void {
    const socket = this.#socket;
    this.#trace?.('read', { bytes: chunk.length });
    if (this.#state === 'finishing') return;
    socket.write(chunk);
    const pending = socket.writableLength;
    this.#trace?.('written', { bytes: chunk.length, pending });
    // Not write()'s answer: it is false for every large chunk, even for one that the kernel took whole and at
    // once, and to stop and go for each of those costs a turn of the event loop.
    if (pending < socket.writableHighWaterMark) return;
    this.#trace?.('paused', { pending });
    socket.pause();
  }

  /** Sends FIN after what is pending, and reads on: to close with unread bytes would send a reset instead,
   *  which can destroy the echo on its way to the peer (RFC 1122 4.2.2.13). */
  finish(): void {
    this.#state = 'finishing';
    this.#socket.end();
    this.#socket.resume();
  }

  cut(error: EchoError): void {
    this.#failure ??= error;
    cut(this.#socket);
  }
}
