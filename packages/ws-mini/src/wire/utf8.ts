// Checks UTF-8 that comes in pieces (RFC 6455 8.1, RFC 3629): byte by byte, so that the first wrong byte is known at
// once, and a character may be cut anywhere. bytes.ts decodes and checks a text that has come whole.

import { skipWhole } from './utf8-whole.ts';

/** Checks a text that may be cut anywhere, even within a character. */
export class Utf8Validator {
  /** How many continuation bytes must still come. */
  #missing = 0;
  // The range of the next continuation byte. It is narrower than 80..BF after E0 and F0 (overlong),
  // ED (surrogates) and F4 (beyond U+10FFFF).
  #low = 0x80;
  #high = 0xbf;

  /** Whether the text may end here: no sequence is unfinished. */
  get isComplete(): boolean {
    return this.#missing === 0;
  }

  /** @returns the index of the first byte that cannot stand there, or -1 */
  push(bytes: Uint8Array, start: number, end: number): number {
    // First the rest of a character that was cut, then all whole ones at once, then the rest.
    const first = Math.min(start + this.#missing, end);
    const bad = this.#step(bytes, start, first);
    return bad >= 0 ? bad : this.#step(bytes, skipWhole(bytes, first, end), end);
  }

  #step(bytes: Uint8Array, start: number, end: number): number {
    // Why copy the fields: V8 would read and write them for every byte, which is much slower.
    let missing = this.#missing;
    let low = this.#low;
    let high = this.#high;
    let i = start;
    while (i < end) {
      const byte = bytes[i]!;
      if (missing > 0) {
        if (byte < low || byte > high) return i;
        low = 0x80;
        high = 0xbf;
        missing--;
        i++;
      } else if (byte < 0x80) {
        i = skipAscii(bytes, i, end);
      } else {
        missing = continuationsOf(byte);
        if (missing === 0) return i;
        if (byte === 0xe0) low = 0xa0;
        else if (byte === 0xed) high = 0x9f;
        else if (byte === 0xf0) low = 0x90;
        else if (byte === 0xf4) high = 0x8f;
        i++;
      }
    }
    this.#missing = missing;
    this.#low = low;
    this.#high = high;
    return -1;
  }
}

/** How many bytes follow the lead byte of a sequence (RFC 3629 4); 0 if no sequence begins with it. */
function continuationsOf(lead: number): number {
  if (lead < 0xc2 || lead > 0xf4) return 0;
  return lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
}

function skipAscii(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i + 8 <= end) {
    const low = bytes[i]! | bytes[i + 1]! | bytes[i + 2]! | bytes[i + 3]!;
    const high = bytes[i + 4]! | bytes[i + 5]! | bytes[i + 6]! | bytes[i + 7]!;
    if (((low | high) & 0x80) !== 0) break;
    i += 8;
  }
  while (i < end && bytes[i]! < 0x80) i++;
  return i;
}
