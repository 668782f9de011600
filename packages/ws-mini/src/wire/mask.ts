// Masking (RFC 6455 5.3): byte i of the payload is XORed with byte i mod 4 of the key. It hides
// nothing; it keeps a web page from choosing the bytes that a confused proxy sees on the wire
// (10.3). Masking twice with the same key gives the original back.

/** Below this many bytes, making a view costs more than the view saves. */
const WORDS_PAY_FROM = 128;

/**
 * XORs `bytes[start, end)` with the key, in place or into `target` from `at` on, which copies and unmasks in one pass.
 * If it is not in place, the two must not overlap.
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
  // rfc6455/5.3/xor
  const length = end - start;
  const isInPlace = target === bytes && at === start;
  if (!isInPlace && (length < WORDS_PAY_FROM || lead(bytes, start) !== lead(target, at))) {
    // Too few bytes for words, or words would begin at different places in the two arrays.
    target.set(bytes.subarray(start, end), at);
    return mask(target, at, at + length, key);
  }
  if (length < WORDS_PAY_FROM) maskBytes(bytes, start, end, key);
  else maskWords(bytes, start, end, key, target, at);
  return rotate(key, length);
}

/** The key rotated for the byte that is `count` bytes later. Why not keep an index: one number is cheaper to pass on. */
export function rotate(key: number, count: number): number {
  const bits = (count & 3) * 8;
  // Shifts count modulo 32: `key >>> 32` is `key`, and OR-ing `key` with itself does no harm.
  return (key << bits) | (key >>> (32 - bits));
}

/** Why only in place: with a second array, small messages are noticeably slower. */
function maskBytes(bytes: Uint8Array, start: number, end: number, key: number): void {
  const k0 = key >>> 24;
  const k1 = (key >>> 16) & 0xff;
  const k2 = (key >>> 8) & 0xff;
  const k3 = key & 0xff;
  let i = start;
  for (; i + 4 <= end; i += 4) {
    bytes[i]! ^= k0;
    bytes[i + 1]! ^= k1;
    bytes[i + 2]! ^= k2;
    bytes[i + 3]! ^= k3;
  }
  if (i < end) bytes[i]! ^= k0;
  if (i + 1 < end) bytes[i + 1]! ^= k1;
  if (i + 2 < end) bytes[i + 2]! ^= k2;
}

/** How many bytes to skip until a multiple of eight: a typed array of words must begin at one, and a payload rarely does. */
function lead(bytes: Uint8Array, start: number): number {
  return -(bytes.byteOffset + start) & 7;
}

function maskWords(
  bytes: Uint8Array,
  start: number,
  end: number,
  key: number,
  target: Uint8Array,
  at: number,
): void {
  const before = lead(bytes, start);
  const first = start + before;
  const rotated = rotate(key, before);
  const word = twice(rotated);
  const count = ((end - first) >>> 5) * 4;
  const last = first + count * 8;
  const from = new BigUint64Array(bytes.buffer, bytes.byteOffset + first, count);
  const isInPlace = target === bytes && at === start;
  const to = isInPlace ? from : new BigUint64Array(target.buffer, target.byteOffset + at + before, count);
  // V8 compiles this to plain 64-bit machine words and makes no BigInt. Why not BigInt.asUintN around each: storing
  // cuts to 64 bits anyway, and on Node 20 and 22 asUintN is much slower.
  for (let i = 0; i < count; i += 4) {
    to[i] = from[i]! ^ word;
    to[i + 1] = from[i + 1]! ^ word;
    to[i + 2] = from[i + 2]! ^ word;
    to[i + 3] = from[i + 3]! ^ word;
  }
  if (!isInPlace) {
    target.set(bytes.subarray(start, first), at);
    target.set(bytes.subarray(last, end), at + last - start);
  }
  maskBytes(target, at, at + before, key);
  maskBytes(target, at + last - start, at + end - start, rotated);
}

const pair = new DataView(new ArrayBuffer(8));
const pairAsWord = new BigUint64Array(pair.buffer);

/** A word that holds the key twice, its first byte at the lowest address, whatever the machine's byte order. */
function twice(key: number): bigint {
  pair.setInt32(0, key);
  pair.setInt32(4, key);
  return pairAsWord[0]!;
}
