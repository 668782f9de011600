/**
 * TransportWriter: writes what waits in an output to a transport. It joins everything from one turn of the event loop into one
 * write, because the write is by far the most expensive part of a small exchange. Both server and client use it.
 *
 * A transport is any Duplex of bytes; a net.Socket is the usual one. Only what every Duplex can do is asked of it, so the
 * writer itself counts the bytes.
 */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { userError } from '../wire/errors.ts';
import type { FieldsInit } from '../wire/fields.ts';
import type { Output } from '../wire/output.ts';
import { isWhole, type Parts } from './body.ts';

/** If more than this waits, write it before the turn ends, so that content of many small parts does not fill the memory. */
const LARGE = 32 * 1024;
/** The least and the most bytes of content in one write. */
const LEAST_AT_ONCE = 64 * 1024;
const MOST_AT_ONCE = 1024 * 1024;
/**
 * How many parts to send in one turn of the event loop. Parts that are there at once need no event, so without a pause nothing
 * else would run until their end: no other request, no timer, and no abort (test: `many small parts`).
 */
const MOST_PARTS_IN_TURN = 1024;

export class TransportWriter {
  readonly output: Output;
  readonly #transport: Duplex;
  readonly #observe: ((bytes: Uint8Array) => void) | undefined;
  /**
   * How many bytes of content should go in one write. Node reports a write only when all of it has left, so a peer that takes
   * a large write slowly would look dead (test: `a slow reader`); but many small writes are expensive. So the size adapts, as
   * TCP does: it grows after each write that the system takes at once, and falls to the least after one that it does not.
   * TLS takes no write at once, so there it stays the least.
   */
  atOnce: number = LEAST_AT_ONCE;
  /** How many bytes were given to the transport. */
  #written = 0;
  #flushIsDue = false;
  #drained: Promise<void> | undefined;
  readonly #standstill = new Standstill();
  readonly #onTaken: (() => void) | undefined;

  /**
   * @param observe sees the bytes that are sent
   * @param onTaken is called when a write has left, and after a flush of which something has not left yet
   */
  constructor(
    transport: Duplex,
    output: Output,
    observe: ((bytes: Uint8Array) => void) | undefined,
    onTaken?: () => void,
  ) {
    this.#transport = transport;
    this.output = output;
    this.#observe = observe;
    this.#onTaken = onTaken;
  }

  /** Writes what waits. */
  flush(): void {
    this.#flushIsDue = false;
    const { size } = this.output;
    if (size > 0) {
      this.#written += size;
      const taken = this.output.take();
      if (typeof taken === 'string') {
        this.#observe?.(Buffer.from(taken, 'latin1'));
        this.#transport.write(taken, 'latin1', this.#whenLeft);
      } else {
        this.#writeParts(taken, size);
      }
    }
    if (this.#onTaken === undefined || !this.isBehind) return;
    if (this.#whenLeft === undefined) this.#transport.write('', this.#onTaken);
    this.#onTaken();
  }

  /**
   * What each write calls when it has left. A TCP socket's usually leaves at once, and a call for each would cost time: so only
   * if one has not, an empty write behind it calls. No other transport gets that: it could make an empty message of it.
   */
  get #whenLeft(): (() => void) | undefined {
    const isTcp = this.#transport instanceof Socket && !('encrypted' in this.#transport);
    return isTcp ? undefined : this.#onTaken;
  }

  #writeParts(parts: (string | Uint8Array)[], size: number): void {
    this.#transport.cork();
    let left = parts.length;
    for (const part of parts) {
      const bytes = typeof part === 'string' ? Buffer.from(part, 'latin1') : part;
      this.#observe?.(bytes);
      this.#transport.write(bytes, --left === 0 ? this.#whenLeft : undefined);
    }
    this.#transport.uncork();
    if (this.isBehind) this.atOnce = LEAST_AT_ONCE;
    else if (size >= this.atOnce) this.atOnce = Math.min(2 * this.atOnce, MOST_AT_ONCE);
  }

  /** Whether the caller may put more into the output before the peer has taken something. Writes first if much waits. */
  makeRoom(): boolean {
    if (this.output.size > LARGE) this.flush();
    return !this.#transport.writableNeedDrain;
  }

