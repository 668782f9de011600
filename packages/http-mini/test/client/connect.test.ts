/** The option `connect`: HTTP over any transport that the caller opens. */
import { mkdtemp, rm } from 'node:fs/promises';
import { connect as connectSocket, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex, duplexPair, PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { connect as connectSecurely } from 'node:tls';
import { expect, onTestFinished, test, vi } from 'vitest';
import { CERTIFICATE, KEY } from '../../../../scripts/for-tests/certificate.ts';
import { connectedPair } from '../../../../scripts/for-tests/duplex-pair.ts';
import { Client, request } from '../../src/client/client.ts';
import type { ClientOptions, Connect } from '../../src/client/options.ts';
import { createServer, type Handler, switchProtocols } from '../../src/index.ts';
import { serve } from './peer.ts';

function clientOf(connect: Connect, options: ClientOptions = {}): Client {
  const client = new Client('http://a.example', { connect, ...options });
  onTestFinished(() => client.destroy());
  return client;
}

/** A way to a server in memory. */
function toServer(handler: Handler, pair: () => [Duplex, Duplex] = connectedPair): Connect {
  const server = createServer(handler, { onError: () => {} });
  onTestFinished(() => server.destroy());
  return () => {
    const [ours, theirs] = pair();
    server.accept(theirs);
    return ours;
  };
}

const echo: Handler = async (request) => ({
  headers: { Host: request.authority },
  body: await request.text(),
});

test('a pair in memory carries requests of every kind, one after the other, and is closed in order', async () => {
  const events: string[] = [];
  const client = clientOf(toServer(echo), { observe: ({ type }) => events.push(type) });
  const large = new Uint8Array(300_000).fill(97);
  async function* parts() {
    yield 'a';
    yield large;
  }
  for (const [body, size] of [
    ['', 0],
    ['abc', 3],
    [large, 300_000],
    [parts(), 300_001],
  ] as const) {
    const response = await client.request({ method: 'POST', body });
    expect(response.headers.get('host')).toBe('a.example');
    expect((await response.bytes()).length).toBe(size);
  }
  await client.close();
  expect(events.filter((type) => type === 'opened' || type === 'closed')).toEqual(['opened', 'closed']);
});

test('a pair that Node makes does as well, and a promise of one; what connect is told', async () => {
  const open = toServer(echo, duplexPair);
  const told: unknown[] = [];
  const response = await request('http://b.example:81/c', {
    method: 'POST',
    body: 'x',
    connect: async (origin, options) => {
      told.push(origin, options.signal.aborted);
      return open(origin, options);
    },
  });
  expect([await response.text(), ...told]).toEqual([
    'x',
    { isSecure: false, host: 'b.example', port: 81, authority: 'b.example:81' },
    false,
  ]);
});

test('a transport that is paused is read, as one that another client has handed over', async () => {
  const open = toServer(echo);
  const paused: Connect = async (origin, options) => (await open(origin, options)).pause();
  const response = await request('http://a.example/', { method: 'POST', body: 'x', connect: paused });
  expect(await response.text()).toBe('x');
});

test('pipelined requests share one transport, and a slow reader holds the server back', async () => {
  const body = 'x'.repeat(200_000);
  const client = clientOf(
    toServer(() => ({ body })),
    { connections: 1, pipelining: 3, maxBufferedBytes: 1000 },
  );
  await (await client.request()).text();
  const responses = await Promise.all([1, 2, 3].map(async () => (await client.request()).text()));
  expect(responses).toEqual([body, body, body]);
  let length = 0;
  for await (const part of (await client.request()).body) {
    length += part.length;
    await new Promise(setImmediate);
  }
  expect(length).toBe(body.length);
});

test('a Unix socket is waited for, and its end is no reset', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'http-mini-'));
  const path = join(folder, 'socket');
  const server = createTcpServer(
    (socket) => void socket.on('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\nuntil close')),
  );
  onTestFinished(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const client = clientOf(() => connectSocket(path));
  for (let i = 0; i < 2; i++) expect(await (await client.request()).text()).toBe('until close');
  const nobody = clientOf(() => connectSocket(`${path}-no`));
  await expect(nobody.request()).rejects.toMatchObject({ code: 'connect-failed', cause: { code: 'ENOENT' } });
});

test('a tunnel: TLS over a transport that CONNECT has opened', async () => {
  const server = createServer(({ authority }) => ({ body: `secured ${authority}` }), {
    tls: { key: KEY, cert: CERTIFICATE },
  });
  const proxy = createServer(({ target }) =>
    switchProtocols({}, (transport) => {
      const [, port] = target.split(':');
      transport.pipe(connectSocket({ host: '127.0.0.1', port: Number(port) })).pipe(transport);
    }),
  );
  onTestFinished(() => [server.destroy(), proxy.destroy()] as never);
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const { port: proxyPort } = await proxy.listen({ host: '127.0.0.1', port: 0 });
  const toProxy = new Client(`http://127.0.0.1:${proxyPort}`);
  const connect: Connect = async ({ host, port }) => {
    const { socket } = await toProxy.request({ method: 'CONNECT', target: `${host}:${port}` });
    return connectSecurely({ socket: socket!, ca: CERTIFICATE, servername: 'localhost' });
  };
  const response = await request(`https://localhost:${port}/`, { connect });
  expect(await response.text()).toBe(`secured localhost:${port}`);
});

