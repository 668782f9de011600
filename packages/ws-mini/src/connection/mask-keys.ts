// Mask keys for clients (rfc6455/5.3/key, rfc6455/10.3/new-key): 32 unpredictable bits for each frame, so that the page that
// chooses the payload cannot choose the bytes on the wire. We draw 2,048 keys at a time: each call to the system is
// expensive, however few bytes it asks for.

import { randomFillSync } from 'node:crypto';

const pool = new Int32Array(2048);
let used = pool.length;

/** A fresh key from a cryptographically strong source. */
export function randomMaskKey(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const key = pool[used]!;
  // Erase a used key: if this memory leaks, it tells nothing about past frames.
  pool[used++] = 0;
  return key;
}
