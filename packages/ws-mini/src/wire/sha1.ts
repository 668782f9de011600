// SHA-1 (FIPS 180-4 6.1), which the opening handshake asks for (RFC 6455 1.3). Why not a library's:
// this floor also runs in a browser, whose only SHA-1 is asynchronous. It protects nothing here; it
// shows that the server has read the key and is no HTTP server that answered by chance.

/** The digest of `text`, which must be ASCII, as 20 bytes. */
export function sha1(text: string): Uint8Array {
  const blocks = new DataView(new ArrayBuffer(Math.ceil((text.length + 9) / 64) * 64));
  for (let i = 0; i < text.length; i++) blocks.setUint8(i, text.charCodeAt(i));
  blocks.setUint8(text.length, 0x80);
  blocks.setUint32(blocks.byteLength - 4, text.length * 8);
  const hash = new Int32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]);
  for (let at = 0; at < blocks.byteLength; at += 64) compress(hash, blocks, at);
  const digest = new DataView(new ArrayBuffer(20));
  hash.forEach((word, i) => {
    digest.setInt32(i * 4, word);
  });
  return new Uint8Array(digest.buffer);
}

function compress(hash: Int32Array, blocks: DataView, at: number): void {
  const words = new Int32Array(80);
  for (let i = 0; i < 16; i++) words[i] = blocks.getInt32(at + i * 4);
  for (let i = 16; i < 80; i++)
    words[i] = rotate(words[i - 3]! ^ words[i - 8]! ^ words[i - 14]! ^ words[i - 16]!, 1);
  let [a, b, c, d, e] = hash as unknown as [number, number, number, number, number];
  for (let i = 0; i < 80; i++) {
    const next = (rotate(a, 5) + round(i, b, c, d) + e + words[i]!) | 0;
    e = d;
    d = c;
    c = rotate(b, 30);
    b = a;
    a = next;
  }
  // Storing in an Int32Array takes the sum modulo 2^32.
  [a, b, c, d, e].forEach((word, i) => {
    hash[i] = hash[i]! + word;
  });
}

/** The function and the constant of the four times twenty rounds. */
function round(i: number, b: number, c: number, d: number): number {
  if (i < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (i < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (i < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
