/**
 * SocketReader: what a socket receives, as the events of a RequestParser, pulled. Bytes that come faster than they are
 * pulled wait here, up to a limit; beyond it the socket is paused, TCP's window fills, and the client has to wait. It
 * is not paused for each request: that would cost more than most requests do.
 */
import type { Socket } from 'node:net';
import { type ParserOptions, type RequestEvent, RequestParser } from '../wire/parser.ts';

export class SocketReader {
  readonly #socket: Socket;
  readonly #parser: RequestParser;
  readonly #limit: number;
  /** Received while the parser still had bytes to read. */
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #peerHasEnded = false;

  /** @param limit bytes that may wait before the socket is paused */
  constructor(socket: Socket, limit: number, options: ParserOptions) {
    this.#socket = socket;
    this.#limit = limit;
    this.#parser = new RequestParser(options);
  }

  receive(bytes: Uint8Array): void {
    if (this.#waiting.length === 0 && this.#parser.unread === 0) {
      this.#parser.receive(bytes);
      return;
    }
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > this.#limit) this.#socket.pause();
  }

  /** The client has closed its half: nothing comes after what waits. */
  end(): void {
    this.#peerHasEnded = true;
  }

  get peerHasEnded(): boolean {
    return this.#peerHasEnded;
  }

  /** Whether nothing of a next request has come. */
  get isBetweenRequests(): boolean {
    return this.#parser.isBetweenRequests;
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
    this.#waitingBytes = 0;
    this.#socket.resume();
    return this.next();
  }

  /** Takes what was received and not read: it belongs to another protocol now. */
  leftover(): Uint8Array {
    return Buffer.concat([this.#parser.leftover(), ...this.#waiting]);
  }
}
