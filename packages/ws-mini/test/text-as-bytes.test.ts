// Text that a program only passes on: it comes as bytes that were checked but not decoded, and is sent as it came. Also
// what is sent as the type that its value does not have.

import { deflateRawSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { Deflate } from '../src/connection/deflate.ts';
import { type Connection, type ConnectionEvents, connect, WebSocket, WebSocketServer } from '../src/index.ts';
import { encodeFrame } from '../src/wire/index.ts';
import { connectionPair, withPeer } from './sockets.ts';
import { caught, hex, utf8 } from './support.ts';

const asBytes = { textAs: 'bytes' } as const;
const LONG = '긴 글 '.repeat(10_000);

/** The next messages that a listener gets: text or bytes, and whether they count as binary. */
function heard(connection: Connection, count: number): Promise<[unknown, boolean][]> {
  const messages: [unknown, boolean][] = [];
  return new Promise((resolve) => {
    const listener = (...[message, isBinary]: ConnectionEvents['message']): void => {
      const isBytes = message instanceof Uint8Array;
      messages.push([isBytes ? Buffer.from(message).toString() : message, isBinary]);
      if (messages.length === count) resolve(messages);
    };
    connection.on('message', listener);
  });
}

async function echoes(options: object): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...asBytes, ...options });
  onTestFinished(() => server.close());
  server.on('connection', (socket) =>
    socket.on('message', (message, isBinary) => {
      expect(message).toBeInstanceOf(Uint8Array);
      void socket.send(message, { type: isBinary ? 'binary' : 'text' });
    }),
  );
  return `ws://127.0.0.1:${(await server.listening)!.port}/`;
}

test('without the option a listener is told what is binary, too', async () => {
  const [server, client] = await connectionPair();
  const messages = heard(server, 2);
  void client.send('text');
  void client.send(utf8('bytes'));
  expect(await messages).toEqual([
    ['text', false],
    ['bytes', true],
  ]);
});

test.each([
  ['plain', false],
  ['compressed, at once and in a thread', { threshold: 0 }],
])('an echo of bytes keeps the type: %s', async (_, perMessageDeflate) => {
  const client = await connect(await echoes({ perMessageDeflate }), {
    perMessageDeflate,
    maxQueued: Infinity,
  });
  onTestFinished(() => client.terminate());
  const sent = ['', 'short', '한'.repeat(100), LONG, utf8('bytes'), utf8(LONG)];
  const messages = heard(client, sent.length);
  for (const message of sent) void client.send(message);
  expect(await messages).toEqual(
    sent.map((message) => [String(Buffer.from(message)), typeof message !== 'string']),
  );
});

test('fragments of a text, cut within a character, are one text', async () => {
  const [server, peer] = await withPeer(asBytes);
  const messages = heard(server, 1);
  const [first, second] = [utf8('한').subarray(0, 2), utf8('한').subarray(2)];
  peer.socket.write(encodeFrame({ opcode: 1, fin: false, maskKey: 1, payload: first }));
  peer.socket.write(encodeFrame({ opcode: 0, maskKey: 2, payload: second }));
  expect(await messages).toEqual([['한', false]]);
  server.terminate();
});

const agreement = {
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};

test.each([
  ['short', { payload: hex('ff') }],
  ['long', { payload: hex(`${'61'.repeat(200)}ff`) }],
  ['that ends within a character', { payload: hex(`${'61'.repeat(200)}ed95`) }],
  ['compressed', { rsv: 4, payload: deflateRawSync(hex('ff')) }],
])('text that is not UTF-8 is refused without decoding it: %s', async (_, frame) => {
  const [server, peer] = await withPeer({ ...asBytes, deflate: new Deflate('server', agreement) });
  void peer.ended.then(() => peer.socket.end());
  peer.socket.write(encodeFrame({ opcode: 1, maskKey: 1, ...frame }));
  expect((await server.closed).error).toMatchObject({ code: 'text-not-utf8', closeCode: 1007 });
});

test('what waits for a listener keeps its type', async () => {
  const [server, client] = await connectionPair(asBytes);
  server.pause();
  await client.send('text');
  await client.send(utf8('bytes'));
  await client.ping();
  const messages = heard(server, 2);
  server.resume();
  expect(await messages).toEqual([
    ['text', false],
    ['bytes', true],
  ]);
  server.terminate();
});

test('a loop gets bytes, and `streams` the type and strings', async () => {
  const [server, client] = await connectionPair(asBytes);
  const loop = server[Symbol.asyncIterator]();
  const first = loop.next();
  void client.send('한글');
  void client.send('held');
  expect(Buffer.from((await first).value as Uint8Array).toString()).toBe('한글');
  expect(Buffer.from((await loop.next()).value as Uint8Array).toString()).toBe('held');
  void client.send('in the inbox');
  await client.ping();
  void client.send('a part');
  const streams = server.streams();
  for (const expected of ['in the inbox', 'a part']) {
    const { value: message } = await streams.next();
    expect(message!.type).toBe('text');
    for await (const part of message!) expect(part).toBe(expected);
  }
  server.terminate();
});

test('a WebSocket gives strings in any case', async () => {
  const socket = new WebSocket(await echoes({}), [], asBytes);
  socket.onopen = () => socket.send('text');
  const message = new Promise<unknown>((resolve) => {
    socket.onmessage = ({ data }) => resolve(data);
  });
  expect(await message).toBe('text');
  socket.close();
});

test('bytes as text, and a string as binary', async () => {
  const [server, client] = await connectionPair();
  const messages = heard(client, 4);
  void server.send(utf8('한글'), { type: 'text' });
  void server.send(new DataView(utf8('view').buffer as ArrayBuffer), { type: 'text' });
  void server.send('글', { type: 'binary' });
  void server.send('글', { type: 'text' });
  expect(await messages).toEqual([
    ['한글', false],
    ['view', false],
    ['글', true],
    ['글', false],
  ]);
  server.terminate();
});

test('bytes that are not UTF-8 are no text', async () => {
  const [server] = await connectionPair();
  const error = caught(() => server.send(Uint8Array.of(0xff), { type: 'text' }));
  expect(error).toMatchObject({ code: 'data-not-supported', by: 'user' });
  server.terminate();
});