  /** Writes what waits at the end of this turn, with all that is added until then. */
  flushSoon(): void {
    if (this.#flushIsDue) return;
    this.#flushIsDue = true;
    process.nextTick(this.#flushIfDue);
  }

  readonly #flushIfDue = (): void => {
    if (this.#flushIsDue) this.flush();
  };

  /** Whether to wait until the peer has taken something. */
  get isFull(): boolean {
    return this.#transport.writableNeedDrain;
  }

  /** Whether there are written bytes that the peer has not taken yet. */
  get isBehind(): boolean {
    return this.#transport.writableLength > 0;
  }

  /** How many bytes the peer has taken. A transport reports a write only when all of it has left. */
  get left(): number {
    return this.#written - this.#transport.writableLength;
  }

  /** Whether bytes wait and the peer has taken none for `timeout` milliseconds, as seen by these calls. */
  hasStalled(now: number, timeout: number): boolean {
    const stands = this.#standstill.lasts(this.isBehind ? this.left : Number.NaN, now);
    return this.isBehind && stands >= timeout;
  }

  /** Resolves when the peer has taken enough, or is gone. */
  drained(): Promise<void> {
    if (!this.isFull || this.#transport.destroyed) return Promise.resolve();
    this.#drained ??= new Promise((resolve) => {
      const done = (): void => {
        this.#drained = undefined;
        this.#transport.off('drain', done);
        this.#transport.off('close', done);
        resolve();
      };
      this.#transport.once('drain', done);
      this.#transport.once('close', done);
    });
    return this.#drained;
  }
}

/** What content is sent to, part by part: a protocol. */
interface ContentTaker {
  send(part: Uint8Array): void;
  end(trailers: FieldsInit | undefined): void;
}

/**
 * Sends content no faster than the peer takes it, and releases the parts that are left once it is not wanted any more. The
 * caller flushes the end of it.
 * @param trailers a function is called once the parts are sent
 * @param isWanted is called after each wait
 * @throws HttpError `invalid-content`; and what the parts, `trailers` and the taker throw
 */
export async function sendContent(
  writer: TransportWriter,
  taker: ContentTaker,
  parts: Parts,
  trailers: (() => FieldsInit | Promise<FieldsInit>) | undefined,
  isWanted: () => boolean,
): Promise<void> {
  // Not `for await`: leaving it waits for `return`, and that can wait for the part that was asked for.
  for (let count = 1; ; count++) {
    const { done, value } = await parts.next();
    if (count % MOST_PARTS_IN_TURN === 0) await new Promise(setImmediate);
    if (!isWanted()) return parts.letGo();
    if (done) break;
    try {
      const bytes = bytesOf(isWhole(value) ? value : await value); // an array may hold promises
      for (let at = 0; at < bytes.length; ) {
        const { atOnce } = writer;
        taker.send(at === 0 && bytes.length <= atOnce ? bytes : bytes.subarray(at, at + atOnce));
        at += atOnce;
        writer.flushSoon();
        if (writer.makeRoom()) continue;
        await writer.drained();
        if (!isWanted()) return parts.letGo(); // do not ask for another part: it may never come
      }
    } catch (error) {
      parts.letGo();
      throw error;
    }
  }
  const last = trailers && (await trailers());
  if (isWanted()) taker.end(last);
}

function bytesOf(part: unknown): Uint8Array {
  if (isWhole(part)) return typeof part === 'string' ? Buffer.from(part) : part;
  const message = `the content has a part of type ${typeof part}, and neither text nor a Uint8Array`;
  throw userError('invalid-content', message);
}

/** Measures how long a number stands still, such as the count of bytes that have left. It sees only what `lasts` is given. */
export class Standstill {
  #number = Number.NaN;
  #since = 0;

  /** Milliseconds since the number last changed, as seen by these calls. NaN never stands still. */
  lasts(number: number, now: number): number {
    if (number !== this.#number) {
      this.#number = number;
      this.#since = now;
    }
    return now - this.#since;
  }
}

/**
 * The transports of the program's own that a connection has. Two connections on one would both read every response, and one
 * would take it for the answer to another's request.
 */
export const inUse: WeakSet<Duplex> = new WeakSet();

/** Whether it is a Duplex that gives and takes bytes: no text, no objects. A program without types may give anything. */
export function isByteStream(transport: Duplex): boolean {
  const given: Partial<Duplex> = transport ?? {};
  const { readableObjectMode, writableObjectMode, readableEncoding } = given;
  return readableObjectMode === false && writableObjectMode === false && readableEncoding === null;
}
