// Messages that are sent part by part, out of an async iterable (RFC 6455 5.4).

import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { connectionPair, withPeer } from './sockets.ts';
import { hex, toHex, utf8 } from './support.ts';

/** A source that is fed by the test, and says when it was told to stop. */
function source<T>() {
  const parts: (T | Error)[] = [];
  let wake = (): void => {};
  let isOver = false;
  let stopped = (): void => {};
  const stop = new Promise<void>((resolve) => (stopped = resolve));
  return {
    stop,
    push(part: T | Error): void {
      parts.push(part);
      wake();
    },
    end(): void {
      isOver = true;
      wake();
    },
    [Symbol.asyncIterator]: () => ({
      async next(): Promise<IteratorResult<T, undefined>> {
        while (parts.length === 0 && !isOver) await new Promise<void>((resolve) => (wake = resolve));
        const value = parts.shift();
        if (value instanceof Error) throw value;
        return value === undefined ? { value: undefined, done: true } : { value, done: false };
      },
      async return(): Promise<IteratorResult<T, undefined>> {
        stopped();
        return { value: undefined, done: true };
      },
    }),
  };
}
const text = (data: string): string => toHex(utf8(data));

test('each part goes out as it comes; other messages stand in line, control frames do not', async () => {
  const [connection, peer] = await withPeer();
  const parts = source<string>();
  const sent = connection.send(parts);
  const after = connection.send('after');
  parts.push('one ');
  await peer.until(() => peer.frames().length === 1);
  connection.ping(utf8('p'));
  parts.push('two');
  await peer.until(() => peer.frames().length === 3);
  const closed = connection.close(1000);
  expect(connection.readyState).toBe('closing');
  parts.end();
  expect(await Promise.all([sent, after])).toEqual([true, true]);
  await peer.until(() => peer.frames().length === 6);
  expect(peer.frames()).toEqual([
    ...[`1:${text('one ')}`, `9:${text('p')}`, `0:${text('two')}`, '0:', `1:${text('after')}`, '8:03e8'],
  ]);
  peer.socket.end(hex('888200000000 03e8'));
  expect((await closed).wasClean).toBe(true);
});

test('bytes, text and nothing at all arrive as one message each', async () => {
  const [server, client] = await connectionPair();
  async function* of(...parts: (string | ArrayBuffer | ArrayBufferView)[]) {
    yield* parts;
  }
  client.send(of('한', '글'));
  client.send(of(Uint8Array.of(1), new Uint8Array(100_000).buffer, new DataView(new ArrayBuffer(2))));
  client.send(of());
  client.send('last');
  const messages: (string | number)[] = [];
  client.close(1000);
  for await (const message of server) messages.push(typeof message === 'string' ? message : message.length);
  expect(messages).toEqual(['한글', 100_003, 0, 'last']);
});

