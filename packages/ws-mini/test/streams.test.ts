// Messages that are read part by part as they come (RFC 6455 5.4), and never held as a whole.

import { deflateRawSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Connection } from '../src/connection/connection.ts';
import { Deflate } from '../src/connection/deflate.ts';
import type { ConnectionAgreement, ConnectionOptions } from '../src/connection/options.ts';
import { encodeFrame, type FrameInit, Opcode } from '../src/wire/index.ts';
import { connectionPair, withPeer } from './sockets.ts';
import { concat, hex, toHex } from './support.ts';

const masked = (...frames: FrameInit[]): Uint8Array =>
  concat(frames.map((frame) => encodeFrame({ ...frame, maskKey: 0x01020304 })));
const CLOSE = masked({ opcode: Opcode.close, payload: hex('03e8') });
const context = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};
const deflating = (maxMessage?: number): Partial<ConnectionOptions> & ConnectionAgreement => ({
  deflate: new Deflate('server', context, {}, maxMessage),
  ...(maxMessage === undefined ? {} : { maxMessage }),
});
/** What a client sends who keeps its window: each message refers to those before it. */
function deflated(messages: readonly Uint8Array[]): Uint8Array[] {
  return messages.map((message, i) => {
    const dictionary = concat(messages.slice(0, i)).slice(-32_768);
    const bytes = deflateRawSync(message, {
      finishFlush: 2,
      ...(dictionary.length > 0 ? { dictionary } : {}),
    });
    return Uint8Array.from(bytes.subarray(0, -4));
  });
}

const textOf = async (message: AsyncIterable<string | Uint8Array>): Promise<string> => {
  let whole = '';
  for await (const part of message) whole += typeof part === 'string' ? part : toHex(part);
  return whole;
};
const all = async (connection: Connection): Promise<string[]> => {
  const received: string[] = [];
  for await (const message of connection.streams()) received.push(`${message.type} ${await textOf(message)}`);
  return received;
};
const codeOf = (reading: Promise<unknown>): Promise<string> =>
  reading.then(
    () => 'no error',
    (error) => error.code,
  );

test('a part is there before the next one is sent; control frames come between', async () => {
  const [server, peer] = await withPeer();
  const streams = server.streams();
  peer.socket.write(masked({ opcode: 1, payload: 'one ', fin: false }));
  const { value: message } = await streams.next();
  const parts = message![Symbol.asyncIterator]();
  expect(message!.type).toBe('text');
  expect((await parts.next()).value).toBe('one ');
  peer.socket.write(masked({ opcode: 9 }, { opcode: 0, payload: 'two' }));
  expect((await parts.next()).value).toBe('two');
  expect((await parts.next()).done).toBe(true);
  await peer.until(() => peer.received === '8a00');
  server.terminate();
});

test('what `streams` gives, `send` takes: a relay that never holds a message', async () => {
  const [server, client] = await connectionPair({ maxMessage: Infinity }, { maxQueued: Infinity });
  const relay = (async () => {
    for await (const message of server.streams()) await server.send(message);
  })();
  const large = new Uint8Array(3_000_000).fill(7);
  for (const message of ['', '한글', large]) client.send(message);
  const received: number[] = [];
  for await (const message of client) if (received.push(message.length) === 3) break;
  expect(received).toEqual([0, 2, 3_000_000]);
  await client.close(1000);
  await relay;
});

test('a consumer that does not ask makes the peer wait', async () => {
  const [server, client] = await connectionPair({ maxMessage: Infinity });
  const streams = server.streams();
  let sent = 0;
  async function* source(): AsyncGenerator<Uint8Array> {
    for (; sent < 300; sent++) yield new Uint8Array(100_000);
  }
  const sending = client.send(source());
  const { value: message } = await streams.next();
  for (let i = 0; i < 2000; i++) await new Promise((resolve) => setImmediate(resolve));
  expect(sent).toBeLessThan(300);
  let size = 0;
  for await (const part of message!) size += part.length;
  expect(size).toBe(30_000_000);
  expect(await sending).toBe(true);
  server.terminate();
});

