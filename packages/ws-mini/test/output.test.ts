import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFrame } from '../src/wire/index.ts';
import { Output, SMALL } from '../src/wire/output.ts';
import { concat, countingKeys, hex, runs, toHex } from './support.ts';

const SLAB_SIZE = 0x1_0000;

const take = (output: Output): string => toHex(concat(output.take()));

/** Text of so many bytes, three for each unit: the most that a unit can need. */
const wide = (size: number): string => '한'.repeat(size / 3);

/** Fills the slab that all outputs share, the next one if need be, until so many bytes are left. */
function leave(room: number): Uint8Array {
  const output = new Output(undefined);
  // A small frame behind another one is copied into the slab, byte for byte.
  const fill = (size: number): Uint8Array => {
    output.addBytes(0x82, new Uint8Array(0));
    output.addFrame(new Uint8Array(size - 2));
    return output.take().at(-1)!;
  };
  let last = fill(2);
  for (;;) {
    const left = SLAB_SIZE - last.byteOffset - last.length;
    if (left === room) return last;
    // To the place, or to the end of this slab, or into the next one.
    const size = left >= room + 2 ? left - room : Math.max(left, 2);
    last = fill(size <= SMALL ? size : Math.min(SMALL, size - 2));
  }
}

const places = (parts: readonly Uint8Array[]): unknown[] =>
  parts.map(({ byteOffset, length }) => [byteOffset, length]);

test('all frames of a turn are one piece of memory, and so one write', () => {
  leave(60_000);
  const output = new Output(undefined);
  for (let i = 0; i < 100; i++) output.addText(0x81, 'hello');
  const parts = output.take();
  expect(parts).toHaveLength(1);
  expect(parts[0]).toHaveLength(700);
});

test('two outputs that take turns do not write over each other', () => {
  const a = new Output(undefined);
  const b = new Output(undefined);
  for (let i = 0; i < 3; i++) {
    a.addText(0x81, `a${i}`);
    b.addBytes(0x82, hex('bb'));
  }
  expect(take(a)).toBe('8102613081026131' + '81026132');
  expect(take(b)).toBe('8201bb'.repeat(3));
});

test('text whose bytes need a longer header than its units foretold', () => {
  const output = new Output(undefined);
  output.addText(0x81, 'é'.repeat(63));
  output.addText(0x81, '한'.repeat(42));
  expect(take(output)).toBe(`817e007e${'c3a9'.repeat(63)}817e007e${'ed959c'.repeat(42)}`);
});

test('a large payload is passed on by reference, and copied only to be masked', () => {
  const large = new Uint8Array(5000).fill(1);
  const plain = new Output(undefined);
  plain.addBytes(0x82, large);
  expect(plain.take()[1]?.buffer).toBe(large.buffer);
  // Nor is a mask of zeros applied to it, which would make words of it.
  const words = new Uint8Array(5000);
  Object.defineProperty(words, 'buffer', { value: undefined });
  plain.addBytes(0x82, words);
  expect(plain.take()[1]).toHaveLength(5000);
  const masking = new Output(() => -1);
  masking.addBytes(0x82, large);
  expect(take(masking)).toBe(`82fe1388ffffffff${'fe'.repeat(5000)}`);
  expect(large.every((byte) => byte === 1)).toBe(true);
});

test('large text is encoded apart', () => {
  const output = new Output(() => 0);
  output.addText(0x81, 'é'.repeat(5000));
  expect(take(output)).toBe(`81fe271000000000${'c3a9'.repeat(5000)}`);
});

test('a shared frame is passed on alone, and copied behind others', () => {
  const frame = hex('810161');
  const output = new Output(undefined);
  output.addFrame(frame);
  output.addFrame(frame);
  output.addFrame(frame);
  const parts = output.take();
  expect(parts[0]).toBe(frame);
  expect(parts.map(toHex)).toEqual(['810161', '810161810161']);
});

test('a large shared frame can be taken in pieces, and what follows waits for its end', () => {
  const output = new Output(undefined);
  const frame = new Uint8Array(200_000).fill(7);
  output.addFrame(frame);
  output.addText(0x81, 'a');
  expect(concat(output.take(150_000))).toHaveLength(150_000);
  expect([output.isInFrame, output.size]).toEqual([true, 50_003]);
  expect(concat(output.take(1_000_000, true))).toHaveLength(50_000);
  expect([output.isInFrame, take(output)]).toEqual([false, '810161']);
});

test('fills slab after slab', () => {
  const output = new Output(undefined);
  const block = new Uint8Array(4000).fill(7);
  for (let i = 0; i < 50; i++) output.addBytes(0x82, block);
  expect(output.size).toBe(50 * 4004);
  expect(take(output)).toBe(`827e0fa0${'07'.repeat(4000)}`.repeat(50));
});

