// UTF-8, checked (RFC 6455 8.1, RFC 3629). A whole text is decoded first and looked at only where
// U+FFFD turns up; a text that comes in pieces is checked byte by byte as it comes, so that the
// first byte that cannot be continued is known at once, and a sequence may be cut anywhere. Where the
// platform is slow on text beyond Latin-1, utf16.ts decodes that.

import { textOf, textOfUnits } from './bytes.ts';
import { WebSocketError } from './errors.ts';
import { beginsBeyondLatin1, decodeUnits } from './utf16.ts';

/** UTF-16 units of one text at a time; a text that is longer gets memory of its own. */
const scratch = new Uint16Array(0x2000);

/**
 * The text in `bytes[start, end)`, or undefined if that is not UTF-8.
 *
 * @throws WebSocketError `message-too-big`: no string can be as long, as V8's cannot beyond half a GiB
 */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string | undefined {
  try {
    return decode(bytes, start, end);
  } catch (cause) {
    if (cause instanceof TypeError) throw cause; // no bytes were given
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
  // Why not check first: nearly all text is valid, and most of it in the decoder's fastest path.
  // U+FFFD may also have been sent as such (EF BF BD), so that its presence decides nothing.
  if (text.includes('\ufffd') && !isUtf8(bytes, start, end)) return undefined;
  return text;
}

function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  const validator = new Utf8Validator();
  return validator.push(bytes, start, end) < 0 && validator.isComplete;
}

/** Follows a text through any cuts. */
export class Utf8Validator {
  /** Continuation bytes still to come. */
  #missing = 0;
  // The range of the next continuation byte. It is narrower than 80..BF after E0 and F0 (overlong),
  // ED (surrogates) and F4 (beyond U+10FFFF).
  #low = 0x80;
  #high = 0xbf;

  /** No sequence is unfinished. */
  get isComplete(): boolean {
    return this.#missing === 0;
  }

  /** @returns the index of the first byte that no text can have there, or -1 */
  push(bytes: Uint8Array, start: number, end: number): number {
    // Why not use the fields: they would be read and written for every byte, which takes twice as long.
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

/** How many bytes follow the first one of a sequence (RFC 3629 4); 0: none begins with it. */
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
