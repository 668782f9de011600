// Any transport: a connection over a pair in memory, a Unix socket and TLS does what it does over TCP, by every door of a
// server and every interface of a client; and what cannot carry one is refused by name.

import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer as createNodeServer } from 'node:http';
import { connect as connectTcp, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Duplex, type DuplexOptions, PassThrough } from 'node:stream';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { createServer, switchProtocols } from 'http-mini';
import { expect, onTestFinished, test } from 'vitest';
import { CERTIFICATE, KEY } from '../../../scripts/for-tests/certificate.ts';
import { connectedPair } from '../../../scripts/for-tests/duplex-pair.ts';
import {
  type ClientOptions,
  type Connection,
  connect,
  type Observation,
  WebSocket,
  WebSocketServer,
  type WebSocketServerOptions,
  WebSocketStream,
} from '../src/index.ts';
import { encodeFrame } from '../src/wire/index.ts';
import { Peer } from './sockets.ts';

type Open = () => Duplex | Promise<Duplex>;
const URL = 'ws://in.memory/';
const REQUEST =
  'GET / HTTP/1.1\r\nHost: in.memory\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';

function echo(options: WebSocketServerOptions = {}): WebSocketServer {
  const server = new WebSocketServer({ noServer: true, ...options });
  server.on('connection', async (socket) => {
    for await (const message of socket) await socket.send(message);
  });
  onTestFinished(() => server.close());
  return server;
}

/** Listens somewhere, hands each transport over, and says how to open one. */
async function listening(server: Server, where: string | number, open: () => Duplex): Promise<Open> {
  server.listen(where);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return open;
}

/** Two ends; to one that no WebSocket has, the loss of the other is no error. */
function rawPair(options?: DuplexOptions): [Duplex, Duplex] {
  const [ours, theirs] = connectedPair(options);
  return [ours.on('error', () => {}), theirs.on('error', () => {})];
}

const closed = (transport: Duplex): Promise<unknown> =>
  new Promise((resolve) => (transport.closed ? resolve(true) : transport.once('close', resolve)));

/** Ways between a client and whoever takes the server's end. */
const WAYS: Record<string, (accept: (transport: Duplex) => void) => Open | Promise<Open>> = {
  'a pair in memory': (accept) => () => {
    const [ours, theirs] = rawPair();
    accept(theirs);
    return ours;
  },
  'a pair in memory that takes little at a time': (accept) => () => {
    const [ours, theirs] = rawPair({ highWaterMark: 7 });
    accept(theirs);
    return ours;
  },
  'a Unix socket': (accept) => {
    const path = join(tmpdir(), `ws-mini-${process.pid}-${Math.random().toString(36).slice(2)}.sock`);
    onTestFinished(() => rm(path, { force: true }));
    return listening(createTcpServer(accept), path, () => connectTcp(path));
  },
  TLS: (accept) => {
    const server = createTlsServer({ key: KEY, cert: CERTIFICATE }, accept);
    return listening(server, 0, () => {
      const { port } = server.address() as { port: number };
      return connectTls({ port, host: 'localhost', ca: CERTIFICATE });
    });
  },
  'TLS over a pair in memory': (accept) => {
    const server = createTlsServer({ key: KEY, cert: CERTIFICATE }, accept);
    return () => {
      const [ours, theirs] = rawPair();
      server.emit('connection', theirs);
      return connectTls({ socket: ours, servername: 'localhost', ca: CERTIFICATE });
    };
  },
};

/** How the server's end comes to a WebSocketServer. */
const DOORS: Record<string, (sockets: WebSocketServer) => (transport: Duplex) => void> = {
  accept: (sockets) => (transport) => sockets.accept(transport),
  'handler of http-mini': (sockets) => {
    const http = createServer(sockets.handler(switchProtocols));
    return (transport) => http.accept(transport);
  },
  'handleUpgrade behind node:http': (sockets) => {
    const http = createNodeServer();
    http.on('upgrade', async (request, transport, head) => {
      const connection = await sockets.handleUpgrade(request, transport, head);
      for await (const message of connection!) await connection!.send(message);
    });
    return (transport) => void http.emit('connection', transport);
  },
};

