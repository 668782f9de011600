/**
 * Input: the bytes that a parser has been handed and how far it has read them. Everything that reads from the
 * wire takes its bytes from one of these and moves `at` forward; `origin` is what turns a place in these bytes
 * into a place in the whole stream, for errors and for `explain`.
 */
import { HttpError, type HttpErrorCode } from './errors.ts';

const NOTHING = new Uint8Array(0);

export class Input {
  bytes: Uint8Array = NOTHING;
  /** The next byte to read. */
  at = 0;
  /** One past the last byte to read. */
  end = 0;
  /** The place of `bytes[0]` in the stream of everything received. */
  origin = 0;

  /**
   * Takes the next bytes of the stream. Nothing is copied when what came before has been read, which is the usual
   * case; what has not been read yet is joined to the new bytes.
   */
  receive(bytes: Uint8Array): void {
    const unread = this.end - this.at;
    this.origin += this.at;
    if (unread === 0) {
      this.bytes = bytes;
    } else {
      const joined = new Uint8Array(unread + bytes.length);
      joined.set(this.bytes.subarray(this.at, this.end));
      joined.set(bytes, unread);
      this.bytes = joined;
    }
    this.at = 0;
    this.end = this.bytes.length;
  }

  /** Takes up to `count` bytes: a view, not a copy. */
  take(count: number): Uint8Array {
    const start = this.at;
    this.at = Math.min(this.end, start + count);
    return this.bytes.subarray(start, this.at);
  }

  get isEmpty(): boolean {
    return this.at === this.end;
  }

  /** What is wrong with the byte at `index`. */
  error(code: HttpErrorCode, message: string, index: number): HttpError {
    return new HttpError(code, message, { offset: this.offset(index) });
  }

  /** The place in the stream of the byte at `index`. */
  offset(index: number): number {
    return this.origin + index;
  }
}
