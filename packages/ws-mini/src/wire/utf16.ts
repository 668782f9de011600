// The fast path of `textOf` (bytes.ts), for platforms whose own decoder is slow on text beyond Latin-1: Korean, Greek,
// emoji. It makes UTF-16 out of UTF-8 in JavaScript, and checks it in the same pass (RFC 3629 3 and 4). If a text begins
// in ASCII or Latin-1, the platform decodes it: it is faster there, and its strings then take one byte per character
// instead of two.

/** Reads UTF-8 and keeps a byte order mark; bytes that are not UTF-8 become U+FFFD. */
export type TextOf = (bytes: Uint8Array, start: number, end: number) => string;

/** How many bytes to search for the first character beyond ASCII. */
const LOOKED_AT = 32;
/** The first lead byte of characters beyond Latin-1, U+0100 and up. */
const BEYOND_LATIN1 = 0xc4;

/** Holds the UTF-16 units of one text at a time; a longer text gets its own memory. */
const scratch = new Uint16Array(0x2000);

/** What we use of Node's Buffer; the methods accept any typed array as `this`. */
export interface Slices {
  utf8Slice(this: Uint8Array, start: number, end: number): string;
  ucs2Slice(this: Uint16Array, start: number, end: number): string;
}

/** Gives a function that does the same as `utf8Slice`. */
export function fastTextOf({ utf8Slice, ucs2Slice }: Slices): TextOf {
  return (bytes, start, end) => {
    const stop = Math.min(end, start + LOOKED_AT);
    let i = start;
    while (i < stop && bytes[i]! < 0x80) i++;
    if (i === stop || bytes[i]! < BEYOND_LATIN1) return utf8Slice.call(bytes, start, end);
    const units = end - start <= scratch.length ? scratch : new Uint16Array(end - start);
    const count = decodeUnits(units, bytes, start, end);
    return count < 0 ? utf8Slice.call(bytes, start, end) : ucs2Slice.call(units, 0, count * 2);
  };
}

/**
 * Writes the UTF-16 units of the text in `bytes[start, end)` to `units`, which has room for one per byte.
 *
 * @returns the number of units, or -1 if the bytes are not UTF-8
 */
export function decodeUnits(units: Uint16Array, bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  let i = start;
  // A continuation byte is 80 to BF, so `^ 0x80` gives 00 to 3F; any other byte gives more.
  while (i < end) {
    const lead = bytes[i]!;
    if (lead < 0x80) {
      units[count++] = lead;
      i++;
    } else if (lead < 0xe0) {
      if (lead < 0xc2 || i + 2 > end) return -1;
      const b = bytes[i + 1]! ^ 0x80;
      if (b > 0x3f) return -1;
      units[count++] = ((lead & 0x1f) << 6) | b;
      i += 2;
    } else if (lead < 0xf0) {
      if (i + 3 > end) return -1;
      const b = bytes[i + 1]! ^ 0x80;
      const c = bytes[i + 2]! ^ 0x80;
      const unit = ((lead & 0x0f) << 12) | (b << 6) | c;
      if ((b | c) > 0x3f || unit < 0x800 || (unit & 0xf800) === 0xd800) return -1;
      units[count++] = unit;
      i += 3;
    } else {
      if (i + 4 > end) return -1;
      const b = bytes[i + 1]! ^ 0x80;
      const c = bytes[i + 2]! ^ 0x80;
      const d = bytes[i + 3]! ^ 0x80;
      const point = ((lead & 0x0f) << 18) | (b << 12) | (c << 6) | d;
      if ((b | c | d) > 0x3f || point < 0x1_0000 || point > 0x10_ffff) return -1;
      units[count++] = 0xd7c0 + (point >>> 10);
      units[count++] = 0xdc00 | (point & 0x3ff);
      i += 4;
    }
  }
  return count;
}
