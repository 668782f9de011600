// The fast path of `mask`: eight bytes at a time, and not in place, a copy in the same pass. A typed array of words
// must begin at a multiple of eight, and a payload rarely does, so the few bytes before and behind the words are
// masked one by one.

/**
 * @param key rotated for the byte at `start`
 * @returns the key rotated for the byte at `end`
 */
export function maskWords(
  bytes: Uint8Array,
  start: number,
  end: number,
  key: number,
  target: Uint8Array,
  at: number,
): number {
  const lead = toWord(bytes, start);
  if (lead !== toWord(target, at)) {
    // Words would begin at different places in the two arrays.
    target.set(bytes.subarray(start, end), at);
    return maskWords(target, at, at + end - start, key, target, at);
  }
  const first = start + lead;
  const count = (end - first) >>> 3;
  const last = first + count * 8;
  const shift = at - start;
  const rotated = maskBytes(bytes, start, first, key, target, shift);
  const word = twice(rotated);
  const from = new BigUint64Array(bytes.buffer, bytes.byteOffset + first, count);
  const isInPlace = target === bytes && shift === 0;
  const to = isInPlace ? from : new BigUint64Array(target.buffer, target.byteOffset + first + shift, count);
  // V8 compiles this to plain 64-bit machine words and makes no BigInt. Why not BigInt.asUintN around each: storing
  // cuts to 64 bits anyway, and on Node 20 and 22 asUintN is much slower.
  const fours = count & ~3;
  for (let i = 0; i < fours; i += 4) {
    to[i] = from[i]! ^ word;
    to[i + 1] = from[i + 1]! ^ word;
    to[i + 2] = from[i + 2]! ^ word;
    to[i + 3] = from[i + 3]! ^ word;
  }
  for (let i = fours; i < count; i++) to[i] = from[i]! ^ word;
  return maskBytes(bytes, last, end, rotated, target, shift);
}

/** How many bytes to skip until a multiple of eight. */
function toWord(bytes: Uint8Array, start: number): number {
  return -(bytes.byteOffset + start) & 7;
}

/** @param shift how much further on a byte is in `target` */
function maskBytes(
  bytes: Uint8Array,
  start: number,
  end: number,
  key: number,
  target: Uint8Array,
  shift: number,
): number {
  let next = key;
  for (let i = start; i < end; i++) {
    target[i + shift] = bytes[i]! ^ (next >>> 24);
    next = (next << 8) | (next >>> 24);
  }
  return next;
}

const pair = new DataView(new ArrayBuffer(8));
const pairAsWord = new BigUint64Array(pair.buffer);

/** A word that holds the key twice, its first byte at the lowest address, whatever the machine's byte order. */
function twice(key: number): bigint {
  pair.setInt32(0, key);
  pair.setInt32(4, key);
  return pairAsWord[0]!;
}
