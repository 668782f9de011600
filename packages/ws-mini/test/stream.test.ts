// WebSocketStream, by what the web platform tests of the proposal ask, and both directions' back-pressure.

import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Connection, WebSocketError, WebSocketServer, WebSocketStream } from '../src/index.ts';

async function listen(serve?: (connection: Connection) => unknown): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', protocols: ['a'] });
  onTestFinished(() => server.close());
  server.on(
    'connection',
    serve ?? ((socket) => socket.on('message', (message) => void socket.send(message))),
  );
  return `http://127.0.0.1:${(await server.listening)!.port}/`;
}
const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
};

test('strings and bytes, out and back; the attributes', async () => {
  const url = await listen();
  const stream = new WebSocketStream(url, { protocols: ['a'], perMessageDeflate: true });
  expect(stream.url).toBe(url.replace('http', 'ws'));
  const { readable, writable, protocol, extensions } = await stream.opened;
  expect([protocol, extensions]).toEqual(['a', '']);
  const writer = writable.getWriter();
  for (const message of ['한글', Uint8Array.of(1, 2), new Uint16Array([3]).buffer, 5])
    void writer.write(message as string);
  const received: unknown[] = [];
  for await (const message of readable) {
    received.push(message);
    if (received.length === 4) break;
  }
  expect(received).toEqual(['한글', expect.any(Uint8Array), expect.any(Uint8Array), '5']);
  expect(received[1]).toEqual(Uint8Array.of(1, 2));
  // To leave the loop cancels the readable.
  expect(await stream.closed).toEqual({ closeCode: 1005, reason: '' });
  await expect(writer.closed).rejects.toMatchObject({ name: 'InvalidStateError' });
});

describe('close', () => {
  test.each([
    [
      { closeCode: 3456, reason: 'pizza' },
      { closeCode: 3456, reason: 'pizza' },
    ],
    [{ closeCode: 3000.9 }, { closeCode: 3000, reason: '' }],
    [undefined, { closeCode: 1005, reason: '' }],
    [{ reason: '' }, { closeCode: 1005, reason: '' }],
    [{ reason: 'non-empty' }, { closeCode: 1000, reason: 'non-empty' }],
  ])('%j gives %j', async (given, expected) => {
    const stream = new WebSocketStream(await listen());
    const { readable, writable } = await stream.opened;
    stream.close(given);
    expect(await stream.closed).toEqual(expected);
    expect(await readable.getReader().read()).toEqual({ value: undefined, done: true });
    await expect(writable.getWriter().write('late')).rejects.toMatchObject({ name: 'InvalidStateError' });
  });

  test('a code or reason that may not be given', async () => {
    const stream = new WebSocketStream(await listen());
    await stream.opened;
    for (const closeCode of [999, 1001, 2999, 5000])
      expect(() => stream.close({ closeCode })).toThrow(
        expect.objectContaining({ name: 'InvalidAccessError' }),
      );
    expect(() => stream.close({ reason: 'x'.repeat(124) })).toThrow(
      expect.objectContaining({ name: 'SyntaxError' }),
    );
    stream.close();
    await stream.closed;
  });

  test('of the writable is fulfilled when the closing handshake is over, behind what was written', async () => {
    const received: unknown[] = [];
    const url = await listen(async (connection) => {
      for await (const message of connection) received.push(message);
    });
    const stream = new WebSocketStream(url);
    const { readable, writable } = await stream.opened;
    const writer = writable.getWriter();
    void writer.write('last');
    await writer.close();
    expect(received).toEqual(['last']);
    expect(await stream.closed).toEqual({ closeCode: 1005, reason: '' });
    await readable.getReader().closed;
  });

  test.each(['close of a writer', 'end of a pipe', 'close', 'abort'] as const)(
    'by %s: what the peer still sends can be read',
    async (how) => {
      const replies: unknown[] = [];
      const url = await listen(async (connection) => {
        for await (const _ of connection) {
          // Time for the Close to come.
          await turns(5);
          for (const part of ['re', 'ply']) await connection.send(part);
        }
      });
      const stream = new WebSocketStream(url);
      const { readable, writable } = await stream.opened;
      const reading = (async () => {
        for await (const message of readable) replies.push(message);
      })();
      if (how === 'end of a pipe') {
        const source = new ReadableStream({
          start(controller) {
            controller.enqueue('c');
            controller.close();
          },
        });
        await source.pipeTo(writable);
      } else {
        const writer = writable.getWriter();
        writer.closed.catch(() => {});
        await writer.write('c');
        if (how === 'close') stream.close();
        else await (how === 'abort' ? writer.abort() : writer.close());
      }
      await reading;
      expect(replies).toEqual(['re', 'ply']);
      expect(await stream.closed).toEqual({ closeCode: 1005, reason: '' });
    },
  );

  test('by cancel, also after `close`: what is not read any more does not hold up the end', async () => {
    const url = await listen(async (connection) => {
      for (let i = 0; i < 30; i++) await connection.send(new Uint8Array(100_000));
    });
    const stream = new WebSocketStream(url, { closeTimeout: Infinity });
    const { readable } = await stream.opened;
    stream.close();
    await turns(100);
    await readable.cancel();
    expect(await stream.closed).toEqual({ closeCode: 1005, reason: '' });
  });

  test.each(['abort', 'cancel'] as const)(
    'by %s, with code and reason of a WebSocketError alone',
    async (how) => {
      const url = await listen();
      const error = new WebSocketError('aborted', 'for our own eyes', {
        closeCode: 4000,
        reason: 'for theirs',
      });
      const unsendable = new WebSocketError('aborted', '', { closeCode: 1006 });
      const revoked = Proxy.revocable({}, {});
      revoked.revoke();
      for (const [cause, closeCode, reason] of [
        [error, 4000, 'for theirs'],
        [unsendable, 1005, ''],
        [{ closeCode: 4000, reason: 'set' }, 1005, ''],
        [undefined, 1005, ''],
        [revoked.proxy, 1005, ''],
      ] as const) {
        const stream = new WebSocketStream(url);
        const { readable, writable } = await stream.opened;
        await (how === 'abort' ? writable.abort(cause) : readable.cancel(cause));
        expect(await stream.closed).toEqual({ closeCode, reason });
      }
    },
  );

  test('by the peer: what came before can be read, and then the end', async () => {
    const url = await listen((connection) => {
      for (const message of ['a', 'b']) void connection.send(message);
      void connection.close(4001, 'enough');
    });
    const stream = new WebSocketStream(url);
    const { readable } = await stream.opened;
    expect(await stream.closed).toEqual({ closeCode: 4001, reason: 'enough' });
    const received: unknown[] = [];
    for await (const message of readable) received.push(message);
    expect(received).toEqual(['a', 'b']);
  });

  test('without a closing handshake: both streams and `closed` fail', async () => {
    const stream = new WebSocketStream(await listen((connection) => connection.terminate()));
    const { readable, writable } = await stream.opened;
    const expected = { name: 'WebSocketError', code: 'connection-lost', closeCode: 1006, reason: '' };
    await expect(stream.closed).rejects.toMatchObject(expected);
    await expect(readable.getReader().read()).rejects.toMatchObject(expected);
    await expect(writable.getWriter().closed).rejects.toMatchObject(expected);
  });
});