for (const [way, openBy] of Object.entries(WAYS))
  for (const [door, handOver] of Object.entries(DOORS))
    test(`${way}, ${door}: messages go both ways, and the end is clean`, async () => {
      const sockets = echo({ perMessageDeflate: true });
      const transport = await openBy(handOver(sockets));
      for (const perMessageDeflate of [false, true]) {
        const client = await connect(URL, { transport, perMessageDeflate, maxQueued: Infinity });
        const messages = ['hello', '', '한글 '.repeat(10_000), new Uint8Array(300_000).fill(7)];
        for (const message of messages) void client.send(message);
        const loop = client[Symbol.asyncIterator]();
        for (const message of messages) {
          const { value } = await loop.next();
          if (typeof message === 'string') expect(value).toBe(message);
          else expect(Buffer.from(message).equals(value as Uint8Array)).toBe(true);
        }
        expect(await client.ping()).toBeGreaterThanOrEqual(0);
        expect(await client.close(1000, 'done')).toMatchObject({ code: 1000, wasClean: true });
      }
      await Promise.all([...sockets.connections].map(({ closed }) => closed));
      expect(sockets.connections.size).toBe(0);
    });

/** A pair of connections in memory. */
async function pair(options: ClientOptions = {}): Promise<[server: Connection, client: Connection]> {
  const sockets = new WebSocketServer({ noServer: true });
  onTestFinished(() => sockets.close());
  const opened = once(sockets, 'connection');
  const [ours, theirs] = rawPair();
  sockets.accept(theirs);
  const client = await connect(URL, { transport: ours, ...options });
  const [server] = (await opened) as [Connection];
  return [server, client];
}

test('the interfaces of a browser take a transport as well', async () => {
  const transport = WAYS['a pair in memory']!((theirs) => sockets.accept(theirs)) as Open;
  const sockets = echo();
  const socket = new WebSocket(URL, [], { transport });
  socket.onopen = () => socket.send('hello');
  const { data } = await new Promise<MessageEvent>((resolve) => (socket.onmessage = resolve));
  expect(data).toBe('hello');
  socket.close();
  const stream = new WebSocketStream(URL, { transport });
  const { readable, writable } = await stream.opened;
  await writable.getWriter().write('hello');
  expect((await readable.getReader().read()).value).toBe('hello');
  stream.close();
  await stream.closed;
});

test('a slow consumer slows its peer down in memory too, and one that is lost is told', async () => {
  const [server, client] = await pair({ maxQueued: Infinity });
  const block = new Uint8Array(100_000);
  let sent = 0;
  const sending = (async () => {
    for (; sent < 30; sent++) await client.send(block);
  })();
  for (let i = 0; i < 200; i++) await new Promise(setImmediate);
  expect(sent).toBeLessThan(30);
  let count = 0;
  for await (const message of server) {
    expect(message).toHaveLength(100_000);
    if (++count === 30) break;
  }
  await sending;
  client.terminate();
  expect(await server.closed).toMatchObject({ code: 1006, wasClean: false });
  expect((await client.closed).error).toMatchObject({ code: 'aborted' });
});

// A transport within the process may pass on the memory itself.
test('memory is not shared: neither with what a program sends, nor between those who get a broadcast', async () => {
  const [server, client] = await pair();
  const loop = client[Symbol.asyncIterator]();
  for (const size of [100, 10_000, 100_000]) {
    const memory = new Uint8Array(size).fill(1);
    client.pause();
    await server.send(memory);
    memory.fill(2);
    const { value } = await loop.next();
    expect((value as Uint8Array).every((byte) => byte === 1)).toBe(true);
  }
  const sockets = new WebSocketServer({ noServer: true });
  onTestFinished(() => sockets.close());
  const transport = WAYS['a pair in memory']!((theirs) => sockets.accept(theirs)) as Open;
  const clients = [await connect(URL, { transport }), await connect(URL, { transport })];
  for (const size of [10, 10_000]) {
    sockets.broadcast(new Uint8Array(size).fill(1));
    for (const client of clients) {
      const { value } = await client[Symbol.asyncIterator]().next();
      expect((value as Uint8Array)[size - 1]).toBe(1);
      (value as Uint8Array).fill(2);
    }
  }
  for (const connection of [client, ...clients]) connection.terminate();
});

test("what a peer has written stays the peer's: it is unmasked in a copy, also behind the handshake", async () => {
  const sockets = new WebSocketServer({ noServer: true });
  onTestFinished(() => sockets.close());
  const received: unknown[] = [];
  sockets.on('connection', (socket) => socket.on('message', (message) => received.push(message)));
  const frame = encodeFrame({ opcode: 1, payload: 'masked', maskKey: 0x01020304 });
  const before = Uint8Array.from(frame);
  const http = createServer(sockets.handler(switchProtocols));
  for (const accept of [(t: Duplex) => sockets.accept(t), (t: Duplex) => http.accept(t)]) {
    const [ours, theirs] = rawPair();
    ours.resume();
    accept(theirs);
    ours.cork();
    ours.write(REQUEST);
    ours.write(frame);
    ours.uncork();
    ours.write(frame);
    const count = received.length + 2;
    while (received.length < count) await new Promise(setImmediate);
    ours.destroy();
  }
  expect(frame).toEqual(before);
  expect(received).toEqual(['masked', 'masked', 'masked', 'masked']);
});