test('what is left of a message is passed over, and a compressed one still slides the window', async () => {
  const first = Uint8Array.from({ length: 200_000 }, (_, i) => (i * i) >> 8);
  const second = first.slice(-300);
  const [server, peer] = await withPeer(deflating());
  const frames = deflated([first, second]).map((payload) => ({ opcode: 2, rsv: 4, payload }));
  peer.socket.write(concat([masked(...frames), CLOSE]));
  for await (const message of server.streams()) {
    for await (const part of message) if (part.length > 0) break;
    break;
  }
  void peer.ended.then(() => peer.socket.end());
  expect(await all(server)).toEqual([`binary ${toHex(second)}`]);
});

test('messages that came whole, before parts were wanted, are the first', async () => {
  const [server, peer] = await withPeer();
  peer.socket.write(masked({ opcode: 1, payload: 'a' }, { opcode: 2, payload: 'b' }, { opcode: 9 }));
  await peer.until(() => peer.received === '8a00');
  const received = all(server);
  expect(() => server[Symbol.asyncIterator]()).toThrow(
    expect.objectContaining({ code: 'messages-in-parts' }),
  );
  server.on('message', () => expect.unreachable());
  peer.socket.write(concat([masked({ opcode: 1, payload: 'c' }), CLOSE]));
  await peer.ended;
  peer.socket.end();
  expect(await received).toEqual(['text a', 'binary 62', 'text c']);
});

describe('a message that is not whole, or wrong, throws', () => {
  test.each([
    ['the connection ends in it', [{ opcode: 1, payload: 'half', fin: false }], 'message-cut-off', 1006],
    [
      'text that is not UTF-8',
      [
        { opcode: 1, payload: 'a', fin: false },
        { opcode: 0, payload: hex('80') },
      ],
      'message-cut-off',
      1007,
    ],
    [
      'more than the limit',
      [
        { opcode: 2, payload: 'x', fin: false },
        { opcode: 0, payload: new Uint8Array(70_000) },
      ],
      'message-cut-off',
      1009,
    ],
    ['what does not inflate', [{ opcode: 1, rsv: 4, payload: hex('ff') }], 'message-not-deflate', 1007],
    [
      'compressed text that is not UTF-8',
      [{ opcode: 1, rsv: 4, payload: deflateRawSync(hex('6180'), { finishFlush: 2 }) }],
      'text-not-utf8',
      1007,
    ],
    [
      'compressed text that ends within a character',
      [{ opcode: 1, rsv: 4, payload: deflateRawSync(hex('e282'), { finishFlush: 2 }) }],
      'text-not-utf8',
      1007,
    ],
    [
      'more than the limit, inflated',
      [{ opcode: 2, rsv: 4, payload: deflateRawSync(new Uint8Array(10_000_000), { finishFlush: 2 }) }],
      'message-too-big',
      1009,
    ],
  ] as [string, FrameInit[], string, number][])('%s', async (_, frames, code, closeCode) => {
    const [server, peer] = await withPeer(deflating(65_536));
    const streams = server.streams();
    const isFinished = frames.at(-1)!.fin !== false;
    peer.socket.write(masked(...frames, ...(isFinished ? [{ opcode: 1, payload: 'behind it' }] : [])));
    if (closeCode === 1006) peer.socket.end();
    else void peer.ended.then(() => peer.socket.end());
    const { value: message } = await streams.next();
    expect(await codeOf(textOf(message!))).toBe(code);
    await peer.ended;
    const close = expect.stringMatching(`^8:0${closeCode.toString(16)}..`);
    expect(peer.frames()).toEqual(closeCode === 1006 ? [] : [close]);
    expect(await streams.next()).toEqual({ value: undefined, done: true });
    expect((await server.closed).wasClean).toBe(false);
  });
});

