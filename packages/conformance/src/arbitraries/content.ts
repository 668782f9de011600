/**
 * Payloads for both protocols: small ones of any bytes, and long ones on both sides of every boundary that a protocol or an
 * implementation here has.
 */
import fc from 'fast-check';

/** Frame lengths (RFC 6455 5.2), and the sizes at which code changes its way of copying. */
const BOUNDARIES = [125, 126, 127, 1023, 1024, 1025, 4096, 4097, 16_384, 65_535, 65_536, 65_537, 150_000];

export const anyContent: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 3, arbitrary: fc.uint8Array({ maxLength: 300 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.oneof(fc.constantFrom(...BOUNDARIES), fc.nat({ max: 20_000 })), fc.nat({ max: 255 }))
      .map(([length, seed]) => patterned(length, seed)),
  },
);

/** Bytes in which a shift, a swap or a loss shows. */
function patterned(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0, x = seed + 1; i < length; i++) {
    x = (Math.imul(x, 1103515245) + 12345) | 0;
    bytes[i] = x >>> 16;
  }
  return bytes;
}

/** The same for megabytes, which are quick to make; each seed has bytes of its own. */
export function bulk(length: number, seed = 0): Buffer {
  return Buffer.alloc(length, PATTERN.subarray(seed));
}

/** Of a length that is no multiple of anything, so that no block repeats at the border of a buffer. */
const PATTERN = patterned(1021, 7);

/**
 * A code point that is no surrogate, which UTF-8 cannot say. fast-check's own `unit: 'binary'` is the same, and makes a table
 * of all million of them first: most of a second at the start of each process.
 */
export const anyCharacter: fc.Arbitrary<string> = fc
  .integer({ min: 0, max: 0x10_ffff - 0x800 })
  .map((code) => String.fromCodePoint(code < 0xd800 ? code : code + 0x800));

/** Text of one to four bytes a character, NUL among them. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: anyCharacter, maxLength: 200 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      'x'.repeat(125),
      'x'.repeat(126),
      'é'.repeat(63),
      '\ufffd',
      '한국어'.repeat(700),
    ),
  },
  { weight: 1, arbitrary: fc.nat({ max: 40_000 }).map((length) => 'aé한😀'.repeat(length / 4)) },
);
