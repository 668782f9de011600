// Functions that a program hands over as options: whatever they throw, at once or by a promise, it ends neither the
// process nor what called them, and is told by 'error' or, on the client's side, by a warning. What a listener throws is
// the program's own, as with every EventEmitter, but leaves nothing behind that is deaf or nobody's.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import {
  type Connection,
  connect,
  type Observation,
  WebSocketServer,
  type WebSocketServerOptions,
} from '../src/index.ts';
import { Peer } from './sockets.ts';
import { nextUncaught } from './support.ts';

const cause = new Error('of the user');

function raise(thrown: unknown): never {
  throw thrown;
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** What is thrown, and how: at once, or by a promise, as an asynchronous function does. */
const THROWERS: [string, () => never][] = [
  ['throws', () => raise(cause)],
  ['throws a revoked Proxy', () => raise(revoked())],
  ['throws nothing', () => raise(undefined)],
  ['rejects', (async () => raise(cause)) as () => never],
  ['rejects with a revoked Proxy', (async () => raise(revoked())) as () => never],
];

/** Fails the test if anything went past every handler, which would have ended the process. */
function watchProcess(): () => Promise<void> {
  const unhandled: unknown[] = [];
  const note = (thrown: unknown): unknown => unhandled.push(thrown);
  process.on('unhandledRejection', note).on('uncaughtException', note);
  onTestFinished(() => void process.off('unhandledRejection', note).off('uncaughtException', note));
  return async () => {
    await new Promise(setImmediate);
    expect(unhandled).toHaveLength(0);
  };
}

/** An echo, and the errors that it tells. */
async function listen(
  options: WebSocketServerOptions = {},
): Promise<{ server: WebSocketServer; url: string; errors: Error[] }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options });
  onTestFinished(() => server.close());
  const errors: Error[] = [];
  server.on('error', (error) => errors.push(error));
  server.on('connection', (socket) => socket.on('message', (message) => void socket.send(message)));
  const { port } = (await server.listening)!;
  return { server, url: `ws://127.0.0.1:${port}/`, errors };
}

async function echo(client: Connection, message = 'hello'): Promise<void> {
  void client.send(message);
  expect((await client[Symbol.asyncIterator]().next()).value).toBe(message);
}

test.each(THROWERS)('an observe of a server that %s stops nothing, and is told', async (_, observe) => {
  const nothingUnhandled = watchProcess();
  const { url, errors } = await listen({ observe, perMessageDeflate: { threshold: 0 } });
  const client = await connect(url);
  await echo(client);
  await echo(client, 'and again');
  expect((await client.close(1000)).wasClean).toBe(true);
  await nothingUnhandled();
  expect(errors[0]).toMatchObject({ code: 'callback-failed', by: 'user' });
  expect(errors[0]!.message).toContain('observe');
});

test.each(THROWERS)(
  'an observe of a client that %s becomes a warning, and stops nothing',
  async (_, observe) => {
    const nothingUnhandled = watchProcess();
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    onTestFinished(() => void warn.mockRestore());
    const { url } = await listen();
    const client = await connect(url, { observe });
    await echo(client);
    expect((await client.close(1000)).wasClean).toBe(true);
    await nothingUnhandled();
    expect(warn.mock.lastCall![0]).toMatchObject({ code: 'callback-failed', by: 'user' });
  },
);

test('an observe that throws once sees what follows as it is', async () => {
  const frames: string[] = [];
  const { url } = await listen({
    observe: (it: Observation) => {
      if (it.type !== 'frame' || it.direction !== 'in' || it.header.opcode !== 1) return;
      if (frames.push(Buffer.from(it.payload).toString()) === 1) throw cause;
    },
  });
  const client = await connect(url);
  await echo(client, 'one');
  await echo(client, 'two');
  await client.close(1000);
  expect(frames).toEqual(['one', 'two']);
});

test.each(THROWERS)("a mask key's source that %s is replaced, and becomes a warning", async (_, maskKey) => {
  const nothingUnhandled = watchProcess();
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  onTestFinished(() => void warn.mockRestore());
  const { url, server } = await listen();
  const client = await connect(url, { maskKey });
  await echo(client);
  // A Pong is masked where no code of the user's could catch anything.
  const [connection] = server.connections;
  expect(await connection!.ping()).toBeGreaterThanOrEqual(0);
  expect((await client.close(1000)).wasClean).toBe(true);
  await nothingUnhandled();
  expect(warn.mock.lastCall![0]).toMatchObject({ code: 'callback-failed', by: 'user' });
});

