/**
 * Content as a program gives it, a handler for its response or a caller for its request: text, bytes, or parts that come
 * one after the other.
 */
import { Readable } from 'node:stream';
import { types } from 'node:util';
import { HttpError, reasonOf, userError } from './wire/errors.ts';

export type Body = string | Uint8Array | AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/** Whether all of it is at hand. */
export function isWhole(body: unknown): body is string | Uint8Array {
  return typeof body === 'string' || types.isUint8Array(body); // of any realm: no instance of ours, if it is a vm's
}

/**
 * Bytes of a body that is at hand; undefined for one that is iterated.
 * @throws HttpError `invalid-response` for what is no body
 */
export function sizeOf(body: Body): number | undefined {
  if (typeof body === 'string') return Buffer.byteLength(body);
  if (isWhole(body)) return body.length;
  // Found here, while it can still be answered 500. Other views iterate, but over numbers.
  if (typeof body !== 'object' || ArrayBuffer.isView(body) || !isIterable(body)) {
    throw userError('invalid-response', 'the content is neither text nor a Uint8Array nor iterable');
  }
  return undefined;
}

function isIterable(body: object): boolean {
  return Symbol.asyncIterator in body || Symbol.iterator in body;
}

/** What is asked for the parts of a body. */
interface PartsIterator {
  next(): IteratorResult<unknown, unknown> | Promise<IteratorResult<unknown, unknown>>;
  return?(reason?: unknown): unknown;
}

/** The parts of a body, one after the other; a body that is at hand is one part. */
export class Parts {
  readonly #iterator: PartsIterator;
  #isLetGo = false;

  /** @throws what a body throws that does not let itself be iterated */
  constructor(body: Body) {
    this.#iterator = iteratorOf(body);
  }

  next(): IteratorResult<unknown, unknown> | Promise<IteratorResult<unknown, unknown>> {
    return this.#iterator.next();
  }

  /**
   * Lets go of what nobody will send, so that what it holds (a file, say) is closed. At once: a part that has been asked
   * for is not waited for. Never throws.
   */
  letGo(reason?: unknown): void {
    if (this.#isLetGo) return;
    this.#isLetGo = true;
    try {
      Promise.resolve(this.#iterator.return?.(reason)).catch(() => {});
    } catch {
      // A body that does not let itself go has no one left to tell.
    }
  }
}

/**
 * A stream's own iterator is not taken: its `return` would wait for the part that has been asked for, which may never
 * come (test: `is let go at once`).
 */
function iteratorOf(body: Body): PartsIterator {
  if (isWhole(body)) return [body].values();
  if (isReadableStream(body)) {
    const reader = body.getReader();
    return { next: () => reader.read(), return: (reason) => reader.cancel(reason) };
  }
  const iterable = body as Partial<AsyncIterable<unknown> & Iterable<unknown>>;
  const iterator: PartsIterator = iterable[Symbol.asyncIterator]?.() ?? iterable[Symbol.iterator]!();
  if (!(body instanceof Readable)) return iterator;
  // An error that comes before it is asked for its first part, or after the last, would find no listener and end the process.
  return { next: () => iterator.next(), return: () => body.on('error', () => {}).destroy() };
}

/** One of this realm, of another, or a polyfill. */
function isReadableStream(body: object): body is ReadableStream<unknown> {
  return typeof (body as Partial<ReadableStream>).getReader === 'function';
}

/** Lets go of a body that nobody has begun to send. Never throws, whatever it is. */
export function discard(body: unknown): void {
  try {
    if (typeof body !== 'object' || body === null || !isIterable(body) || ArrayBuffer.isView(body)) return;
    new Parts(body as Body).letGo();
  } catch {
    // As above.
  }
}

/** @throws HttpError `invalid-content` */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new HttpError('invalid-content', `the content is not JSON: ${reasonOf(cause)}`, { cause });
  }
}
