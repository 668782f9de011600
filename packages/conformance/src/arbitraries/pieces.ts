/**
 * Any cut of the bytes. TCP may deliver a stream in any pieces, so every property here is asked of arbitrary ones: law 1.
 */
import fc from 'fast-check';

/** Sizes of the first pieces of a stream; what comes after them is left as it is. */
export type Pieces = readonly number[];

/**
 * Sizes of several orders, so that lines, heads, frame headers and long contents are all cut somewhere: one byte at a time,
 * a few, a packet, a window.
 */
export const anyPieces: fc.Arbitrary<Pieces> = fc.oneof(
  fc.constant([]),
  fc.array(fc.constant(1), { minLength: 1, maxLength: 200 }),
  fc.array(
    fc.oneof(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 1500 }),
      fc.integer({ min: 1, max: 70_000 }),
    ),
    { minLength: 1, maxLength: 40 },
  ),
);

/** Cuts `bytes`; each piece is a copy, since a decoder may change what it is given (slice would not copy a Buffer). */
export function cut(bytes: Uint8Array, pieces: Pieces): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const size of pieces) {
    if (at >= bytes.length) return parts;
    parts.push(Uint8Array.from(bytes.subarray(at, at + size)));
    at += size;
  }
  if (at < bytes.length) parts.push(Uint8Array.from(bytes.subarray(at)));
  return parts;
}
