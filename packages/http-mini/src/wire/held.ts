/**
 * What is held of a line or a section that has come in part: put together as it comes, and in proportion to what has come
 * (test: `half a head`). Not as text: a string that grows by a character a time costs thirty bytes for each.
 */

/** Bytes that are reserved at least: the end of what is small has room. */
const SMALLEST = 256;

/**
 * Adds bytes to the first `length` bytes of what is held; answers the array that holds both now, which may be another one.
 * @param most bytes that will be held at all
 */
export function hold(held: Uint8Array, length: number, bytes: Uint8Array, most: number): Uint8Array {
  let room = held;
  const needed = length + bytes.length;
  if (needed > held.length) {
    // By half of it each time, so that what comes byte by byte is moved a few times and not once a byte; but what comes
    // first, often all but the last bytes, takes no more than its own.
    room = new Uint8Array(Math.max(needed, Math.floor(Math.min(length * 1.5, most)), SMALLEST));
    room.set(held.subarray(0, length));
  }
  room.set(bytes, length);
  return room;
}