describe('nothing is lost', () => {
  test('a write after `close` is rejected, and so is one that is still waiting then', async () => {
    const received: unknown[] = [];
    const url = await listen(async (connection) => {
      for await (const message of connection) received.push(message);
    });
    const stream = new WebSocketStream(url);
    const { writable } = await stream.opened;
    const writer = writable.getWriter();
    await writer.write('in time');
    stream.close({ closeCode: 1000 });
    const late = [writer.write('late'), writer.write('later')];
    const reasons = (await Promise.allSettled(late)).map((result) => 'reason' in result && result.reason);
    expect(reasons[0]).toMatchObject({ name: 'InvalidStateError', constructor: DOMException });
    expect(reasons[1]).toBe(reasons[0]);
    await expect(writer.closed).rejects.toBe(reasons[0]);
    expect(await stream.closed).toEqual({ closeCode: 1000, reason: '' });
    expect(received).toEqual(['in time']);
  });

  test('without a closing handshake, all who ask are told by the same error', async () => {
    let connection: Connection | undefined;
    const url = await listen((accepted) => (connection = accepted));
    const stream = new WebSocketStream(url);
    const { readable, writable } = await stream.opened;
    const writer = writable.getWriter();
    const reader = readable.getReader();
    const read = reader.read();
    // More than the network takes while the peer does not read.
    const writes = Array.from({ length: 50 }, () => writer.write(new Uint8Array(500_000)));
    const end = writer.close();
    await Promise.race(writes);
    connection!.terminate();
    const all = [...writes, end, read, stream.closed, writer.closed, reader.closed, reader.read()];
    const results = await Promise.allSettled(all);
    const reasons = results.flatMap((result) => ('reason' in result ? [result.reason] : []));
    expect(results.at(writes.length - 1)).toMatchObject({ status: 'rejected' });
    expect(reasons[0]).toMatchObject({ name: 'WebSocketError', closeCode: 1006, reason: '' });
    expect(new Set(reasons).size).toBe(1);
    expect(results.slice(writes.length).every(({ status }) => status === 'rejected')).toBe(true);
    await expect(writer.write('late')).rejects.toBe(reasons[0]);
  });

  test('closing the writable of a connection that breaks is rejected with that error', async () => {
    const url = await listen((connection) => connection.on('message', () => connection.terminate()));
    const stream = new WebSocketStream(url);
    const { writable } = await stream.opened;
    const writer = writable.getWriter();
    void writer.write('terminate');
    const reasons = await Promise.all(
      [writer.close(), stream.closed].map((end) => end.catch((error) => error)),
    );
    expect(reasons[0]).toMatchObject({ name: 'WebSocketError', closeCode: 1006 });
    expect(reasons[1]).toBe(reasons[0]);
  });

  test('what came before the connection broke can be read, and then the error', async () => {
    const url = await listen(async (connection) => {
      for (const message of ['a', 'b', 'c']) await connection.send(message);
      await connection.ping();
      connection.terminate();
    });
    const stream = new WebSocketStream(url);
    const { readable } = await stream.opened;
    const error = await stream.closed.catch((error) => error);
    const received: unknown[] = [];
    await expect(
      (async () => {
        for await (const message of readable) received.push(message);
      })(),
    ).rejects.toBe(error);
    expect(received).toEqual(['a', 'b', 'c']);
  });

  test('a connection that fails to open rejects both promises with one error', async () => {
    const stream = new WebSocketStream(await listen(), { protocols: ['unknown'] });
    const reasons = await Promise.all(
      [stream.opened, stream.closed].map((end) => end.catch((error) => error)),
    );
    expect(reasons[0]).toBeInstanceOf(WebSocketError);
    expect(reasons[1]).toBe(reasons[0]);
  });

  test('a message that the connection dropped is not reported as written', async () => {
    const url = await listen(() => {});
    const stream = new WebSocketStream(url, { maxQueued: 0, slowConsumer: 'drop' });
    const { writable } = await stream.opened;
    const writer = writable.getWriter();
    // Both in one turn: the first still waits to be written when the second comes.
    const writes = await Promise.allSettled([writer.write('taken'), writer.write('dropped')]);
    expect(writes).toMatchObject([{ status: 'fulfilled' }, { reason: { code: 'queue-full' } }]);
    stream.close();
    await stream.closed;
  });
});

