// Memory, and text as UTF-8 in it. Node's Buffer does both faster than the web's own functions: it allocates without
// filling with zeros, and turns UTF-8 into text and back directly. This file works without Buffer if there is none.

import { WebSocketError } from './errors.ts';
import { Utf8Validator } from './utf8.ts';
import { fastTextOf, type Slices, type TextOf } from './utf16.ts';

/**
 * The text in `bytes[start, end)`, or undefined if the bytes are not UTF-8.
 *
 * @throws WebSocketError `message-too-big` if the text is longer than any string can be (in V8, about 512 Mi units)
 */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string | undefined {
  try {
    const text = textOf(bytes, start, end);
    // Why not check first: nearly all text is valid, and the platform decodes it faster than we can check.
    // U+FFFD alone proves nothing: the peer may have sent that character itself (EF BF BD).
    return text.includes('\ufffd') && !isUtf8(bytes, start, end) ? undefined : text;
  } catch (cause) {
    if (cause instanceof TypeError) throw cause; // `bytes` is not a Uint8Array
    throw new WebSocketError('message-too-big', `no text can be made of ${end - start} bytes`, { cause });
  }
}

/** Whether the bytes in `bytes[start, end)` are UTF-8, as a whole. */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  const validator = new Utf8Validator();
  return validator.push(bytes, start, end) < 0 && validator.isComplete;
}

/** `text` as UTF-8, in memory of its own. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes = allocate(text.length * 3);
  return bytes.subarray(0, writeText(bytes, 0, text));
}

export function base64(bytes: Uint8Array): string {
  // Why not spread: it steps through an iterator, with an object for each byte.
  return btoa(String.fromCharCode.apply(undefined, bytes as unknown as number[]));
}

/** Memory begins at a multiple of this. */
const ALIGNMENT = 16;

/**
 * Memory for a copy of the bytes at `address`, with the same address modulo 16. First, mask-words.ts can then copy word
 * by word. Second, the processor's own copying (`rep movsb`) is much slower on some processors (AMD's Zen 4) if the
 * target is 1 to 15 bytes past the source modulo 4096, which the length of a frame's header often causes.
 *
 * @param address counted from the beginning of the source's ArrayBuffer
 */
export function allocateAlike(size: number, address: number): Uint8Array {
  const lead = address & (ALIGNMENT - 1);
  return allocate(lead + size).subarray(lead);
}

/** True also for a Uint8Array of another realm (a vm, an iframe), whose class is not ours. */
export function isUint8Array(value: unknown): value is Uint8Array {
  if (value instanceof Uint8Array) return true;
  return ArrayBuffer.isView(value) && (value as Uint8Array)[Symbol.toStringTag] === 'Uint8Array';
}

// ---- What the platform does ----------------------------------------------------------------------

export interface Platform {
  /** Fresh memory. On Node it holds old data of the process: overwrite it before it leaves the process. */
  allocate(size: number): Uint8Array;
  textOf: TextOf;
  /**
   * Writes `text` as UTF-8 from `start` on and returns the number of bytes; `bytes` must have room for
   * three per UTF-16 unit. A lone surrogate becomes U+FFFD, as in WHATWG's USVString.
   */
  writeText(bytes: Uint8Array, start: number, text: string): number;
}

/** What we use of Node's Buffer; `utf8Write` accepts any Uint8Array as `this`. */
export interface BufferLike {
  allocUnsafeSlow(size: number): Uint8Array;
  prototype: Slices & {
    utf8Write(this: Uint8Array, text: string, start: number): number;
  };
}

/** `ucs2Slice` reads little-endian units on any machine. */
const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** What we use of the global scope; a browser has neither. */
export interface Scope {
  readonly Buffer?: BufferLike;
  readonly process?: { versions?: { readonly node?: string } };
}

export function platformOf(scope: Scope): Platform {
  const buffer = scope.Buffer;
  if (buffer === undefined) {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const encoder = new TextEncoder();
    return {
      allocate: (size) => new Uint8Array(size),
      textOf: (bytes, start, end) => decoder.decode(bytes.subarray(start, end)),
      writeText: (bytes, start, text) => encoder.encodeInto(text, bytes.subarray(start)).written,
    };
  }
  const { utf8Slice, utf8Write } = buffer.prototype;
  // Before Node 24, its decoder is slow on text beyond Latin-1.
  const isSlow = Number(scope.process?.versions?.node?.split('.')[0]) < 24 && isLittleEndian;
  return {
    allocate: (size) => buffer.allocUnsafeSlow(size),
    textOf: isSlow ? fastTextOf(buffer.prototype) : (bytes, start, end) => utf8Slice.call(bytes, start, end),
    writeText: (bytes, start, text) => utf8Write.call(bytes, text, start),
  };
}

const platform: Platform = platformOf(globalThis as unknown as Scope);
export const allocate: Platform['allocate'] = platform.allocate;
export const writeText: Platform['writeText'] = platform.writeText;
const textOf: TextOf = platform.textOf;
