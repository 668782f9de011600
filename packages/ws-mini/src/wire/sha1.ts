// SHA-1 (FIPS 180-4 6.1), which the opening handshake needs (RFC 6455 1.3). Why not the platform's:
// wire/ also runs in a browser, whose only SHA-1 is asynchronous. The hash protects nothing here; it
// shows that the server has read the key, and is not an HTTP server that answered 101 by chance.

// Shared scratch memory: only one digest is computed at a time, and new arrays for each would cost more than the hash.
const words = new Int32Array(80);
const hash = new Int32Array(5);
const START = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);

/** The digest of `text`, which must be ASCII, as 20 bytes. */
export function sha1(text: string): Uint8Array {
  const end = Math.ceil((text.length + 9) / 64) * 64;
  hash.set(START);
  for (let at = 0; at < end; at += 64) {
    for (let i = 0; i < 16; i++) words[i] = wordAt(text, at + i * 4);
    if (at + 64 === end) words[15] = text.length * 8;
    compress();
  }
  const digest = new Uint8Array(20);
  for (let i = 0; i < 20; i++) digest[i] = hash[i >> 2]! >>> (24 - (i & 3) * 8);
  return digest;
}

function wordAt(text: string, at: number): number {
  return (
    (byteAt(text, at) << 24) |
    (byteAt(text, at + 1) << 16) |
    (byteAt(text, at + 2) << 8) |
    byteAt(text, at + 3)
  );
}

/** The padding behind the text begins with a one bit. */
function byteAt(text: string, index: number): number {
  if (index < text.length) return text.charCodeAt(index);
  return index === text.length ? 0x80 : 0;
}

/** Adds the block in `words[0, 16)` to `hash`. */
function compress(): void {
  for (let i = 16; i < 80; i++)
    words[i] = rotate(words[i - 3]! ^ words[i - 8]! ^ words[i - 14]! ^ words[i - 16]!, 1);
  let a = hash[0]!;
  let b = hash[1]!;
  let c = hash[2]!;
  let d = hash[3]!;
  let e = hash[4]!;
  for (let i = 0; i < 80; i++) {
    const next = (rotate(a, 5) + round(i, b, c, d) + e + words[i]!) | 0;
    e = d;
    d = c;
    c = rotate(b, 30);
    b = a;
    a = next;
  }
  // Storing in an Int32Array takes the sum modulo 2^32.
  hash[0]! += a;
  hash[1]! += b;
  hash[2]! += c;
  hash[3]! += d;
  hash[4]! += e;
}

/** The function plus the constant of round `i`; each pair serves twenty rounds. */
function round(i: number, b: number, c: number, d: number): number {
  if (i < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (i < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (i < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