test('a refusal reaches its client, which may send on', async () => {
  const sockets = new WebSocketServer({ noServer: true, path: '/here' });
  onTestFinished(() => sockets.close());
  const [ours, theirs] = rawPair();
  sockets.accept(theirs);
  ours.write(REQUEST);
  ours.write('more');
  const peer = new Peer(ours as Socket);
  await peer.ended;
  expect(Buffer.concat(peer.chunks).toString()).toMatch(/^HTTP\/1\.1 404 /);
  ours.end();
  await closed(theirs);
});

test('a client that goes half-way, or sends half a request, is let go', async () => {
  const sockets = new WebSocketServer({ noServer: true, maxConnections: 1, handshakeTimeout: Infinity });
  onTestFinished(() => sockets.close());
  for (const end of [(t: Duplex) => t.end(), (t: Duplex) => t.destroy()]) {
    const [ours, theirs] = rawPair();
    sockets.accept(theirs);
    ours.write('GET / HT');
    await new Promise(setImmediate);
    end(ours);
    await closed(theirs);
  }
  const [ours, theirs] = rawPair();
  sockets.accept(theirs);
  expect((await connect(URL, { transport: ours })).readyState).toBe('open');
});

test('`close` ends those that are verified on a transport, and those that have not asked', async () => {
  let asked = (): void => {};
  const isAsked = new Promise<void>((resolve) => (asked = resolve));
  const verify = (): Promise<boolean> => {
    asked();
    return new Promise(() => {});
  };
  const sockets = new WebSocketServer({ noServer: true, closeTimeout: 20, verify });
  const transport = WAYS['a pair in memory']!((theirs) => sockets.accept(theirs)) as Open;
  const hanging = connect(URL, { transport });
  hanging.catch(() => {});
  await isAsked;
  const silent = await transport();
  await sockets.close();
  await expect(hanging).rejects.toMatchObject({ code: 'connection-lost' });
  await closed(silent);
});

test('what a server leaves unanswered in memory is an error: an end, a failure', async () => {
  for (const leave of [(t: Duplex) => t.end(), (t: Duplex) => t.destroy(new Error('cut'))]) {
    const [ours, theirs] = rawPair();
    theirs.resume();
    const connecting = connect(URL, { transport: ours });
    leave(theirs);
    await expect(connecting).rejects.toMatchObject({ code: 'connection-lost', by: 'peer' });
    expect(ours.destroyed).toBe(true);
  }
});

test('a function that opens a transport may fail, or be too late', async () => {
  const cause = new Error('no tunnel');
  for (const transport of [
    () => Promise.reject(cause),
    () => {
      throw cause;
    },
  ])
    await expect(connect(URL, { transport })).rejects.toMatchObject({
      code: 'connection-lost',
      cause,
      message: expect.stringContaining('no tunnel'),
    });
  for (const stop of [{ signal: AbortSignal.abort() }, { handshakeTimeout: 1 }]) {
    const [ours] = rawPair();
    let give = (_: Duplex): void => {};
    const opened = new Promise<Duplex>((resolve) => (give = resolve));
    const code = 'signal' in stop ? 'aborted' : 'handshake-timeout';
    await expect(connect(URL, { transport: () => opened, ...stop })).rejects.toMatchObject({ code });
    give(ours);
    await closed(ours);
  }
});

const unusable: [string, () => unknown][] = [
  ['destroyed', () => rawPair()[0].destroy()],
  ['ended', () => rawPair()[0].end()],
  ['in object mode', () => new PassThrough({ objectMode: true })],
  ['decoding text', () => new PassThrough().setEncoding('utf8')],
  ['no Duplex', () => ({})],
  ['nothing', () => null],
];

test.each(unusable)('a client refuses a transport that is %s', async (_, make) => {
  const transport = (() => make()) as () => Duplex;
  await expect(connect(URL, { transport })).rejects.toMatchObject({
    code: 'transport-not-usable',
    by: 'user',
  });
});