describe('opening', () => {
  test.each([
    ['no URL', ['nonsense']],
    ['a fragment', ['ws://localhost/#x']],
    ['a subprotocol twice, but for case', ['ws://localhost/', { protocols: ['a', 'A'] }]],
  ] as [string, [string, object?]][])('%s is a SyntaxError', (_, args) => {
    expect(() => new WebSocketStream(...args)).toThrow(expect.objectContaining({ name: 'SyntaxError' }));
  });

  test('is given up by the signal, with its reason, and by close', async () => {
    const url = await listen();
    for (const signal of [AbortSignal.abort('before'), undefined]) {
      const stream = new WebSocketStream(url, { signal });
      stream.close();
      const expected = signal === undefined ? expect.objectContaining({ code: 'aborted' }) : 'before';
      await expect(stream.opened).rejects.toEqual(expected);
      await expect(stream.closed).rejects.toEqual(expected);
    }
    const late = new AbortController();
    const stream = new WebSocketStream(url, { signal: late.signal });
    await stream.opened;
    late.abort();
    stream.close({ closeCode: 1000 });
    expect(await stream.closed).toEqual({ closeCode: 1000, reason: '' });
  });

  test('that fails needs nobody to look at it', async () => {
    const stream = new WebSocketStream(await listen(), { protocols: ['unknown'] });
    await expect(stream.closed).rejects.toMatchObject({ code: 'subprotocol-missing' });
  });
});

describe('back-pressure', () => {
  test('a reader who does not read makes the peer wait', async () => {
    let sent = 0;
    const url = await listen(async (connection) => {
      for (; sent < 100; sent++) await connection.send(new Uint8Array(500_000));
      void connection.close(1000);
    });
    const stream = new WebSocketStream(url);
    const { readable } = await stream.opened;
    await turns(2000);
    expect(sent).toBeLessThan(100);
    let count = 0;
    for await (const _ of readable) count++;
    expect(count).toBe(100);
  });

  test('a peer who does not read makes the writer wait', async () => {
    let connection: Connection | undefined;
    const url = await listen((accepted) => (connection = accepted));
    const stream = new WebSocketStream(url);
    const { writable } = await stream.opened;
    const writer = writable.getWriter();
    let written = 0;
    const writing = (async () => {
      for (; written < 100; written++) await writer.write(new Uint8Array(500_000));
    })();
    await turns(2000);
    expect(written).toBeLessThan(100);
    expect(writer.desiredSize).toBeLessThanOrEqual(0);
    connection!.on('message', () => {});
    await writing;
    stream.close();
    await once(connection!, 'close');
  });
});
