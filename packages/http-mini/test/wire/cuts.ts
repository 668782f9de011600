/** Ways to cut the same bytes, for law 1: any cut gives the same events. */

/** Cuts the bytes at these places, which go up. */
export function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places, bytes.length];
  return ends.map((end, i) => bytes.subarray(i === 0 ? 0 : ends[i - 1], end));
}

/** Pieces of this many bytes. */
export function every(size: number, bytes: Uint8Array): Uint8Array[] {
  const places: number[] = [];
  for (let at = size; at < bytes.length; at += size) places.push(at);
  return cutAt(bytes, places);
}

/** Whole, byte by byte, in threes and in sevens, and in two at each place (at some places of long bytes). */
export function* manyCuts(bytes: Uint8Array): Generator<Uint8Array[]> {
  yield [bytes];
  for (const size of [1, 3, 7]) yield every(size, bytes);
  const step = Math.ceil(bytes.length / 300);
  for (let at = 1; at < bytes.length; at += step) yield cutAt(bytes, [at]);
}
