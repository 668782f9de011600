/**
 * Input: the bytes that a parser has received and how far it has read them. Every reader of the wire takes its bytes from
 * an Input and moves `at` forward. `origin` turns a place in these bytes into a place in the whole stream, for errors and
 * for `explain`.
 *
 * If a piece arrives before the current one has been read, it waits for its turn. Joining the two would copy all waiting
 * bytes again for each new piece (test: `linear cost`). Only many small pieces are joined, and no byte more than once.
 */
import { HttpError, type HttpErrorCode } from './errors.ts';

export const NOTHING: Uint8Array = new Uint8Array(0);
/** How many pieces wait before they are joined. */
const MAX_PIECES = 256;
/** From this size on, the object around a piece costs little compared with its bytes. */
const LARGE = 16 * 1024;

export class Input {
  /** The current piece. */
  bytes: Uint8Array = NOTHING;
  /** The next byte to read. */
  at = 0;
  /** One past the last byte to read. */
  end = 0;
  /** The place of `bytes[0]` in the stream of everything received. */
  origin = 0;
  /** The pieces after the current one; those before `#next` have been read. */
  #waiting: Uint8Array[] = [];
  #next = 0;
  /** The pieces before this index are already joined, or large. */
  #joined = 0;
  #waitingBytes = 0;

  /** Takes the next bytes of the stream. */
  receive(bytes: Uint8Array): void {
    if (this.unread === 0) return this.#begin(bytes);
    if (bytes.length === 0) return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waiting.length - this.#joined >= MAX_PIECES) this.#join();
  }

  /** Joins small pieces: the object around a tiny piece is much larger than its bytes (test: `pieces of one byte that wait`). */
  #join(): void {
    const from = Math.max(this.#joined, this.#next);
    const pieces = this.#waiting.slice(from);
    const size = pieces.reduce((sum, { length }) => sum + length, 0);
    if (size < pieces.length * LARGE) {
      const joined = new Uint8Array(size);
      let at = 0;
      for (const piece of pieces) {
        joined.set(piece, at);
        at += piece.length;
      }
      this.#waiting.length = from;
      this.#waiting.push(joined);
    }
    this.#joined = this.#waiting.length;
  }

  /** Goes on to the next piece. If there is none, releases the current one and returns false. */
  advance(): boolean {
    if (this.#waitingBytes === 0) {
      this.#begin(NOTHING);
      return false;
    }
    const piece = this.#waiting[this.#next++]!;
    this.#waitingBytes -= piece.length;
    if (this.#waitingBytes === 0) {
      this.#waiting = [];
      this.#next = 0;
      this.#joined = 0;
    }
    this.#begin(piece);
    return true;
  }

  #begin(bytes: Uint8Array): void {
    this.origin += this.end;
    this.bytes = bytes;
    this.at = 0;
    this.end = bytes.length;
  }

  /** Takes up to `count` bytes of the current piece: a view, not a copy. */
  take(count: number): Uint8Array {
    const start = this.at;
    this.at = Math.min(this.end, start + count);
    return this.bytes.subarray(start, this.at);
  }

  /** Takes all bytes that were received and not read. */
  takeRest(): Uint8Array {
    const first = this.take(Infinity);
    if (this.#waitingBytes === 0) return first;
    const rest = new Uint8Array(first.length + this.#waitingBytes);
    rest.set(first);
    for (let length = first.length; this.advance(); length += this.end) rest.set(this.take(Infinity), length);
    return rest;
  }

  /** Whether the current piece has been read to its end. */
  get isEmpty(): boolean {
    return this.at === this.end;
  }

  /** How many bytes were received and not yet read. */
  get unread(): number {
    return this.end - this.at + this.#waitingBytes;
  }

  /** An error about the byte at `index`. */
  error(code: HttpErrorCode, message: string, index: number): HttpError {
    return new HttpError(code, message, { offset: this.offset(index) });
  }

  /** The place in the stream of the byte at `index`. */
  offset(index: number): number {
    return this.origin + index;
  }
}

/** The fewest bytes to hold room for, so that the rest of a small section fits. */
const SMALLEST = 256;

/**
 * Holds the bytes of a line or a section that has come in part, in memory proportional to what has come (test: `half a head`).
 * It holds no text, because a string that grows by single characters takes much more memory.
 *
 * Adds bytes after the first `length` bytes of `held`. Returns the array that now holds both; it may be a new one.
 * @param most bytes that can ever be held
 */
export function hold(held: Uint8Array, length: number, bytes: Uint8Array, most: number): Uint8Array {
  let room = held;
  const needed = length + bytes.length;
  if (needed > held.length) {
    // Grow by half each time, so that bytes that come one by one are moved a few times and not once for each byte. The
    // first piece is often nearly all there is, so it gets no room to grow.
    room = new Uint8Array(Math.max(needed, Math.floor(Math.min(length * 1.5, most)), SMALLEST));
    room.set(held.subarray(0, length));
  }
  room.set(bytes, length);
  return room;
}
