// A fast path: Node's own check of UTF-8, for the whole characters of a piece of text. It takes a small part of the time
// that utf8.ts takes, but cannot say which byte is wrong, nor go on where a character was cut.

interface Platform {
  readonly process?: {
    getBuiltinModule?(name: 'node:buffer'): { isUtf8?(bytes: Uint8Array): boolean } | undefined;
  };
}

/** Undefined in a browser. Why not import it: a browser has no such module. */
const platformSays = (globalThis as Platform).process?.getBuiltinModule?.('node:buffer')?.isUtf8;

/** Calling it for fewer bytes costs more than it saves. */
const LEAST = 64;

/**
 * Where to go on checking: behind the last whole character of `bytes[start, end)` if all of them are valid; else at
 * `start`, as for a short text, and if the platform has no such check.
 */
export function skipWhole(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < LEAST || platformSays === undefined) return start;
  const whole = end - cutOff(bytes, end);
  return platformSays(bytes.subarray(start, whole)) ? whole : start;
}

/** How many bytes at the end belong to a character of which more must come. */
function cutOff(bytes: Uint8Array, end: number): number {
  for (let count = 1; count <= 3; count++) {
    const byte = bytes[end - count]!;
    const length = byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    if (length > count) return count;
    // Not a continuation byte: here the last character begins.
    if (byte < 0x80 || byte >= 0xc0) return 0;
  }
  return 0;
}
