/**
 * SocketReader: what a socket receives, as the events of a RequestParser, pulled. Bytes that come faster than they are
 * pulled wait here, up to a limit; beyond it the socket is paused, TCP's window fills, and the client has to wait. It
 * is not paused for each request: that would cost more than most requests do.
 */
import type { Socket } from 'node:net';
import { type ParserOptions, type RequestEvent, RequestParser } from '../wire/parser.ts';
import type { Tap } from '../writer.ts';

export interface ReaderOptions extends ParserOptions {
  /** Bytes that may wait before the socket is paused. */
  maxReadAhead: number;
}

/** Reads that wait before they are joined, by themselves: what was joined before is not copied again for each. */
const MAX_PIECES = 256;

export class SocketReader {
  readonly #socket: Socket;
  readonly #parser: RequestParser;
  readonly #limit: number;
  readonly #tap: Tap | undefined;
  readonly #arrived: () => void;
  /** Received while the parser still had bytes to read. */
  #waiting: Uint8Array[] = [];
  /** How many of those are joined reads: they stand in front. */
  #joined = 0;
  #waitingBytes = 0;
  #peerHasEnded = false;
  #discards = false;

  /** @param arrived called when there may be something to read, or will not be */
  constructor(socket: Socket, options: ReaderOptions, tap: Tap | undefined, arrived: () => void) {
    this.#socket = socket;
    this.#limit = options.maxReadAhead;
    this.#parser = new RequestParser(options);
    this.#tap = tap;
    this.#arrived = arrived;
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
  }

  readonly #onData = (bytes: Uint8Array): void => {
    this.#tap?.(bytes);
    if (this.#discards) return;
    if (this.#waiting.length === 0 && this.#parser.unread === 0) {
      this.#parser.receive(bytes);
    } else {
      this.#waiting.push(bytes);
      // The object around a read of one byte is some hundred bytes (test: `reads of one byte that wait`).
      if (this.#waiting.length - this.#joined === MAX_PIECES)
        this.#waiting.push(Buffer.concat(this.#waiting.splice(this.#joined++)));
      this.#waitingBytes += bytes.length;
      if (this.#waitingBytes > this.#limit) this.#socket.pause();
    }
    this.#arrived();
  };

  readonly #onEnd = (): void => {
    this.#peerHasEnded = true;
    if (!this.#discards) this.#arrived();
  };

  /** Whether the client has closed its half: nothing comes after what waits. */
  get peerHasEnded(): boolean {
    return this.#peerHasEnded;
  }

  /** Whether nothing of a next request has come. */
  get isBetweenRequests(): boolean {
    return this.#parser.isBetweenRequests;
  }

  /** Whether the head that is being read, or that broke a rule, is a HEAD request's. */
  get methodIsHead(): boolean {
    return this.#parser.methodIsHead;
  }

  /**
   * The next event, or undefined where more bytes are needed.
   * @throws HttpError of the parser; `incomplete-message` where the client has closed within a request
   */
  next(): RequestEvent | undefined {
    const event = this.#parser.next();
    if (event !== undefined) return event;
    if (this.#waiting.length > 0) return this.#nextOfWaiting();
    if (this.#peerHasEnded) this.#parser.end();
    return undefined;
  }

  #nextOfWaiting(): RequestEvent | undefined {
    // All of it in one piece: a client that sends byte by byte must not cost a shift of the list for each.
    this.#parser.receive(this.#waiting.length === 1 ? this.#waiting[0]! : Buffer.concat(this.#waiting));
    this.#waiting = [];
    this.#joined = 0;
    this.#waitingBytes = 0;
    this.#socket.resume();
    return this.next();
  }

  /** From now on, what comes is read and dropped, so that TCP sends no reset. */
  discard(): void {
    this.#discards = true;
    this.#waiting = [];
    this.#socket.resume();
  }

  /** Leaves the socket, paused, and takes what was received and not read: it belongs to another protocol now. */
  leave(): Uint8Array {
    this.#socket.pause();
    this.#socket.off('data', this.#onData);
    this.#socket.off('end', this.#onEnd);
    return Buffer.concat([this.#parser.leftover(), ...this.#waiting]);
  }
}
