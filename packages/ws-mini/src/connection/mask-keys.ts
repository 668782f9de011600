// Mask keys for clients (rfc6455/5.3/key, rfc6455/10.3/new-key): 32 bits for each frame that nobody can predict, least of
// all the page that chooses the payload. We draw 2,048 keys at a time: each call to the system is expensive, however few
// bytes it asks for.

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
