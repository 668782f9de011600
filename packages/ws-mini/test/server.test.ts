import { spawn } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import {
  type AddressInfo,
  connect as connectTcp,
  createServer as createTcpServer,
  type Socket,
} from 'node:net';
import { PassThrough } from 'node:stream';
import { createServer, switchProtocols } from 'http-mini';
import type { Fields } from 'http-mini/wire';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type Connection,
  connect,
  HandshakeError,
  type Observation,
  type RequestOptions,
  WebSocketServer,
  type WebSocketServerOptions,
} from '../src/index.ts';
import { acceptFor, encodeFrame, keyFrom } from '../src/wire/index.ts';
import { Peer } from './sockets.ts';
import { concat, hex, toHex } from './support.ts';

async function echo(socket: Connection): Promise<void> {
  for await (const message of socket) await socket.send(message);
}

async function listen(
  options: WebSocketServerOptions = {},
): Promise<{ server: WebSocketServer; port: number }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options });
  onTestFinished(() => server.close());
  server.on('connection', echo);
  const { port } = (await server.listening)!;
  return { server, port };
}

const REQUEST =
  'GET /chat HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';
const HELLO = encodeFrame({ opcode: 1, payload: 'Hello', maskKey: 0x37fa213d });

async function peer(port: number): Promise<Peer> {
  const socket: Socket = connectTcp(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return new Peer(socket);
}

/** One message there and back, and the end. */
async function tryOut(port: number, path = '/'): Promise<void> {
  const client = await connect(`ws://127.0.0.1:${port}${path}`);
  client.send('hello');
  for await (const message of client) {
    expect(message).toBe('hello');
    client.close(1000);
  }
  expect(client.closeInfo).toMatchObject({ code: 1000, wasClean: true });
}

describe('doors', () => {
  test('a port of its own', async () => {
    const { server, port } = await listen();
    expect(server.address).toMatchObject({ port });
    await tryOut(port);
  });

  test('a node:http server', async () => {
    const http = createHttpServer((_, response) => response.end('http')).listen(0, '127.0.0.1');
    await once(http, 'listening');
    const sockets = new WebSocketServer({ server: http });
    sockets.on('connection', echo);
    expect(await sockets.listening).toBeUndefined();
    expect(sockets.address).toBeUndefined();
    const { port } = http.address() as AddressInfo;
    await tryOut(port);
    await sockets.close();
    expect(http.listenerCount('upgrade')).toBe(0);
    http.close();
  });

  test('a node:http server that hands over some of its upgrades', async () => {
    const http = createHttpServer().listen(0, '127.0.0.1');
    await once(http, 'listening');
    const sockets = new WebSocketServer({ noServer: true });
    http.on('upgrade', async (request, socket, head) => {
      const connection = await sockets.handleUpgrade(request, socket as Socket, head);
      if (connection !== undefined) echo(connection);
    });
    await tryOut((http.address() as AddressInfo).port);
    await sockets.close();
    http.close();
  });

  test('an http-mini server, beside its own answers', async () => {
    const sockets = new WebSocketServer({ noServer: true, path: '/chat' });
    sockets.on('connection', echo);
    const upgrade = sockets.handler(switchProtocols);
    const http = createServer((request) => (request.path === '/' ? { body: 'http' } : upgrade(request)));
    const { port } = await http.listen({ port: 0, host: '127.0.0.1' });
    onTestFinished(() => http.close());
    await tryOut(port, '/chat');
    await expect(connect(`ws://127.0.0.1:${port}/other`)).rejects.toMatchObject({
      code: 'status-not-101',
      status: 404,
    });
    const plain = await peer(port);
    plain.socket.write(REQUEST.replace('Upgrade: websocket\r\nConnection: Upgrade\r\n', ''));
    await plain.until(() => plain.received.includes(toHex(Buffer.from('426'))));
    await sockets.close();
  });

  test('exactly one of them', () => {
    for (const options of [{}, { port: 0, noServer: true }])
      expect(() => new WebSocketServer(options)).toThrow(
        expect.objectContaining({ code: 'option-invalid', by: 'user' }),
      );
  });

  test.each([-1, 65_536, 1.5, Number.NaN])('port %d is refused at once', (port) => {
    expect(() => new WebSocketServer({ port })).toThrow(expect.objectContaining({ code: 'option-invalid' }));
  });

  test('a busy port is not silent: a loop throws it, and so does a loop that begins later', async () => {
    const { port } = await listen();
    const second = new WebSocketServer({ port, host: '127.0.0.1' });
    const loop = async (): Promise<void> => {
      for await (const _ of second);
    };
    await expect(loop()).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(loop()).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('a busy port is not silent: where nobody asks, the process ends with it', async () => {
    const { port } = await listen();
    const index = new URL('../src/index.ts', import.meta.url);
    const program = `import { WebSocketServer } from '${index}'; new WebSocketServer({ port: ${port}, host: '127.0.0.1' }).on('connection', () => {});`;
    const flags = ['--conditions=@minis/source', '--import', 'tsx', '--input-type=module', '--eval', program];
    const child = spawn(process.execPath, flags, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    const [code] = await once(child, 'close');
    expect(code).toBe(1);
    expect(said).toContain('EADDRINUSE');
  });

  test('a port that is taken is told, and ends nothing', async () => {
    const { port } = await listen();
    const second = new WebSocketServer({ port, host: '127.0.0.1' });
    await expect(second.listening).rejects.toMatchObject({ code: 'EADDRINUSE' });
    const third = new WebSocketServer({ port, host: '127.0.0.1' });
    const [error] = await once(third, 'error').catch((error) => [error]);
    expect(error).toMatchObject({ code: 'EADDRINUSE' });
    await second.close();
  });
});

test.each([undefined, 'localhost'])('closed before it listens, at %s, it does not listen', async (host) => {
  const server = new WebSocketServer({ port: 0, host });
  await server.close();
  await server.listening;
  expect(server.address).toBeUndefined();
});

test('a deadline beyond what a timer can count is far away, and not now', async () => {
  const { port } = await listen({
    verify: () => new Promise((resolve) => setTimeout(resolve, 20, true)),
  });
  const client = await connect(`ws://127.0.0.1:${port}/`, { handshakeTimeout: 2 ** 31 });
  await client.close();
});

describe('the opening handshake', () => {
  test('frames right behind the request are not lost, in one chunk or byte by byte', async () => {
    const { port } = await listen();
    const bytes = concat([Buffer.from(REQUEST), HELLO]);
    for (const size of [bytes.length, 1]) {
      const client = await peer(port);
      for (let i = 0; i < bytes.length; i += size)
        await new Promise((resolve) => client.socket.write(bytes.subarray(i, i + size), resolve));
      await client.until(() => client.received.endsWith('810548656c6c6f'));
      expect(Buffer.concat(client.chunks).toString()).toContain('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
      client.socket.destroy();
    }
  });

  test('who awaits `connect`, however deep, misses nothing that came with the answer', async () => {
    const nonce = new Uint8Array(16);
    const head = [
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${acceptFor(keyFrom(nonce))}`,
      '\r\n',
    ].join('\r\n');
    const frames = ['890170', '8a0171', '810178', '880203e8'].map(hex);
    const raw = createTcpServer((socket) =>
      socket.once('data', () => socket.write(concat([Buffer.from(head), ...frames]))),
    );
    await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void raw.close());
    const { port } = raw.address() as AddressInfo;
    const open = async (depth: number): Promise<Connection> =>
      depth === 0 ? connect(`ws://127.0.0.1:${port}/`, { nonce }) : await open(depth - 1);
    const client = await open(10);
    const heard: string[] = [];
    client.on('ping', (data) => heard.push(`ping ${data}`));
    client.on('pong', (data) => heard.push(`pong ${data}`));
    client.on('message', (data) => heard.push(`message ${data}`));
    client.on('close', ({ code }) => heard.push(`close ${code}`));
    await once(client, 'pong');
    client.terminate();
    await client.closed;
    expect(heard).toEqual(['ping 112', 'pong 113', 'message x', 'close 1000']);
  });

  test.each([
    ['plain HTTP', REQUEST.replace('Upgrade: websocket\r\n', ''), 'HTTP/1.1 426 ', /Upgrade: websocket/],
    [
      'another version',
      REQUEST.replace('Version: 13', 'Version: 12'),
      'HTTP/1.1 426 ',
      /Sec-WebSocket-Version: 13/,
    ],
    ['POST', REQUEST.replace('GET', 'POST'), 'HTTP/1.1 405 ', /Allow: GET/],
    ['a bad key', REQUEST.replace('dGhl', ''), 'HTTP/1.1 400 ', /Connection: close/],
    ['what is no HTTP', 'hello\r\n\r\n', 'HTTP/1.1 400 ', /Connection: close/],
    [
      'a head without end',
      `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}`,
      'HTTP/1.1 431 ',
      /Connection: close/,
    ],
    [
      'too many fields',
      `GET / HTTP/1.1\r\nHost: a\r\n${'X: y\r\n'.repeat(200)}\r\n`,
      'HTTP/1.1 431 ',
      /Connection: close/,
    ],
  ])('%s is refused with an answer that is whole', async (_, request, status, field) => {
    const { server, port } = await listen();
    const errors: unknown[] = [];
    server.on('error', (error) => errors.push(error));
    const client = await peer(port);
    client.socket.write(request);
    await client.ended;
    const answer = Buffer.concat(client.chunks).toString();
    expect(answer.startsWith(status)).toBe(true);
    expect(answer).toMatch(field);
    const [head, body] = answer.split('\r\n\r\n') as [string, string];
    expect(head).toContain(`Content-Length: ${Buffer.byteLength(body)}`);
    expect(head).toMatch(/^Date: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r$/m);
    expect(errors).toHaveLength(1);
  });

  test('the content of a refusal has no control characters of the client’s, which would steer its terminal', async () => {
    const { port } = await listen({ origins: ['https://a.example'] });
    const client = await peer(port);
    client.socket.write(Buffer.from(REQUEST.replace('\r\n', '\r\nOrigin: \x9b2J\r\n'), 'latin1'));
    await client.ended;
    const answer = Buffer.concat(client.chunks).toString();
    expect(answer).toMatch(/^HTTP\/1.1 403 /);
    expect(answer).toContain('the origin "\\u009b2J" may not connect');
  });

  test('a refused client may finish what it is sending: its answer is not lost to a reset', async () => {
    const { port } = await listen();
    const client = await peer(port);
    client.socket.write(REQUEST.replace('GET', 'POST'));
    const error = await new Promise((resolve) => client.socket.write(new Uint8Array(5_000_000), resolve));
    expect(error ?? undefined).toBeUndefined();
    await client.ended;
    expect(Buffer.concat(client.chunks).toString()).toMatch(/^HTTP\/1\.1 405 /);
  });

  test('a refused client that sends without end is not listened to for ever', async () => {
    const { port } = await listen({ closeTimeout: 20 });
    const client = new Peer(connectTcp({ port, host: '127.0.0.1', allowHalfOpen: true }));
    onTestFinished(() => void client.socket.destroy());
    client.socket.write(REQUEST.replace('GET', 'POST'));
    const sendMore = (): void => {
      if (!client.socket.destroyed) client.socket.write(new Uint8Array(1000), () => setImmediate(sendMore));
    };
    sendMore();
    await client.closed;
    expect(Buffer.concat(client.chunks).toString()).toMatch(/^HTTP\/1\.1 405 /);
  });

  test('a refused client that takes its time gets all of the answer', async () => {
    const body = 'x'.repeat(8_000_000);
    const { port } = await listen({ closeTimeout: Infinity, verify: () => ({ status: 403, body }) });
    const client = await peer(port);
    client.socket.write(REQUEST);
    while (!client.socket.readableEnded) {
      client.socket.pause();
      await new Promise((resolve) => setImmediate(resolve));
      client.socket.resume();
      await Promise.race([once(client.socket, 'data'), client.ended]);
    }
    expect(client.size).toBeGreaterThan(body.length);
  });

  test('a request that does not come gets 408', async () => {
    const { port } = await listen({ handshakeTimeout: 20 });
    const client = await peer(port);
    client.socket.write('GET / HT');
    await client.ended;
    expect(Buffer.concat(client.chunks).toString()).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('a peer that goes away in the middle of it leaves nothing behind', async () => {
    const { server, port } = await listen();
    const client = await peer(port);
    client.socket.write('GET / HT');
    client.socket.resetAndDestroy();
    await tryOut(port);
    await server.close();
    expect(server.connections.size).toBe(0);
  });

  test('more connections than allowed get 503', async () => {
    const { port } = await listen({ maxConnections: 1 });
    const first = await connect(`ws://127.0.0.1:${port}`);
    await expect(connect(`ws://127.0.0.1:${port}`)).rejects.toMatchObject({ status: 503 });
    await first.close(1000);
  });

  test('path, origin, verify and subprotocol', async () => {
    // rfc6455/4.2.2/origin, rfc6455/4.2.2/resource, rfc6455/10.2/origin
    const { port } = await listen({
      path: '/chat',
      origins: ['http://good.example'],
      protocols: ['b', 'a'],
      verify: async (request) => {
        if (request.fields.get('authorization') === 'no') return false;
        if (request.fields.get('authorization') === 'later')
          return { status: 429, headers: { 'Retry-After': '1' }, body: 'later' };
        if (request.fields.get('authorization') === 'throw') throw new Error('secret');
        if (request.fields.get('authorization') === 'broken')
          return { status: 200, headers: { 'a\r\nb': 'c' } };
        return true;
      },
    });
    const open = (path: string, headers: Record<string, string> = {}, protocols: string[] = []) =>
      connect(`ws://127.0.0.1:${port}${path}`, { headers, protocols });
    await expect(open('/')).rejects.toMatchObject({ status: 404 });
    await expect(open('/chat', { Origin: 'http://evil.example' })).rejects.toMatchObject({ status: 403 });
    await expect(open('/chat', { Authorization: 'no' })).rejects.toMatchObject({ status: 403 });
    for (const how of ['throw', 'broken'])
      await expect(open('/chat', { Authorization: how })).rejects.toMatchObject({ status: 500 });
    const error = await open('/chat', { Authorization: 'later' }).catch((error) => error);
    expect(error).toBeInstanceOf(HandshakeError);
    expect(error.response.status).toBe(429);
    expect(error.response.headers.get('retry-after')).toBe('1');
    expect(Buffer.from(error.response.body).toString()).toBe('later');
    const both = await open('/chat?x', { Origin: 'http://good.example' }, ['a', 'b']);
    expect(both.protocol).toBe('a');
    const neither = await open('/chat', {}, ['c']);
    expect(neither.protocol).toBe('');
    await Promise.all([both.close(1000), neither.close(1000)]);
  });

  test('more fields for the 101, from a list or a function; the client reads them', async () => {
    const cookies: [string, string][] = [
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
    ];
    const fixed = await listen({ headers: cookies });
    const made = await listen({ headers: ({ path }) => (path === '/x' ? { 'X-Path': path } : undefined) });
    const fieldsOf = async (url: string): Promise<Record<string, string[]>> => {
      let fields: Fields | undefined;
      const client = await connect(url, { onSwitch: (headers) => void (fields = headers) });
      client.terminate();
      return { cookies: fields!.getAll('set-cookie'), path: fields!.getAll('x-path') };
    };
    expect(await fieldsOf(`ws://127.0.0.1:${fixed.port}/`)).toEqual({ cookies: ['a=1', 'b=2'], path: [] });
    expect(await fieldsOf(`ws://127.0.0.1:${made.port}/x`)).toEqual({ cookies: [], path: ['/x'] });
    expect(await fieldsOf(`ws://127.0.0.1:${made.port}/`)).toEqual({ cookies: [], path: [] });
  });

  test.each([
    ['belong to the handshake', { 'Sec-WebSocket-Accept': 'x' }],
    ['would end the line', { 'X-A': 'b\r\nX-C: d' }],
  ])('fields of a 101 that %s are refused: the client gets 500', async (_, headers) => {
    const { server, port } = await listen({ headers: () => headers });
    const reported = once(server, 'error');
    await expect(connect(`ws://127.0.0.1:${port}/`)).rejects.toMatchObject({ status: 500 });
    expect((await reported)[0]).toMatchObject({ code: 'header-invalid', by: 'user' });
  });

  test('fields of a refusal that change after they were checked are sent as they were checked', async () => {
    const values: string[] = [];
    let reads = 0;
    Object.defineProperty(values, 0, {
      get: () => (reads++ === 0 ? 'a=1' : 'a=1\r\nX-Forged: yes'),
      enumerable: true,
    });
    const headers = { 'Set-Cookie': values as unknown as string };
    const { port } = await listen({ verify: () => ({ status: 403, headers }) });
    const refused = await connect(`ws://127.0.0.1:${port}/`).catch((error: HandshakeError) => error);
    expect(refused).toMatchObject({ status: 403 });
    const { response } = refused as HandshakeError;
    expect(response.headers.getAll('set-cookie')).toEqual(['a=1']);
    expect(response.headers.has('x-forged')).toBe(false);
  });

  test('what is decided for one request alone takes the place of the options', async () => {
    const { server } = await listen({ verify: () => false, protocols: ['a'] });
    const net = createTcpServer((socket) =>
      server.accept(socket, {
        verify: ({ path }) => path === '/in',
        protocols: () => 'b',
        headers: { 'X-Port': String(socket.localPort) },
      }),
    ).listen(0, '127.0.0.1');
    await once(net, 'listening');
    onTestFinished(() => void net.close());
    const { port } = net.address() as AddressInfo;
    let fields: Fields | undefined;
    const onSwitch = (headers: Fields): void => void (fields = headers);
    const client = await connect(`ws://127.0.0.1:${port}/in`, { protocols: ['a', 'b'], onSwitch });
    expect([client.protocol, fields?.get('x-port')]).toEqual(['b', String(port)]);
    await client.close(1000);
    await expect(connect(`ws://127.0.0.1:${port}/out`)).rejects.toMatchObject({ status: 403 });
    expect(() => server.accept(new PassThrough(), { path: '/' } as object)).toThrow(/path/);
  });

  test.each([
    [
      'accept',
      (server: WebSocketServer, own: RequestOptions) => {
        return createTcpServer((socket) => server.accept(socket, own));
      },
    ],
    [
      'handleUpgrade',
      (server: WebSocketServer, own: RequestOptions) =>
        createHttpServer().on(
          'upgrade',
          (request, socket, head) => void server.handleUpgrade(request, socket, head, own),
        ),
    ],
  ])('onOpen gets the connection of one request, and nobody else does: %s', async (_, listen) => {
    const server = new WebSocketServer({ noServer: true });
    onTestFinished(() => server.close());
    const others: unknown[] = [];
    server.on('connection', (connection) => others.push(connection));
    void server[Symbol.asyncIterator]()
      .next()
      .then(({ value }) => value && others.push(value));
    let opened: Connection | undefined;
    const front = listen(server, {
      onOpen: (connection, { path }) => {
        opened = connection;
        void connection.send(path);
      },
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void front.close());
    await once(front, 'listening');
    const client = await connect(`ws://127.0.0.1:${(front.address() as AddressInfo).port}/mine`);
    expect((await client[Symbol.asyncIterator]().next()).value).toBe('/mine');
    expect([[...server.connections], others]).toEqual([[opened], []]);
    await client.close(1000);
  });

  test('a subprotocol that the user chooses, and one that was not offered', async () => {
    const { server, port } = await listen({
      protocols: (request) => (request.path === '/' ? request.protocols.at(-1) : 'x'),
    });
    const errors: unknown[] = [];
    server.on('error', (error) => errors.push(error));
    const client = await connect(`ws://127.0.0.1:${port}`, { protocols: ['a', 'b'] });
    expect(client.protocol).toBe('b');
    await client.close(1000);
    await expect(connect(`ws://127.0.0.1:${port}/bad`)).rejects.toMatchObject({ status: 500 });
    expect(errors).toMatchObject([{ code: 'subprotocol-not-offered', by: 'user' }]);
  });

  test('a client that is being verified when the server closes gets 503', async () => {
    const { server, port } = await listen({
      verify: () => {
        server.close();
        return true;
      },
    });
    await expect(connect(`ws://127.0.0.1:${port}`)).rejects.toMatchObject({ status: 503 });
  });

  test('a verification that never ends does not keep the server from closing', async () => {
    let asked = (): void => {};
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const { server, port } = await listen({
      closeTimeout: 20,
      verify: () => {
        asked();
        return new Promise(() => {});
      },
    });
    const opening = connect(`ws://127.0.0.1:${port}`);
    opening.catch(() => {});
    await isAsked;
    await server.close();
    await expect(opening).rejects.toMatchObject({ code: 'connection-lost' });
  });

  test('a client that goes away while it is verified leaves nothing behind', async () => {
    let go = (_: boolean): void => {};
    const verdict = new Promise<boolean>((resolve) => {
      go = resolve;
    });
    let asked = (): void => {};
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const verify = (): Promise<boolean> => {
      asked();
      return verdict;
    };
    const { server, port } = await listen({ verify });
    const client = await peer(port);
    client.socket.write(REQUEST);
    await isAsked;
    client.socket.resetAndDestroy();
    await client.closed;
    go(true);
    await server.close();
    expect(server.connections.size).toBe(0);
  });
});

describe('connections', () => {
  test('hold nothing of the handshake behind them, and share their listeners', async () => {
    const events = ['data', 'end', 'error', 'close', 'drain'];
    const sockets: Socket[] = [];
    const accepted = (message: unknown): void => {
      sockets.push((message as { socket: Socket }).socket);
    };
    subscribe('net.server.socket', accepted);
    const { port } = await listen();
    const clients = [await connect(`ws://127.0.0.1:${port}/`), await connect(`ws://127.0.0.1:${port}/`)];
    unsubscribe('net.server.socket', accepted);
    await Promise.all(clients.map((client) => client.ping()));
    const [one, other] = sockets.map((socket) => events.map((event) => socket.rawListeners(event)));
    // 'end' has one of node:net's own.
    expect(one!.map(({ length }) => length)).toEqual([1, 2, 1, 1, 1]);
    one!.flat().forEach((listener, i) => {
      expect(listener).toBe(other!.flat()[i]);
    });
    await Promise.all(clients.map((client) => client.close()));
  });

  test('are iterated, those included that came before', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    const { port } = (await server.listening)!;
    const first = await connect(`ws://127.0.0.1:${port}/1`);
    const seen: Connection[] = [];
    const iterating = (async () => {
      for await (const socket of server) {
        seen.push(socket);
        echo(socket);
      }
    })();
    const second = await connect(`ws://127.0.0.1:${port}/2`);
    for (const client of [first, second]) expect(await client.ping()).toBeGreaterThanOrEqual(0);
    expect(seen).toHaveLength(2);
    expect(server.connections.size).toBe(2);
    await server.close();
    await iterating;
    for (const client of [first, second])
      expect(await client.closed).toMatchObject({ code: 1001, wasClean: true });
    expect(server.connections.size).toBe(0);
  });

  test('a broadcast passes over one that is between two fragments, and reaches the others', async () => {
    const { server, port } = await listen();
    const [first, second] = [await peer(port), await peer(port)];
    for (const { socket } of [first, second]) {
      socket.write(REQUEST);
      await once(server, 'connection');
    }
    const [between] = server.connections;
    between!.sendFragment('a', false);
    server.broadcast('news');
    between!.sendFragment('b', true);
    await first.until(() => first.received.endsWith('800162'));
    expect(first.received).toMatch(/010161800162$/);
    await second.until(() => second.received.endsWith('81046e657773'));
    for (const { socket } of [first, second]) socket.destroy();
  });

  test('a broadcast reaches all, or those that are named', async () => {
    const { server, port } = await listen();
    const clients = await Promise.all([1, 2, 3].map(() => connect(`ws://127.0.0.1:${port}`)));
    server.broadcast('to all');
    server.broadcast(hex('0102'));
    const [one] = server.connections;
    server.broadcast('to one', [one!]);
    server.broadcast(new Uint8Array(10_000));
    const received = await Promise.all(
      clients.map(async (client) => {
        const list: unknown[] = [];
        for await (const message of client) {
          list.push(typeof message === 'string' ? message : message.length);
          if (message.length === 10_000) break;
        }
        return list;
      }),
    );
    expect(received.map((list) => list.filter((each) => each !== 'to one'))).toEqual(
      [1, 2, 3].map(() => ['to all', 2, 10_000]),
    );
    expect(received.flat().filter((each) => each === 'to one')).toHaveLength(1);
    await server.close();
  });

  test.each(['terminate', 'drop'] as const)(
    'a broadcast is not held up by who does not read: %s',
    async (how) => {
      const { server, port } = await listen({
        slowConsumer: how,
        maxQueued: 100_000,
        perMessageDeflate: true,
      });
      const slow = await peer(port);
      slow.socket.write(REQUEST);
      await slow.until(() => slow.size > 0);
      slow.socket.pause();
      const [held] = server.connections;
      const quick = await connect(`ws://127.0.0.1:${port}`);
      const block = new Uint8Array(100_000);
      let count = 0;
      for (let largest = 0; count < 1000 && held!.readyState === 'open'; count++) {
        server.broadcast(block);
        await quick[Symbol.asyncIterator]().next();
        // Nothing is taken any more: it is passed over.
        if (how === 'drop' && held!.bufferedAmount > 100_000 && held!.bufferedAmount === largest) break;
        largest = held!.bufferedAmount;
      }
      expect(count).toBeLessThan(1000);
      expect(held!.bufferedAmount).toBeLessThan(300_000);
      if (how === 'terminate') expect((await held!.closed).error).toMatchObject({ code: 'queue-full' });
      else expect(held!.readyState).toBe('open');
      slow.socket.destroy();
      await quick.close(1000);
    },
  );

  test('close when all that was sent has arrived, however long the client takes to read it', async () => {
    const { server, port } = await listen({ maxQueued: Infinity });
    const arrived = once(server, 'connection') as Promise<[Connection]>;
    const client = await connect(`ws://127.0.0.1:${port}`);
    const [socket] = await arrived;
    for (let i = 0; i < 16; i++) void socket.send(new Uint8Array(1_000_000));
    const closing = server.close();
    let size = 0;
    for await (const { length } of client) {
      size += length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await closing;
    expect(size).toBe(16_000_000);
    expect(await socket.closed).toMatchObject({ wasClean: true });
  });

  test('close at once, with one that never answers cut off after the deadline', async () => {
    // Without a deadline, only `close` can end those that have not said what they want.
    const { server, port } = await listen({ closeTimeout: 20, handshakeTimeout: Infinity });
    const silent = await peer(port);
    silent.socket.write(REQUEST);
    await silent.until(() => silent.received.includes(toHex(Buffer.from('\r\n\r\n'))));
    const half = await peer(port);
    half.socket.write('GET');
    await server.close();
    expect(silent.received.endsWith('880203e9')).toBe(true);
    await expect(connect(`ws://127.0.0.1:${port}`)).rejects.toMatchObject({ code: 'connection-lost' });
  });

  test('are heard by the observer: handshake, bytes, frames, and what cannot be read', async () => {
    const seen: [string, string][] = [];
    const observe = (observation: Observation): void => {
      const { type, direction } = observation;
      if (type === 'frame')
        seen.push([`${type} ${direction} ${observation.header.opcode}`, toHex(observation.payload)]);
      else if (type === 'error') seen.push([`${type} ${direction}`, observation.error.code]);
      else if (type === 'bytes') seen.push([`${type} ${direction}`, toHex(observation.bytes)]);
      else seen.push([`${type} ${direction}`, Buffer.from(observation.bytes).toString()]);
    };
    const { port } = await listen({ observe });
    const client = await peer(port);
    client.socket.write(concat([Buffer.from(REQUEST), HELLO, hex('8300')]));
    await client.ended;
    expect(seen).toEqual([
      ['handshake in', REQUEST],
      ['handshake out', expect.stringMatching(/^HTTP\/1\.1 101 [\s\S]*\r\n\r\n$/)],
      ['bytes in', `${toHex(HELLO)}8300`],
      ['frame in 1', '48656c6c6f'],
      ['error in', 'opcode-unknown'],
      ['bytes out', '810548656c6c6f'],
      ['frame out 1', '48656c6c6f'],
      ['bytes out', expect.stringMatching(/^88..03ea/)],
      ['frame out 8', expect.stringMatching(/^03ea/)],
    ]);
  });
});

test('the heartbeat finds a peer that is silent', async () => {
  const { server, port } = await listen({ heartbeat: 20 });
  const client = await peer(port);
  client.socket.write(REQUEST);
  const [socket] = (await once(server, 'connection')) as [Connection];
  expect((await socket.closed).error).toMatchObject({ code: 'heartbeat-missed' });
  const frames = Buffer.concat(client.chunks);
  expect(toHex(frames).endsWith('8900')).toBe(true);
});
