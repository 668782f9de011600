// A slow or dead reader costs bounded memory, in both directions; a dead one is cut off.
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import {
  CLOSE,
  chunkedPost,
  deferred,
  get,
  post,
  type RawClient,
  serve,
  statuses,
  turns,
} from './support.ts';

/** A client that has sent this and reads nothing. */
async function deaf(connect: () => Promise<RawClient>, bytes: string): Promise<RawClient> {
  const client = await connect();
  client.socket.pause();
  client.send(bytes);
  return client;
}

/** Waits until a count stands still, and gives it. */
async function settled(count: () => number): Promise<number> {
  for (let last = -1; last !== count(); await turns(50)) last = count();
  return count();
}

async function* asynchronous<T>(parts: Iterable<T>): AsyncGenerator<T> {
  yield* parts;
}

// More than the buffers of two sockets on loopback hold.
const MUCH = 64 * 1024 * 1024;
const PART = 'x'.repeat(64 * 1024);

describe('responses', () => {
  test('a body is not asked for parts that the client does not take', async () => {
    let parts = 0;
    const { connect } = await serve(() => ({
      body: (async function* () {
        for (; parts * PART.length < MUCH; parts++) yield PART;
      })(),
    }));
    const client = await deaf(connect, get('/', CLOSE));
    while (parts === 0) await turns(1);
    expect(await settled(() => parts)).toBeLessThan(MUCH / PART.length);
    client.socket.resume();
    await client.closed();
    expect(parts).toBe(MUCH / PART.length);
    expect(client.received.length).toBeGreaterThan(MUCH);
  });

  test.each(['as they are', 'by promises'])(
    'a body of many small parts, ready %s, lets other work run',
    async (how) => {
      let made = 0;
      let madeInFirstTurn: number | undefined;
      function* parts(): Generator<string> {
        setImmediate(() => (madeInFirstTurn = made));
        while (++made <= 100_000) yield 'part\n';
      }
      const body = how === 'by promises' ? asynchronous(parts()) : parts();
      const { ask } = await serve(() => ({ body }));
      expect(await ask(get('/', CLOSE))).toMatch(/\r\n0\r\n\r\n$/);
      expect(madeInFirstTurn).toBeLessThan(10_000);
    },
  );

  test('many pipelined requests for small responses are not answered faster than the client reads', async () => {
    for (const later of [false, true]) {
      let answered = 0;
      const response = { body: 'x'.repeat(1000) };
      const { connect } = await serve(() => {
        answered++;
        return later ? Promise.resolve(response) : response;
      });
      const count = 30_000;
      const client = await deaf(connect, get().repeat(count - 1) + get('/', CLOSE));
      while (answered === 0) await turns(1);
      expect(await settled(() => answered)).toBeLessThan(count);
      client.socket.resume();
      await client.closed();
      expect(answered).toBe(count);
      expect(client.received.length).toBeGreaterThan(count * 1000);
    }
  });

  test('a dead reader is cut off after stallTimeout, and its body let go', async () => {
    const letGo = deferred();
    const { connect, server } = await serve(
      () => ({
        body: (async function* () {
          try {
            for (;;) yield PART;
          } finally {
            letGo.resolve();
          }
        })(),
      }),
      { stallTimeout: 50 },
    );
    await deaf(connect, get());
    await letGo.promise;
    while (server.connections > 0) await turns(1);
  });

  test('a dead reader of small responses is cut off too, and one that was told goodbye', async () => {
    for (const request of [get().repeat(30_000), get('/large', CLOSE)]) {
      const { connect, server } = await serve(
        ({ path }) => ({ body: path === '/large' ? Buffer.alloc(MUCH) : 'x'.repeat(1000) }),
        { stallTimeout: 50 },
      );
      await deaf(connect, request);
      while (server.connections === 0) await turns(1);
      while (server.connections > 0) await turns(1);
    }
  });

  test('a slow reader of a large response is no dead one', async () => {
    const [now, sweep] = [{ time: 0 }, { count: 0 }];
    const stallTimeout = 300;
    const clock = () => {
      sweep.count++;
      return now.time;
    };
    const { connect } = await serve(() => ({ body: Buffer.alloc(1.5 * MUCH, 'x') }), { stallTimeout, clock });
    const { socket } = await deaf(connect, get('/', CLOSE));
    let received = 0;
    socket.removeAllListeners('data').on('data', (bytes: Buffer) => (received += bytes.length));
    // Each time more than the buffers of both sockets hold, so that the server, too, has seen bytes go.
    for (let due = MUCH / 2; due <= 1.5 * MUCH; due += MUCH / 2) {
      socket.pause();
      now.time += 0.8 * stallTimeout;
      for (const before = sweep.count; sweep.count < before + 2; ) await turns(1);
      socket.resume();
      while (received < due) await once(socket, 'data');
    }
    if (!socket.readableEnded) await once(socket, 'end');
    expect(received).toBeGreaterThan(1.5 * MUCH);
  });

  test('time in which the client still reads responses is not idle', async () => {
    let now = 0;
    let sweeps = 0;
    const idleTimeout = 20;
    const clock = () => {
      sweeps++;
      return now;
    };
    let answered = 0;
    const { connect } = await serve(
      () => {
        answered++;
        return { body: 'x'.repeat(1024 * 1024) };
      },
      { idleTimeout, clock },
    );
    const client = await deaf(connect, get().repeat(40));
    while (answered === 0) await turns(1);
    expect(await settled(() => answered)).toBeLessThan(40);
    for (let i = 0; i < 3; i++) {
      now += idleTimeout / 2;
      for (const before = sweeps; sweeps < before + 2; ) await turns(1);
    }
    client.socket.resume();
    await client.when(() => client.received.length > 40 * 1024 * 1024);
    client.send(get('/', CLOSE));
    expect(statuses((await client.closed()).replaceAll('x', ''))).toHaveLength(41);
  });
});