test('is as fast as the peer reads: the source is asked for no more than fits', async () => {
  const [connection, peer] = await withPeer();
  peer.socket.pause();
  let asked = 0;
  async function* parts(): AsyncGenerator<Uint8Array> {
    for (; asked < 500; asked++) yield new Uint8Array(100_000);
  }
  const sent = connection.send(parts());
  // The loop comes to a stop when the operating system takes no more.
  for (let before = -1; before !== asked; ) {
    before = asked;
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(asked).toBeLessThan(500);
  peer.socket.resume();
  expect(await sent).toBe(true);
  expect(asked).toBe(500);
  connection.terminate();
});

test('a source that fails, fails the connection: the message cannot be finished', async () => {
  for (const bad of [new Error('no more'), 5, 'text after bytes']) {
    const [connection, peer] = await withPeer();
    const parts = source<never>();
    parts.push(Uint8Array.of(1) as never);
    const sent = connection.send(parts);
    const after = connection.send('after');
    parts.push(bad as never);
    await peer.ended;
    expect(peer.frames()).toEqual(['2:01', `8:03f3${toHex(utf8('the source of a message failed'))}`]);
    peer.socket.end();
    expect(await Promise.all([sent, after])).toEqual([false, false]);
    expect((await connection.closed).error?.code).toBe('message-source-failed');
  }
});

test("a source that fails behind the peer's Close: the end is not clean, and our Close says why", async () => {
  const [server, client] = await connectionPair();
  const parts = source<string>();
  const sent = server.send(parts);
  parts.push('half');
  const { value: message } = await client.streams().next();
  const closed = client.close(1000, '', { keepsReceiving: true });
  while (server.readyState === 'open') await new Promise((resolve) => setImmediate(resolve));
  parts.push(new Error('no more'));
  expect(await sent).toBe(false);
  expect(await closed).toMatchObject({ code: 1011, reason: 'the source of a message failed' });
  expect(await server.closed).toMatchObject({ wasClean: false, error: { code: 'message-source-failed' } });
  const reading = (async () => {
    for await (const part of message!) expect(part).toBe('half');
  })();
  await expect(reading).rejects.toMatchObject({ code: 'message-cut-off' });
});

test('a source that is silent does not outlive the connection', async () => {
  const [connection] = await withPeer();
  const parts = source<string>();
  const sent = connection.send(parts);
  connection.terminate();
  expect(await sent).toBe(false);
  await parts.stop;
  expect(await connection.send(parts)).toBe(false);
});

test('a source of which not all is sent is told, if it breaks a rule or is refused', async () => {
  const [connection, peer] = await withPeer();
  const mixed = source<string | Uint8Array>();
  mixed.push('text');
  mixed.push(Uint8Array.of(1));
  expect(await connection.send(mixed)).toBe(false);
  await mixed.stop;
  // From here on, the connection is closing.
  const refused = source<string>();
  const readables = [1, 2].map(() => new Readable({ read() {} }));
  expect(await connection.send(refused)).toBe(false);
  expect(await connection.send(readables[0]!)).toBe(false);
  await refused.stop;
  expect(readables[0]!.destroyed).toBe(true);
  peer.socket.end();
  const [other] = await withPeer();
  const sent = other.send(readables[1]!);
  other.terminate();
  expect(await sent).toBe(false);
  await new Promise((resolve) => setImmediate(resolve));
  expect(readables[1]!.destroyed).toBe(true);
});

test.each(['empty messages', 'iterables'])(
  '%s behind a source that waits: as many as `maxQueued` allows',
  async (kind) => {
    const [connection, peer] = await withPeer({ maxQueued: 6400, slowConsumer: 'drop' });
    const parts = source<string>();
    void connection.send(parts);
    parts.push('first');
    await peer.until(() => peer.frames().length === 1);
    const empty = (): AsyncIterable<string> => Readable.from([]);
    let refused = 0;
    const sent = Array.from({ length: 1000 }, async () => {
      const isSent = await connection.send(kind === 'iterables' ? empty() : '');
      if (!isSent) refused++;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(refused).toBeGreaterThan(850);
    expect(refused).toBeLessThan(1000);
    expect(connection.bufferedAmount).toBe(0);
    parts.end();
    await Promise.all(sent);
    // The end of the first, and each that was not refused; of an iterable that is its last fragment.
    await peer.until(() => peer.frames().length === 2 + sent.length - refused);
    expect(await connection.send('there is room again')).toBe(true);
    connection.terminate();
    peer.socket.destroy();
  },
);

test('the type of a message in parts may be given: then bytes may be cut within a character', async () => {
  const [server, client] = await connectionPair();
  async function* of(...parts: (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
    yield* parts;
  }
  const [start, rest] = [utf8('한').subarray(0, 1), utf8('한').subarray(1)];
  void server.send(of(start, rest, 'and', start, rest), { type: 'text' });
  void server.send(of('한', start), { type: 'binary' });
  void server.send(of(), { type: 'text' });
  void server.send(of(), { type: 'binary' });
  void server.sendFragment(start, false, { type: 'text' });
  void server.sendFragment(rest, false);
  void server.sendFragment('!', true);
  void server.sendFragment('한', false, { type: 'binary' });
  void server.sendFragment(start, true);
  void server.sendFragment('', false);
  void server.sendFragment(utf8('bytes'), true);
  const failing = server.send(of(start), { type: 'text' });
  const received: unknown[] = [];
  client.on('message', (message) => received.push(typeof message === 'string' ? message : toHex(message)));
  expect(await failing).toBe(false);
  expect(await client.closed).toMatchObject({ code: 1011 });
  const bytes = toHex(utf8('한')) + toHex(start);
  expect(received).toEqual(['한and한', bytes, '', '', '한!', bytes, 'bytes']);
});

test('a fragment of a text that is not UTF-8 is refused, and the message can still be finished', async () => {
  const [server, client] = await connectionPair();
  const refused = expect.objectContaining({ code: 'data-not-supported', by: 'user' });
  expect(() => server.sendFragment(hex('ff'), false, { type: 'text' })).toThrow(refused);
  void server.sendFragment('a', false);
  expect(() => server.sendFragment(hex('e2'), true)).toThrow(refused);
  void server.sendFragment('b', true);
  expect((await client[Symbol.asyncIterator]().next()).value).toBe('ab');
  client.terminate();
});

test('none begins between two fragments', async () => {
  const [connection] = await withPeer();
  connection.sendFragment('a', false);
  expect(() => connection.send(source())).toThrow(/fragments/);
  connection.terminate();
});
