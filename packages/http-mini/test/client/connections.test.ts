/** How a client keeps, shares, retries and gives up its connections. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { compiledWithImports } from '../../../../scripts/for-tests/compiled.ts';
import type { Client } from '../../src/client/client.ts';
import { settingsOf } from '../../src/client/options.ts';
import { originOf } from '../../src/client/origin.ts';
import { Pool } from '../../src/client/pool.ts';
import { answerAll, clientOf, ok, serve } from './peer.ts';

const text = async (client: Client, options: Parameters<Client['request']>[0] = {}): Promise<string> =>
  (await client.request(options)).text();

test('no more connections than the cap; the rest wait in line, first come first served', async () => {
  // rfc9112/9.4/cap, rfc9112/9.3/read-response
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

/** What the server has heard when it answers `first`, `second` having been asked for in the meantime. */
async function heardTogether(
  warmUp: boolean,
  first: Parameters<Client['request']>[0],
  second: Parameters<Client['request']>[0],
): Promise<string> {
  let heard = '';
  let isAsked: () => void = () => {};
  const asked = new Promise<void>((resolve) => {
    isAsked = resolve;
  });
  const server = await serve(async (peer, index) => {
    if (warmUp && index === 0) {
      await peer.request();
      peer.says(ok());
      await peer.request(2);
      peer.heard = peer.heard.slice(peer.heard.indexOf('\r\n\r\n') + 4);
    } else {
      await peer.request();
    }
    isAsked();
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    heard ||= peer.heard;
    peer.says(ok());
    await answerAll(peer, () => ok());
  });
  const client = clientOf(server.url, { connections: 1, pipelining: 3 });
  if (warmUp) await text(client);
  const before = client.request(first);
  await asked;
  const behind = client.request(second);
  await before;
  client.destroy();
  await behind.catch(() => {});
  return heard;
}

const FORM = { method: 'POST', body: 'x' };

test.each([
  ['on a connection that has not answered yet', false, {}, {}], // rfc9112/9.3.2/pipeline-reconnected
  ['behind a request that is not idempotent', true, FORM, {}], // rfc9112/9.3.2/pipeline-unsafe
  ['that is not idempotent', true, {}, FORM],
  ['behind a request that closes the connection', true, { connection: 'close' as const }, {}],
])('nothing is pipelined %s', async (_, warmUp, first, second) => {
  const heard = await heardTogether(warmUp, first, second);
  expect(heard.match(/ HTTP\/1\.1\r\n/g)).toHaveLength(1);
});

test('all else is pipelined', async () => {
  expect((await heardTogether(true, {}, {})).match(/ HTTP\/1\.1\r\n/g)).toHaveLength(2);
});

// rfc9112/9.3.2/retry-pipelined
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

