import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { pattern } from '../../../scripts/for-tests/pattern.ts';
import { connect, createEchoServer, type EchoServerOptions } from '../src/index.ts';
import { gone, rawPeer, readAll, startServer } from './support.ts';

describe('limits', () => {
  test('the connection cap: one more is closed at once, the others live, and a place that frees is given', async () => {
    const { port, seen } = await startServer({ maxConnections: 2 });
    const first = await connect({ port });
    const second = await connect({ port });
    const third = await rawPeer(port);
    third.resume();
    await once(third, 'end');
    expect(seen.events.filter((e) => e.stage === 'dropped')).toMatchObject([{ socket: 'listener' }]);
    await second.send('served');
    second.end();
    expect(`${await readAll(second)}`).toBe('served');
    await seen.event((e) => e.socket === 'connection 2' && e.stage === 'closed');
    const fourth = await connect({ port });
    await fourth.send('now');
    fourth.end();
    expect(`${await readAll(fourth)}`).toBe('now');
    first.destroy();
  });

  test('the idle deadline cuts who is silent, and not who speaks', async () => {
    // A process that the machine does not run for so long is silent itself: then once more, with twice the deadline.
    for (let idleDeadline = 200, isCut = true; isCut; idleDeadline *= 2) {
      const { port, seen } = await startServer({ idleDeadline });
      // Before it connects: the server's time begins when it accepts, and on a slow machine that is before we know of it.
      const since = performance.now();
      const silent = await rawPeer(port);
      const speaking = await connect({ port });
      let over = false;
      let [longest, last] = [0, performance.now()];
      const talk = (async () => {
        // Ping-pong, as fast as it goes: never idle, for as long as the other one lives.
        await speaking.send('x');
        for await (const _ of speaking) {
          longest = Math.max(longest, performance.now() - last);
          last = performance.now();
          over ? speaking.end() : await speaking.send('x');
        }
      })();
      isCut = false;
      talk.catch(() => (isCut = true));
      silent.resume();
      await gone(silent); // by a reset, not by a FIN that would look like an end in peace
      const closed = await seen.event((e) => e.socket === 'connection 1' && e.stage === 'closed');
      expect(closed).toMatchObject({ error: { code: 'idle-deadline', by: 'peer' } });
      expect(performance.now() - since).toBeGreaterThanOrEqual(idleDeadline * 0.95);
      over = true;
      await talk.catch(() => {});
      if (isCut) expect(Math.max(longest, performance.now() - last)).toBeGreaterThan(idleDeadline / 2);
    }
  });

  test('the idle deadline cuts a peer that never reads', async () => {
    const { port, seen } = await startServer({ idleDeadline: 100 });
    const peer = await rawPeer(port);
    peer.pause();
    peer.write(pattern(16 * 1024 * 1024)); // more than the system takes for a peer that does not read
    const closed = await seen.event((e) => e.stage === 'closed');
    expect(closed.error).toMatchObject({ code: 'idle-deadline' });
  });

  test('Infinity turns each off', async () => {
    const off = Number.POSITIVE_INFINITY;
    const options = { maxConnections: off, idleDeadline: off, closeDeadline: off };
    const { port, server } = await startServer(options);
    const client = await connect({ port, connectDeadline: off, closeDeadline: off });
    await client.send('free');
    client.end();
    expect(`${await readAll(client)}`).toBe('free');
    await server.close();
  });

  test.each<EchoServerOptions>([
    { maxConnections: 0 },
    { maxConnections: 1.5 },
    { idleDeadline: Number.NaN },
    { closeDeadline: -1 },
    { idleDeadline: 2 ** 31 },
  ])('%o is refused by name', (options) => {
    const [name] = Object.keys(options) as [string];
    expect(() => createEchoServer(options)).toThrow(
      expect.objectContaining({ code: 'invalid-option', by: 'user', message: expect.stringContaining(name) }),
    );
  });
});

