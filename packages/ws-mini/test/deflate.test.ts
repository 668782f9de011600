// permessage-deflate (RFC 7692): the compression alone, then on connections.

import { once } from 'node:events';
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Deflate, type DeflateOptions } from '../src/connection/deflate.ts';
import { connect, type WebSocketError, WebSocketServer } from '../src/index.ts';
import { type DeflateAgreement, encodeFrame } from '../src/wire/index.ts';
import { type Peer, withPeer } from './sockets.ts';
import { concat, hex, toHex, utf8 } from './support.ts';

const all: DeflateAgreement = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};
const server = (agreement: Partial<DeflateAgreement> = {}, options: DeflateOptions = {}, most?: number) =>
  new Deflate('server', { ...all, ...agreement }, { threshold: 0, ...options }, most);
const client = (agreement: Partial<DeflateAgreement> = {}, options: DeflateOptions = {}, most?: number) =>
  new Deflate('client', { ...all, ...agreement }, { threshold: 0, ...options }, most);
const deflate = (data: string | Uint8Array): Uint8Array =>
  deflateRawSync(data, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
const stringOf = async (bytes: Uint8Array | Promise<Uint8Array>): Promise<string> =>
  Buffer.from(await bytes).toString();
const codeOf = async (run: () => unknown): Promise<string> => {
  try {
    await run();
  } catch (error) {
    return (error as WebSocketError).code;
  }
  return 'no error';
};
/** Bytes in which nothing repeats. */
const noise = (length: number, seed = 1): Uint8Array => {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
};
const HELLO = 'f248cdc9c90700';

describe('the examples of RFC 7692 7.2.3', () => {
  test.each([
    ['7.2.3.1: one block', HELLO],
    ['7.2.3.3: no compression', '000500faff48656c6c6f00'],
    ['7.2.3.4: BFINAL', 'f348cdc9c9070000'],
    ['7.2.3.5: two blocks', 'f248050000 00ffff cac9c90700'],
  ])('%s', async (_, example) => {
    expect(await stringOf(client().decompress(hex(example)))).toBe('Hello');
  });
  test('7.2.3.2: the window of the message before', async () => {
    const peer = client();
    expect(await stringOf(peer.decompress(hex(HELLO)))).toBe('Hello');
    expect(await stringOf(peer.decompress(hex('f200110000')))).toBe('Hello');
    const fresh = client({ serverNoContextTakeover: true });
    await fresh.decompress(hex(HELLO));
    expect(await codeOf(() => fresh.decompress(hex('f200110000')))).toBe('message-not-deflate');
  });
  test('7.2.3.6: an empty message', async () => {
    expect(await stringOf(client().decompress(hex('00')))).toBe('');
    expect(toHex(deflate(''))).toBe('00');
  });
});

describe('inflating', () => {
  test('blocks with BFINAL end nothing: what follows is read, and the window goes on', async () => {
    const final = deflateRawSync('Hello');
    const peer = client();
    expect(await stringOf(peer.decompress(concat([final, final, deflate(' you')])))).toBe('HelloHello you');
    const next = client();
    await next.decompress(concat([deflateRawSync('Hello'), hex('00')]));
    expect(await stringOf(next.decompress(hex('f200110000')))).toBe('Hello');
  });
  test('but not without end: each costs far more than its bytes', async () => {
    const empty = hex('0300');
    const many = (count: number) => concat(Array.from({ length: count }, () => empty));
    expect(await codeOf(() => client().decompress(many(10)))).toBe('no error');
    expect(await codeOf(() => client().decompress(many(1000)))).toBe('message-not-deflate');
    expect(await codeOf(() => client().decompress(many(100_000)))).toBe('message-not-deflate');
  });
  test('the limit is inclusive and holds while inflating, at once and in a thread', async () => {
    for (const size of [0, 1, 1000, 32_768, 32_769, 200_000]) {
      const zeros = deflate(new Uint8Array(size));
      expect((await client({}, {}, size).decompress(zeros)).length).toBe(size);
      if (size > 0)
        expect(await codeOf(() => client({}, {}, size - 1).decompress(zeros))).toBe('message-too-big');
    }
    expect((await client({}, {}, Number.POSITIVE_INFINITY).decompress(deflate('x'))).length).toBe(1);
  });
  test('a bomb costs what a message may cost, not what it would become', async () => {
    const bomb = deflate(new Uint8Array(100 * 1024 * 1024));
    const before = process.memoryUsage().arrayBuffers;
    expect(await codeOf(() => client({}, {}, 1024 * 1024).decompress(bomb))).toBe('message-too-big');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
  });
  test('what no buffer can hold, though the limit lets it pass, is too big a message and no RangeError', async () => {
    const deflated = deflate(noise(100_000));
    const concat = vi.spyOn(Buffer, 'concat').mockImplementation(() => {
      throw new RangeError('Array buffer allocation failed');
    });
    try {
      expect(await codeOf(() => client({}, {}, Infinity).decompress(deflated))).toBe('message-too-big');
    } finally {
      concat.mockRestore();
    }
  });
  test('a reference beyond the agreed window of earlier messages is refused', async () => {
    const peer = client({ serverMaxWindowBits: 9 });
    const first = noise(600);
    await peer.decompress(deflate(first));
    // The 100 bytes that begin 600 bytes back.
    const far = deflateRawSync(first.subarray(0, 100), {
      dictionary: first,
      finishFlush: constants.Z_SYNC_FLUSH,
    }).subarray(0, -4);
    expect(far.length).toBeLessThan(20);
    expect(await codeOf(() => peer.decompress(far))).toBe('message-not-deflate');
  });
});

describe('deflating', () => {
  test('with the window of the message before, or without', async () => {
    const text = utf8(`${toHex(noise(100))}${toHex(noise(100, 2))}`);
    const sizes = async (side: Deflate): Promise<number[]> => [
      (await side.compress(text))!.length,
      (await side.compress(text))!.length,
    ];
    const [first, second] = await sizes(server());
    expect(second).toBeLessThan(first! / 5);
    expect(await sizes(server({ serverNoContextTakeover: true }))).toEqual([first, first]);
    expect(await sizes(client({ clientNoContextTakeover: true }))).toEqual([first, first]);
  });
  test('what would not get smaller is not compressed, and leaves no trace in the window', async () => {
    const side = server();
    expect(await side.compress(noise(2000))).toBeUndefined();
    expect(await side.compress(noise(100_000))).toBeUndefined();
    expect(side.kept).toBe(0);
  });
  test('a window of 8 bits: nothing refers further back than 256 bytes', async () => {
    const repeat = (distance: number) => concat(Array(4).fill(noise(distance, distance)));
    const size = async (serverMaxWindowBits: number, distance: number): Promise<number> => {
      const data = repeat(distance);
      return ((await server({ serverMaxWindowBits }).compress(data)) ?? data).length / data.length;
    };
    expect(await size(8, 250)).toBeLessThan(0.3);
    expect(await size(8, 257)).toBeGreaterThan(0.9);
    expect(await size(10, 257)).toBeLessThan(0.3);
  });
  test('what is kept is the window and no more, and nothing without context takeover', async () => {
    // rfc7692/7.2.1/32k
    const sender = server();
    const receiver = client();
    const none = server({ serverNoContextTakeover: true });
    for (let i = 0; i < 5; i++) {
      await receiver.decompress((await sender.compress(new Uint8Array(40_000)))!);
      await none.compress(new Uint8Array(40_000));
    }
    expect([sender.kept, receiver.kept, none.kept]).toEqual([4096, 32_768, 0]);
  });
  test('more than the threads of zlib at once: all get their turn', async () => {
    const large = new Uint8Array(50_000);
    const results = await Promise.all(Array.from({ length: 30 }, () => server().compress(large)));
    for (const result of results)
      expect(inflateRawSync(concat([result!, hex('0000ffff')]), { finishFlush: 2 })).toHaveLength(50_000);
  });
});

// ---- On connections ----------------------------------------------------------------------------

const frame = (data: string | Uint8Array, opcode = 1, more = {}) =>
  encodeFrame({ opcode, payload: data, maskKey: 0x1234_5678, ...more });
const deflated = (data: string | Uint8Array, opcode = 1) => frame(deflate(data), opcode, { rsv: 4 });
const slow = 'slow'.repeat(100_000);

async function peerOf(
  options: DeflateOptions = {},
  most?: number,
): Promise<[Awaited<ReturnType<typeof withPeer>>[0], Peer]> {
  const [connection, peer] = await withPeer({ deflate: server({}, options, most) });
  onTestFinished(() => connection.terminate());
  return [connection, peer];
}

describe('negotiation', () => {
  const wishes = [false, true].flatMap((serverNoContextTakeover) =>
    [false, true].flatMap((clientNoContextTakeover) =>
      [8, 15, undefined].flatMap((serverMaxWindowBits) =>
        [9, undefined].map((clientMaxWindowBits) => ({
          ...{ serverNoContextTakeover, clientNoContextTakeover },
          ...(serverMaxWindowBits === undefined ? {} : { serverMaxWindowBits }),
          ...(clientMaxWindowBits === undefined ? {} : { clientMaxWindowBits }),
        })),
      ),
    ),
  );
  test('every combination, asked for by either side or both, echoes', async () => {
    const messages = [
      'short',
      'text '.repeat(1000),
      new Uint8Array(100_000).fill(7),
      'text '.repeat(1001),
      'ü'.repeat(40_000),
    ];
    for (const [ofServer, ofClient] of wishes.flatMap(
      (wish) =>
        [
          [wish, {}],
          [{}, wish],
          [wish, wish],
        ] as const,
    )) {
      const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: ofServer });
      const compressed: boolean[] = [];
      sockets.on('connection', async (socket) => {
        for await (const message of socket) await socket.send(message);
      });
      const { port } = (await sockets.listening)!;
      const socket = await connect(`ws://127.0.0.1:${port}`, {
        perMessageDeflate: ofClient,
        observe: (seen) =>
          seen.type === 'frame' && seen.header.opcode < 3 && compressed.push(seen.header.rsv === 4),
      });
      expect(socket.extensions[0]?.name).toBe('permessage-deflate');
      for (const message of messages) socket.send(message);
      const reader = socket[Symbol.asyncIterator]();
      for (const message of messages) {
        const { value } = await reader.next();
        // Not by toEqual, which takes its time for each byte.
        expect(typeof value).toBe(typeof message);
        expect(Buffer.from(value!).equals(Buffer.from(message as string))).toBe(true);
      }
      expect(compressed.filter(Boolean)).toHaveLength(8);
      await socket.close(1000);
      await sockets.close();
    }
  });
  test('is off unless both sides want it, and a bad offer is passed over for the next', async () => {
    // rfc6455/9.1/unaccepted
    for (const [ofServer, ofClient, expected] of [
      [true, false, []],
      [false, true, []],
      [true, true, ['permessage-deflate']],
    ] as const) {
      const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: ofServer });
      onTestFinished(() => sockets.close());
      const { port } = (await sockets.listening)!;
      const socket = await connect(`ws://127.0.0.1:${port}`, { perMessageDeflate: ofClient });
      expect(socket.extensions.map(({ name }) => name)).toEqual(expected);
    }
  });
  test('a server asks for no context in either direction, unless it is told to keep it', async () => {
    const keep = { serverNoContextTakeover: false, clientNoContextTakeover: false };
    for (const [perMessageDeflate, names] of [
      [true, ['server_no_context_takeover', 'client_no_context_takeover']],
      [keep, []],
    ] as const) {
      const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate });
      onTestFinished(() => sockets.close());
      const { port } = (await sockets.listening)!;
      const socket = await connect(`ws://127.0.0.1:${port}`, { perMessageDeflate: true });
      expect(socket.extensions[0]!.parameters.map(([name]) => name)).toEqual(names);
    }
  });
  test('wishes that no one can fulfil are refused before anybody connects', () => {
    for (const perMessageDeflate of [{ level: 0 }, { level: 10 }, { serverMaxWindowBits: 7 }]) {
      expect(() => new WebSocketServer({ noServer: true, perMessageDeflate })).toThrow(/must be from/);
      expect(() => connect('ws://127.0.0.1:1', { perMessageDeflate })).toThrow(/must be from/);
    }
  });
});