describe('a message of which parts were skipped is not taken for a whole one', () => {
  const frames = [
    { opcode: 1, payload: 'one ', fin: false },
    { opcode: 0, payload: 'two ', fin: false },
    { opcode: 0, payload: 'three' },
    { opcode: 1, payload: 'next' },
  ];
  const withMessages = async (): Promise<Connection> => {
    const [server, peer] = await withPeer();
    peer.socket.write(masked(...frames));
    onTestFinished(() => {
      server.terminate();
      peer.socket.destroy();
    });
    return server;
  };

  test('two are asked for at once', async () => {
    const streams = (await withMessages()).streams();
    const [first, second] = await Promise.all([streams.next(), streams.next()]);
    expect(await codeOf(textOf(first.value!))).toBe('message-cut-off');
    expect(await textOf(second.value!)).toBe('next');
  });

  test('another loop asks for the next message while it is read', async () => {
    const server = await withMessages();
    const { value: message } = await server.streams().next();
    const parts = message![Symbol.asyncIterator]();
    expect((await parts.next()).value).toBe('one ');
    expect(await textOf((await server.streams().next()).value!)).toBe('next');
    // Each time: whoever reads on must learn it.
    for (let i = 0; i < 2; i++) expect(await codeOf(parts.next())).toBe('message-cut-off');
  });

  test('a part that a loop waits for is not skipped', async () => {
    const server = await withMessages();
    const streams = server.streams();
    const { value: message } = await streams.next();
    const parts = message![Symbol.asyncIterator]();
    const waiting = [parts.next(), parts.next(), parts.next(), parts.next()];
    const next = streams.next();
    const read = (await Promise.all(waiting)).map(({ value }) => value);
    expect(read).toEqual(['one ', 'two ', 'three', undefined]);
    expect(await textOf((await next).value!)).toBe('next');
  });

  test('`send` of it fails the connection', async () => {
    const server = await withMessages();
    const streams = server.streams();
    const { value: message } = await streams.next();
    await streams.next();
    expect(await server.send(message!)).toBe(false);
    server.terminate();
    expect((await server.closed).error).toMatchObject({
      code: 'message-source-failed',
      cause: { code: 'message-cut-off' },
    });
  });

  test('`skip` has skipped them', async () => {
    const server = await withMessages();
    const { value: message } = await server.streams().next();
    await message!.skip();
    expect(await codeOf(textOf(message!))).toBe('message-cut-off');
  });

  test('nor one whose end never comes, when it is read again', async () => {
    const [server, peer] = await withPeer();
    peer.socket.end(masked(frames[0]!));
    const { value: message } = await server.streams().next();
    for (let i = 0; i < 2; i++) expect(await codeOf(textOf(message!))).toBe('message-cut-off');
  });
});

test('a loop over a message that is left while it waits takes no part from the next one', async () => {
  const [server, peer] = await withPeer();
  peer.socket.write(masked({ opcode: 1, payload: 'one ', fin: false }));
  const { value: message } = await server.streams().next();
  const left = message![Symbol.asyncIterator]();
  expect((await left.next()).value).toBe('one ');
  const waiting = left.next();
  await left.return!();
  expect((await waiting).done).toBe(true);
  peer.socket.write(masked({ opcode: 0, payload: 'two ', fin: false }, { opcode: 0, payload: 'three' }));
  expect(await textOf(message!)).toBe('two three');
  server.terminate();
  peer.socket.destroy();
});

test("a compressed message that breaks a rule, in front of the peer's Close: our Close says so", async () => {
  const [server, peer] = await withPeer(deflating());
  peer.socket.write(concat([masked({ opcode: 1, rsv: 4, payload: hex('ff') }), CLOSE]));
  void peer.ended.then(() => peer.socket.end());
  const { value: message } = await server.streams().next();
  expect(await codeOf(textOf(message!))).toBe('message-not-deflate');
  expect(await server.closed).toMatchObject({ wasClean: false, error: { code: 'message-not-deflate' } });
  expect(peer.frames()).toEqual([expect.stringMatching('^8:03ef')]);
});