test('a clock that throws, goes back, or tells no time ends nothing', async () => {
  const nothingUnhandled = watchProcess();
  const times = [() => performance.now(), () => raise(cause), () => Number.NaN, () => 0, () => 5n];
  const clockOf = (): (() => number) => {
    let asked = 0;
    return () => times[asked++ % times.length]!() as number;
  };
  const { url } = await listen({ clock: clockOf(), heartbeat: 20 });
  const client = await connect(url, { clock: clockOf(), heartbeat: 20 });
  await echo(client);
  expect(await client.ping()).toBeGreaterThanOrEqual(0);
  expect((await client.close(1000)).wasClean).toBe(true);
  await nothingUnhandled();
});

test.each([
  ...THROWERS,
  ['says nothing', () => undefined],
  ['says 1', () => 1],
  ['says null', () => null],
  ['says a revoked Proxy', revoked],
  ['promises a revoked Proxy', async () => revoked()],
  ['refuses without a status', () => ({})],
  ['refuses with a text', () => ({ status: '403' })],
  ['refuses with 101', () => ({ status: 101 })],
  ['refuses with 600', () => ({ status: 600 })],
  ['refuses with a body that is none', () => ({ status: 403, body: 5 })],
  ['refuses with fields that are none', () => ({ status: 403, headers: { 'a\r\nb': 'c' } })],
  ['refuses by getters that throw', () => ({ get status() { return raise(cause); } })], // biome-ignore format: one line
  ['refuses by a getter that throws later', () => throwsFrom(2)],
] as [string, () => unknown][])(
  'a verify that %s is a 500 or its own answer, and is told',
  async (_, verify) => {
    const nothingUnhandled = watchProcess();
    const { url, errors } = await listen({ verify: verify as () => boolean });
    const error = await connect(url).catch((error) => error);
    expect(error).toMatchObject({ code: 'status-not-101' });
    expect([403, 500]).toContain(error.status);
    await nothingUnhandled();
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ name: 'WebSocketError' });
  },
);

/** 403 with a field, whose getter throws when it is asked for the `nth` time. */
function throwsFrom(nth: number): object {
  let asked = 0;
  return {
    status: 403,
    headers: {
      get 'X-Why'(): string {
        return ++asked < nth ? 'because' : raise(cause);
      },
    },
  };
}

test('a refusal of 204 has no content and no length of any', async () => {
  const { server } = await listen({ verify: () => ({ status: 204, body: 'none' }) });
  const peer = new Peer(connectTcp(server.address!.port, '127.0.0.1'));
  peer.socket.write(
    'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  );
  await peer.ended;
  const answer = Buffer.concat(peer.chunks).toString();
  expect(answer).toMatch(/^HTTP\/1\.1 204 .*\r\n\r\n$/s);
  expect(answer).not.toMatch(/content-length/i);
  peer.socket.end();
});

test.each([
  ...THROWERS,
  ['says a number', () => 5],
  ['says what was not offered', () => 'other'],
  ['says a revoked Proxy', revoked],
  ['says null', () => null],
] as [string, () => unknown][])('a protocols that %s is a 500, and is told', async (_, protocols) => {
  const nothingUnhandled = watchProcess();
  const { url, errors } = await listen({ protocols: protocols as () => string });
  await expect(connect(url, { protocols: ['chat'] })).rejects.toMatchObject({ status: 500 });
  await nothingUnhandled();
  expect(errors).toMatchObject([{ name: 'WebSocketError', by: 'user' }]);
});

// ---- Listeners -------------------------------------------------------------------------------------

test("a 'connection' listener that throws: the client is told by 1011, and the next is served", async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => server.close());
  server.once('connection', () => raise(cause));
  const { port } = (await server.listening)!;
  const thrown = nextUncaught();
  const first = await connect(`ws://127.0.0.1:${port}/`);
  expect(await thrown).toBe(cause);
  expect(await first.closed).toMatchObject({ code: 1011, wasClean: true });
  server.on('connection', (socket) => socket.on('message', (message) => void socket.send(message)));
  const second = await connect(`ws://127.0.0.1:${port}/`);
  await echo(second);
  await second.close(1000);
});

