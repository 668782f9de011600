/** What a parser keeps of the bytes that it was handed: as much as it still needs. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { octets, RequestParser } from 'http-mini/wire';
import { expect, test } from 'vitest';
import { every } from './cuts.ts';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** Twice: buffers are freed beside the program, and the second collection waits for the first to be done. */
function collect(): void {
  gc();
  gc();
}

function memoryOf(...kinds: readonly ('arrayBuffers' | 'heapUsed')[]): number {
  collect();
  const usage = process.memoryUsage();
  return kinds.reduce((sum, kind) => sum + usage[kind], 0);
}

/** Bytes of buffers, or of all, that so many parsers of the same pieces hold, for each of them. */
function heldBy(
  pieces: readonly Uint8Array[],
  count: number,
  ...kinds: readonly ('arrayBuffers' | 'heapUsed')[]
): number {
  const before = memoryOf('arrayBuffers', ...kinds);
  const parsers = Array.from({ length: count }, () => new RequestParser());
  for (const parser of parsers) {
    // As a socket gives them: each in memory of its own, which nobody else holds.
    for (const piece of pieces) {
      parser.receive(Uint8Array.from(piece));
      while (parser.next() !== undefined);
    }
  }
  const held = (memoryOf('arrayBuffers', ...kinds) - before) / count;
  expect(parsers).toHaveLength(count); // held until here
  return held;
}

const LENGTH = 10_000;
const HEAD = octets(`GET / HTTP/1.1\r\nHost: a\r\na: ${'b'.repeat(LENGTH)}`);

test.each([
  ['in one piece', [HEAD], 1.1],
  ['in two', every(LENGTH / 2 + 100, HEAD), 1.6],
  ['in packets', every(1460, HEAD), 1.6],
  ['byte by byte', every(1, HEAD), 1.6],
])('half a head costs little more than its bytes: %s', (_, pieces, most) => {
  const held = heldBy(pieces, 20);
  expect(held).toBeGreaterThan(0.9 * HEAD.length);
  expect(held).toBeLessThan(most * HEAD.length);
});

test('half a head never holds more than the limit of heads', () => {
  const pieces = every(1, octets(`GET / HTTP/1.1\r\nHost: a\r\na: ${'b'.repeat(15_000)}`));
  expect(heldBy(pieces, 20)).toBeLessThan(1.05 * 16 * 1024);
});

test('a few bytes of a head do not hold the packet that they came in', () => {
  const content = 'x'.repeat(LENGTH);
  const packet = octets(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${LENGTH}\r\n\r\n${content}GET /`);
  expect(heldBy([packet], 50)).toBeLessThan(1000);
});

test('between two requests nothing is held', () => {
  const content = 'x'.repeat(LENGTH);
  const packet = octets(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${LENGTH}\r\n\r\n${content}`);
  expect(heldBy([packet], 50)).toBeLessThan(1000); // one of them may still be on the stack
});

test('half a chunk line costs a few times its bytes, though they come one by one', () => {
  const begun = `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;${'a'.repeat(4000)}`;
  const held = heldBy(every(1, octets(begun)), 50, 'heapUsed');
  expect(held).toBeLessThan(30_000); // with the parser, and what this test leaves on the heap; as text it was 128,000
});
