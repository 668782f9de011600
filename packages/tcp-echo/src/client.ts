/**
 * One side of a conversation over TCP: connect, send, receive, half-close. What arrives is an async iterable of
 * chunks, and chunks are not messages (see framing.ts). Back-pressure goes both ways: `send` resolves when
 * more can be taken, and a reader that stops makes the peer stop. However it ends, no socket and no timer
 * stays behind, and every promise settles: with an EchoError, or in peace. RFC 9293 3.9.1.
 */
import { connect as connectSocket, type Socket } from 'node:net';
import { EchoError, fromSystemError } from './errors.ts';
import { cut, endpoints, formatEndpoint, type ObserveOptions, type Trace, traceOf } from './lifecycle.ts';
import { hostName, limit, startTimer, wholeNumber } from './limits.ts';

export interface ConnectOptions extends ObserveOptions {
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** Cuts at any stage: before, while connecting, and after. The error has the signal's reason as its cause. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the connection stands, name look-up included; default 10,000. */
  readonly connectDeadline?: number | undefined;
  /** Milliseconds for the whole conversation, from here to the last byte; default none. */
  readonly totalDeadline?: number | undefined;
  /** Milliseconds that `close()` waits for the peer's FIN; default 5,000. */
  readonly closeDeadline?: number | undefined;
}

/** @throws EchoError `connection-refused`, `host-not-found`, `connect-deadline`, `aborted`, `invalid-option`, ... */
export async function connect(options: ConnectOptions): Promise<EchoClient> {
  const { port, host = '127.0.0.1', signal } = options;
  wholeNumber('port', port, 1, 65535);
  hostName(host);
  const connectDeadline = limit('connectDeadline', options.connectDeadline);
  const totalDeadline = limit('totalDeadline', options.totalDeadline);
  const closeDeadline = limit('closeDeadline', options.closeDeadline);
  if (signal?.aborted) throw abortedBy(signal);

  const trace = traceOf('client', options);
  trace?.('created');
  const socket = connectSocket({ port, host, noDelay: true });
  const client = new EchoClient(socket, formatEndpoint({ host, port }), closeDeadline, trace);
  const onAbort = () => client.destroy(abortedBy(signal as AbortSignal));
  signal?.addEventListener('abort', onAbort);
  const total = startTimer(totalDeadline, () => {
    client.destroy(new EchoError('total-deadline', `not done within ${totalDeadline} ms`));
  });
  const connecting = startTimer(connectDeadline, () => {
    client.destroy(new EchoError('connect-deadline', `connecting took longer than ${connectDeadline} ms`));
  });
  socket.once('close', () => {
    signal?.removeEventListener('abort', onAbort);
    clearTimeout(total);
    clearTimeout(connecting);
  });
  await client.connected;
  clearTimeout(connecting);
  return client;
}

function abortedBy(signal: AbortSignal): EchoError {
  return new EchoError('aborted', 'aborted by the signal', signal.reason);
}

export class EchoClient implements AsyncIterable<Uint8Array> {
  /** What the peer does with its side; ours is in `socket.writable`. */
  #receiving: 'open' | 'discarding' | 'ended' = 'open';
  #failure: EchoError | undefined;
  readonly #socket: Socket;
  readonly #trace: Trace | undefined;
  readonly #closeDeadline: number;
  readonly #chunks: Uint8Array[] = [];
  #waiting: (() => void)[] = [];
  /** @internal */
  readonly connected: Promise<void>;
  readonly #closed: Promise<void>;

  /** @internal */
  constructor(socket: Socket, peer: string, closeDeadline: number, trace: Trace | undefined) {
    this.#socket = socket;
    this.#trace = trace;
    this.#closeDeadline = closeDeadline;
    const wake = () => this.#wake();
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('drain', wake);
    socket.on('finish', () => {
      trace?.('half-closed', { by: 'user' });
      wake(); // after end() there is no 'drain' (test: "a send that is not awaited before end()")
    });
    socket.on('end', () => {
      this.#receiving = 'ended';
      trace?.('half-closed', { by: 'peer' });
      wake();
    });
    socket.on('error', (error) => {
      this.#failure ??= fromSystemError(error, peer);
    });
    this.#closed = new Promise((resolve) => {
      socket.on('close', () => {
        trace?.('closed', this.#failure && { error: this.#failure });
        wake();
        resolve();
      });
    });
    this.connected = new Promise((resolve, reject) => {
      socket.on('close', () => reject(this.#failure));
      socket.on('connect', () => {
        // The client's socket is bound too: the kernel picks the port, inside connect().
        trace?.('bound', { local: endpoints(socket).local });
        trace?.('connected', endpoints(socket));
        resolve();
      });
    });
  }

  /**
   * Resolves when more can be taken. Strings go out as UTF-8; bytes are not copied, so leave them as they are.
   * @throws EchoError `send-after-end`, `connection-reset`, `aborted`, ..., as a rejection
   */
  send(data: Uint8Array | string): Promise<void> {
    const sent = this.#send(data);
    // A send that nobody awaits must not end the process; its reader is told of the same failure.
    sent.catch(() => {});
    return sent;
  }

  /** Half-close: sends FIN after everything sent so far. What the peer still sends can be read. */
  end(): void {
    this.#socket.end();
  }

  /** Sends FIN, discards what still comes, and resolves when the socket is gone, cut if `closeDeadline` passes. */
  async close(): Promise<void> {
    if (this.#receiving === 'open') this.#receiving = 'discarding';
    this.#chunks.length = 0;
    this.#socket.end();
    this.#socket.resume();
    const deadline = startTimer(this.#closeDeadline, () => {
      this.destroy(new EchoError('close-deadline', `the peer sent no FIN within ${this.#closeDeadline} ms`));
    });
    await this.#closed;
    clearTimeout(deadline);
  }

  /** Cuts at once, by a reset. What waits on `send` or on the next chunk fails with the error. */
  destroy(error: EchoError = new EchoError('destroyed', 'the client was destroyed')): void {
    this.#failure ??= error;
    cut(this.#socket);
  }

  /** The bytes as they come, until the peer's FIN. To break off leaves the connection open, to be iterated again. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk) yield chunk;
      else if (this.#receiving === 'ended') return;
      else if (this.#failure) throw this.#failure;
      else {
        this.#socket.resume();
        await this.#changed();
      }
    }
  }

  #receive(chunk: Uint8Array): void {
    this.#trace?.('read', { bytes: chunk.length });
    if (this.#receiving === 'discarding') return;
    // One chunk may wait for its reader. Pausing at the first would stop and go for every chunk.
    if (this.#chunks.push(chunk) > 1) this.#socket.pause();
    this.#wake();
  }

  async #send(data: Uint8Array | string): Promise<void> {
    const socket = this.#socket;
    if (typeof data !== 'string' && !(data instanceof Uint8Array)) {
      throw new EchoError('invalid-option', `send() takes a string or a Uint8Array, not ${typeof data}`);
    }
    if (this.#failure) throw this.#failure;
    if (!socket.writable) throw new EchoError('send-after-end', 'this side has sent its FIN already');
    socket.write(data);
    this.#trace?.('written', { bytes: Buffer.byteLength(data), pending: socket.writableLength });
    while (socket.writableLength >= socket.writableHighWaterMark && !this.#failure) await this.#changed();
    if (this.#failure) throw this.#failure;
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