describe('sending', () => {
  test('compresses from the threshold on, and not where it is told not to', async () => {
    // rfc7692/8/secrets
    const [connection, peer] = await peerOf({ threshold: 10 });
    connection.send('a'.repeat(9));
    connection.send('a'.repeat(20));
    connection.send('b'.repeat(20), { compress: false });
    await peer.until(() => peer.frames().length === 3);
    expect(Buffer.concat(peer.chunks)[11]).toBe(0xc1);
    expect(peer.frames()[2]).toBe(`1:${toHex(utf8('b'.repeat(20)))}`);
  });
  test('keeps the order: what comes after a slow message waits, control frames do not, Close does', async () => {
    const [connection, peer] = await peerOf();
    const sent = [
      connection.send(slow),
      connection.send('after', { compress: false }),
      connection.sendFragment('in ', false),
      connection.sendFragment('parts', true),
      connection.send('last'),
    ];
    expect(connection.bufferedAmount).toBeGreaterThan(slow.length);
    connection.ping(utf8('now'));
    const closed = connection.close(3000);
    expect([connection.readyState, await connection.send('too late')]).toEqual(['closing', false]);
    expect(await Promise.all(sent)).toEqual([true, true, true, true, true]);
    await peer.until(() => peer.frames().at(-1)!.startsWith('8:'));
    const frames = peer.frames();
    expect(frames[0]).toBe(`9:${toHex(utf8('now'))}`);
    expect(frames.slice(2)).toEqual([
      ...['after', 'in '].map((text) => `1:${toHex(utf8(text))}`),
      `0:${toHex(utf8('parts'))}`,
      `1:${toHex(utf8('last'))}`,
      '8:0bb8',
    ]);
    peer.socket.end(frame(hex('0bb8'), 8));
    expect((await closed).code).toBe(3000);
  });
  test('what zlib cannot compress goes out as it is, in its turn', async () => {
    // As if there were no memory: with this level zlib throws.
    const [connection, peer] = await peerOf({ level: 99 });
    const sent = ['short', slow, 'after'].map((message) => connection.send(message));
    expect(await Promise.all(sent)).toEqual([true, true, true]);
    await peer.until(() => peer.frames().length === 3);
    expect(peer.frames()).toEqual(['short', slow, 'after'].map((message) => `1:${toHex(utf8(message))}`));
  });
  test('is over when the connection is: whoever waits gets false', async () => {
    const [connection] = await peerOf();
    const sent = [connection.send(slow), connection.send('after')];
    connection.terminate();
    expect(await Promise.all(sent)).toEqual([false, false]);
  });
  test('small bytes may change as soon as `send` has returned, even if they are compressed later', async () => {
    const [connection, peer] = await peerOf();
    const bytes = new Uint8Array(4096).fill(1);
    const sent = [connection.send(slow), connection.send(bytes)];
    bytes.fill(2);
    await Promise.all(sent);
    await peer.until(() => peer.frames().length === 2);
    const inflating = client();
    await inflating.decompress(hex(peer.frames()[0]!.slice(2)));
    const inflated = await inflating.decompress(hex(peer.frames()[1]!.slice(2)));
    expect(new Set(inflated)).toEqual(new Set([1]));
  });
  test("a client's bytes may change as soon as `send` has returned", async () => {
    const [connection, peer] = await withPeer({ role: 'client', deflate: client(), maskKey: () => 0 });
    const bytes = new Uint8Array(100_000).fill(1);
    const sent = connection.send(bytes);
    bytes.fill(2);
    await sent;
    await peer.until(() => peer.size > 100 && peer.frames().length === 1);
    const inflated = await server().decompress(hex(peer.frames()[0]!.slice(2)));
    expect(new Set(inflated)).toEqual(new Set([1]));
    connection.terminate();
  });
});