describe('what is small is copied next to the other frames; what is large is passed on', () => {
  test('a payload', () => {
    leave(60_000);
    const output = new Output(undefined);
    const payload = new Uint8Array(SMALL + 1);
    output.addBytes(0x82, payload.subarray(1));
    output.addBytes(0x82, payload);
    const [run, part, ...others] = output.take();
    expect(run).toHaveLength(4 + SMALL + 4);
    expect([part!.length, others]).toEqual([SMALL + 1, []]);
    expect(part!.buffer).toBe(payload.buffer);
  });

  test('a text, by its units', () => {
    leave(60_000);
    const output = new Output(undefined);
    output.addText(0x81, 'a'.repeat(SMALL));
    output.addText(0x81, '한'.repeat(SMALL));
    output.addText(0x81, 'a'.repeat(SMALL + 1));
    expect(output.take().map(({ length }) => length)).toEqual([4 + SMALL + 4 + 3 * SMALL + 4, SMALL + 1]);
  });

  test('a shared frame', () => {
    leave(60_000);
    const output = new Output(undefined);
    const [small, large] = [new Uint8Array(SMALL), new Uint8Array(SMALL + 1)];
    output.addText(0x81, 'a');
    output.addFrame(small);
    output.addFrame(large);
    const parts = output.take();
    expect(parts.map(({ length }) => length)).toEqual([3 + SMALL, SMALL + 1]);
    expect(parts[1]).toBe(large);
  });
});

describe('the slab', () => {
  test.each([
    ['a payload', 9, (output: Output) => output.addBytes(0x82, new Uint8Array(7))],
    ['a shared frame', 9, (output: Output) => output.addFrame(new Uint8Array(9))],
    // As much as it may turn out to have, header included.
    ['a text', 2 + 2 + 99, (output: Output) => output.addText(0x81, wide(99))],
  ])('is used to its last byte by %s', (_, size, add) => {
    // One run, with a frame of three bytes before.
    leave(3 + size);
    const output = new Output(undefined);
    output.addBytes(0x82, hex('61'));
    add(output);
    const parts = output.take();
    expect(parts).toHaveLength(1);
    expect(parts[0]!.byteOffset).toBe(SLAB_SIZE - 3 - size);
    // With a byte less there is a new one.
    leave(3 + size - 1);
    output.addBytes(0x82, hex('61'));
    add(output);
    expect(output.take().map(({ byteOffset }) => byteOffset)).toEqual([SLAB_SIZE - 3 - size + 1, 0]);
  });

  test('is used to its last byte by an output that comes to it', () => {
    const { buffer } = leave(9);
    const output = new Output(undefined);
    output.addBytes(0x82, new Uint8Array(7));
    const parts = output.take();
    expect(places(parts)).toEqual([[SLAB_SIZE - 9, 9]]);
    expect(parts[0]!.buffer).toBe(buffer);
  });

  test.each([
    ['plain', undefined, 2],
    ['masked', () => 0, 6],
  ])('has room for a text whose header grows, wherever it ends: %s', (_, maskKey, header) => {
    const bytes = `${maskKey ? '81fe007e00000000' : '817e007e'}${'ed959c'.repeat(42)}`;
    for (let room = 120; room <= header + 2 + 126; room++) {
      leave(room);
      const output = new Output(maskKey);
      output.addText(0x81, wide(126));
      const [part] = output.take();
      expect(toHex(part!)).toBe(bytes);
      expect(part!.byteOffset).toBe(room === header + 2 + 126 ? SLAB_SIZE - room : 0);
    }
  });

  test('has no more room for an output that has left it, even if it ended at the same place of the next one', () => {
    const a = new Output(undefined);
    const b = new Output(undefined);
    leave(1000);
    a.addText(0x81, 'a');
    b.addText(0x81, 'b');
    leave(997);
    a.addText(0x81, 'c');
    expect([take(a), take(b)]).toEqual(['810161' + '810163', '810162']);
  });

  test('is not held by an output that has nothing to send', async () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const inParts = new Output(undefined);
    const atOnce = new Output(undefined);
    const write = (output: Output): WeakRef<ArrayBufferLike> => {
      leave(100);
      output.addBytes(0x82, new Uint8Array(100_000));
      output.addText(0x81, 'a');
      const last = output === inParts ? output.take(100_000 + 10 + 1) : output.take();
      return new WeakRef(last.at(-1)!.buffer);
    };
    const slabs = [write(inParts), write(atOnce)];
    leave(SLAB_SIZE - 2); // of the next one
    await new Promise(setImmediate);
    gc();
    expect([inParts.size, atOnce.size]).toEqual([0, 0]);
    expect(slabs.map((slab) => slab.deref() === undefined)).toEqual([true, true]);
  });
});

