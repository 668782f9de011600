// What has brought other servers and clients down, each tried on a server with its defaults to whose errors
// nobody listens: it is answered as it should be, costs memory for what was paid, and the next client is
// served as if nothing had been. (A client's side of it: `websocket.test.ts`, "a redirect, which is not
// followed", "keys are fresh by default", "a head without end".)

import { connect as connectTcp } from 'node:net';
import { deflateRawSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { connect, WebSocketServer } from '../src/index.ts';
import { encodeFrame } from '../src/wire/index.ts';
import { Peer, withPeer } from './sockets.ts';
import { concat, hex } from './support.ts';

const request = (...fields: string[]): string =>
  [
    'GET / HTTP/1.1',
    'Host: localhost',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...fields,
    'Connection: Upgrade',
    'Upgrade: websocket',
    '\r\n',
  ].join('\r\n');
const DEFLATE = request('Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits');
const masked = (opcode: number, payload: string | Uint8Array = '', fin = true, rsv = 0): Uint8Array =>
  encodeFrame({ opcode, payload, fin, rsv, maskKey: 0x01020304 });
const CLOSE = masked(8, hex('03e8'));
const many = (count: number, bytes: Uint8Array): Uint8Array => concat(new Array(count).fill(bytes));
const deflated = (bytes: Uint8Array): Uint8Array => deflateRawSync(bytes, { finishFlush: 2 }).subarray(0, -4);

/** About 20 KB. */
const BOMB = deflated(new Uint8Array(20 * 1024 * 1024));

/** The status, where that is not 101; else the frames behind it, a Close without its reason. And what memory is held more at the end. */
async function attack(port: number, parts: readonly (string | Uint8Array)[]): Promise<[string[], number]> {
  const peer = new Peer(connectTcp(port, '127.0.0.1'));
  const before = process.memoryUsage().arrayBuffers;
  for (const part of parts) await new Promise((resolve) => peer.socket.write(part, resolve));
  await peer.ended;
  const grown = process.memoryUsage().arrayBuffers - before;
  peer.socket.end();
  const received = Buffer.concat(peer.chunks);
  if (received.toString('latin1', 9, 12) !== '101') return [[received.toString('latin1', 9, 12)], grown];
  peer.chunks.splice(0, Infinity, received.subarray(received.indexOf('\r\n\r\n') + 4));
  return [peer.frames().map((frame) => frame.replace(/^(8:.{4}).*/, '$1')), grown];
}

test.each([
  [
    'a flood of empty fragments',
    [request(), masked(1, '', false), many(50_000, masked(0, '', false)), CLOSE],
    ['8:03f0'],
  ],
  [
    'a flood of fragments of one byte',
    [request(), masked(2, 'x', false), many(50_000, masked(0, 'x', false)), CLOSE],
    ['8:03f0'],
  ],
  [
    'as many fragments without a byte as may be',
    [request(), masked(1, '', false), many(16_384, masked(0, '', false)), CLOSE],
    ['8:03e8'],
  ],
  [
    'any number of fragments that are not small',
    [request(), masked(2, '', false), many(50_000, masked(0, 'x'.repeat(64), false)), CLOSE],
    ['8:03e8'],
  ],
  [
    'a message of any number of fragments',
    [request(), masked(2, 'x', false), masked(0, new Uint8Array(8e6), false), masked(0, new Uint8Array(9e6))],
    ['8:03f1'],
  ],
  ['a length of 2^63', [request(), hex('82ff 8000000000000000 00000000')], ['8:03ea']],
  ['a length of 2^63 - 1', [request(), hex('82ff 7fffffffffffffff 00000000')], ['8:03f1']],
  [
    'a length of 2^32 + 1, which is 1 in 32 bits',
    [request(), hex('82ff 0000000100000001 00000000')],
    ['8:03f1'],
  ],
  ['a bomb', [DEFLATE, masked(2, deflated(new Uint8Array(64 * 1024 * 1024)), true, 4)], ['8:03f1']],
  [
    'a bomb in fragments',
    [
      DEFLATE,
      masked(2, BOMB.subarray(0, 2), false, 4),
      ...Array.from({ length: BOMB.length / 2 }, (_, i) =>
        masked(0, BOMB.subarray(2 * i + 2, 2 * i + 4), false),
      ),
      masked(0),
    ],
    ['8:03f1'],
  ],
  ['a flood of final blocks', [DEFLATE, masked(2, many(15_000, hex('0300')), true, 4)], ['8:03ef']],
  [
    'a flood of Pings',
    [request(), many(20_000, masked(9, 'p')), CLOSE],
    [...new Array(20_000).fill('10:70'), '8:03e8'],
  ],
  [
    'window bits beyond what there is',
    [request('Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=1e9'), CLOSE],
    ['8:03e8'],
  ],
  [
    'extensions named like what every object has',
    [request('Sec-WebSocket-Extensions: __proto__; constructor=1, toString; __proto__=2'), CLOSE],
    ['8:03e8'],
  ],
  [
    'extensions whose grammar costs quadratic time elsewhere',
    [request(`Sec-WebSocket-Extensions: a;b="${'\\a'.repeat(6000)}`)],
    ['400'],
  ],
  [
    'fields named like what every object has',
    [request('__proto__: x', 'constructor: y', 'hasOwnProperty: z'), CLOSE],
    ['8:03e8'],
  ],
  ['so many fields that Upgrade is beyond them', [request(...new Array(2000).fill('A: b'))], ['431']],
  ['a request head without end', ['GET / HTTP/1.1\r\nX: ', new Uint8Array(100_000).fill(0x61)], ['431']],
  ['a request head that comes byte by byte', [...request(`Cookie: ${'x'.repeat(2000)}`), CLOSE], ['8:03e8']],
] as [string, (string | Uint8Array)[], string[]][])('%s', async (_, parts, expected) => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: true });
  server.on('connection', async (socket) => {
    for await (const message of socket) await socket.send(message);
  });
  onTestFinished(() => server.close());
  const { port } = (await server.listening)!;
  const [frames, grown] = await attack(port, parts);
  expect(frames).toEqual(expected);
  // At most a message and its buffers.
  expect(grown).toBeLessThan(48e6);
  const next = await connect(`ws://127.0.0.1:${port}/`);
  next.send('hello');
  for await (const message of next) {
    expect(message).toBe('hello');
    void next.close(1000);
  }
});

test('a number or an array where bytes or text belong sends no memory of the process', async () => {
  const [server, peer] = await withPeer();
  const wrong = expect.objectContaining({ code: 'data-not-supported', by: 'user' });
  for (const data of [100, { length: 100 }, [1, 2, 3]] as unknown[]) {
    expect(() => server.ping(data as Uint8Array)).toThrow(wrong);
    expect(() => server.send(data as string)).toThrow(wrong);
    expect(() => server.sendFragment(data as string, true)).toThrow(wrong);
    expect(() => server.close(1000, data as string)).toThrow(wrong);
  }
  expect(() => server.close(1000, new Float32Array(20) as unknown as string)).toThrow(wrong);
  void server.ping(new Uint8Array(0));
  await peer.until(() => peer.received === '8900');
  server.terminate();
});

test('requests that were refused for what they are do not count as connections', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', maxConnections: 2 });
  onTestFinished(() => server.close());
  const { port } = (await server.listening)!;
  for (let i = 0; i < 4; i++) expect((await attack(port, ['no request\r\n\r\n']))[0]).toEqual(['400']);
  const client = await connect(`ws://127.0.0.1:${port}`);
  expect(client.readyState).toBe('open');
  client.terminate();
});
