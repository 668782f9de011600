// Listening, the cap on connections, graceful close, and what is left when it is over.
import { lookup } from 'node:dns/promises';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createServer, switchProtocols } from '../../src/index.ts';
import { CLOSE, deferred, get, ok, post, RawClient, serve, statuses, turns, undated } from './support.ts';

describe('listen', () => {
  test('answers where it listens; before and after there is no address', async () => {
    const server = createServer(() => ({}));
    expect(server.address).toBe(null);
    const address = await server.listen({ port: 0, host: '127.0.0.1' });
    expect(server.address).toEqual(address);
    await server.close();
    expect(server.address).toBe(null);
  });

  test('on a busy port rejects and names it; another port does then', async () => {
    const busy = createTcpServer();
    await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void busy.close());
    const { port } = busy.address() as { port: number };
    const server = createServer(() => ({}));
    onTestFinished(() => server.destroy());
    await expect(server.listen({ port, host: '127.0.0.1' })).rejects.toThrow(
      `address already in use 127.0.0.1:${port}`,
    );
    await server.listen({ port: 0, host: '127.0.0.1' });
  });

  test('twice rejects, and the first goes on', async () => {
    const { server, ask } = await serve(() => ({}));
    await expect(server.listen({ port: 0 })).rejects.toThrow(/more than once/);
    expect(statuses(await ask(get('/', CLOSE)))).toEqual([200]);
  });

  test('is given up by close, even while the name of the host is looked up', async () => {
    const server = createServer(() => ({}));
    for (const host of ['127.0.0.1', 'localhost']) {
      const listening = server.listen({ port: 0, host });
      await server.close();
      await expect(listening).rejects.toMatchObject({ code: 'connection-closed', by: 'user' });
      await lookup(host);
      await turns();
      expect(server.address).toBe(null);
    }
    await server.listen({ port: 0, host: '127.0.0.1' });
    await server.close();
  });

  test('again after close works', async () => {
    const { server } = await serve(() => ({}));
    await server.close();
    const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
    const client = await RawClient.connect(port);
    client.send(get());
    await client.until('200 OK');
    await server.close();
    expect(await client.closed()).not.toContain('Connection: close');
  });
});

describe('maxConnections', () => {
  test('a connection too many is told 503 and closed, though it has sent its request; then there is room again', async () => {
    const { connect, server, errors } = await serve(() => ({}), { maxConnections: 1 });
    const first = await connect();
    first.send(get());
    await first.until('200 OK');
    const second = await connect();
    second.send(post('x'.repeat(100_000)));
    const received = await second.closed();
    expect(statuses(received)).toEqual([503]);
    expect(received).toContain('\r\nConnection: close\r\n');
    expect(errors).toMatchObject([{ code: 'service-unavailable' }]);
    first.socket.end();
    await first.closed();
    while (server.connections > 0) await turns(1);
    const third = await connect();
    third.send(get('/', CLOSE));
    expect(statuses(await third.closed())).toEqual([200]);
  });

  test('far too many are cut off without a word', async () => {
    const { connect, server } = await serve(() => ({}), { maxConnections: 0, lingerTimeout: Infinity });
    const refused = await Promise.all(Array.from({ length: 100 }, connect));
    await Promise.all(refused.map((client) => client.ended()));
    const cut = await connect();
    expect(await cut.closed()).toBe('');
    expect(server.connections).toBe(100);
  });
});