test.each([
  ['a port', () => ({ port: 0, host: '127.0.0.1' })],
  [
    'a port, with a verify that takes its time',
    () => ({ port: 0, host: '127.0.0.1', verify: async () => true }),
  ],
  ['a server of node:http', (http: Server) => ({ server: http })],
  ['handleUpgrade', () => ({ noServer: true })],
])(
  "a 'connection' listener that throws is uncaught through any door, and rejects nothing: %s",
  async (_, optionsFor) => {
    const rejected: unknown[] = [];
    const note = (reason: unknown): unknown => rejected.push(reason);
    process.on('unhandledRejection', note);
    const http = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => {
      process.off('unhandledRejection', note);
      http.close();
    });
    await once(http, 'listening');
    const options = optionsFor(http) as WebSocketServerOptions;
    const server = new WebSocketServer(options);
    onTestFinished(() => server.close());
    if (options.noServer)
      http.on('upgrade', (request, socket, head) => void server.handleUpgrade(request, socket, head));
    server.on('connection', () => raise(cause));
    const thrown = nextUncaught();
    const { port } = (await server.listening) ?? (http.address() as AddressInfo);
    const client = await connect(`ws://127.0.0.1:${port}/`);
    expect(await thrown).toBe(cause);
    expect(await client.closed).toMatchObject({ code: 1011 });
    expect(rejected).toEqual([]);
  },
);

test("a 'connection' listener that throws: those that came before it are all told of", async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => server.close());
  const { port } = (await server.listening)!;
  const clients = [await connect(`ws://127.0.0.1:${port}/1`), await connect(`ws://127.0.0.1:${port}/2`)];
  const thrown = nextUncaught();
  server.on('connection', (socket, { path }) => {
    if (path === '/1') throw cause;
    void socket.send('welcome');
  });
  expect(await thrown).toBe(cause);
  expect(await clients[0]!.closed).toMatchObject({ code: 1011 });
  expect((await clients[1]![Symbol.asyncIterator]().next()).value).toBe('welcome');
  clients[1]!.terminate();
});

test("an 'error' listener that throws: the refusal is sent, and the next client is served", async () => {
  const { server, url } = await listen({ path: '/' });
  server.prependOnceListener('error', () => raise(cause));
  const thrown = nextUncaught();
  await expect(connect(`${url}other`)).rejects.toMatchObject({ status: 404 });
  expect(await thrown).toBe(cause);
  const client = await connect(url);
  await echo(client);
  await client.close(1000);
});

test("an 'error' listener that throws at a busy port: `listening` is rejected all the same", async () => {
  const { server } = await listen();
  const second = new WebSocketServer({ port: server.address!.port, host: '127.0.0.1' });
  second.on('error', () => raise(cause));
  const thrown = nextUncaught();
  await expect(second.listening).rejects.toMatchObject({ code: 'EADDRINUSE' });
  expect(await thrown).toBe(cause);
});

test('a broadcast of what is no message is an error of this package', async () => {
  const { server, url } = await listen();
  const client = await connect(url);
  for (const message of [5, null, undefined, {}, [1]] as unknown[])
    expect(() => server.broadcast(message as string)).toThrow(
      expect.objectContaining({ code: 'data-not-supported', by: 'user' }),
    );
  await echo(client);
  await client.close(1000);
});

test("an 'error' listener that throws at what `observe` threw: no byte is lost", async () => {
  let isAsked = false;
  const { server, url } = await listen({
    observe: (it) => {
      if (it.type !== 'bytes' || isAsked) return;
      isAsked = true;
      throw cause;
    },
  });
  server.prependOnceListener('error', () => raise(new Error('of the listener')));
  const thrown = nextUncaught();
  const client = await connect(url);
  await echo(client);
  expect(String(await thrown)).toContain('of the listener');
  await echo(client);
  await client.close(1000);
});

test('a connection whose listeners were all removed tells messages to the next one', async () => {
  const { url } = await listen();
  const client = await connect(url);
  client.removeAllListeners();
  const heard = new Promise((resolve) => client.on('message', resolve));
  void client.send('hello');
  expect(await heard).toBe('hello');
  client.removeAllListeners('message');
  const again = new Promise((resolve) => client.on('message', resolve));
  void client.send('once more');
  expect(await again).toBe('once more');
  await client.close(1000);
});

test('a server whose listeners were all removed has the next one told who is there', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => server.close());
  server.removeAllListeners();
  const { port } = (await server.listening)!;
  const client = await connect(`ws://127.0.0.1:${port}/`);
  server.on('connection', (socket) => void socket.send('welcome'));
  expect((await client[Symbol.asyncIterator]().next()).value).toBe('welcome');
  client.terminate();
});

test("a connection whose listeners were all removed leaves the server's connections when it is over", async () => {
  const { server, url } = await listen({ heartbeat: 20 });
  const arrived = once(server, 'connection') as Promise<[Connection]>;
  const client = await connect(url);
  const [connection] = await arrived;
  connection.removeAllListeners();
  client.terminate();
  await connection.closed;
  // The sweep goes round; it keeps nothing alive, so this does.
  const alive = setInterval(() => {}, 1000);
  onTestFinished(() => clearInterval(alive));
  await vi.waitUntil(() => server.connections.size === 0, { timeout: 60_000, interval: 5 });
});
