/**
 * One connected socket, the same on both sides, as connect() gives it to a client and accept() to a server:
 * send, receive, half-close, close, cut. The bytes that arrive are an async iterable of chunks, and chunks are
 * not messages (see framing.ts). Back-pressure works both ways: `send` resolves when the system has taken the
 * bytes, and if we stop reading, the peer has to stop sending. However the connection ends, no socket and no
 * timer stays behind, and every promise settles, with an EchoError if something went wrong. RFC 9293 3.9.1.
 */
import type { Socket } from 'node:net';
import { EchoError, type EchoErrorCode, fromSystemError } from './errors.ts';
import type { Trace } from './lifecycle.ts';
import { checkBytes } from './limits.ts';

export class Connection implements AsyncIterable<Uint8Array> {
  #failure: EchoError | undefined;
  readonly #socket: Socket;
  readonly #name: string;
  readonly #closeDeadline: number;
  readonly #trace: Trace | undefined;
  readonly #closed: Promise<void>;
  #waiting: (() => void)[] = [];
  #isEchoing = false;

  /** @internal */
  constructor(socket: Socket, name: string, closeDeadline: number, trace: Trace | undefined) {
    this.#socket = socket;
    this.#name = name;
    this.#closeDeadline = closeDeadline;
    this.#trace = trace;
    socket.on('readable', this.#wake);
    socket.on('end', () => {
      trace?.('half-closed', { by: 'peer' });
      this.#wake();
    });
    socket.on('finish', () => trace?.('half-closed', { by: 'user' }));
    socket.on('error', (error) => {
      this.#failure ??= fromSystemError(error, name);
    });
    this.#closed = new Promise((resolve) => {
      socket.on('close', () => {
        trace?.('closed', this.#failure && { error: this.#failure });
        this.#wake();
        resolve();
      });
    });
  }

  /**
   * Resolves when the system has taken all of `data`. Strings go out as UTF-8; bytes are not copied, so do not
   * change them until then.
   * @throws EchoError `send-after-end`, `connection-reset`, `aborted`, ..., as a rejection
   */
  send(data: Uint8Array | string): Promise<void> {
    const sent = this.#send(data);
    // A rejected send that the caller does not await must not end the process; its reader gets the same error.
    sent.catch(() => {});
    return sent;
  }

  async #send(data: Uint8Array | string): Promise<void> {
    const socket = this.#socket;
    if (typeof data !== 'string') checkBytes('what is sent and no string', data);
    if (this.#failure) throw this.#failure;
    if (!socket.writable) throw new EchoError('send-after-end', 'this side has sent its FIN already');
    const taken = new Promise<Error | null | undefined>((resolve) => this.#write(data, resolve));
    const error = await taken;
    if (this.#failure) throw this.#failure;
    if (error) throw fromSystemError(error, this.#name);
  }

  /** @returns false if the caller should wait for 'drain' before it writes more */
  #write(data: Uint8Array | string, taken?: (error: Error | null | undefined) => void): boolean {
    const socket = this.#socket;
    const hasRoom = socket.write(data, taken);
    this.#trace?.('written', { bytes: Buffer.byteLength(data) });
    if (socket.writableLength > 0) this.#trace?.('paused', { pending: socket.writableLength });
    return hasRoom;
  }

  /**
   * Sends every chunk back, and a FIN after the peer's FIN; does not read while the peer does not take its bytes. Why not
   * `for await` and `send`, which do the same: a promise for each small chunk makes this slower than `pipe()`.
   */
  echo(): void {
    const socket = this.#socket;
    this.#isEchoing = true;
    socket.off('readable', this.#wake);
    socket.on('data', (chunk) => {
      this.#trace?.('read', { bytes: chunk.length });
      // After close(), drop what comes.
      if (socket.writable && !this.#write(chunk)) socket.pause();
    });
    socket.on('drain', () => socket.resume());
    socket.on('end', () => this.end());
  }

  /** The bytes as they come, until the peer's FIN. Leaving the loop keeps the connection open; another loop can go on. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    // Why not the socket's own iterator: it drops bytes that came before a reset (test: "is read first, then the error").
    for (;;) {
      const chunk: Buffer | null = this.#socket.read();
      if (chunk) {
        this.#trace?.('read', { bytes: chunk.length });
        yield chunk;
      } else if (this.#socket.readableEnded) return;
      else if (this.#failure) throw this.#failure;
      else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  readonly #wake = (): void => {
    for (const resolve of this.#waiting.splice(0)) resolve();
  };

  /** Half-close: sends FIN after everything sent so far. We can still read what the peer sends. */
  end(): void {
    this.#socket.end();
  }

  /**
   * Sends FIN behind everything that `send` accepted, discards what still comes, and resolves when the socket is
   * closed. If no byte moves for `closeDeadline`, it cuts.
   */
  async close(): Promise<void> {
    const milliseconds = this.#closeDeadline;
    this.cutAfter(
      milliseconds,
      'close-deadline',
      `nothing moved for ${milliseconds} ms, and the peer sent no FIN`,
    );
    this.end();
    // Read to the end: if we close with unread bytes, the system sends a reset instead of FIN, which can destroy bytes
    // of ours that are still on their way to the peer (laws/10/arrives, RFC 1122 4.2.2.13).
    try {
      // echo() reads and drops. It may have paused the socket, and after end() no 'drain' would resume it.
      if (this.#isEchoing) this.#socket.resume();
      else for await (const _ of this);
    } catch {} // the socket closes anyway
    await this.#closed;
  }

  /**
   * Cuts if no byte moves for that long, in either direction. Replaces the deadline that was set before. Why not our own
   * timer: only the socket's `setTimeout` sees progress within a large write.
   * @internal
   */
  cutAfter(milliseconds: number, code: EchoErrorCode, why: string): void {
    const socket = this.#socket;
    socket.removeAllListeners('timeout');
    // For a socket, 0 means no deadline.
    socket.setTimeout(milliseconds === Number.POSITIVE_INFINITY ? 0 : milliseconds, () => {
      const error = new EchoError(code, why);
      if (!socket.writableFinished) return this.destroy(error);
      // The system has everything, even our FIN, and delivers it without us. A reset would destroy what is on its way.
      this.#failure ??= error;
      socket.destroy();
    });
  }

  /**
   * ABORT (RFC 9293 3.9.1.6): cuts at once, by a reset, because a FIN would tell the peer that the stream
   * is complete. Callers that wait for `send` or for the next chunk get the error.
   */
  destroy(error: EchoError = new EchoError('aborted', 'destroyed by its own side')): void {
    this.#failure ??= error;
    // While connecting, resetAndDestroy() would wait until the socket is connected (test: "while connecting").
    if (this.#socket.connecting) this.#socket.destroy(error);
    else this.#socket.resetAndDestroy();
  }
}
