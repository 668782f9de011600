// What waits to be read, on a socket that is none: in a file of its own, so that no other test's memory is counted.
import { EventEmitter } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import { SocketReader } from '../../src/server/reader.ts';
import { get, memoryInUse, post } from './support.ts';

test('reads of one byte that wait cost memory in proportion to their bytes', () => {
  const socket = Object.assign(new EventEmitter(), { pause() {}, resume() {} });
  const reader = new SocketReader(socket as never, { maxReadAhead: 64 * 1024 }, undefined, () => {});
  socket.emit('data', Buffer.from(get()));
  const before = memoryInUse();
  for (const byte of Buffer.from(post('x'.repeat(60_000)))) socket.emit('data', new Uint8Array([byte]));
  expect(memoryInUse() - before).toBeLessThan(6_000_000); // an array for each takes 12 MB; and Node 26 needs 4 for the rest
  expect([reader.next(), reader.next(), reader.next()]).toMatchObject([
    { method: 'GET' },
    { type: 'end' },
    { method: 'POST' },
  ]);
});

test('reads of one byte that wait are copied a few times, and not once more for each of them', () => {
  const joined = vi.spyOn(Buffer, 'concat');
  onTestFinished(() => void joined.mockRestore());
  const socket = Object.assign(new EventEmitter(), { pause() {}, resume() {} });
  const reader = new SocketReader(socket as never, { maxReadAhead: Infinity }, undefined, () => {});
  socket.emit('data', Buffer.from(get()));
  const bytes = Buffer.from(post('x'.repeat(60_000)));
  for (const byte of bytes) socket.emit('data', new Uint8Array([byte]));
  for (let i = 0; i < 3; i++) reader.next();
  const copied = joined.mock.calls.flatMap(([parts]) => parts).reduce((sum, { length }) => sum + length, 0);
  expect(copied).toBeLessThan(3 * bytes.length);
});
