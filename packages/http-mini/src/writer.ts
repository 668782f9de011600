/**
 * SocketWriter: writes what waits in an output, all that one turn of the event loop has brought in one write: the write is
 * by far the dearest part of a small exchange. The server and the client both write through it.
 */
import type { Socket } from 'node:net';
import { isWhole, type Parts } from './body.ts';
import { Standstill } from './standstill.ts';
import { userError } from './wire/errors.ts';
import type { FieldsInit } from './wire/fields.ts';
import type { Output } from './wire/output.ts';

/** More than this is written before the turn ends, so that content of many small parts is not held in memory. */
const LARGE = 32 * 1024;
/** The least and the most bytes of content in one write. */
const LEAST_AT_ONCE = 64 * 1024;
const MOST_AT_ONCE = 1024 * 1024;

/** Sees bytes on their way. */
export type Tap = (bytes: Uint8Array) => void;

export class SocketWriter {
  readonly output: Output;
  readonly #socket: Socket;
  readonly #tap: Tap | undefined;
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
  constructor(socket: Socket, output: Output, tap: Tap | undefined, onBehind?: () => void) {
    this.#socket = socket;
    this.output = output;
    this.#tap = tap;
    this.#onBehind = onBehind;
  }

  /** Sends what waits. */
  flush(): void {
    this.#flushIsDue = false;
    const { size } = this.output;
    if (size > 0) {
      const taken = this.output.take();
      if (typeof taken === 'string') {
        this.#tap?.(Buffer.from(taken, 'latin1'));
        this.#socket.write(taken, 'latin1');
      } else {
        this.#writeParts(taken, size);
      }
    }
    if (this.#onBehind !== undefined && this.isBehind) this.#onBehind();
  }

  #writeParts(parts: (string | Uint8Array)[], size: number): void {
    this.#socket.cork();
    for (const part of parts) {
      const bytes = typeof part === 'string' ? Buffer.from(part, 'latin1') : part;
      this.#tap?.(bytes);
      this.#socket.write(bytes);
    }
    this.#socket.uncork();
    if (this.isBehind) this.atOnce = LEAST_AT_ONCE;
    else if (size >= this.atOnce) this.atOnce = Math.min(2 * this.atOnce, MOST_AT_ONCE);
  }

  /** Whether more may be put into the output before the peer has taken something; what is much is sent. */
  hasRoom(): boolean {
    if (this.output.size > LARGE) this.flush();
    return !this.#socket.writableNeedDrain;
  }

  /** Sends what waits when this turn is over, with whatever else it brings. */
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
  /** A function is asked once the parts are sent. */
  readonly trailers: FieldsInit | (() => FieldsInit | Promise<FieldsInit>) | undefined;
  /** Puts a part into the writer's output, as the framing says. */
  send(part: Uint8Array): void;
  end(trailers: FieldsInit | undefined): void;
  /** Asked after each wait. */
  isWanted(): boolean;
  /** Resolves when the peer has taken enough, or the content is not wanted any more; the writer's unless given. */
  drained?: () => Promise<void>;
}

/**
 * Sends content no faster than the peer takes it. The last of it waits for a flush.
 * @throws HttpError `invalid-content`; and what the parts, `send` and `end` throw
 */
export async function sendContent(writer: SocketWriter, content: ContentToSend): Promise<void> {
  const { parts, trailers } = content;
  // No `for await`: to leave it would wait for `return`, which waits for the part that has been asked for.
  for (;;) {
    const { done, value } = await parts.next();
    if (!content.isWanted()) return parts.letGo();
    if (done) break;
    try {
      const bytes = bytesOf(isWhole(value) ? value : await value); // an array may hold promises
      for (let at = 0; at < bytes.length; ) {
        const { atOnce } = writer;
        content.send(at === 0 && bytes.length <= atOnce ? bytes : bytes.subarray(at, at + atOnce));
        at += atOnce;
        writer.flushSoon();
        if (writer.hasRoom()) continue;
        await (content.drained?.() ?? writer.drained());
        if (!content.isWanted()) return parts.letGo(); // before a part is asked for that may take for ever to come
      }
    } catch (error) {
      parts.letGo();
      throw error;
    }
  }
  const last = typeof trailers === 'function' ? await trailers() : trailers;
  if (content.isWanted()) content.end(last);
}

function bytesOf(part: unknown): Uint8Array {
  if (isWhole(part)) return typeof part === 'string' ? Buffer.from(part) : part;
  const message = `the content has a part of type ${typeof part}, and neither text nor a Uint8Array`;
  throw userError('invalid-content', message);
}
