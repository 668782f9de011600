// One connection does not keep the event loop, however fast its peer sends and whatever it sends: after some work it
// stops reading, and goes on in a later turn. Each test brings megabytes in one turn, as libuv does: it
// reads a fast peer up to 32 times in a row. It counts how much is taken before the turn ends.

import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { Connection } from '../src/connection/connection.ts';
import { Deflate } from '../src/connection/deflate.ts';
import { type ConnectionAgreement, settingsFor } from '../src/connection/options.ts';
import { encodeFrame } from '../src/wire/index.ts';

const READ = 0x1_0000;
const READS = 12;

/** Deflating does not make it shorter. */
const RANDOM = '7Zq0vXk2LmWd9RtYb4GhJc6NsPf1EuAoKi8TzQxVy3HwBg5DnMrCjSeUlFaOpI';

const masked = (opcode: number, payload: string | Uint8Array, fin = true, rsv = 0): Uint8Array =>
  encodeFrame({ opcode, payload, fin, rsv, maskKey: 0x01020304 });
const deflated = (text: string): Uint8Array => deflateRawSync(text, { finishFlush: 2 }).subarray(0, -4);

/** A connection whose peer is this test: what it pushes comes in this very turn. */
async function connectionOn(
  first: Uint8Array,
  { deflate, observer }: Pick<ConnectionAgreement, 'deflate' | 'observer'> = {},
): Promise<[Connection, Duplex, Uint8Array[]]> {
  const written: Uint8Array[] = [];
  const transport = new Duplex({
    read() {},
    write: (chunk, _encoding, done) => done(void written.push(chunk)),
    highWaterMark: READ,
  });
  const settings = settingsFor({ role: 'server', maxMessage: Infinity, maxFragments: Infinity });
  const connection = new Connection(transport, first, settings, { deflate, observer });
  connection.on('message', () => {});
  await new Promise(setImmediate);
  return [connection, transport, written];
}

test.each([
  ['fragments without a byte', masked(2, '', false), masked(0, '', false), 9],
  ['fragments of one byte', masked(2, '', false), masked(0, 'a', false), 9],
  ['Pings', masked(9, ''), masked(9, 'a'), 2],
  ['short messages', masked(1, ''), masked(1, 'a'), 2],
  ['short compressed messages', masked(1, ''), masked(1, deflated(RANDOM), true, 4), 1],
  ['large messages', masked(1, ''), masked(2, new Uint8Array(READ)), 9],
])('%s: after some of them other connections get their turn', async (_, first, frame, most) => {
  let received = 0;
  const observer = { received: (bytes: Uint8Array) => void (received += bytes.length), sent() {} };
  const deflate = new Deflate('server', {
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
    serverMaxWindowBits: 15,
    clientMaxWindowBits: 15,
  });
  const [connection, transport] = await connectionOn(first, { deflate, observer });
  const all = Buffer.concat(new Array(Math.ceil((READ * READS) / frame.length)).fill(frame));
  for (let at = 0; at < all.length; at += READ) transport.push(all.subarray(at, at + READ));
  const inOneTurn = received - first.length;
  transport.push(masked(8, ''));
  transport.push(null);
  await connection.closed;
  expect(received).toBe(first.length + all.length + 6);
  expect(inOneTurn).toBeLessThanOrEqual(most * READ);
});

test.each([
  ['a Close', masked(8, ''), /^8800$/],
  ['a broken rule', masked(3, ''), /^88..03ea/],
])('%s behind so much that we give way is answered without a deadline', async (_, end, answer) => {
  const [, transport, written] = await connectionOn(masked(1, ''));
  const frame = masked(2, new Uint8Array(READ));
  transport.push(Buffer.concat([frame, frame, frame, frame, frame, end]));
  await once(transport, 'finish');
  expect(Buffer.concat(written).toString('hex')).toMatch(answer);
});
