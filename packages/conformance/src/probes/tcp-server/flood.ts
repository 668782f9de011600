/**
 * Flood: a client that sends megabytes, and reads when it is told to. It counts what the system has taken, and holds what comes
 * back against what it has sent without keeping either: the bytes repeat, so a place in the stream says what stands there. The
 * transcript has the first piece of each way and the ends.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Passage, Terms } from '../probe.ts';
import { afterSilence } from '../silence.ts';
import type { ServerAddress } from '../wire-line.ts';

/** The bytes repeat after so many: no power of two, so that a lost or doubled piece shows. */
const PERIOD = 251;
/** A write. As long as whole periods, so that each begins one. */
const PIECE = Buffer.from(Array.from({ length: 256 * PERIOD }, (_, i) => i % PERIOD));

const NONE = new Uint8Array();
/** Bytes of what came first that are kept. */
const FIRST = 64;

export class Flood {
  /** Bytes that the system has taken from us: what the server has read, and what waits for it. */
  taken = 0;
  received = 0;
  /** Whether all that came was what had been sent, in order. */
  isEcho = true;
  /** What came first. */
  first: Buffer = Buffer.alloc(0);
  /** Whether the server has sent its FIN. */
  hasEnded = false;
  /** Whether the connection was cut off: a reset, or a write that met one. */
  wasReset = false;
  readonly #socket: Socket;
  readonly #quiet: number;
  readonly #transcript: Passage[];
  readonly #opened = performance.now();
  #isClosed = false;
  #wake: () => void = () => {};

  static async open(
    { host, port }: ServerAddress,
    { signal, quiet }: Terms,
    transcript: Passage[],
  ): Promise<Flood> {
    signal.throwIfAborted();
    const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
    const cut = (): void => void socket.destroy(new Error('the probe was ended'));
    signal.addEventListener('abort', cut, { once: true });
    socket.once('close', () => signal.removeEventListener('abort', cut));
    await once(socket, 'connect');
    return new Flood(socket, quiet, transcript);
  }

  private constructor(socket: Socket, quiet: number, transcript: Passage[]) {
    this.#socket = socket;
    this.#quiet = quiet;
    this.#transcript = transcript;
    socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    socket.on('end', () => {
      this.hasEnded = true;
      this.#note('received', NONE, 'closed');
      this.#wake();
    });
    socket.on('error', () => {
      this.wasReset = true;
      this.#note('received', NONE, 'reset');
    });
    socket.on('close', () => {
      this.#isClosed = true;
      this.#wake();
    });
  }

  /** Reads nothing until `readOn`. */
  readLate(): void {
    this.#socket.pause();
  }

  readOn(): void {
    this.#socket.resume();
  }

  /** Begins to send so many bytes, each piece when the system has taken the one before. */
  send(total: number): void {
    this.#note('sent', PIECE.subarray(0, total));
    const next = (sent: number): void => {
      this.taken = sent;
      this.#wake();
      if (sent >= total || !this.#socket.writable) return;
      const piece = PIECE.subarray(0, total - sent);
      this.#socket.write(piece, (error) => {
        if (!error) next(sent + piece.length);
      });
    };
    next(0);
  }

  /** Says that nothing more will be sent: FIN. */
  halfClose(): void {
    if (!this.#socket.writable) return;
    this.#note('sent', NONE, 'half-closed');
    this.#socket.end();
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Waits until it is enough, or the connection is over, or nothing has moved for a while, either way. */
  async until(
    isEnough: () => boolean,
    patience: number = this.#quiet,
  ): Promise<'enough' | 'over' | 'silent'> {
    for (;;) {
      if (isEnough()) return 'enough';
      if (this.#isClosed) return 'over';
      const hasMoved = await new Promise<boolean>((resolve) => {
        const stop = afterSilence(patience, () => resolve(false));
        this.#wake = () => {
          stop();
          resolve(true);
        };
      });
      if (!hasMoved) return 'silent';
    }
  }

  #receive(bytes: Buffer): void {
    if (this.received === 0) this.#note('received', bytes);
    if (this.first.length < FIRST)
      this.first = Buffer.concat([this.first, bytes.subarray(0, FIRST - this.first.length)]);
    for (let at = 0; at < bytes.length && this.isEcho; ) {
      const place = (this.received + at) % PERIOD;
      const length = Math.min(bytes.length - at, PIECE.length - place);
      this.isEcho = bytes.compare(PIECE, place, place + length, at, at + length) === 0;
      at += length;
    }
    this.received += bytes.length;
    this.#wake();
  }

  #note(way: Passage['way'], bytes: Uint8Array, end?: NonNullable<Passage['end']>): void {
    const at = performance.now() - this.#opened;
    this.#transcript.push({ at, way, bytes, connection: 0, ...(end && { end }) });
  }
}
