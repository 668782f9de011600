/**
 * SocketWriter: gathers what is written in one turn of the event loop and sends it in one write. Text and small parts
 * are joined into one string, since writing a string costs less than writing many buffers; large parts go beside it
 * without being copied. The server and the client both write through it.
 */
import type { Socket } from 'node:net';
import { isWhole, type Parts } from './body.ts';
import { Standstill } from './standstill.ts';
import { latin1 } from './wire/characters.ts';
import type { ContentEncoder } from './wire/content.ts';
import { userError } from './wire/errors.ts';
import type { FieldsInit } from './wire/fields.ts';

/** Up to this many bytes, a copy into the string costs less than a buffer of its own in the write. */
const SMALL = 4 * 1024;
/** Text beyond this is written before the turn ends, so that content of many small parts is not held in memory. */
const LARGE_TEXT = 32 * 1024;
/** The least and the most bytes of content in one write. */
const LEAST_AT_ONCE = 64 * 1024;
const MOST_AT_ONCE = 1024 * 1024;

/** Sees bytes on their way. */
export type Tap = (bytes: Uint8Array) => void;

export class SocketWriter {
  readonly #socket: Socket;
  readonly #tap: Tap | undefined;
  /** One character for each octet. */
  #text = '';
  /** Bytes of content that have been written since the socket was corked. */
  #corked = 0;
  /**
   * Bytes of content that should go in one write. How much of a write has left can only be seen when all of it has, so a
   * peer that takes a large one slowly would look dead (test: `a slow reader`); many small ones cost much. So it is found
   * out as TCP does it: more after each write that the system took at once, and the least after one that it did not.
   */
  atOnce: number = LEAST_AT_ONCE;
  #flushIsDue = false;
  #drained: Promise<void> | undefined;
  readonly #standstill = new Standstill();
  readonly #onBehind: (() => void) | undefined;

  /** @param onBehind is called after each write of which the peer has not taken all */
  constructor(socket: Socket, tap: Tap | undefined, onBehind?: () => void) {
    this.#socket = socket;
    this.#tap = tap;
    this.#onBehind = onBehind;
  }

  /** Writes text that has one character for each octet. */
  text(text: string): void {
    this.#text += text;
    if (this.#text.length > LARGE_TEXT) this.#writeText();
  }

  /** Writes content: a string as UTF-8. */
  content(content: string | Uint8Array): void {
    if (typeof content === 'string') {
      // Of one byte for each character, a string is ASCII and can be joined as it is.
      if (content.length <= SMALL && Buffer.byteLength(content) === content.length) return this.text(content);
      content = Buffer.from(content);
    }
    if (content.length <= SMALL) return this.text(latin1(content, 0, content.length));
    if (this.#corked === 0) this.#socket.cork();
    this.#corked += content.length;
    this.#writeText();
    this.#tap?.(content);
    this.#socket.write(content);
  }

  #writeText(): void {
    if (this.#text === '') return;
    this.#tap?.(Buffer.from(this.#text, 'latin1'));
    this.#socket.write(this.#text, 'latin1');
    this.#text = '';
  }

  /** Sends what was gathered. */
  flush(): void {
    this.#flushIsDue = false;
    this.#writeText();
    if (this.#corked > 0) {
      this.#socket.uncork();
      if (this.isBehind) this.atOnce = LEAST_AT_ONCE;
      else if (this.#corked >= this.atOnce) this.atOnce = Math.min(2 * this.atOnce, MOST_AT_ONCE);
      this.#corked = 0;
    }
    if (this.isBehind) this.#onBehind?.();
  }

  /** Sends what was gathered when this turn is over, with whatever else it brings. */
  flushSoon(): void {
    if (this.#flushIsDue) return;
    this.#flushIsDue = true;
    process.nextTick(this.#flushIfDue);
  }

  readonly #flushIfDue = (): void => {
    if (this.#flushIsDue) this.flush();
  };

  /** Whether the peer should take something before more is written. */
  get isFull(): boolean {
    return this.#socket.writableNeedDrain;
  }

  /** Whether there are bytes that the peer has to take yet. */
  get isBehind(): boolean {
    return this.#socket.writableLength > 0;
  }

  /** How many bytes the peer has taken, as far as Node tells: not before all of the write that they were in. */
  get left(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength;
  }

  /** Whether the peer has taken no byte of what waits for it for `timeout` milliseconds, as far as this was asked. */
  hasStalled(now: number, timeout: number): boolean {
    const stands = this.#standstill.lasts(this.isBehind ? this.left : Number.NaN, now);
    return this.isBehind && stands >= timeout;
  }

  /** Resolves when the peer has taken enough, or is gone. */
  drained(): Promise<void> {
    if (!this.isFull || this.#socket.destroyed) return Promise.resolve();
    this.#drained ??= new Promise((resolve) => {
      const done = (): void => {
        this.#drained = undefined;
        this.#socket.off('drain', done);
        this.#socket.off('close', done);
        resolve();
      };
      this.#socket.once('drain', done);
      this.#socket.once('close', done);
    });
    return this.#drained;
  }
}

export interface ContentToSend {
  /** Let go where the content is not wanted any more; who knows earlier that it is not, need not wait for the next part. */
  readonly parts: Parts;
  /** Of its framing. */
  readonly encoder: ContentEncoder;
  /** A function is asked once the parts are sent. */
  readonly trailers: FieldsInit | (() => FieldsInit | Promise<FieldsInit>) | undefined;
  /** Asked after each wait. */
  isWanted(): boolean;
  /** Resolves when the peer has taken enough, or the content is not wanted any more; the writer's unless given. */
  drained?: () => Promise<void>;
}

/**
 * Sends content as its framing says, no faster than the peer takes it. The last of it waits for a flush.
 * @throws HttpError `invalid-content`, `content-length-mismatch`, those of the trailers; and what the parts throw
 */
export async function sendContent(writer: SocketWriter, content: ContentToSend): Promise<void> {
  const { parts, encoder, trailers } = content;
  // No `for await`: to leave it would wait for `return`, which waits for the part that has been asked for.
  for (;;) {
    const { done, value } = await parts.next();
    if (!content.isWanted()) return parts.letGo();
    if (done) break;
    try {
      const bytes = bytesOf(isWhole(value) ? value : await value); // an array may hold promises
      if (bytes.length === 0) continue; // a chunk of size 0 would end the content (rfc9112/7/send-chunk)
      writer.text(encoder.before(bytes.length));
      for (let at = 0; at < bytes.length; ) {
        const { atOnce } = writer;
        writer.content(at === 0 && bytes.length <= atOnce ? bytes : bytes.subarray(at, at + atOnce));
        at += atOnce;
        if (at >= bytes.length) writer.text(encoder.after);
        writer.flushSoon();
        if (!writer.isFull) continue;
        await (content.drained?.() ?? writer.drained());
        if (!content.isWanted()) return parts.letGo(); // before a part is asked for that may take for ever to come
      }
    } catch (error) {
      parts.letGo();
      throw error;
    }
  }
  const last = typeof trailers === 'function' ? await trailers() : trailers;
  if (content.isWanted()) writer.text(encoder.end(last));
}

function bytesOf(part: unknown): Uint8Array {
  if (isWhole(part)) return typeof part === 'string' ? Buffer.from(part) : part;
  const message = `the content has a part of type ${typeof part}, and neither text nor a Uint8Array`;
  throw userError('invalid-content', message);
}
