/**
 * SocketWriter: gathers what is written in one turn of the event loop and sends it in one write. Text and small parts
 * are joined into one string, since writing a string costs less than writing many buffers; large parts go beside it
 * without being copied. The server and the client both write through it.
 */
import type { Socket } from 'node:net';
import { latin1 } from './wire/characters.ts';
import type { ContentEncoder } from './wire/content.ts';
import { type HttpError, userError } from './wire/errors.ts';
import type { FieldsInit } from './wire/fields.ts';

/** Up to this many bytes, a copy into the string costs less than a buffer of its own in the write. */
const SMALL = 4 * 1024;
/** Text beyond this is written before the turn ends, so that content of many small parts is not held in memory. */
const LARGE_TEXT = 32 * 1024;

/** Sees bytes on their way. */
export type Tap = (bytes: Uint8Array) => void;

export class SocketWriter {
  readonly #socket: Socket;
  readonly #tap: Tap | undefined;
  /** One character for each octet. */
  #text = '';
  #isCorked = false;
  #flushIsDue = false;
  #drained: Promise<void> | undefined;
  /** How much the peer had taken when it was last asked, and when that stood still for too long. */
  #stall = { taken: -1, deadline: Infinity };

  constructor(socket: Socket, tap: Tap | undefined) {
    this.#socket = socket;
    this.#tap = tap;
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
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#socket.cork();
    }
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
    if (this.#isCorked) {
      this.#isCorked = false;
      this.#socket.uncork();
    }
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

  /** Whether the peer has taken no byte of what waits for it for `timeout` milliseconds, as far as this was asked. */
  hasStalled(now: number, timeout: number): boolean {
    const waiting = this.#socket.writableLength;
    const taken = waiting === 0 ? -1 : this.#socket.bytesWritten - waiting;
    if (taken !== this.#stall.taken)
      this.#stall = { taken, deadline: waiting === 0 ? Infinity : now + timeout };
    return now >= this.#stall.deadline;
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
  readonly parts: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;
  /** Of its framing. */
  readonly encoder: ContentEncoder;
  /** A function is asked once the parts are sent. */
  readonly trailers: FieldsInit | (() => FieldsInit | Promise<FieldsInit>) | undefined;
  /** Asked after each wait; where it is not, the parts are let go. */
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
  for await (const part of parts) {
    if (!content.isWanted()) return;
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    if (!(bytes instanceof Uint8Array)) throw notAPart(part);
    if (bytes.length === 0) continue; // a chunk of size 0 would end the content (rfc9112/7/send-chunk)
    writer.text(encoder.before(bytes.length));
    writer.content(bytes);
    writer.text(encoder.after);
    writer.flushSoon();
    if (!writer.isFull) continue;
    await (content.drained?.() ?? writer.drained());
    if (!content.isWanted()) return; // before a part is asked for that may take for ever to come
  }
  if (!content.isWanted()) return;
  const last = typeof trailers === 'function' ? await trailers() : trailers;
  if (content.isWanted()) writer.text(encoder.end(last));
}

function notAPart(part: unknown): HttpError {
  const message = `the content has a part of type ${typeof part}, and neither text nor a Uint8Array`;
  return userError('invalid-content', message);
}
