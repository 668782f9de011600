/**
 * Content as a program gives it, a handler for its response or a caller for its request: text, bytes, or parts that come
 * one after the other.
 */
import { Readable } from 'node:stream';
import { HttpError, userError } from './wire/errors.ts';

export type Body = string | Uint8Array | AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/** Whether all of it is at hand. */
export function isWhole(body: unknown): body is string | Uint8Array {
  return typeof body === 'string' || body instanceof Uint8Array;
}

/**
 * Bytes of a body that is at hand; undefined for one that is iterated.
 * @throws HttpError `invalid-response` for what is no body
 */
export function sizeOf(body: Body): number | undefined {
  if (typeof body === 'string') return Buffer.byteLength(body);
  if (body instanceof Uint8Array) return body.length;
  // Found here, while it can still be answered 500. Other views iterate, but over numbers.
  if (typeof body !== 'object' || ArrayBuffer.isView(body) || !isIterable(body)) {
    throw userError('invalid-response', 'the content is neither text nor a Uint8Array nor iterable');
  }
  return undefined;
}

function isIterable(body: object): boolean {
  return Symbol.asyncIterator in body || Symbol.iterator in body;
}

/**
 * A body at hand beyond this goes in slices, since within one write nobody sees whether the peer takes any of it: a slow
 * one would look like a dead one (test: `a slow reader of a large response is no dead one`). Up to it, each further
 * write would cost the sender a third more.
 */
export const MAX_AT_ONCE: number = 1024 * 1024;
const SLICE = 256 * 1024;

/** The parts of a body; one that is at hand, in slices. */
export function partsOf(body: Body): Exclude<Body, string | Uint8Array> {
  return isWhole(body) ? slices(typeof body === 'string' ? Buffer.from(body) : body) : body;
}

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += SLICE) yield bytes.subarray(at, at + SLICE);
}

/** Lets go of a body that nobody will send, so that what it holds (a file, say) is closed. Never throws. */
export function discard(body: unknown): void {
  if (typeof body !== 'object' || body === null || !isIterable(body) || ArrayBuffer.isView(body)) return;
  // The iterator of a Readable that was never asked destroys nothing (test: `HEAD closes a stream`).
  if (body instanceof Readable) return void body.on('error', () => {}).destroy();
  try {
    const iterable = body as Partial<AsyncIterable<unknown> & Iterable<unknown>>;
    const iterator = iterable[Symbol.asyncIterator]?.() ?? iterable[Symbol.iterator]!();
    Promise.resolve(iterator.return?.()).catch(() => {});
  } catch {
    // A body that does not let itself go has no one left to tell.
  }
}

/** @throws HttpError `invalid-content` */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new HttpError('invalid-content', 'the content is not JSON', { cause });
  }
}