test.each<[what: string, connect: Connect, cause: unknown]>([
  [
    'throws',
    () => {
      throw new Error('no way');
    },
    { message: 'no way' },
  ],
  [
    'rejects',
    async () => {
      throw new Error('no way');
    },
    { message: 'no way' },
  ],
  ['gives no transport', () => 5 as never, { message: 'connect gave "5", and no Duplex of bytes' }],
  [
    'gives text and no bytes',
    () => new PassThrough().setEncoding('utf8'),
    { message: 'connect gave "[object Object]", and no Duplex of bytes' },
  ],
  [
    'gives one that is destroyed',
    () => new Duplex().on('error', () => {}).destroy(new Error('gone')),
    { message: 'gone' },
  ],
  [
    'gives one whose other end has ended',
    async () => {
      const [ours, theirs] = connectedPair();
      theirs.on('error', () => {}).end();
      await finished(ours.resume(), { writable: false });
      return ours;
    },
    { message: 'connect gave a transport that has ended' },
  ],
  [
    'gives one that fails before it is open',
    () => connectSocket({ host: '127.0.0.1', port: 1 }),
    { code: 'ECONNREFUSED' },
  ],
])('a connect that %s fails the request, and only that', async (_, connect, cause) => {
  const events: string[] = [];
  const client = clientOf(connect, { observe: ({ type }) => events.push(type) });
  await expect(client.request()).rejects.toMatchObject({
    code: 'connect-failed',
    message: expect.stringContaining('no connection to a.example: '),
    cause: expect.objectContaining(cause),
  });
  await client.close(); // resolves when no connection is left
  expect(events).toEqual(['error', 'closed']);
});

test.each<
  [
    what: string,
    options: ClientOptions,
    end: (client: Client, abort: AbortController) => unknown,
    code: string,
  ]
>([
  ['connectTimeout is over', { connectTimeout: 1 }, () => {}, 'connect-timeout'],
  ['the request is aborted', {}, (_, abort) => abort.abort(), 'aborted'],
  ['the client is destroyed', {}, (client) => client.destroy(), 'client-closed'],
])(
  'when %s, connect is told, and a transport that comes later is destroyed',
  async (_, options, end, code) => {
    let give!: (transport: Duplex) => void;
    const later = new Promise<Duplex>((resolve) => (give = resolve));
    let told: AbortSignal | undefined;
    const client = clientOf((_, { signal }) => {
      told = signal;
      return later;
    }, options);
    const abort = new AbortController();
    const answered = client.request({ signal: abort.signal });
    await undefined; // connect is called
    end(client, abort);
    await expect(answered).rejects.toMatchObject({ code });
    expect([told?.aborted, told?.reason.code]).toEqual([true, code]);
    await client.close(); // does not wait for what may never come
    const [transport] = duplexPair();
    give(transport);
    await new Promise((resolve) => transport.once('close', resolve));
  },
);

test('what is lost without a word is sent again on another transport', async () => {
  const answers = toServer(async () => {
    await new Promise(setImmediate);
    return { body: 'ok' };
  });
  const opened: Duplex[] = [];
  const client = clientOf(async (...all) => {
    opened.push(await answers(...all));
    return opened.at(-1)!;
  });
  await (await client.request()).text();
  const again = client.request();
  opened[0]!.destroy(new Error('cut'));
  expect([await (await again).text(), opened.length]).toEqual(['ok', 2]);
});

test('after 101 the transport is handed over as it is', async () => {
  const open = toServer(() => switchProtocols({ Upgrade: 'x' }, (transport) => void transport.end('hello')));
  const client = clientOf(open);
  const { socket } = await client.request({ headers: { Upgrade: 'x' } });
  expect(socket).toBeInstanceOf(Duplex);
  let text = '';
  for await (const part of socket!) text += part;
  expect(text).toBe('hello');
});

test('an option that is no function is refused', () => {
  expect(() => clientOf('/run/socket' as never)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
});

test('a request that observe makes while another is being sent goes behind it', async () => {
  const server = await serve(async (peer) => {
    for (let count = 1; ; count++) {
      await peer.request(count);
      const target = peer.heard
        .split('\r\n\r\n')
        .at(count - 1)!
        .split(' ')[1]!;
      peer.says(`HTTP/1.1 200 OK\r\nContent-Length: ${target.length}\r\n\r\n${target}`);
    }
  });
  const asked: Promise<string>[] = [];
  const ask = async (target: string): Promise<string> => (await client.request({ target })).text();
  const observe = vi.fn(({ type, target }: { type: string; target?: string }) => {
    if (type === 'request' && target === '/b') asked.push(ask('/c'));
  });
  const client: Client = new Client(server.url, { connections: 1, pipelining: 3, observe: observe as never });
  onTestFinished(() => client.destroy());
  expect(await ask('/a')).toBe('/a');
  asked.push(ask('/b'));
  expect(await Promise.all(asked)).toEqual(expect.arrayContaining(['/b', '/c']));
  for (const [i, answer] of (await Promise.all(asked)).entries())
    expect([i, answer]).toEqual([i, ['/c', '/b'][i]]);
});

test("a transport that another connection has is refused: each would take the other one's responses for its own", async () => {
  const [ours, theirs] = connectedPair();
  const server = createServer((request) => ({ body: request.path }));
  onTestFinished(() => server.destroy());
  server.accept(theirs);
  const client = clientOf(() => ours);
  const [first, second] = await Promise.allSettled(
    ['/first', '/second'].map(async (target) => (await client.request({ target })).text()),
  );
  expect(first).toMatchObject({ value: '/first' });
  expect(second).toMatchObject({
    reason: {
      code: 'connect-failed',
      cause: { message: 'connect gave a transport that another connection has' },
    },
  });
  expect(() => createServer(echo).accept(theirs)).toThrow('already has');
});