describe('close', () => {
  test('before listen, and twice, resolves', async () => {
    const server = createServer(() => ({}));
    await server.close();
    await server.close();
    const { server: used, connect } = await serve(() => ({}));
    const client = await connect();
    client.send(get());
    await client.until('200 OK');
    const closing = [used.close(), used.close()];
    client.socket.end();
    await Promise.all(closing);
    await used.close();
  });

  test('is not undone by a listen that comes before it has resolved', async () => {
    const asked = deferred();
    const go = deferred();
    const { server, connect } = await serve(async () => {
      asked.resolve();
      await go.promise;
      return { body: 'done' };
    });
    const client = await connect();
    client.send(get());
    await asked.promise;
    const closing = server.close();
    const early = server.listen({ port: 0, host: '127.0.0.1' });
    await expect(early).rejects.toMatchObject({ code: 'connection-closed', by: 'user' });
    go.resolve();
    expect(await client.closed()).toContain('Connection: close');
    await closing;
    await server.listen({ port: 0, host: '127.0.0.1' });
    await server.close();
  });

  test('closes idle connections at once, new ones among them, and accepts no more', async () => {
    const { server, connect, port } = await serve(() => ({}));
    const fresh = await connect();
    const used = await connect();
    used.send(get());
    await used.until('200 OK');
    while (server.connections < 2) await turns(1);
    const closing = server.close();
    await Promise.all([fresh.closed(), used.closed(), closing]);
    await expect(RawClient.connect(port)).rejects.toThrow('ECONNREFUSED');
  });

  test('an exchange under way is finished, with Connection: close; what was pipelined behind it is not begun', async () => {
    const go = deferred();
    const seen: string[] = [];
    const { server, connect } = await serve(async ({ path }) => {
      seen.push(path);
      await go.promise;
      return { body: 'done' };
    });
    const client = await connect();
    client.send(get('/1') + get('/2'));
    while (seen.length === 0) await turns(1);
    const closing = server.close();
    await turns(5);
    go.resolve();
    expect(await client.closed()).toMatch(/Connection: close\r\n\r\ndone$/);
    await closing;
    expect(seen).toEqual(['/1']);
  });

  test('a response that was begun without Connection: close is finished, and its connection closed', async () => {
    const go = deferred();
    const { server, connect } = await serve(({ path }) => ({
      body: (async function* () {
        yield 'a';
        if (path === '/1') await go.promise;
        yield 'b';
      })(),
    }));
    for (const more of ['', get('/2')]) {
      const client = await connect();
      client.send(get('/1') + more);
      await client.until('1\r\na\r\n');
      if (more === '') continue;
      const closing = server.close();
      go.resolve();
      const received = await client.closed();
      expect(received.endsWith('1\r\nb\r\n0\r\n\r\n')).toBe(true);
      // What was accepted is answered, and told that it is the last.
      expect(statuses(received)).toEqual([200, 200]);
      expect(received.match(/Connection: close/g)).toHaveLength(1);
      await closing;
    }
  });

  test('a response begun before, with nothing behind it, ends its connection without idleTimeout', async () => {
    const go = deferred();
    const { server, connect } = await serve(
      () => ({
        body: (async function* () {
          yield 'a';
          await go.promise;
        })(),
      }),
      { idleTimeout: Infinity, closeTimeout: Infinity },
    );
    const client = await connect();
    client.send(get());
    await client.until('1\r\na\r\n');
    const closing = server.close();
    go.resolve();
    expect(await client.closed()).toMatch(/0\r\n\r\n$/);
    await closing;
  });

  test('content that is being dropped ends its connection too, when it has come', async () => {
    const { server, connect } = await serve(() => ({ body: 'x' }), {
      idleTimeout: Infinity,
      closeTimeout: Infinity,
    });
    const client = await connect();
    client.send(post('abc').slice(0, -1));
    await client.until('200 OK');
    const closing = server.close();
    await turns(5);
    expect(client.hasEnded).toBe(false);
    client.send('c');
    expect(undated(await client.closed())).toBe(ok('x'));
    await closing;
  });

  test('a head that has begun is waited for and answered', async () => {
    const { server, connect } = await serve(() => ({ body: 'x' }));
    const client = await connect();
    client.send(get().slice(0, -2));
    while (server.connections < 1) await turns(1);
    await turns(5);
    const closing = server.close();
    client.send('\r\n');
    expect(await client.closed()).toMatch(/Connection: close\r\n\r\nx$/);
    await closing;
  });

  test('after closeTimeout what is left is cut off, and its handler told', async () => {
    const aborted = deferred();
    const { server, connect } = await serve(
      ({ signal }) => {
        signal.addEventListener('abort', () => aborted.resolve());
        return new Promise(() => {});
      },
      { closeTimeout: 20 },
    );
    const client = await connect();
    client.send(get());
    while (server.connections < 1) await turns(1);
    await turns(5);
    await server.close();
    await aborted.promise;
    expect(await client.closed()).toBe('');
  });

  test('destroy cuts everything off at once', async () => {
    const { server, connect } = await serve(() => new Promise(() => {}));
    const client = await connect();
    client.send(get());
    while (server.connections < 1) await turns(1);
    server.destroy();
    expect(await client.closed()).toBe('');
    await server.close();
    expect(server.connections).toBe(0);
  });
});

describe('what is left', () => {
  test('after close: no timer and no socket, so that the process can end', async () => {
    const left = () =>
      process.getActiveResourcesInfo().filter((name) => /Timeout|TCPS(ocket|erver)Wrap/.test(name)).length;
    const before = left();
    const { server, connect } = await serve(async (request) => ({ body: await request.text() }));
    const clients = await Promise.all(Array.from({ length: 20 }, connect));
    for (const [i, client] of clients.entries()) client.send(i % 2 ? post('abc') : get());
    await Promise.all(clients.map((client) => client.until('200 OK')));
    const closing = server.close();
    await Promise.all(clients.map((client) => client.closed()));
    await closing;
    while (left() > before) await turns(1);
  });

  test('after many exchanges that waited for the client: no listener of theirs', async () => {
    const taken = deferred<Socket>();
    const { connect } = await serve((request) =>
      request.method === 'POST'
        ? { body: ['x'.repeat(1_000_000), 'y'] }
        : switchProtocols({ Upgrade: 'x' }, taken.resolve),
    );
    const client = await connect();
    for (let i = 1; i <= 20; i++) {
      client.send(post('abc'));
      await client.until('0\r\n\r\n');
      client.received = ''; // or each arrival would look through all of it
    }
    client.send(get('/', 'Connection: upgrade', 'Upgrade: x'));
    const socket = await taken.promise;
    expect(['data', 'drain', 'close'].map((event) => socket.listenerCount(event))).toEqual([0, 0, 0]);
    socket.destroy();
  });
});