describe('requests', () => {
  test('content is not read from the socket faster than the handler takes it', async () => {
    // rfc9112/9.5/flow-control
    const go = deferred();
    let read = 0;
    const { connect } = await serve(
      async (request) => {
        await go.promise;
        let size = 0;
        for await (const part of request.body) size += part.length;
        return { body: String(size) };
      },
      { observe: (event) => event.type === 'received' && (read += event.bytes.length) },
    );
    const client = await connect();
    client.send(`POST / HTTP/1.1\r\nHost: a\r\n${CLOSE}\r\nContent-Length: ${MUCH}\r\n\r\n`);
    client.send(Buffer.alloc(MUCH));
    while (read === 0) await turns(1);
    expect(await settled(() => read)).toBeLessThan(1_000_000);
    go.resolve();
    expect(await client.closed()).toMatch(new RegExp(`\r\n\r\n${MUCH}$`));
  });

  test('an echo to a client that does not read stops reading from it', async () => {
    let read = 0;
    const { connect } = await serve((request) => ({ body: request.body }), {
      observe: (event) => event.type === 'received' && (read += event.bytes.length),
    });
    const client = await deaf(
      connect,
      `POST / HTTP/1.1\r\nHost: a\r\n${CLOSE}\r\nContent-Length: ${MUCH}\r\n\r\n`,
    );
    client.send(Buffer.alloc(MUCH, 'x'));
    while (read === 0) await turns(1);
    expect(await settled(() => read)).toBeLessThan(MUCH);
    client.socket.resume();
    await client.closed();
    expect(read).toBeGreaterThan(MUCH);
  });

  test('requests that come byte by byte behind one that is being answered all get their answers', async () => {
    const go = deferred();
    const { connect } = await serve(async ({ path }) => {
      await go.promise;
      return { body: path };
    });
    const client = await connect();
    for (const byte of get('/1') + post('abc') + chunkedPost('1\r\nx\r\n0\r\n\r\n') + get('/2', CLOSE)) {
      client.send(byte);
      await turns(1);
    }
    go.resolve();
    expect(statuses(await client.closed())).toEqual([200, 200, 200, 200]);
  });
});