describe('taken in pieces', () => {
  test('a cut is within a large part, at the very byte that was asked for', () => {
    leave(60_000);
    const output = new Output(undefined);
    output.addText(0x81, 'a');
    output.addBytes(0x82, new Uint8Array(200_000));
    expect(places(output.take(100_000))).toEqual([
      [expect.any(Number), 3 + 10],
      [0, 100_000 - 13],
    ]);
    expect(places(output.take())).toEqual([[100_000 - 13, 100_013]]);
  });

  test('a run of small frames is not cut, and not a payload that is no larger than a run can be', () => {
    const output = new Output(undefined);
    leave(100);
    leave(SLAB_SIZE - 2);
    // The whole slab but its first two bytes, which are taken.
    for (let i = 0; i < 16; i++) output.addBytes(0x82, new Uint8Array(i === 0 ? SMALL - 6 : SMALL - 4));
    output.addBytes(0x82, new Uint8Array(SLAB_SIZE));
    output.addBytes(0x82, new Uint8Array(SLAB_SIZE + 1));
    expect(places(output.take(1))).toEqual([[2, SLAB_SIZE - 2]]);
    expect([output.isInFrame, output.size]).toEqual([false, 2 * (SLAB_SIZE + 10) + 1]);
    expect(places(output.take(11))).toEqual([
      [0, 10],
      [0, SLAB_SIZE],
    ]);
    expect(output.isInFrame).toBe(false);
    expect(places(output.take(11))).toEqual([
      [10, 10],
      [0, 1],
    ]);
    expect(output.isInFrame).toBe(true);
  });

  test.each([100_000, 100_001])(
    'the end of a large payload is the end of its frame: %i bytes are taken',
    (size) => {
      const output = new Output(undefined);
      output.addBytes(0x82, new Uint8Array(100_000));
      output.addText(0x81, 'a');
      output.addBytes(0x82, new Uint8Array(100_000));
      expect(concat(output.take(10 + size)).length).toBe(10 + size + (size % 2) * 12);
      expect(output.isInFrame).toBe(size % 2 === 1);
    },
  );

  test('of a frame that was not begun, nothing is taken', () => {
    const output = new Output(undefined);
    output.addText(0x81, 'a');
    expect(output.take(100, true)).toEqual([]);
    expect([output.size, take(output)]).toEqual([3, '810161']);
  });

  test('gives the bytes of the frames in order, of several outputs, and never leaves a frame of another', () => {
    const kinds = fc.constantFrom('text', 'bytes', 'frame');
    const sizes = fc.constantFrom(
      0,
      1,
      41,
      42,
      125,
      126,
      SMALL,
      SMALL + 1,
      SLAB_SIZE,
      SLAB_SIZE + 1,
      150_000,
    );
    const step = fc.record({
      to: fc.nat({ max: 2 }),
      kind: kinds,
      size: fc.oneof(fc.nat({ max: 5000 }), sizes),
      letter: fc.constantFrom('a', 'é', '한'),
      most: fc.option(fc.oneof(fc.nat({ max: 200_000 }), fc.constantFrom(0, 1, Infinity))),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const sides = [undefined, undefined, countingKeys].map((keys) => ({
          output: new Output(keys?.()),
          keys: keys?.(),
          bytes: hex(''), // what waits
          begins: [0], // where a frame begins in it, and where the last one ends
        }));
        for (const { to, kind, size, letter, most } of steps) {
          const side = sides[to]!;
          const { output, keys } = side;
          const payload =
            kind === 'text' ? letter.repeat(size) : new Uint8Array(size).fill(letter.charCodeAt(0));
          const frame = encodeFrame({
            opcode: kind === 'text' ? 1 : 2,
            payload,
            ...(keys && { maskKey: keys() }),
          });
          if (typeof payload === 'string') output.addText(0x81, payload);
          else if (kind === 'bytes' || keys) output.addBytes(0x82, payload);
          else output.addFrame(frame);
          side.bytes = concat([side.bytes, frame]);
          side.begins.push(side.bytes.length);
          expect(output.size).toBe(side.bytes.length);
          if (most === null) continue;
          const { isInFrame } = output;
          const taken = concat(output.take(most, isInFrame));
          expect(Buffer.compare(taken, side.bytes.subarray(0, taken.length))).toBe(0);
          // Not less than was asked for, or than the frame has; and not more than one part that is not cut.
          expect(taken.length).toBeGreaterThanOrEqual(
            Math.min(most, isInFrame ? side.begins[0]! : Infinity, side.bytes.length),
          );
          expect(taken.length).toBeLessThanOrEqual(most + SLAB_SIZE);
          side.bytes = side.bytes.slice(taken.length);
          side.begins = side.begins.map((begin) => begin - taken.length).filter((begin) => begin >= 0);
          expect(output.size).toBe(side.bytes.length);
        }
        for (const { output, bytes } of sides) expect(Buffer.compare(concat(output.take()), bytes)).toBe(0);
      }),
      runs,
    );
  });
});
