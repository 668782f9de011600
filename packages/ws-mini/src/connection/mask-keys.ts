// Mask keys for clients (rfc6455/5.3/key, rfc6455/10.3/new-key): 32 bits per frame that nobody can foretell, least of all
// the page that chooses the payload. They are drawn 2,048 at a time, because asking the system for four
// bytes a hundred times costs a hundred times what asking for four hundred costs.

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
  // What was used is not left lying about: whoever reads this memory learns nothing of the past.
  pool[used++] = 0;
  return key;
}
