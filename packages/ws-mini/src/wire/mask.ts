// Masking (RFC 6455 5.3): byte i of the payload is XORed with byte i mod 4 of the key. It hides
// nothing; it keeps a web page from choosing the bytes that a confused proxy sees on the wire
// (10.3). Masking twice with the same key gives the original back.

/** Below this many bytes, making a view costs more than the view saves. */
const VIEW_PAYS_FROM = 128;
/** From here on an Int32Array, four words a step, outruns a DataView. */
const WORDS_PAY_FROM = 2048;

/**
 * XORs `bytes[start, end)` in place.
 *
 * @param key 32 bits, the key's first byte on top, as on the wire
 * @returns the key rotated for the byte that follows, so that a payload may come in pieces
 */
export function mask(bytes: Uint8Array, start: number, end: number, key: number): number {
  // rfc6455/5.3/xor
  const length = end - start;
  if (length < VIEW_PAYS_FROM) maskBytes(bytes, start, end, key);
  else if (length < WORDS_PAY_FROM) maskView(bytes, start, end, key);
  else maskWords(bytes, start, end, key);
  return rotate(key, length);
}

/** The key as it stands `count` bytes later. Why not `count & 3` as an index: a number is passed on more cheaply. */
function rotate(key: number, count: number): number {
  const bits = (count & 3) * 8;
  // Shifts count modulo 32, so that `key >>> 32` would be `key`, and OR-ing it in twice does no harm.
  return (key << bits) | (key >>> (32 - bits));
}

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

function maskView(bytes: Uint8Array, start: number, end: number, key: number): void {
  const length = end - start;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, length);
  let i = 0;
  for (; i + 16 <= length; i += 16) {
    view.setInt32(i, view.getInt32(i) ^ key);
    view.setInt32(i + 4, view.getInt32(i + 4) ^ key);
    view.setInt32(i + 8, view.getInt32(i + 8) ^ key);
    view.setInt32(i + 12, view.getInt32(i + 12) ^ key);
  }
  maskBytes(bytes, start + i, end, key);
}

function maskWords(bytes: Uint8Array, start: number, end: number, key: number): void {
  // A typed array of words begins at a multiple of four bytes, which a payload rarely does.
  const first = start + (-(bytes.byteOffset + start) & 3);
  maskBytes(bytes, start, first, key);
  const rotated = rotate(key, first - start);
  const word = inPlatformOrder(rotated);
  const count = (end - first) >>> 2;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + first, count);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    words[i]! ^= word;
    words[i + 1]! ^= word;
    words[i + 2]! ^= word;
    words[i + 3]! ^= word;
  }
  maskBytes(bytes, first + i * 4, end, rotated);
}

/** Whatever the byte order of the machine, the word has the key's first byte at the lowest address. */
function inPlatformOrder(key: number): number {
  const bytes = Uint8Array.of(key >>> 24, key >>> 16, key >>> 8, key);
  return new Int32Array(bytes.buffer)[0]!;
}