test.each(unusable.slice(2))('a server refuses a transport that is %s', async (_, make) => {
  const sockets = new WebSocketServer({ noServer: true });
  const request = { method: 'GET', url: '/', httpVersion: '1.1', rawHeaders: [] };
  const expected = { code: 'transport-not-usable', by: 'user' };
  const none = new Uint8Array(0);
  expect(() => sockets.accept(make() as Duplex)).toThrow(expect.objectContaining(expected));
  await expect(sockets.handleUpgrade(request, make() as Duplex, none)).rejects.toMatchObject(expected);
  await sockets.close();
});

test('a transport is used once, and belongs to its connection', async () => {
  const sockets = echo();
  const [ours, theirs] = rawPair();
  sockets.accept(theirs);
  expect(() => sockets.accept(theirs)).toThrow(expect.objectContaining({ code: 'transport-taken' }));
  const client = await connect(URL, { transport: ours });
  await expect(connect(URL, { transport: ours })).rejects.toMatchObject({
    code: 'transport-taken',
    by: 'user',
  });
  expect(client.readyState).toBe('open');
  client.terminate();
});

test('`socket` is for transports that we open', () => {
  const [transport] = rawPair();
  expect(() => connect(URL, { transport, socket: {} })).toThrow(
    expect.objectContaining({ code: 'option-invalid' }),
  );
  expect(() => connect(URL, { transport: 'none' as never })).toThrow(/a Duplex or a function/);
});

test('bytes that a transport gives before its owner listens are not lost', async () => {
  // All that a server has to say is there before the client asks, which is no WebSocket server: but it shows the bytes.
  const [ours, theirs] = rawPair();
  theirs.write('HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n');
  ours.pause();
  await expect(connect(URL, { transport: ours })).rejects.toMatchObject({
    code: 'status-not-101',
    status: 503,
  });
});

test.each(['destroyed', 'ended'])(
  'a server lets a transport that is %s go, and counts it no more',
  async (what) => {
    const sockets = new WebSocketServer({ noServer: true, verify: () => new Promise(() => {}) });
    const [ours] = rawPair();
    if (what === 'destroyed') ours.destroy();
    else ours.resume().push(null);
    await once(ours, what === 'destroyed' ? 'close' : 'end');
    sockets.accept(ours);
    await closed(ours);
    const rawHeaders = REQUEST.split('\r\n')
      .slice(1, -2)
      .flatMap((line) => line.split(': '));
    const request = { method: 'GET', url: '/', httpVersion: '1.1', rawHeaders };
    expect(await sockets.handleUpgrade(request, rawPair()[0].destroy(), new Uint8Array(0))).toBeUndefined();
    await sockets.close();
  },
);

test('messages that came with the handshake come before the end, however fast that follows', async () => {
  const sockets = echo();
  const events: unknown[] = [];
  const ended = new Promise<void>((resolve) =>
    sockets.on('connection', (socket) => {
      socket.on('message', (message) => events.push(message));
      socket.on('close', () => resolve(void events.push('close')));
    }),
  );
  const [ours, theirs] = rawPair();
  sockets.accept(ours);
  const frame = encodeFrame({ opcode: 1, payload: 'last words', maskKey: 1 });
  theirs.write(Buffer.concat([Buffer.from(REQUEST), frame]));
  theirs.destroy();
  await ended;
  await new Promise(setImmediate); // what would come behind the end
  expect(events).toEqual(['last words', 'close']);
});

test('what an observer sends comes behind what it is told of', async () => {
  const large = 3 * 1024 * 1024; // in several pieces
  let hasSent = false;
  const observe = (observation: Observation, connection: Connection): void => {
    if (hasSent || observation.type !== 'bytes' || observation.direction !== 'out') return;
    hasSent = true;
    void connection.send(new Uint8Array(100_000).fill(2));
  };
  const sockets = new WebSocketServer({ noServer: true, observe, maxQueued: Infinity });
  onTestFinished(() => sockets.close());
  sockets.on('connection', (socket) => void socket.send(new Uint8Array(large).fill(1)));
  const [ours, theirs] = rawPair();
  sockets.accept(ours);
  const client = await connect(URL, { transport: theirs, maxMessage: large });
  const came: unknown[] = [];
  for await (const message of client) {
    const bytes = Buffer.from(message as Uint8Array);
    came.push([bytes.length, bytes.equals(Buffer.alloc(bytes.length, bytes[0])) && bytes[0]]);
    if (came.length === 2) break;
  }
  expect(came).toEqual([
    [large, 1],
    [100_000, 2],
  ]);
  await client.close();
});
