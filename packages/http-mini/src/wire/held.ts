/**
 * Holds the bytes of a line or a section that has come in part, in memory proportional to what has come
 * (test: `half a head`). It holds no text, because a string that grows by single characters takes much more memory.
 */

/** The fewest bytes to reserve, so that the rest of a small section has room. */
const SMALLEST = 256;

/**
 * Adds bytes after the first `length` bytes of `held`. Returns the array that now holds both; it may be a new one.
 * @param most bytes that can ever be held
 */
export function hold(held: Uint8Array, length: number, bytes: Uint8Array, most: number): Uint8Array {
  let room = held;
  const needed = length + bytes.length;
  if (needed > held.length) {
    // Grow by half each time, so that bytes that come one by one are moved a few times and not once for each byte. The
    // first piece is often nearly all there is, so it gets no room to grow.
    room = new Uint8Array(Math.max(needed, Math.floor(Math.min(length * 1.5, most)), SMALLEST));
    room.set(held.subarray(0, length));
  }
  room.set(bytes, length);
  return room;
}
