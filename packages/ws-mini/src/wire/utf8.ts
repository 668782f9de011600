// Checks UTF-8 (RFC 6455 8.1, RFC 3629). A whole text is decoded first, and checked only if U+FFFD turns
// up in it. A text that comes in pieces is checked byte by byte, so that the first wrong byte is known at
// once, and a sequence may be cut anywhere. If the platform is slow on text beyond Latin-1, utf16.ts
// decodes that text.

import { textOf, textOfUnits } from './bytes.ts';
import { WebSocketError } from './errors.ts';
import { beginsBeyondLatin1, decodeUnits } from './utf16.ts';

/** Holds the UTF-16 units of one text at a time; a longer text gets its own memory. */
const scratch = new Uint16Array(0x2000);

/**
 * The text in `bytes[start, end)`, or undefined if the bytes are not UTF-8.
 *
 * @throws WebSocketError `message-too-big` if the text is longer than any string can be (in V8, about 512 Mi units)
 */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string | undefined {
  try {
    return decode(bytes, start, end);
  } catch (cause) {
    if (cause instanceof TypeError) throw cause; // `bytes` is not a Uint8Array
    throw new WebSocketError('message-too-big', `no text can be made of ${end - start} bytes`, { cause });
  }
}

function decode(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (textOfUnits !== undefined && beginsBeyondLatin1(bytes, start, end)) {
    const units = end - start <= scratch.length ? scratch : new Uint16Array(end - start);
    const count = decodeUnits(units, bytes, start, end);
    return count < 0 ? undefined : textOfUnits(units, count);
  }
  const text = textOf(bytes, start, end);
  // Why not check first: nearly all text is valid, and the platform decodes it faster than we can check.
  // U+FFFD alone proves nothing: the peer may have sent that character itself (EF BF BD).
  if (text.includes('\ufffd') && !isUtf8(bytes, start, end)) return undefined;
  return text;
}

function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  const validator = new Utf8Validator();
  return validator.push(bytes, start, end) < 0 && validator.isComplete;
}

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
