import { expect, test } from 'vitest';
import { Output } from '../src/wire/output.ts';
import { concat, hex, toHex } from './support.ts';

const take = (output: Output): string => toHex(concat(output.take()));

test('all frames of a turn are one piece of memory, and so one write', () => {
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
