/**
 * ReceivedContent: a response's content between the socket, which fills it, and its one reader, who empties it. If more than
 * `maxBufferedBytes` wait, the connection pauses the socket until the reader has caught up. The content is complete as soon
 * as its last byte has come, read or not, so that a small response frees its connection at once.
 */
import { HttpError, userError } from '../wire/errors.ts';
import type { Fields } from '../wire/fields.ts';
import { limit as checkLimit } from '../wire/limit.ts';

/** What the content tells the connection that it comes from. */
export interface ContentSource {
  /** There is room again, or a reader has begun. */
  resume(): void;
  /** The rest is not wanted. */
  cancel(error: HttpError): void;
}

/** Smaller parts are joined, so that even a body of one-byte chunks takes memory in proportion to its bytes. */
const SMALL = 1024;
const BLOCK = 4096;
/** How much `discard` reads to keep a connection: reading more would cost more than a new connection. */
const MAX_DISCARDED = 64 * 1024;

type State = 'receiving' | 'complete' | 'failed';

export class ReceivedContent implements AsyncIterable<Uint8Array> {
  readonly #source: ContentSource;
  /** Content-Length, or undefined if the length is not known. */
  readonly #length: number | undefined;
  readonly #maxBuffered: number;
  #state: State = 'receiving';
  #reader: 'none' | 'parts' | 'whole' | 'discard' = 'none';
  #parts: Buffer[] = [];
  #size = 0;
  /** The block that holds the last part, if that part can still grow. */
  #block: Buffer | undefined;
  #error: HttpError | undefined;
  #wake: (() => void) | undefined;
  trailers: Fields | undefined;

  constructor(source: ContentSource, length: number | undefined, maxBuffered: number) {
    this.#source = source;
    this.#length = length;
    this.#maxBuffered = maxBuffered;
  }

  // ── The side of the socket ──

  /** Copies the bytes: they lie in a buffer that the next read overwrites. */
  push(bytes: Uint8Array): void {
    this.#size += bytes.length;
    if (this.#reader === 'discard') {
      if (this.#size > MAX_DISCARDED) this.#cancel();
      return;
    }
    if (bytes.length >= SMALL || !this.#append(bytes)) {
      this.#block = undefined;
      this.#parts.push(Buffer.from(bytes));
    }
    this.#notify();
  }

  /** Adds a small part to the last waiting one, if that is small too or already has a block. */
  #append(bytes: Uint8Array): boolean {
    const last = this.#parts.at(-1);
    if (last === undefined || (this.#block === undefined && last.length >= SMALL)) return false;
    const length = last.length + bytes.length;
    if (length > BLOCK) return false;
    if (this.#block === undefined) {
      this.#block = Buffer.allocUnsafe(BLOCK);
      this.#block.set(last);
    }
    this.#block.set(bytes, last.length);
    this.#parts[this.#parts.length - 1] = this.#block.subarray(0, length);
    return true;
  }

  complete(trailers: Fields | undefined): void {
    this.trailers = trailers;
    this.#state = 'complete';
    this.#notify();
  }

  /** The rest will not come. What has come can still be read; after it, the reader gets the error. */
  fail(error: HttpError): void {
    if (this.#state !== 'receiving') return;
    this.#error = error;
    this.#state = 'failed';
    this.#notify();
  }

  get isFull(): boolean {
    return this.#reader !== 'whole' && this.#reader !== 'discard' && this.#size >= this.#maxBuffered;
  }

  /** Whether a reader has begun: from then on, a pause is the reader's own business. */
  get hasReader(): boolean {
    return this.#reader !== 'none';
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  // ── The side of the reader ──

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    this.#take('parts');
    try {
      for (;;) {
        const part = this.#shift();
        if (part !== undefined) yield part;
        else if (this.#state === 'receiving') await this.#more();
        else break;
      }
      if (this.#error !== undefined) throw this.#error;
    } finally {
      this.#cancel(); // a reader that leaves early does not want the rest
    }
  }

  /** The whole content in one piece. @throws HttpError `invalid-option` for an invalid limit, `content-too-large` */
  async bytes(most: number): Promise<Buffer> {
    const limit = checkLimit('limit', most, most); // with NaN, the loop below would end at once and return half the content
    this.#take('whole');
    // If the length says that it is too large, read nothing.
    if (this.#length !== undefined && this.#length > limit) throw this.#refuse(limit);
    while (this.#size <= limit && this.#state === 'receiving') await this.#more();
    if (this.#size > limit) throw this.#refuse(limit);
    if (this.#error !== undefined) throw this.#error;
    const parts = this.#parts;
    this.#parts = [];
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts, this.#size);
  }

  /** Drops the content; keeps the connection if little of it is still to come. */
  discard(): void {
    if (this.#reader !== 'none') return;
    this.#reader = 'discard';
    this.#parts = [];
    this.#size = 0;
    if (this.#state !== 'receiving') return;
    if (this.#length === undefined || this.#length <= MAX_DISCARDED) this.#source.resume();
    else this.#cancel();
  }

  #take(reader: 'parts' | 'whole'): void {
    if (this.#reader !== 'none') throw userError('content-already-read', 'the content can be read once');
    this.#reader = reader;
    // From now on a pause is the reader's own business (test: `a slow reader who comes late`).
    if (this.#state === 'receiving') this.#source.resume();
  }

  #shift(): Uint8Array | undefined {
    const part = this.#parts.shift();
    if (part === undefined) return undefined;
    if (this.#parts.length === 0) this.#block = undefined;
    const wasFull = this.isFull;
    this.#size -= part.length;
    if (wasFull && !this.isFull && this.#state === 'receiving') this.#source.resume();
    return part;
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #refuse(limit: number): HttpError {
    const error = new HttpError(
      'content-too-large',
      `the content is larger than ${limit} bytes: give a larger limit, or read body part by part`,
    );
    this.#parts = [];
    this.#cancel(error);
    return error;
  }

  #cancel(error: HttpError = userError('aborted', 'the content was not read to its end')): void {
    if (this.#state !== 'receiving') return;
    this.fail(error);
    this.#source.cancel(error);
  }
}