test.each([
  ['a GET', {}],
  ['a PUT', { method: 'PUT', body: 'x' }],
  ['a PUT of content that can be made again', { method: 'PUT', body: () => new Blob(['x']).stream() }],
])('%s that meets a closing connection is sent once more', async (_, options) => {
  const server = await serve(async (peer, index) => {
    await peer.request();
    peer.says(ok());
    await peer.request(2);
    if (index === 0) peer.socket.resetAndDestroy();
    else peer.says(ok('again'));
  });
  const client = clientOf(server.url);
  await text(client);
  const first = text(client, options);
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

test('a request that the server did not answer in time is not sent again', async () => {
  const server = await serve(async (peer) => {
    await peer.request();
    peer.says(ok());
    await peer.closed();
  });
  const client = clientOf(server.url, { responseTimeout: 50 });
  await text(client);
  await expect(text(client)).rejects.toMatchObject({ code: 'response-timeout' });
  expect(server.peers).toHaveLength(1);
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

test('where one connection was stale, the second try trusts none of the others', async () => {
  const server = await serve(async (peer, index) => {
    await peer.request();
    peer.says(ok());
    await peer.request(2);
    if (index < 2) peer.socket.resetAndDestroy();
  });
  const client = clientOf(server.url);
  await Promise.all([text(client), text(client)]);
  expect(await text(client)).toBe('ok');
  expect(server.peers).toHaveLength(3);
});

test('a second try goes before the requests that came later', async () => {
  const server = await serve(async (peer, index) => {
    await peer.request();
    peer.says(ok());
    await peer.request(2);
    if (index === 0) return void peer.socket.resetAndDestroy();
    peer.says(ok());
  });
  const client = clientOf(server.url, { connections: 1 });
  await text(client);
  await Promise.all([text(client, { target: '/a' }), text(client, { target: '/b' })]);
  expect(server.peers[1]!.heard).toMatch(/^GET \/a [\s\S]*GET \/b /);
});

test('a pipelined request is not sent a third time either', async () => {
  const server = await serve(async (peer, index) => {
    await peer.request();
    peer.says(ok(String(index)));
    await peer.request(index === 0 ? 4 : 3);
    peer.socket.end();
  });
  const client = clientOf(server.url, { connections: 1, pipelining: 3 });
  await text(client);
  const [a, b, c] = await Promise.allSettled([text(client), text(client), text(client)]);
  expect(a).toMatchObject({ value: '1' });
  for (const failed of [b, c]) expect(failed).toMatchObject({ reason: { code: 'connection-closed' } });
  expect(server.peers).toHaveLength(2);
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

test('close does not wait for ever for a server that does not close its side', async () => {
  const server = await serve((peer) => {
    peer.socket.allowHalfOpen = true;
    return answerAll(peer);
  });
  const client = clientOf(server.url, { lingerTimeout: 30 });
  await text(client);
  await client.close();
});

test('a pool of which nothing has come is not kept', async () => {
  let isEmpty = false;
  const pool = new Pool(originOf(new URL('http://a')), settingsOf({}), () => (isEmpty = true));
  await expect(pool.request({ method: 'A B' })).rejects.toMatchObject({ code: 'invalid-method' });
  expect(isEmpty).toBe(true);
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

/** What a program prints that has a `client` of the server. */
async function printed(url: string, options: string, program: string): Promise<string> {
  const text = `
    import { duplexPair } from 'node:stream';
    import { Client, createServer } from '../../src/index.ts';
    const client = new Client(process.argv[2], ${options});
    ${program}
  `;
  const argv = [compiledWithImports(text, import.meta.dirname), url];
  return (await promisify(execFile)(process.execPath, argv, { timeout: 60_000 })).stdout;
}

test('a process waits for its answers, and not for its idle connections', async () => {
  const server = await serve(async (peer) => {
    for (let count = 1; ; count++) {
      await peer.request(count);
      // Long enough for a process to end that does not wait for its answer.
      for (let turn = 0; turn < 1000; turn++) await new Promise(setImmediate);
      peer.says(ok());
    }
  });
  const program = `
    for (let i = 0; i < 2; i++) {
      const response = await client.request();
      process.stdout.write(await response.text());
    }
  `;
  expect(await printed(server.url, '{ idleTimeout: Infinity }', program)).toBe('okok');
});

test('a process waits for the close that it awaits', async () => {
  const server = await serve((peer) => {
    peer.socket.allowHalfOpen = true; // and so leaves the closing to the client's lingerTimeout
    return answerAll(peer);
  });
  const program = `
    await (await client.request()).text();
    await client.close();
    process.stdout.write('closed');
  `;
  expect(await printed(server.url, '{ lingerTimeout: 10 }', program)).toBe('closed');
});

// Neither a transport in memory nor a paused socket keeps the process, and then only the deadline's timer can.
test.each<[what: string, options: string, program: string, printed: string]>([
  [
    'connectTimeout',
    '{ connect: () => new Promise(() => {}), connectTimeout: 10 }',
    `await client.request().catch(({ code }) => console.log(code));`,
    'connect-timeout\n',
  ],
  [
    'responseTimeout',
    '{ connect: () => duplexPair()[0], responseTimeout: 10 }',
    `await client.request().catch(({ code }) => console.log(code));`,
    'response-timeout\n',
  ],
  [
    'totalTimeout',
    '{ connect: () => duplexPair()[0], responseTimeout: Infinity }',
    `await client.request({ totalTimeout: 10 }).catch(({ code }) => console.log(code));`,
    'total-timeout\n',
  ],
  [
    'contentTimeout, after which an unread response no longer holds up close',
    '{ contentTimeout: 10 }',
    `await client.request();
     await client.close();
     console.log('closed');`,
    'closed\n',
  ],
  [
    'closeTimeout of a server',
    '{}',
    `const server = createServer(() => new Promise(() => {}), { closeTimeout: 10 });
     const [ours, theirs] = duplexPair();
     server.accept(ours);
     theirs.resume().write('GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n');
     await new Promise(setImmediate);
     await server.close();
     console.log('closed');`,
    'closed\n',
  ],
])('a process waits for %s', async (_, options, program, out) => {
  const server = await serve(async (peer) => {
    await peer.request();
    peer.says(ok('x'.repeat(1_000_000)));
  });
  expect(await printed(server.url, options, program)).toBe(out);
});

test('a process does not wait for an idle connection in memory', async () => {
  const program = `
    const server = createServer(() => ({ body: 'ok' }), { idleTimeout: 3_600_000 });
    console.log(await (await client.request()).text());
    function connect() {
      const [ours, theirs] = duplexPair();
      server.accept(theirs);
      return ours;
    }
  `;
  const options = '{ connect: () => connect(), idleTimeout: 3_600_000 }';
  expect(await printed('http://a', options, program)).toBe('ok\n');
});

test('a request for another protocol closes one idle connection to have one of its own, and no more', async () => {
  const server = await serve((peer) => {
    peer.socket.allowHalfOpen = true;
    return answerAll(peer);
  });
  const client = clientOf(server.url, { connections: 3, lingerTimeout: 20 });
  await Promise.all([text(client), text(client), text(client)]);
  const upgrade = text(client, { headers: { Upgrade: 'echo' } });
  await Promise.all([upgrade, text(client), text(client), text(client)]);
  expect(server.peers).toHaveLength(4);
});

test('a connection that tells twice that it is free is taken once', async () => {
  const server = await serve((peer) => answerAll(peer));
  const pool = new Pool(originOf(new URL(server.url)), settingsOf({ connections: 2 }));
  onTestFinished(() => pool.destroy());
  const available = vi.spyOn(pool, 'available');
  await (await pool.request({})).text();
  pool.available(available.mock.lastCall![0]);
  const both = await Promise.all([pool.request({}), pool.request({})]);
  expect(both.map(({ status }) => status)).toEqual([200, 200]);
  expect(server.peers).toHaveLength(2);
});

// ── A request behind others that cannot be sent to its end ──

/** A connection on which /a waits for its answer, and then another request is sent; a second connection answers all. */
async function behindAnother() {
  const server = await serve(async (peer, index) => {
    if (index > 0) return answerAll(peer);
    await peer.request();
    peer.says(ok('first'));
  });
  const client = clientOf(server.url, { connections: 1, pipelining: 2 });
  expect(await text(client)).toBe('first');
  return { server, client, a: text(client, { target: '/a' }) };
}

test('content that fails, behind another request, fails its own request alone, and is not made again', async () => {
  const { server, client, a } = await behindAnother();
  let made = 0;
  async function* body() {
    made++;
    yield 'part';
    throw new Error('boom');
  }
  const b = client.request({ target: '/b', method: 'PUT', body });
  await expect(b).rejects.toMatchObject({
    code: 'invalid-content',
    message: expect.stringContaining('boom'),
  });
  expect(await a).toBe('ok');
  expect(made).toBe(1);
  expect(server.peers).toHaveLength(2);
});

test('content without end, behind another request, is let go with its request, and the connection with it', async () => {
  const { server, client, a } = await behindAnother();
  const abort = new AbortController();
  let letGo!: () => void;
  const isLetGo = new Promise<void>((resolve) => (letGo = resolve));
  let given = 0;
  const iterator = {
    next: () => (given++ === 0 ? Promise.resolve({ value: 'part' }) : new Promise<never>(() => {})),
    return: async () => ({ done: true as const, value: letGo() }),
  };
  const body = () => ({ [Symbol.asyncIterator]: () => iterator });
  const b = client.request({ target: '/b', method: 'PUT', body, signal: abort.signal });
  await server.peers[0]!.hears('part');
  abort.abort();
  await expect(b).rejects.toMatchObject({ code: 'aborted' });
  await isLetGo;
  expect(await a).toBe('ok');
  await client.close();
});

test('close lets a request under way go out again after 417', async () => {
  const answers = ['HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n', ok()];
  const server = await serve((peer) => answerAll(peer, () => answers.shift()!));
  const client = clientOf(server.url);
  const answered = text(client, { method: 'POST', body: 'content', expectContinue: true });
  const closed = client.close();
  expect(await answered).toBe('ok');
  await closed;
});
