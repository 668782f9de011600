/**
 * Content that a program sends, in a handler's response or a caller's request: text, bytes, or parts that come one after the
 * other.
 */
import { Readable } from 'node:stream';
import { types } from 'node:util';
import { HttpError, reasonOf, userError } from '../wire/errors.ts';

export type Body = string | Uint8Array | AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/** Whether the whole body is here already. */
export function isWhole(body: unknown): body is string | Uint8Array {
  return typeof body === 'string' || types.isUint8Array(body); // not instanceof, which fails across realms (node:vm)
}

/**
 * How many bytes a whole body has; undefined for an iterable.
 * @throws HttpError `invalid-response` if it is not a body
 */
export function sizeOf(body: Body): number | undefined {
  if (typeof body === 'string') return Buffer.byteLength(body);
  if (isWhole(body)) return body.length;
  // Refuse it here, while the server can still answer 500. Other views are iterable too, but they give numbers.
  if (typeof body !== 'object' || ArrayBuffer.isView(body) || !isIterable(body)) {
    throw userError('invalid-response', 'the content is neither text nor a Uint8Array nor iterable');
  }
  return undefined;
}

function isIterable(body: object): boolean {
  return Symbol.asyncIterator in body || Symbol.iterator in body;
}

/** Gives the parts of a body. */
interface PartsIterator {
  next(): IteratorResult<unknown, unknown> | Promise<IteratorResult<unknown, unknown>>;
  return?(reason?: unknown): unknown;
}

/** The parts of a body, one after the other; a whole body is one part. */
export class Parts {
  readonly #iterator: PartsIterator;
  #isLetGo = false;

  /** @throws what the body's iterator method throws */
  constructor(body: Body) {
    this.#iterator = iteratorOf(body);
  }

  next(): IteratorResult<unknown, unknown> | Promise<IteratorResult<unknown, unknown>> {
    return this.#iterator.next();
  }

  /**
   * Releases the parts that will not be sent, so that the body closes what it holds, such as a file. Does not wait for a part
   * that was asked for. Never throws.
   */
  letGo(reason?: unknown): void {
    if (this.#isLetGo) return;
    this.#isLetGo = true;
    try {
      Promise.resolve(this.#iterator.return?.(reason)).catch(() => {});
    } catch {
      // Nothing more is sent, so an error of the body no longer matters.
    }
  }
}

/**
 * Does not use a stream's own `return`: it would wait for the part that was asked for, which may never come
 * (test: `is let go at once`).
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
  // An error before the first part is asked for, or after the last, would find no listener and end the process.
  return { next: () => iterator.next(), return: () => body.on('error', () => {}).destroy() };
}

/** Not instanceof: it may come from another realm or a polyfill. */
function isReadableStream(body: object): body is ReadableStream<unknown> {
  return typeof (body as Partial<ReadableStream>).getReader === 'function';
}

/** Releases a body that was never begun to be sent. Never throws, even if it is not a body. */
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
