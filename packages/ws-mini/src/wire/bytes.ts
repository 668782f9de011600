// The three things that Node's Buffer does faster than what browsers offer: allocating without
// filling with zeros, and turning UTF-8 into text and back without a detour. This is the one file
// of wire/ that asks for Buffer, and it does without where there is none.

/** What this file asks of Node's Buffer; the slice and write methods accept any Uint8Array as `this`. */
export interface BufferLike {
  allocUnsafeSlow(size: number): Uint8Array;
  prototype: {
    utf8Slice(this: Uint8Array, start: number, end: number): string;
    utf8Write(this: Uint8Array, text: string, start: number, maxLength: number): number;
  };
}

export interface Platform {
  /** Fresh memory. On Node it holds whatever was there before: fill it before it leaves the process. */
  allocate(size: number): Uint8Array;
  /** Reads UTF-8, a byte order mark included; what is not UTF-8 becomes U+FFFD. */
  textOf(bytes: Uint8Array, start: number, end: number): string;
  /**
   * Writes `text` as UTF-8 from `start` on and returns the number of bytes; `bytes` must have room for
   * three per UTF-16 unit. A lone surrogate becomes U+FFFD, as in WHATWG's USVString.
   */
  writeText(bytes: Uint8Array, start: number, text: string): number;
}

/** @param buffer Node's Buffer, or undefined in a browser */
export function platformWith(buffer: BufferLike | undefined): Platform {
  if (buffer !== undefined) {
    const { utf8Slice, utf8Write } = buffer.prototype;
    return {
      allocate: (size) => buffer.allocUnsafeSlow(size),
      textOf: (bytes, start, end) => utf8Slice.call(bytes, start, end),
      writeText: (bytes, start, text) => utf8Write.call(bytes, text, start, bytes.length - start),
    };
  }
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const encoder = new TextEncoder();
  return {
    allocate: (size) => new Uint8Array(size),
    textOf: (bytes, start, end) => decoder.decode(bytes.subarray(start, end)),
    writeText: (bytes, start, text) => encoder.encodeInto(text, bytes.subarray(start)).written,
  };
}

const platform: Platform = platformWith((globalThis as unknown as { Buffer?: BufferLike }).Buffer);
export const allocate: Platform['allocate'] = platform.allocate;
export const textOf: Platform['textOf'] = platform.textOf;
export const writeText: Platform['writeText'] = platform.writeText;