describe('receiving', () => {
  test('keeps the order, however long a message takes to inflate', async () => {
    const [connection, peer] = await peerOf();
    const seen: string[] = [];
    connection.on('message', (message) => seen.push(String(message).slice(0, 5)));
    connection.on('ping', () => seen.push('ping'));
    const text = deflate('fragmented');
    peer.socket.end(
      concat([
        deflated(slow),
        frame('plain'),
        frame(text.subarray(0, 3), 1, { rsv: 4, fin: false }),
        frame('', 9),
        frame(text.subarray(3), 0),
        deflated(slow),
        deflated('short'),
        frame(hex('03e8'), 8),
      ]),
    );
    expect(await connection.closed).toMatchObject({ code: 1000, wasClean: true });
    expect(seen).toEqual(['slows', 'plain', 'ping', 'fragm', 'slows', 'short']);
  });
  test('a reset while inflating: the message is still delivered, before the end', async () => {
    const [connection, peer] = await peerOf();
    const seen: string[] = [];
    connection.on('message', (message) => seen.push(String(message).slice(0, 5)));
    connection.on('close', () => seen.push('close'));
    peer.socket.write(deflated(slow), () => peer.socket.resetAndDestroy());
    await connection.closed;
    expect(seen.at(-1)).toBe('close');
    connection.terminate();
  });
  test('the end while inflating is told, also if another message then waits for a consumer', async () => {
    const [connection, peer] = await peerOf();
    peer.socket.write(concat([frame('', 9), deflated(slow), deflated(slow)]));
    await once(connection, 'ping');
    // In the next turn the first message is being inflated.
    setImmediate(() => connection.terminate());
    expect(await connection.closed).toMatchObject({ code: 1006, wasClean: false });
    // What came can still be had.
    const seen: string[] = [];
    for await (const message of connection) seen.push(String(message).slice(0, 5));
    expect(seen).toEqual(['slows', 'slows']);
  });
  test('closing while inflating drops the message and ends well', async () => {
    const [connection, peer] = await peerOf();
    const seen: unknown[] = [];
    connection.on('message', (message) => seen.push(message));
    peer.socket.write(concat([frame('', 9), deflated(slow), frame(hex('03e8'), 8)]));
    await once(connection, 'ping');
    connection.close(1000);
    peer.socket.end();
    expect(await connection.closed).toMatchObject({ code: 1000, wasClean: true });
    expect(seen).toEqual([]);
  });
  test.each([
    ['garbage', frame(hex('ffff'), 2, { rsv: 4 }), 'message-not-deflate', '03ef'],
    ['a bomb', deflated(new Uint8Array(300_000), 2), 'message-too-big', '03f1'],
    ['text that is not UTF-8', deflated(hex('c328')), 'text-not-utf8', '03ef'],
    ['much text that is not UTF-8', deflated(new Uint8Array(90_000).fill(0xff)), 'text-not-utf8', '03ef'],
    [
      'RSV1 on a continuation',
      concat([frame('a', 1, { fin: false }), frame('b', 0, { rsv: 4 })]),
      'reserved-bit-set',
      '03ea',
    ],
  ])('%s fails the connection', async (_, bytes, code, closeCode) => {
    const [connection, peer] = await peerOf({}, 100_000);
    connection.resume();
    peer.socket.write(bytes);
    await peer.ended;
    peer.socket.end();
    expect((await connection.closed).error?.code).toBe(code);
    expect(peer.frames()).toEqual([expect.stringMatching(`^8:${closeCode}..`)]);
  });
});
