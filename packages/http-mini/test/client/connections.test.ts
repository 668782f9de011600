/** How a client keeps, shares, retries and gives up its connections. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { Client } from '../../src/client/client.ts';
import type { ClientOptions } from '../../src/client/options.ts';
import { answerAll, ok, onStop, serve } from './peer.ts';

function clientOf(url: string, options: ClientOptions = {}): Client {
  const client = new Client(url, options);
  onStop(() => client.destroy());
  return client;
}

const text = async (client: Client, options: Parameters<Client['request']>[0] = {}): Promise<string> =>
  (await client.request(options)).text();

test('no more connections than the cap; the rest wait in line, first come first served', async () => {
  const order: string[] = [];
  const server = await serve(async (peer) => {
    for (let count = 1; ; count++) {
      await peer.request(count);
      const target = peer.heard.split('\r\n\r\n').at(-2)!.split(' ')[1]!;
      order.push(target);
      peer.says(ok(target));
    }
  });
  const client = clientOf(server.url, { connections: 2 });
  const targets = Array.from({ length: 10 }, (_, i) => `/${i}`);
  expect(await Promise.all(targets.map((target) => text(client, { target })))).toEqual(targets);
  expect(server.peers).toHaveLength(2);
  expect(order.slice().sort()).toEqual(targets);
  expect(order.indexOf('/9')).toBeGreaterThan(order.indexOf('/4'));
});

test('a failed connection makes room for those in line', async () => {
  const server = await serve((peer, index) => (index === 0 ? void peer.socket.destroy() : answerAll(peer)));
  const client = clientOf(server.url, { connections: 1 });
  const [first, second] = await Promise.allSettled([text(client), text(client)]);
  expect(first.status).toBe('rejected');
  expect(second).toMatchObject({ value: 'ok' });
});

// ── Pipelining (RFC 9112 9.3.2) ──

test('pipelined requests go out together and are answered in order', async () => {
  const server = await serve(async (peer) => {
    await peer.request();
    peer.says(ok('first'));
    await peer.request(4);
    peer.says(ok('a') + ok('b') + ok('c'));
  });
  const client = clientOf(server.url, { connections: 1, pipelining: 3 });
  expect(await text(client)).toBe('first');
  expect(await Promise.all([text(client), text(client), text(client)])).toEqual(['a', 'b', 'c']);
});

test('nothing is pipelined on a connection that has not answered yet', async () => {
  const server = await serve(async (peer) => {
    await peer.request();
    expect(peer.heard.split('\r\n\r\n')).toHaveLength(2);
    await answerAll(peer);
  });
  const client = clientOf(server.url, { connections: 1, pipelining: 3 });
  expect(await Promise.all([text(client), text(client)])).toEqual(['ok', 'ok']);
});

test('nothing is pipelined with a request that is not idempotent', async () => {
  const server = await serve((peer) => answerAll(peer));
  const client = clientOf(server.url, { connections: 1, pipelining: 3 });
  await text(client);
  const post = client.request({ method: 'POST', body: 'x' });
  const get = client.request();
  const response = await post;
  // Sent with it, the GET would have been heard before the POST was answered.
  expect(server.peers[0]!.heard).not.toMatch(/POST[\s\S]*GET/);
  await response.text();
  expect(await (await get).text()).toBe('ok');
});

test('pipelined requests that went unanswered are sent once more, in order, on a new connection', async () => {
  const server = await serve(async (peer, index) => {
    if (index > 0) return answerAll(peer, (count) => ok(`again ${count}`));
    await peer.request();
    peer.says(ok('first'));
    await peer.request(4);
    peer.says(ok('a'));
    peer.socket.end();
  });
  const client = clientOf(server.url, { connections: 1, pipelining: 3 });
  expect(await text(client)).toBe('first');
  const rest = await Promise.all(['/a', '/b', '/c'].map((target) => text(client, { target })));
  expect(rest).toEqual(['a', 'again 1', 'again 2']);
  expect(server.peers[1]!.heard).toMatch(/^GET \/b [\s\S]*GET \/c /);
});

// ── Stale connections (RFC 9112 9.3.1) ──

test('a request that meets a closing connection is sent once more, where that changes nothing', async () => {
  const server = await serve(async (peer, index) => {
    await peer.request();
    peer.says(ok());
    await peer.request(2);
    if (index === 0) peer.socket.resetAndDestroy();
    else peer.says(ok('again'));
  });
  const client = clientOf(server.url);
  await text(client);
  const first = text(client);
  await server.peers[0]!.closed();
  await expect(first).resolves.toBe('ok');
  expect(server.peers).toHaveLength(2);
});

test.each([
  ['a POST', { method: 'POST', body: 'x' }],
  ['a PUT of a stream', { method: 'PUT', body: new Blob(['x']).stream() }],
])('%s that meets a closing connection is not sent again', async (_, options) => {
  const server = await serve(async (peer) => {
    await peer.request();
    peer.says(ok());
    await peer.request(2);
    peer.socket.resetAndDestroy();
  });
  const client = clientOf(server.url);
  await text(client);
  await expect(text(client, options)).rejects.toMatchObject({ code: 'connection-closed' });
  expect(server.peers).toHaveLength(1);
});

test('a request is not sent a third time', async () => {
  const server = await serve(async (peer, index) => {
    await peer.request();
    if (index === 0) peer.says(ok());
    if (index === 0) await peer.request(2);
    peer.socket.resetAndDestroy();
  });
  const client = clientOf(server.url);
  await text(client);
  await expect(text(client)).rejects.toMatchObject({ code: 'connection-closed' });
  expect(server.peers).toHaveLength(2);
});

test('a request whose response has begun is not sent again', async () => {
  const server = await serve(async (peer) => {
    await peer.request();
    peer.says(ok());
    await peer.request(2);
    peer.socket.end('HTTP/1.1');
  });
  const client = clientOf(server.url);
  await text(client);
  await expect(text(client)).rejects.toMatchObject({ code: 'incomplete-message' });
  expect(server.peers).toHaveLength(1);
});

// ── The end ──

test('close lets the requests under way and in line come to their end', async () => {
  const server = await serve((peer) => answerAll(peer, () => ok('x'.repeat(300_000))));
  const client = clientOf(server.url, { connections: 1 });
  const requests = [text(client), text(client)];
  const closed = client.close();
  await expect(client.request()).rejects.toMatchObject({ code: 'client-closed', by: 'user' });
  expect((await Promise.all(requests)).map((body) => body.length)).toEqual([300_000, 300_000]);
  await closed;
  await server.peers[0]!.closed();
});

test('close of a client that never connected', () => clientOf('http://127.0.0.1:1').close());

test('destroy cuts everything off: in line, waiting, and within content', async () => {
  const server = await serve(async (peer, index) => {
    await peer.request();
    if (index === 0) peer.says('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel');
  });
  const client = clientOf(server.url, { connections: 2 });
  const response = await client.request();
  const waiting = client.request();
  const inLine = client.request();
  client.destroy();
  for (const failed of [waiting, inLine, response.text()]) {
    await expect(failed).rejects.toMatchObject({ code: 'client-closed' });
  }
  await client.close();
  for (const peer of server.peers) await peer.closed();
});

test('destroy fails pipelined requests too, and none is sent again', async () => {
  const server = await serve(async (peer) => {
    await peer.request();
    peer.says(ok());
  });
  const client = clientOf(server.url, { connections: 1, pipelining: 3 });
  await text(client);
  const requests = [client.request(), client.request(), client.request()];
  client.destroy();
  for (const request of requests) await expect(request).rejects.toMatchObject({ code: 'client-closed' });
  await client.close();
  expect(server.peers).toHaveLength(1);
});

test('an idle connection is closed after idleTimeout', async () => {
  const server = await serve((peer) => answerAll(peer));
  const client = clientOf(server.url, { idleTimeout: 20 });
  await text(client);
  await server.peers[0]!.closed();
});

test('a process with an idle connection ends by itself', async () => {
  const server = await serve((peer) => answerAll(peer));
  const entry = fileURLToPath(new URL('../../src/client/client.ts', import.meta.url));
  const program = `
    import { Client } from ${JSON.stringify(entry)};
    const client = new Client(process.argv[1], { idleTimeout: Infinity });
    client.request().then((response) => response.text()).then((body) => process.stdout.write(body));
  `;
  const argv = ['--import', 'tsx', '--input-type=module', '-e', program, server.url];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { timeout: 20_000 });
  expect(stdout).toBe('ok');
});
