import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mask } from '../src/wire/index.ts';
import { concat, cutAt, cuts, payload, runs } from './support.ts';

const slowly = (bytes: Uint8Array, key: number): Uint8Array =>
  bytes.map((byte, i) => byte ^ ((key >>> (24 - 8 * (i % 4))) & 0xff));

test('RFC 6455 5.7: "Hello" masked with 37fa213d', () => {
  const bytes = new TextEncoder().encode('Hello');
  mask(bytes, 0, 5, 0x37fa213d);
  expect(bytes).toEqual(Uint8Array.of(0x7f, 0x9f, 0x4d, 0x51, 0x58));
});

test('byte i is XORed with byte i mod 4 of the key, at any place in memory and in any pieces', () => {
  fc.assert(
    fc.property(payload, fc.integer(), fc.nat({ max: 9 }), cuts, (bytes, key, shift, at) => {
      // One memory, so that pieces begin at every alignment; what is around them stays as it was.
      const memory = new Uint8Array(shift + bytes.length + 8).fill(0xaa);
      memory.set(bytes, shift);
      let rotated = key;
      let start = shift;
      for (const { length } of cutAt(bytes, at)) {
        rotated = mask(memory, start, start + length, rotated);
        start += length;
      }
      expect(Buffer.compare(memory.subarray(shift, start), slowly(bytes, key))).toBe(0);
      expect(memory.subarray(0, shift).every((byte) => byte === 0xaa)).toBe(true);
      expect(memory.subarray(start).every((byte) => byte === 0xaa)).toBe(true);
    }),
    runs,
  );
});

test('to another place in the same memory, by bytes and by words', () => {
  for (const length of [50, 200]) {
    for (const [from, to] of [
      [0, 256],
      [0, 259],
      [256, 0],
      [40, 0],
    ] as const) {
      const memory = Uint8Array.from({ length: 512 }, (_, i) => i);
      const before = memory.slice();
      mask(memory, from, from + length, 0x37fa213d, memory, to);
      const expected = before.slice();
      expected.set(slowly(before.subarray(from, from + length), 0x37fa213d), to);
      expect(memory).toEqual(expected);
    }
  }
});

test('into other memory, it is the same, and what it comes from stays as it was', () => {
  const place = fc.nat({ max: 9 });
  fc.assert(
    fc.property(payload, fc.integer(), place, place, (bytes, key, from, to) => {
      const source = concat([new Uint8Array(from), bytes]);
      const target = new Uint8Array(to + bytes.length + 8).fill(0xaa);
      const rotated = mask(source, from, source.length, key, target, to);
      expect(rotated).toBe(mask(bytes.slice(), 0, bytes.length, key));
      expect(Buffer.compare(target.subarray(to, to + bytes.length), slowly(bytes, key))).toBe(0);
      expect(Buffer.compare(source.subarray(from), bytes)).toBe(0);
      expect(target.subarray(0, to).every((byte) => byte === 0xaa)).toBe(true);
      expect(target.subarray(to + bytes.length).every((byte) => byte === 0xaa)).toBe(true);
    }),
    runs,
  );
});

test('by words, it is the same as byte by byte', () => {
  for (let length = 50; length < 120; length++) {
    for (let from = 0; from < 8; from++) {
      const memory = Uint8Array.from({ length: from + length + 8 }, (_, i) => i * 7);
      const expected = memory.slice();
      let key = 0x37fa213d;
      for (let i = from; i < from + length; i++) key = mask(expected, i, i + 1, key);
      expect(mask(memory, from, from + length, 0x37fa213d)).toBe(key);
      expect(memory).toEqual(expected);
    }
  }
});

test('words are made for 64 bytes and more, and nothing is copied if it is masked in place', () => {
  const makesWords = (size: number): boolean => {
    const bytes = new Uint8Array(size);
    const { buffer } = bytes;
    let isAsked = false;
    const get = (): ArrayBuffer => {
      isAsked = true;
      return buffer;
    };
    Object.defineProperties(bytes, { buffer: { get }, set: { value: undefined } });
    mask(bytes, 0, size, 0x37fa213d);
    return isAsked;
  };
  expect([1, 63, 64, 1000].map(makesWords)).toEqual([false, false, true, true]);
});