describe('listen', () => {
  test('a busy port: which one, and the way out', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    const server = createEchoServer();
    await expect(server.listen({ port })).rejects.toMatchObject({
      name: 'EchoError',
      code: 'address-in-use',
      by: 'user',
      message: expect.stringMatching(new RegExp(`127\\.0\\.0\\.1:${port}.*another port`)),
    });
    await server.close();
    holder.close();
  });

  test('wrong ports, unknown hosts, listening twice', async () => {
    const server = createEchoServer();
    await expect(server.listen({ port: 65536 })).rejects.toMatchObject({ code: 'invalid-option' });
    await expect(server.listen({ host: {} as string })).rejects.toMatchObject({ code: 'invalid-option' });
    await expect(server.listen({ host: '203.0.113.1' })).rejects.toMatchObject({
      code: 'address-not-available',
    });
    await server.listen(); // what failed may be tried again
    await expect(server.listen()).rejects.toMatchObject({ code: 'invalid-option', by: 'user' });
    await server.close();
  });

  test('closing while listen() is on its way leaves nothing listening', async () => {
    const server = createEchoServer();
    const opening = server.listen({ host: 'localhost' });
    await server.close();
    await expect(connect(await opening)).rejects.toMatchObject({ code: 'connection-refused' });
  });

  test('IPv6, where there is one', async (context) => {
    const server = createEchoServer();
    const address = await server.listen({ host: '::1' }).catch(() => context.skip('this machine has no ::1'));
    const client = await connect(address);
    await client.send('six');
    client.end();
    expect(`${await readAll(client)}`).toBe('six');
    await server.close();
  });
});

describe('close', () => {
  test('graceful: what was read is echoed whole, then FIN; the next connect is refused', async () => {
    const { port, server, seen } = await startServer({ closeDeadline: Number.POSITIVE_INFINITY });
    const peer = await rawPeer(port);
    peer.pause();
    const bytes = pattern(8 * 1024 * 1024);
    peer.write(bytes);
    await seen.event((e) => e.stage === 'paused'); // in the middle of it, with an echo pending
    const read = () => seen.events.reduce((sum, e) => sum + (e.stage === 'written' ? (e.bytes ?? 0) : 0), 0);
    const closing = server.close();
    const taken = read();
    const echo = await readAll(peer);
    expect(echo.length).toBe(taken);
    expect(echo.equals(bytes.subarray(0, taken))).toBe(true);
    peer.end();
    await closing;
    expect(seen.events.at(-1)).toMatchObject({ socket: 'listener', stage: 'closed' });
    await expect(connect({ port })).rejects.toMatchObject({ code: 'connection-refused' });
  });

  test('an idle connection is ended at once, without waiting for the deadline', async () => {
    const { port, server } = await startServer({ closeDeadline: 60_000 });
    const client = await connect({ port });
    const [rest] = await Promise.all([readAll(client), server.close()]);
    expect(rest).toHaveLength(0);
  });

  test('a peer that does not say goodbye is cut at the deadline', async () => {
    const { port, server, seen } = await startServer({ closeDeadline: 50 });
    await rawPeer(port); // allowHalfOpen: it keeps its side open for good
    await seen.event((e) => e.stage === 'accepted');
    await server.close();
    const closed = await seen.event((e) => e.socket === 'connection 1' && e.stage === 'closed');
    expect(closed.error).toMatchObject({ code: 'close-deadline', by: 'peer' });
  });

  test('destroy() cuts a close() short; both settle; both may be called again', async () => {
    const { port, server, seen } = await startServer({ closeDeadline: Number.POSITIVE_INFINITY });
    await rawPeer(port);
    await seen.event((e) => e.stage === 'accepted');
    const closing = server.close();
    await server.destroy();
    await closing;
    await server.close();
  });

  test('a server that never listened closes', async () => {
    await createEchoServer().close();
  });
});
