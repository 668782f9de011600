// A fast path: Node's own check of UTF-8, for the whole characters of a piece of text. It takes a small part of the time
// that utf8.ts takes, but cannot say which byte is wrong, nor go on where a character was cut.

/** What we use of the global scope; a browser has nothing of it. Why not import it: a browser has no such module. */
export interface Checking {
  readonly process?: {
    getBuiltinModule?(name: 'node:buffer'): { isUtf8?(bytes: Uint8Array): boolean } | undefined;
  };
}

type Skip = (bytes: Uint8Array, start: number, end: number) => number;

/** Calling the platform for fewer bytes costs more than it saves. */
const LEAST = 64;

/**
 * Where to go on checking: behind the last whole character of `bytes[start, end)` if all of them are valid; else at
 * `start`, as for a short text, and if the platform has no such check.
 */
export const skipWhole: Skip = skipOf(globalThis as Checking);

export function skipOf(scope: Checking): Skip {
  const isUtf8 = scope.process?.getBuiltinModule?.('node:buffer')?.isUtf8;
  if (isUtf8 === undefined) return (_bytes, start) => start;
  return (bytes, start, end) => {
    if (end - start < LEAST) return start;
    const whole = end - cutOff(bytes, end);
    return isUtf8(bytes.subarray(start, whole)) ? whole : start;
  };
}

/** How many bytes at the end belong to a character of which more must come. */
function cutOff(bytes: Uint8Array, end: number): number {
  for (let count = 1; count <= 3; count++) {
    const lead = bytes[end - count]!;
    const continuations = lead < 0xc2 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    if (continuations >= count) return count;
  }
  return 0;
}
