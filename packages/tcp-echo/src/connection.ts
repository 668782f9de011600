/**
 * One connected socket, the same on both sides, as connect() gives it to a client and accept() to a server:
 * send, receive, half-close, close, cut. What arrives is an async iterable of chunks, and chunks are not
 * messages (see framing.ts). Back-pressure goes both ways: `send` resolves when the system has taken the
 * bytes, and who stops reading makes the peer stop. However it ends, no socket and no timer stays behind,
 * and every promise settles: with an EchoError, or in peace. RFC 9293 3.9.1.
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
   * Resolves when the system has taken all of it. Strings go out as UTF-8; bytes are not copied, so leave
   * them as they are.
   * @throws EchoError `send-after-end`, `connection-reset`, `aborted`, ..., as a rejection
   */
  send(data: Uint8Array | string): Promise<void> {
    const sent = this.#send(data);
    // A send that nobody awaits must not end the process; whoever reads is told of the same failure.
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

  /** @returns false where the peer should take something before more is written */
  #write(data: Uint8Array | string, taken?: (error: Error | null | undefined) => void): boolean {
    const socket = this.#socket;
    const hasRoom = socket.write(data, taken);
    this.#trace?.('written', { bytes: Buffer.byteLength(data) });
    if (socket.writableLength > 0) this.#trace?.('paused', { pending: socket.writableLength });
    return hasRoom;
  }

  /**
   * Sends back what comes, and FIN for FIN; nothing is read while the peer does not take it. Why not `for await` and
   * `send`, which say the same: a promise for each chunk of 64 bytes put this a fifth behind `pipe()`.
   */
  echo(): void {
    const socket = this.#socket;
    this.#isEchoing = true;
    socket.off('readable', this.#wake);
    socket.on('data', (chunk) => {
      this.#trace?.('read', { bytes: chunk.length });
      // After close() what comes is dropped.
      if (socket.writable && !this.#write(chunk)) socket.pause();
    });
    socket.on('drain', () => socket.resume());
    socket.on('end', () => this.end());
  }

  /** The bytes as they come, until the peer's FIN. To break off leaves the connection open, to be iterated again. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    // Not the socket's own iterator: it drops what came before a reset (test: "is read first, then the error").
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

  /** Half-close: sends FIN after everything sent so far. What the peer still sends can be read. */
  end(): void {
    this.#socket.end();
  }

  /**
   * Sends FIN behind all that `send` accepted, discards what still comes, and resolves when the socket is gone. If
   * nothing moves for `closeDeadline`, it cuts.
   */
  async close(): Promise<void> {
    const milliseconds = this.#closeDeadline;
    this.cutAfter(
      milliseconds,
      'close-deadline',
      `nothing moved for ${milliseconds} ms, and the peer sent no FIN`,
    );
    this.end();
    // To close with unread bytes would send a reset instead of FIN, which can destroy what we sent on its way
    // to the peer (RFC 1122 4.2.2.13).
    try {
      // What echo() hears now it drops; it may have paused, and once end() was called no 'drain' comes.
      if (this.#isEchoing) this.#socket.resume();
      else for await (const _ of this);
    } catch {} // it is gone all the same
    await this.#closed;
  }

  /**
   * Cuts when no byte has moved for so long, in either direction; in place of the deadline before. Why not a timer of
   * our own: only `setTimeout` of a socket can tell that a large write, of which no part is done for `write`, moves.
   * @internal
   */
  cutAfter(milliseconds: number, code: EchoErrorCode, why: string): void {
    const socket = this.#socket;
    socket.removeAllListeners('timeout');
    // For a socket 0 means no deadline.
    socket.setTimeout(milliseconds === Number.POSITIVE_INFINITY ? 0 : milliseconds, () => {
      const error = new EchoError(code, why);
      if (!socket.writableFinished) return this.destroy(error);
      // All is with the system, FIN too: it delivers that after us. A reset would throw away what is still on its way.
      this.#failure ??= error;
      socket.destroy();
    });
  }

  /**
   * ABORT (RFC 9293 3.9.1.6): cuts at once, by a reset, because a FIN would tell the peer that the stream
   * ended here in peace. What waits on `send` or on the next chunk fails with the error.
   */
  destroy(error: EchoError = new EchoError('aborted', 'destroyed by its own side')): void {
    this.#failure ??= error;
    // resetAndDestroy() would wait for a connection that is still being made (test: "while connecting").
    if (this.#socket.connecting) this.#socket.destroy(error);
    else this.#socket.resetAndDestroy();
  }
}
