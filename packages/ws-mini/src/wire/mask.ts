// Masking (RFC 6455 5.3): byte i of the payload is XORed with byte i mod 4 of the key. It hides
// nothing; it keeps a web page from choosing the bytes that a confused proxy sees on the wire
// (10.3). Masking twice with the same key gives the original back. mask-words.ts does the same for
// many bytes, eight at a time.

import { maskWords } from './mask-words.ts';

/** Below this many bytes, making a view of words costs more than the words save. */
const WORDS_PAY_FROM = 64;

/**
 * XORs `bytes[start, end)` with the key, in place or into `target` from `at` on. If it is not in place, the two must not
 * overlap.
 *
 * @param key 32 bits, the key's first byte as the highest, as on the wire
 * @returns the key rotated for the next byte, so that a payload may come in pieces
 */
export function mask(
  bytes: Uint8Array,
  start: number,
  end: number,
  key: number,
  target: Uint8Array = bytes,
  at: number = start,
): number {
  if (end - start >= WORDS_PAY_FROM) return maskWords(bytes, start, end, key, target, at);
  // Why copy first: a loop over two arrays is noticeably slower for small messages.
  if (target !== bytes || at !== start) target.set(bytes.subarray(start, end), at);
  const stop = at + end - start;
  let next = key;
  for (let i = at; i < stop; i++) {
    target[i]! ^= next >>> 24; // rfc6455/5.3/xor
    next = (next << 8) | (next >>> 24);
  }
  return next;
}

/** The key rotated for the byte that is `count` bytes later. Why not keep an index: one number is cheaper to pass on. */
export function rotate(key: number, count: number): number {
  const bits = (count & 3) * 8;
  // Shifts count modulo 32: `key >>> 32` is `key`, and OR-ing `key` with itself does no harm.
  return (key << bits) | (key >>> (32 - bits));
}
