/** Content that both ends make and compare, so that only its size and a number have to be sent. */

/** Bytes of which no two neighbourhoods are alike, so that what is lost, doubled or swapped is seen. */
export function content(size: number, salt: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let i = 0; i < size; i++) bytes[i] = (Math.imul(i + salt, 2654435761) >>> 16) & 0xff;
  return bytes;
}
