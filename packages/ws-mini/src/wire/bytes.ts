// What Node's Buffer does faster than the web's own functions: it allocates without filling with zeros,
// and turns UTF-8 into text and back directly. Only this file of wire/ asks for Buffer, and it works
// without it if there is none.

/** What this file asks of Node's Buffer; the slice and write methods accept any typed array as `this`. */
export interface BufferLike {
  allocUnsafeSlow(size: number): Uint8Array;
  prototype: {
    utf8Slice(this: Uint8Array, start: number, end: number): string;
    ucs2Slice(this: Uint16Array, start: number, end: number): string;
    utf8Write(this: Uint8Array, text: string, start: number, maxLength: number): number;
  };
}

export interface Platform {
  /** Fresh memory. On Node it holds old data of the process: overwrite it before it leaves the process. */
  allocate(size: number): Uint8Array;
  /** Reads UTF-8 and keeps a byte order mark; bytes that are not UTF-8 become U+FFFD. */
  textOf(bytes: Uint8Array, start: number, end: number): string;
  /**
   * Writes `text` as UTF-8 from `start` on and returns the number of bytes; `bytes` must have room for
   * three per UTF-16 unit. A lone surrogate becomes U+FFFD, as in WHATWG's USVString.
   */
  writeText(bytes: Uint8Array, start: number, text: string): number;
  /**
   * The first `count` UTF-16 units as text. Defined only before Node 24, on which `textOf` is slow for text beyond
   * Latin-1: there it pays to make the units in JavaScript (utf16.ts).
   */
  textOfUnits: ((units: Uint16Array, count: number) => string) | undefined;
}

/** `ucs2Slice` reads little-endian units on any machine. */
const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * @param buffer Node's Buffer, or undefined in a browser
 * @param version of Node
 */
export function platformWith(buffer: BufferLike | undefined, version = ''): Platform {
  if (buffer !== undefined) {
    const { utf8Slice, ucs2Slice, utf8Write } = buffer.prototype;
    const isSlow = Number.parseInt(version, 10) < 24 && isLittleEndian;
    return {
      allocate: (size) => buffer.allocUnsafeSlow(size),
      textOf: (bytes, start, end) => utf8Slice.call(bytes, start, end),
      writeText: (bytes, start, text) => utf8Write.call(bytes, text, start, bytes.length - start),
      textOfUnits: isSlow ? (units, count) => ucs2Slice.call(units, 0, count * 2) : undefined,
    };
  }
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const encoder = new TextEncoder();
  return {
    allocate: (size) => new Uint8Array(size),
    textOf: (bytes, start, end) => decoder.decode(bytes.subarray(start, end)),
    writeText: (bytes, start, text) => encoder.encodeInto(text, bytes.subarray(start)).written,
    textOfUnits: undefined,
  };
}

const node = globalThis as unknown as { Buffer?: BufferLike; process?: { versions?: { node?: string } } };
const platform: Platform = platformWith(node.Buffer, node.process?.versions?.node);
export const allocate: Platform['allocate'] = platform.allocate;
export const textOf: Platform['textOf'] = platform.textOf;
export const writeText: Platform['writeText'] = platform.writeText;
export const textOfUnits: Platform['textOfUnits'] = platform.textOfUnits;

/** Memory begins at a multiple of this. */
const ALIGNMENT = 16;

/**
 * Memory for a copy of the bytes at `address`, with the same address modulo 16. First, mask.ts can then copy word by
 * word. Second, the processor's own copying (`rep movsb`) is much slower on some processors (AMD's Zen 4) if the target
 * is 1 to 15 bytes past the source modulo 4096, which the length of a frame's header often causes.
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
