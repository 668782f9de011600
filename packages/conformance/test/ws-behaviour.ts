// What programs expect of the package `ws`, as cases in our own words: each is run on `ws` itself, which shows that the case
// is right, and on `ws-mini/ws`.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished } from 'vitest';
import type * as ws from 'ws';

export type Library = Pick<typeof ws, 'WebSocket' | 'WebSocketServer' | 'createWebSocketStream'>;
type Case = (library: Library) => Promise<unknown>;

async function serve(
  { WebSocketServer }: Library,
  options: ws.ServerOptions = {},
): Promise<[server: ws.WebSocketServer, url: string]> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options });
  onTestFinished(() => {
    for (const client of server.clients ?? []) quit(client);
    server.close();
  });
  await once(server, 'listening');
  return [server, `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`];
}

/** Both ends of one connection. */
async function pair(
  library: Library,
  serverOptions: ws.ServerOptions = {},
  clientOptions: ws.ClientOptions = {},
): Promise<[server: ws.WebSocket, client: ws.WebSocket]> {
  const [server, url] = await serve(library, serverOptions);
  const client = new library.WebSocket(url, clientOptions);
  onTestFinished(() => quit(client));
  const [[socket]] = await Promise.all([once(server, 'connection'), once(client, 'open')]);
  socket.on('error', () => {});
  return [socket, client];
}

async function httpServer(): Promise<[server: Server, url: string]> {
  const server = createServer((_, response) => response.end('plain')).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return [server, `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`];
}

/** A TCP server that plays one script for each connection. */
async function script(play: (socket: Socket, request: string) => void): Promise<string> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (bytes) => play(socket, String(bytes)));
    onTestFinished(() => void socket.destroy());
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Ends without a word, also before the connection is open. */
const quit = (client: ws.WebSocket): void => client.on('error', () => {}).terminate();

const KEY = 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
const HEAD = `GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n`;

/** What a server answers to these bytes, until it ends the connection. */
async function answerTo(url: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  socket.write(bytes, 'latin1');
  return text(socket);
}

/** A raw client of a server, after its handshake. */
async function rawClient(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  socket.write(`${HEAD}${KEY}\r\n`);
  await once(socket, 'data');
  return socket;
}

const failure = async (client: ws.WebSocket): Promise<Error> => {
  const [[error]] = await Promise.all([once(client, 'error'), closed(client)]);
  return error as Error;
};
// Not `once` of node:events: it rejects if 'error' comes first.
const closed = (socket: ws.WebSocket): Promise<[code: number, reason: Buffer]> =>
  new Promise((resolve) => socket.once('close', (code, reason) => resolve([code, reason])));
const written = (send: (done: (error?: Error | null) => void) => void): Promise<Error | null | undefined> =>
  new Promise((resolve) => send(resolve));
const messages = async (socket: ws.WebSocket, count: number): Promise<unknown[]> => {
  const received: unknown[] = [];
  await new Promise<void>((resolve) =>
    socket.on('message', (data, isBinary) => {
      received.push([String(data), isBinary]);
      if (received.length === count) resolve();
    }),
  );
  return received;
};

/** Of both sides; the types of `ws` do not know it yet. */
const SOON: object = { closeTimeout: 20 };

/** The next error that nobody catches: it goes where Node sends those, and not to the runner. */
async function uncaught(): Promise<unknown> {
  const theirs = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  const [error] = await once(process, 'uncaughtException');
  for (const listener of theirs) process.on('uncaughtException', listener);
  return error;
}
const thrower = (): never => {
  throw new Error('mine');
};

/** A broken rule: the frame, how it is closed, and the code of the error. */
const broken =
  (frame: string, code: number, name: string, options: ws.ServerOptions = {}): Case =>
  async (library) => {
    const [server, url] = await serve(library, options);
    const accepted = once(server, 'connection');
    const client = await rawClient(url);
    const [socket] = await accepted;
    const failed = failure(socket);
    const answered = once(client, 'data');
    client.write(Buffer.from(frame.replaceAll(' ', ''), 'hex'));
    const [bytes] = await answered;
    expect((bytes as Buffer).subarray(0, 1).toString('hex')).toBe('88');
    expect((bytes as Buffer).readUInt16BE(2)).toBe(code);
    client.end();
    expect(await failed).toMatchObject({ code: name });
  };

export const CASES: Readonly<Record<string, Case>> = {
  // ---- Names ----
  'the states are numbers on the class': async ({ WebSocket }) => {
    expect([WebSocket.CONNECTING, WebSocket.OPEN, WebSocket.CLOSING, WebSocket.CLOSED]).toEqual([0, 1, 2, 3]);
  },
  'the states are numbers on an instance, and readyState is one of them': async (library) => {
    const [, url] = await serve(library);
    const client = new library.WebSocket(url);
    expect([client.CONNECTING, client.OPEN, client.CLOSING, client.CLOSED]).toEqual([0, 1, 2, 3]);
    expect(client.readyState).toBe(client.CONNECTING);
    await once(client, 'open');
    expect(client.readyState).toBe(client.OPEN);
    const end = closed(client);
    client.close();
    expect(client.readyState).toBe(client.CLOSING);
    await end;
    expect(client.readyState).toBe(client.CLOSED);
  },
  'the class has the server and itself as members': async ({ WebSocket, WebSocketServer }) => {
    const members = WebSocket as unknown as Record<string, unknown>;
    expect([members['Server'], members['WebSocketServer']]).toEqual([WebSocketServer, WebSocketServer]);
    expect(members['WebSocket']).toBe(WebSocket);
  },
  'url, protocol, extensions, bufferedAmount, binaryType of a new client': async (library) => {
    const [, url] = await serve(library);
    const client = new library.WebSocket(url);
    const { protocol, extensions, bufferedAmount, binaryType } = client;
    expect([client.url, protocol, extensions, bufferedAmount, binaryType]).toEqual([
      url,
      '',
      '',
      0,
      'nodebuffer',
    ]);
    await once(client, 'open');
    quit(client);
    await closed(client);
  },
  // ---- Messages ----
  'text comes as a Buffer that is not binary': async (library) => {
    const [server, client] = await pair(library);
    server.send('grüße');
    const [data, isBinary] = await once(client, 'message');
    expect([Buffer.isBuffer(data), String(data), isBinary]).toEqual([true, 'grüße', false]);
  },
  'bytes come as a Buffer that is binary': async (library) => {
    const [server, client] = await pair(library);
    client.send(Buffer.from([1, 2]));
    const [data, isBinary] = await once(server, 'message');
    expect([Buffer.isBuffer(data), data, isBinary]).toEqual([true, Buffer.from([1, 2]), true]);
  },
  'sends views, ArrayBuffers, numbers, lists of bytes, and nothing': async (library) => {
    const [server, client] = await pair(library);
    const received = messages(client, 6);
    server.send(new Uint8Array([97, 98, 99]).subarray(1));
    server.send(new Uint8Array([100]).buffer);
    server.send(new DataView(new Uint8Array([101]).buffer));
    server.send(7);
    server.send([102, 103] as never);
    server.send(undefined as never);
    expect(await received).toEqual([
      ['bc', true],
      ['d', true],
      ['e', true],
      ['7', false],
      ['fg', true],
      ['', true],
    ]);
  },
  'sends a Blob in its turn': async (library) => {
    const [server, client] = await pair(library);
    const received = messages(client, 3);
    server.send('a');
    server.send(new Blob(['b']) as never);
    server.send('c');
    expect(await received).toEqual([
      ['a', false],
      ['b', true],
      ['c', false],
    ]);
  },
  'binary: false sends bytes as text, and binary: true a string as bytes': async (library) => {
    const [server, client] = await pair(library);
    const received = messages(client, 2);
    server.send(Buffer.from('é'), { binary: false });
    server.send('x', { binary: true });
    expect(await received).toEqual([
      ['é', false],
      ['x', true],
    ]);
  },
  'binary: false sends a Blob as text': async (library) => {
    const [server, client] = await pair(library);
    const received = messages(client, 1);
    server.send(new Blob(['é']) as never, { binary: false });
    expect(await received).toEqual([['é', false]]);
  },
  'fragments of a text may be bytes, cut within a character': async (library) => {
    const [server, client] = await pair(library);
    const received = messages(client, 1);
    const bytes = Buffer.from('é');
    server.send(bytes.subarray(0, 1), { binary: false, fin: false });
    server.send(bytes.subarray(1), { binary: false, fin: true });
    expect(await received).toEqual([['é', false]]);
  },
  'fragments make one message': async (library) => {
    const [server, client] = await pair(library);
    const received = messages(client, 2);
    server.send('a', { fin: false });
    server.send('b', { fin: false });
    server.send('c', { fin: true });
    server.send('d');
    expect(await received).toEqual([
      ['abc', false],
      ['d', false],
    ]);
  },
  'the callback of send comes without an error': async (library) => {
    const [server, client] = await pair(library);
    expect(await written((done) => server.send('a', done))).toBeFalsy();
    expect(await written((done) => client.send('a', {}, done))).toBeFalsy();
  },
  'send before the connection is open throws': async (library) => {
    const [, url] = await serve(library);
    const client = new library.WebSocket(url);
    for (const name of ['send', 'ping', 'pong'] as const)
      expect(() => client[name]('a')).toThrow(/CONNECTING/);
    await once(client, 'open');
  },
  'send after the end gives an error to its callback, and throws nothing': async (library) => {
    const [server, client] = await pair(library);
    server.close();
    await closed(client);
    client.send('a');
    const error = await written((done) => client.send('abc', done));
    expect(error).toMatchObject({ message: 'WebSocket is not open: readyState 3 (CLOSED)' });
    expect(client.bufferedAmount).toBe(4);
    expect(await written((done) => client.ping('abc', undefined, done))).toBeInstanceOf(Error);
  },
  'binaryType arraybuffer': async (library) => {
    const [server, client] = await pair(library);
    client.binaryType = 'arraybuffer';
    server.send(Buffer.from('ab'));
    const [data] = await once(client, 'message');
    expect([data instanceof ArrayBuffer, data.byteLength]).toEqual([true, 2]);
  },
  'binaryType takes no other value': async (library) => {
    const [, client] = await pair(library);
    client.binaryType = 'arraybuffer';
    client.binaryType = 'zzz' as never;
    expect(client.binaryType).toBe('arraybuffer');
  },
  'binaryType fragments': async (library) => {
    const [server, client] = await pair(library);
    client.binaryType = 'fragments';
    server.send(Buffer.from('ab'));
    const [data] = await once(client, 'message');
    expect(String(Buffer.concat(data))).toBe('ab');
  },
  'binaryType blob': async (library) => {
    const [server, client] = await pair(library);
    (client as { binaryType: string }).binaryType = 'blob';
    server.send(Buffer.from('ab'));
    const [data] = await once(client, 'message');
    expect(await (data as Blob).text()).toBe('ab');
  },
  'pause holds messages back, and resume gives them': async (library) => {
    const [server, client] = await pair(library);
    client.pause();
    expect(client.isPaused).toBe(true);
    const received: string[] = [];
    client.on('message', (data) => received.push(String(data)));
    await written((done) => server.send('a', done));
    await new Promise(setImmediate);
    expect(received).toEqual([]);
    const next = once(client, 'message');
    client.resume();
    await next;
    expect([received, client.isPaused]).toEqual([['a'], false]);
  },
  'pause before the first listener holds what comes': async (library) => {
    const [server, url] = await serve(library);
    server.on('connection', (socket) => socket.pause());
    const accepted = once(server, 'connection');
    const client = new library.WebSocket(url);
    client.on('open', () => client.send('first'));
    const [socket] = await accepted;
    await once(client, 'open');
    await written((done) => client.send('second', done));
    await new Promise(setImmediate);
    const received = messages(socket, 2);
    socket.resume();
    expect(await received).toEqual([
      ['first', false],
      ['second', false],
    ]);
    quit(client);
  },
  'what pause holds comes before the end, also if the peer closes meanwhile': async (library) => {
    // Longer than the peer's patience, and than ours.
    const [server, client] = await pair(library, SOON, SOON);
    const order: unknown[] = [];
    client.pause();
    client.on('message', (data, isBinary) => order.push([String(data), isBinary, client.readyState > 2]));
    server.send('text');
    server.send(Buffer.from('bytes'));
    server.close(4000);
    await closed(server);
    const end = closed(client);
    client.resume();
    const [code] = await end;
    expect([...order, code, client.readyState]).toEqual([
      ['text', false, false],
      ['bytes', true, false],
      4000,
      client.CLOSED,
    ]);
  },
  'what pause holds comes after close() of this side, which is not put off for ever': async (library) => {
    const [server, client] = await pair(library, {}, SOON);
    const order: string[] = [];
    client.pause();
    client.on('message', (data) => order.push(String(data)));
    client.on('close', () => order.push('close'));
    const end = closed(client);
    await written((done) => server.send('held', done));
    // It is there; now it is also read.
    for (let turns = 0; turns < 5; turns++) await new Promise(setImmediate);
    client.close();
    await end;
    expect(order).toEqual(['held', 'close']);
  },
  'terminate ends what is paused': async (library) => {
    const [server, client] = await pair(library);
    client.pause();
    await written((done) => server.send('held', done));
    const end = closed(client);
    client.terminate();
    expect((await end)[0]).toBe(1006);
  },
  'allowSynchronousEvents false: all messages come before the end': async (library) => {
    const [server, client] = await pair(library, {}, { allowSynchronousEvents: false });
    server.on('message', () => {
      for (let i = 0; i < 40; i++) server.send(String(i));
    });
    let count = 0;
    client.on('message', () => count++);
    client.send('go');
    client.close();
    await closed(client);
    expect(count).toBe(40);
  },
  'allowSynchronousEvents false: at most one message in a turn': async (library) => {
    const [server, client] = await pair(library, {}, { allowSynchronousEvents: false });
    const order: string[] = [];
    client.on('message', (data) => {
      order.push(String(data));
      queueMicrotask(() => order.push('-'));
    });
    const received = messages(client, 3);
    for (const message of ['a', 'b', 'c']) server.send(message);
    await received;
    expect(order.slice(0, 5)).toEqual(['a', '-', 'b', '-', 'c']);
  },
  'what came before close() of this side still comes': async (library) => {
    const [server, client] = await pair(library);
    server.on('message', (data) => server.send(data, { binary: false }));
    const received = messages(client, 1);
    client.send('asked before the end');
    client.close();
    expect(await received).toEqual([['asked before the end', false]]);
  },
  'a large message arrives whole in both directions': async (library) => {
    const [server, client] = await pair(library);
    const large = Buffer.alloc(1_000_000, 'x');
    const [there, back] = [once(server, 'message'), once(client, 'message')];
    client.send(large);
    server.send(large);
    for (const arrived of [there, back]) expect(large.equals((await arrived)[0])).toBe(true);
  },
  // ---- Pings ----
  'a ping is answered, with its data': async (library) => {
    const [server, client] = await pair(library);
    const pinged = once(client, 'ping');
    const answered = once(server, 'pong');
    server.ping('data');
    for (const arrived of [pinged, answered]) {
      const [data] = await arrived;
      expect([Buffer.isBuffer(data), String(data)]).toEqual([true, 'data']);
    }
  },
  'ping and pong take data, a mask and a callback, or fewer of them': async (library) => {
    const [server, client] = await pair(library);
    const pongs: string[] = [];
    client.on('pong', (data) => pongs.push(String(data)));
    expect(await written((done) => server.pong(done as never))).toBeFalsy();
    expect(await written((done) => server.pong('a', done as never))).toBeFalsy();
    expect(await written((done) => server.pong(5, false, done))).toBeFalsy();
    server.send('end');
    await once(client, 'message');
    expect(pongs).toEqual(['', 'a', '5']);
  },
  'a ping of more than 125 bytes throws': async (library) => {
    const [server] = await pair(library);
    expect(() => server.ping(Buffer.alloc(126))).toThrow(/125/);
  },
  'autoPong false: the program answers itself': async (library) => {
    const [server, client] = await pair(library, {}, { autoPong: false });
    const pongs: string[] = [];
    server.on('pong', (data) => pongs.push(String(data)));
    const pinged = once(client, 'ping');
    server.ping('a');
    await pinged;
    const answered = once(server, 'pong');
    client.pong('b');
    await answered;
    expect(pongs).toEqual(['b']);
  },
  // ---- Closing ----
  'code and reason reach the other side and come back': async (library) => {
    const [server, client] = await pair(library);
    const ends = [closed(server), closed(client)];
    client.close(4001, 'done');
    for (const end of ends) {
      const [code, reason] = await end;
      expect([code, Buffer.isBuffer(reason), String(reason)]).toEqual([4001, true, 'done']);
    }
  },
  'close without a code is 1005 on both sides': async (library) => {
    const [server, client] = await pair(library);
    const ends = Promise.all([closed(server), closed(client)]);
    server.close();
    expect((await ends).map(([code]) => code)).toEqual([1005, 1005]);
  },
  'a reason may be a Buffer': async (library) => {
    const [server, client] = await pair(library);
    const end = closed(client);
    server.close(1000, Buffer.from('bye'));
    expect(String((await end)[1])).toBe('bye');
  },
  'codes that must not be sent, and reasons that are too long, throw': async (library) => {
    const [server] = await pair(library);
    for (const code of [1004, 1005, 1006, 999, 5000, '1000' as never])
      expect(() => server.close(code)).toThrow(TypeError);
    expect(() => server.close(1000, 'x'.repeat(124))).toThrow(RangeError);
    expect(server.readyState).toBe(1);
  },
  'close twice, and after the end, does nothing': async (library) => {
    const [server, client] = await pair(library);
    const end = closed(server);
    server.close(1000);
    server.close(1001);
    expect((await end)[0]).toBe(1000);
    server.close();
    server.terminate();
    await Promise.resolve(client);
  },
  'terminate: both sides see 1006, without an error': async (library) => {
    const [server, client] = await pair(library);
    const errors: unknown[] = [];
    for (const side of [server, client]) side.on('error', (error) => errors.push(error));
    const ends = Promise.all([closed(server), closed(client)]);
    server.terminate();
    expect(server.readyState).toBe(2);
    expect((await ends).map(([code]) => code)).toEqual([1006, 1006]);
    expect(errors).toEqual([]);
  },
  'close before the connection is open: an error, then 1006': async (library) => {
    const [, url] = await serve(library);
    for (const end of ['close', 'terminate'] as const) {
      const client = new library.WebSocket(url);
      const failed = failure(client);
      client[end]();
      expect(client.readyState).toBe(2);
      expect(await failed).toMatchObject({ message: expect.stringMatching(/closed before the connection/) });
      expect(client.readyState).toBe(3);
    }
  },
  'a connection that is cut is 1006, without an error': async (library) => {
    const [server, url] = await serve(library);
    const accepted = once(server, 'connection');
    const client = await rawClient(url);
    const [socket] = await accepted;
    const errors: unknown[] = [];
    socket.on('error', (error: Error) => errors.push(error));
    const end = closed(socket);
    client.resetAndDestroy();
    expect((await end)[0]).toBe(1006);
    expect(errors).toEqual([]);
  },
  'closeTimeout ends a connection whose peer does not answer': async (library) => {
    const [server, url] = await serve(library, { closeTimeout: 50 } as ws.ServerOptions);
    const accepted = once(server, 'connection');
    await rawClient(url);
    const [socket] = await accepted;
    const end = closed(socket);
    socket.close(1000);
    expect((await end)[0]).toBe(1006);
  },
  'bufferedAmount while closing counts what came too late, and not the Close': async (library) => {
    const [, client] = await pair(library);
    client.close();
    client.send('abc');
    expect(client.bufferedAmount).toBe(3);
    await closed(client);
    client.send('d');
    expect(client.bufferedAmount).toBe(4);
  },
  // ---- Broken rules ----
  'text that is not UTF-8': broken('81 82 00000000 c328', 1007, 'WS_ERR_INVALID_UTF8'),
  'a frame without a mask': broken('81 01 61', 1002, 'WS_ERR_EXPECTED_MASK'),
  'an unknown opcode': broken('83 80 00000000', 1002, 'WS_ERR_INVALID_OPCODE'),
  'a continuation of nothing': broken('80 80 00000000', 1002, 'WS_ERR_INVALID_OPCODE'),
  'a message within a message': broken('01 80 00000000 81 80 00000000', 1002, 'WS_ERR_INVALID_OPCODE'),
  'RSV1 without compression': broken('c1 80 00000000', 1002, 'WS_ERR_UNEXPECTED_RSV_1'),
  RSV2: broken('a1 80 00000000', 1002, 'WS_ERR_UNEXPECTED_RSV_2_3'),
  'a fragmented ping': broken('09 80 00000000', 1002, 'WS_ERR_EXPECTED_FIN'),
  'a ping that is too long': broken('89 fe 007e 00000000', 1002, 'WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH'),
  'a close of one byte': broken('88 81 00000000 03', 1002, 'WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH'),
  'a close with a code that is not allowed': broken('88 82 00000000 03ed', 1002, 'WS_ERR_INVALID_CLOSE_CODE'),
  'a message beyond maxPayload': broken('82 83 00000000 616263', 1009, 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', {
    maxPayload: 2,
  }),
  'more fragments than maxFragments': async (library) => {
    const [server, client] = await pair(library, { maxFragments: 2 } as ws.ServerOptions);
    client.on('error', () => {});
    const failed = failure(server);
    const isTaken = new Promise((resolve) => server.on('message', () => resolve({ code: 'none' })));
    for (const fin of [false, false, false, true]) client.send('a', { fin });
    expect(await Promise.race([failed, isTaken])).toMatchObject({ code: 'WS_ERR_TOO_MANY_BUFFERED_PARTS' });
  },
  // ---- The interface of a browser ----
  'onopen, onmessage, onclose get events with target and type': async (library) => {
    const [server, url] = await serve(library);
    server.on('connection', (socket) => {
      socket.send('text');
      socket.send(Buffer.from('bytes'));
      socket.close(1000, 'bye');
    });
    const client = new library.WebSocket(url);
    const seen: unknown[] = [];
    expect(client.onopen).toBe(null);
    client.onopen = ({ type, target }) => seen.push(type, target === client);
    client.onmessage = ({ type, data }) => seen.push(type, typeof data);
    client.onclose = ({ type, code, reason, wasClean }) => seen.push(type, code, reason, wasClean);
    await closed(client);
    expect(seen).toEqual([
      'open',
      true,
      'message',
      'string',
      'message',
      'object',
      'close',
      1000,
      'bye',
      true,
    ]);
  },
  'onerror gets the error and its message': async ({ WebSocket }) => {
    const url = await script((socket) => socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'));
    const client = new WebSocket(url);
    const event = await new Promise<ws.ErrorEvent>((resolve) => {
      client.onerror = resolve;
    });
    expect([event.type, event.message, event.error.message]).toEqual([
      'error',
      'Unexpected server response: 404',
      'Unexpected server response: 404',
    ]);
  },
  'a handler takes the place of another, and null removes it': async (library) => {
    const [server, client] = await pair(library);
    const seen: string[] = [];
    client.onmessage = () => seen.push('first');
    const second = (): void => void seen.push('second');
    client.onmessage = second;
    expect(client.onmessage).toBe(second);
    const received = messages(client, 1);
    server.send('a');
    await received;
    client.onmessage = null;
    expect(client.onmessage).toBe(null);
    expect(seen).toEqual(['second']);
  },
  'addEventListener: each once, with once, with handleEvent, and removed': async (library) => {
    const [server, client] = await pair(library);
    const seen: string[] = [];
    const twice = (): void => void seen.push('twice');
    const gone = (): void => void seen.push('gone');
    client.addEventListener('message', twice);
    client.addEventListener('message', twice);
    client.addEventListener('message', () => void seen.push('once'), { once: true });
    client.addEventListener('message', { handleEvent: () => void seen.push('object') } as never);
    client.addEventListener('message', gone);
    client.removeEventListener('message', gone);
    const received = messages(client, 2);
    server.send('a');
    server.send('b');
    await received;
    expect(seen).toEqual(['twice', 'once', 'object', 'twice', 'object']);
  },
  // ---- A client opens ----
  'URLs and subprotocols that cannot be are a SyntaxError': async ({ WebSocket }) => {
    for (const url of ['nowhere', 'ftp://a', 'ws://a/#b'])
      expect(() => new WebSocket(url)).toThrow(SyntaxError);
    for (const protocols of [['a', 'a'], ['a b'], ['']])
      expect(() => new WebSocket('ws://127.0.0.1:9', protocols)).toThrow(SyntaxError);
  },
  'headers, origin and auth reach the server': async (library) => {
    const [server, url] = await serve(library);
    const asked = once(server, 'connection');
    const options = { headers: { 'X-A': 'b', Cookie: 'c=d' }, origin: 'http://o.example', auth: 'me:pw' };
    const client = new library.WebSocket(url, options);
    const [, { headers, url: path, method }] = await asked;
    expect(headers).toMatchObject({ 'x-a': 'b', cookie: 'c=d', origin: options.origin });
    expect([headers.authorization, path, method]).toEqual([`Basic ${btoa('me:pw')}`, '/', 'GET']);
    quit(client);
  },
  'the headers of a request may be passed on: the handshake has its own': async (library) => {
    const [server, url] = await serve(library, { perMessageDeflate: true });
    const asked = once(server, 'connection');
    const [, { headers: first }] = await Promise.all([asked, rawClient(url)]).then(([it]) => it);
    const again = once(server, 'connection');
    const headers = { ...first, 'X-A': 'b', CONNECTION: 'close', 'Sec-WebSocket-Extensions': 'x' };
    const client = new library.WebSocket(url, { headers, origin: 'http://o.example' });
    const [[, { headers: second }]] = await Promise.all([again, once(client, 'open')]);
    expect(second).toMatchObject({
      'x-a': 'b',
      host: 'a',
      origin: 'http://o.example',
      connection: 'Upgrade',
    });
    expect(second['sec-websocket-key']).not.toBe(first['sec-websocket-key']);
    expect(second['sec-websocket-extensions']).toMatch(/^permessage-deflate/);
    quit(client);
  },
  'a subprotocol may stand among the headers': async (library) => {
    const [server, url] = await serve(library, { handleProtocols: () => false });
    const asked = once(server, 'connection');
    const client = new library.WebSocket(url, { headers: { 'Sec-WebSocket-Protocol': 'a' } });
    const [, { headers }] = await asked;
    quit(client);
    expect(headers['sec-websocket-protocol']).toBe('a');
  },
  'origin goes before the header, and the header before auth': async (library) => {
    const [server, url] = await serve(library);
    const asked = once(server, 'connection');
    const headers = { origin: 'http://other.example', authorization: 'Bearer a' };
    const client = new library.WebSocket(url, { headers, origin: 'http://o.example', auth: 'me:pw' });
    expect((await asked)[1].headers).toMatchObject({ ...headers, origin: 'http://o.example' });
    quit(client);
  },
  'options may stand in the place of subprotocols, and name them': async (library) => {
    const [server, url] = await serve(library);
    for (const make of [
      () => new library.WebSocket(url, 'a', { headers: { x: '1' } }),
      () => new library.WebSocket(url, ['a'], { headers: { x: '1' } }),
      () => new library.WebSocket(url, { protocols: ['a'], headers: { x: '1' } } as never),
    ]) {
      const asked = once(server, 'connection');
      const client = make();
      const [[, { headers }]] = await Promise.all([asked, once(client, 'open')]);
      expect([client.protocol, headers['x']]).toEqual(['a', '1']);
      quit(client);
    }
  },
  'http: counts as ws:': async (library) => {
    const [, url] = await serve(library);
    const client = new library.WebSocket(url.replace('ws', 'http'));
    await once(client, 'open');
    expect(client.url).toBe(url);
    quit(client);
  },
  'a URL object, and a user within it': async (library) => {
    const [server, url] = await serve(library);
    const asked = once(server, 'connection');
    const client = new library.WebSocket(new URL(url.replace('//', '//me:pw@')));
    expect((await asked)[1].headers.authorization).toBe(`Basic ${btoa('me:pw')}`);
    quit(client);
  },
  'a port where nobody listens: the error has the code of the system': async ({ WebSocket }) => {
    const client = new WebSocket('ws://127.0.0.1:1/');
    expect(await failure(client)).toMatchObject({ code: 'ECONNREFUSED' });
  },
  'a server that ends before its answer: the error is as of a lost connection': async ({ WebSocket }) => {
    for (const answer of ['', 'HTTP/1.1 101 Swit']) {
      const url = await script((socket) => socket.end(answer));
      const error = await failure(new WebSocket(url));
      expect(error).toMatchObject({ code: 'ECONNRESET', message: 'socket hang up' });
    }
  },
  'what a listener of upgrade or open throws is an uncaughtException': async (library) => {
    for (const event of ['upgrade', 'open'] as const) {
      const [, url] = await serve(library);
      const client = new library.WebSocket(url);
      client.on(event, thrower);
      expect(await uncaught()).toMatchObject({ message: 'mine' });
      quit(client);
    }
  },
  'what a listener of unexpected-response throws is an uncaughtException': async ({ WebSocket }) => {
    const url = await script((socket) => socket.end('HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n'));
    const client = new WebSocket(url);
    client.on('unexpected-response', thrower);
    expect(await uncaught()).toMatchObject({ message: 'mine' });
    expect(client.readyState).toBe(0);
    quit(client);
  },
  'an answer other than 101 is an error that names it': async ({ WebSocket }) => {
    const url = await script((socket) => socket.end('HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n'));
    expect(await failure(new WebSocket(url))).toMatchObject({ message: 'Unexpected server response: 401' });
  },
  'unexpected-response: status, headers and content': async ({ WebSocket }) => {
    const url = await script((socket) => {
      socket.write('HTTP/1.1 403 No\r\nX-A: b\r\nSet-Cookie: c\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n');
      socket.end('wrong\r\n0\r\n\r\n');
    });
    const client = new WebSocket(url);
    const [request, response] = await once(client, 'unexpected-response');
    expect([response.statusCode, response.headers['x-a'], response.headers['set-cookie']]).toEqual([
      403,
      'b',
      ['c'],
    ]);
    expect(await text(response)).toBe('wrong');
    client.on('error', () => {});
    request.destroy(new Error('enough'));
    quit(client);
  },
  'upgrade gives the 101 before open': async (library) => {
    const [server, url] = await serve(library);
    server.on('headers', (headers) => headers.push('Set-Cookie: a=b'));
    const client = new library.WebSocket(url);
    const order: unknown[] = [];
    client.on('upgrade', ({ statusCode, headers }) => order.push(statusCode, headers['set-cookie']));
    client.on('open', () => order.push('open'));
    await once(client, 'open');
    expect(order).toEqual([101, ['a=b'], 'open']);
    quit(client);
  },
  'a wrong Sec-WebSocket-Accept is an error': async ({ WebSocket }) => {
    const url = await script((socket) =>
      socket.write(
        'HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n',
      ),
    );
    expect((await failure(new WebSocket(url))).message).toMatch(/Sec-WebSocket-Accept/);
  },
  'a server that takes none of the subprotocols': async (library) => {
    const [server, url] = await serve(library, { handleProtocols: () => false });
    server.on('connection', (socket) => socket.on('error', () => {}));
    expect((await failure(new library.WebSocket(url, ['a']))).message).toBe('Server sent no subprotocol');
  },
  handshakeTimeout: async ({ WebSocket }) => {
    const url = await script(() => {});
    const client = new WebSocket(url, { handshakeTimeout: 50 });
    expect((await failure(client)).message).toBe('Opening handshake has timed out');
  },
  'createConnection opens the connection, and gets host and port': async (library) => {
    const [, url] = await serve(library);
    let asked: unknown;
    const client = new library.WebSocket(url, {
      createConnection: ((options: { host: string; port: number }) => {
        asked = [options.host, Number(options.port)];
        return connect(options.port, options.host);
      }) as never,
    });
    await once(client, 'open');
    expect(asked).toEqual(['127.0.0.1', Number(new URL(url).port)]);
    quit(client);
  },
  'ws+unix: a socket in the file system, and a path behind it': async (library) => {
    const [server] = await httpServer();
    server.close();
    const own = createServer();
    const path = join(tmpdir(), `ws-${process.pid}-${Math.random().toString(36).slice(2)}.sock`);
    own.listen(path);
    await once(own, 'listening');
    onTestFinished(() => void own.close());
    const wss = new library.WebSocketServer({ server: own });
    const asked = once(wss, 'connection');
    const client = new library.WebSocket(`ws+unix:${path}:/chat?a`);
    expect((await asked)[1].url).toBe('/chat?a');
    quit(client);
  },
  'generateMask makes the mask keys': async ({ WebSocket }) => {
    const frame = new Promise<Buffer>((resolve) => {
      void script((socket, request) => {
        const key = /Sec-WebSocket-Key: (\S+)/i.exec(request)![1]!;
        socket.once('data', resolve);
        void import('node:crypto').then(({ createHash }) => {
          const proof = createHash('sha1')
            .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
            .digest('base64');
          socket.write(
            `HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${proof}\r\n\r\n`,
          );
        });
      }).then((url) => {
        const client = new WebSocket(url, { generateMask: (mask) => void mask.set([1, 2, 3, 4]) });
        onTestFinished(() => quit(client));
        client.on('error', () => {});
        client.on('open', () => client.send('a'));
      });
    });
    expect((await frame).toString('hex')).toBe('8181 01020304 60'.replaceAll(' ', ''));
  },
  'followRedirects follows': async (library) => {
    const [, target] = await serve(library);
    const url = await script((socket) =>
      socket.end(`HTTP/1.1 302 F\r\nLocation: ${target}\r\nContent-Length: 0\r\n\r\n`),
    );
    const client = new library.WebSocket(url, { followRedirects: true });
    await new Promise<void>((resolve, reject) => client.on('open', resolve).on('error', reject));
    expect(client.url).toBe(target);
    quit(client);
  },
  'agent gives the connection': async (library) => {
    const [, url] = await serve(library);
    const { Agent } = await import('node:http');
    const client = new library.WebSocket(url, { agent: new Agent() });
    await once(client, 'open');
    quit(client);
  },
  // ---- A server ----
  'options: exactly one of port, server, noServer': async ({ WebSocketServer }) => {
    for (const options of [{}, { port: 0, noServer: true }, { noServer: true, server: createServer() }])
      expect(() => new WebSocketServer(options)).toThrow(TypeError);
  },
  'the callback of the constructor comes when the server listens': async ({ WebSocketServer }) => {
    let server: ws.WebSocketServer | undefined;
    await new Promise<void>((resolve) => {
      server = new WebSocketServer({ port: 0 }, resolve);
    });
    expect((server!.address() as AddressInfo).port).toBeGreaterThan(0);
    server!.close();
  },
  'a port in use is an error event': async (library) => {
    const [server] = await serve(library);
    const { port } = server.address() as AddressInfo;
    const second = new library.WebSocketServer({ port, host: '127.0.0.1' });
    expect((await once(second, 'error'))[0]).toMatchObject({ code: 'EADDRINUSE' });
  },
  'a connection comes with its request, whose socket knows the address': async (library) => {
    const [server, url] = await serve(library);
    const asked = once(server, 'connection');
    const client = new library.WebSocket(`${url}a?b=c`);
    const [socket, request] = await asked;
    expect([socket instanceof library.WebSocket, request.url, request.socket.remoteAddress]).toEqual([
      true,
      '/a?b=c',
      '127.0.0.1',
    ]);
    quit(client);
  },
  'fields that come twice are joined or not, as node:http does it': async (library) => {
    const [server, url] = await serve(library);
    const asked = once(server, 'connection');
    const names = ['Cookie', 'X-A', 'User-Agent', 'Referer', 'Authorization'];
    const twice = names.map((name) => `${name}: 1\r\n${name}: 2\r\n`).join('');
    answerTo(url, `${HEAD}${KEY}${twice}\r\n`).catch(() => {});
    const [socket, request] = await asked;
    const { cookie, referer, authorization, 'x-a': other, 'user-agent': agent } = request.headers;
    expect([cookie, other, agent, referer, authorization]).toEqual(['1; 2', '1, 2', '1', '1', '1']);
    expect([request.headersDistinct['x-a'], request.headersDistinct.referer]).toEqual([
      ['1', '2'],
      ['1', '2'],
    ]);
    const { httpVersion, httpVersionMajor, httpVersionMinor, trailers, rawTrailers } = request;
    expect([httpVersion, httpVersionMajor, httpVersionMinor]).toEqual(['1.1', 1, 1]);
    expect([trailers, rawTrailers]).toEqual([{}, []]);
    socket.terminate();
  },
  'clients has the open connections': async (library) => {
    const [server, url] = await serve(library);
    const client = new library.WebSocket(url);
    const [socket] = await once(server, 'connection');
    expect([...server.clients]).toEqual([socket]);
    const end = closed(socket);
    client.on('open', () => client.close());
    await end;
    expect(server.clients.size).toBe(0);
  },
  'clientTracking false: no clients': async (library) => {
    const server = new library.WebSocketServer({ noServer: true, clientTracking: false });
    expect(server.clients).toBe(undefined);
  },
  'options are those that were given, with defaults': async ({ WebSocketServer }) => {
    const { options } = new WebSocketServer({ noServer: true, path: '/a' });
    expect(options).toMatchObject({
      noServer: true,
      path: '/a',
      maxPayload: 104_857_600,
      clientTracking: true,
    });
  },
  'a node:http server: its own requests, and upgrades at the path': async (library) => {
    const [http, url] = await httpServer();
    const server = new library.WebSocketServer({ server: http, path: '/chat' });
    const plain = await fetch(url.replace('ws', 'http'));
    expect(await plain.text()).toBe('plain');
    const asked = once(server, 'connection');
    const client = new library.WebSocket(`${url}chat?x`);
    await Promise.all([asked, once(client, 'open')]);
    quit(client);
    expect((await failure(new library.WebSocket(`${url}other`))).message).toMatch(/400/);
    expect((server.address() as AddressInfo).port).toBe(Number(new URL(url).port));
  },
  'a plain request to a port gets 426': async (library) => {
    const [, url] = await serve(library);
    expect((await fetch(url.replace('ws', 'http'))).status).toBe(426);
  },
  'noServer: handleUpgrade with a callback, several servers on one http server': async (library) => {
    const [http, url] = await httpServer();
    const servers = ['/a', '/b'].map(() => new library.WebSocketServer({ noServer: true }));
    for (const [i, server] of servers.entries())
      server.on('connection', (socket: ws.WebSocket, { url }: { url: string }, extra: string) =>
        socket.send(`${i} ${url} ${extra}`),
      );
    http.on('upgrade', (request, socket, head) => {
      const server = servers[request.url === '/a' ? 0 : 1]!;
      server.handleUpgrade(request, socket, head, (made) => server.emit('connection', made, request, 'more'));
    });
    for (const [i, path] of ['/a', '/b'].entries()) {
      const client = new library.WebSocket(new URL(path, url));
      const [data] = await once(client, 'message');
      expect(String(data)).toBe(`${i} ${path} more`);
      quit(client);
    }
    expect(() => servers[0]!.address()).toThrow(/noServer/);
  },
  'the bytes behind the head of the upgrade are not lost': async (library) => {
    const [server, url] = await serve(library);
    const message = new Promise((resolve) =>
      server.on('connection', (socket) => socket.on('message', resolve)),
    );
    answerTo(url, `${HEAD}${KEY}\r\n\x81\x81\0\0\0\0a`).catch(() => {});
    expect(String(await message)).toBe('a');
  },
  'shouldHandle may be replaced': async (library) => {
    const [server, url] = await serve(library);
    server.shouldHandle = ({ url }) => url === '/in';
    const client = new library.WebSocket(`${url}in`);
    await once(client, 'open');
    quit(client);
    expect((await failure(new library.WebSocket(`${url}out`))).message).toMatch(/400/);
  },
  'verifyClient that answers at once': async (library) => {
    const infos: unknown[] = [];
    const [, url] = await serve(library, {
      verifyClient: ({ origin, secure, req }: Parameters<ws.VerifyClientCallbackSync>[0]) => {
        infos.push([origin, secure, req.url]);
        return req.url === '/in';
      },
    });
    const client = new library.WebSocket(`${url}in`, { origin: 'http://o.example' });
    await once(client, 'open');
    quit(client);
    expect((await failure(new library.WebSocket(url))).message).toMatch(/401/);
    expect(infos[0]).toEqual(['http://o.example', false, '/in']);
  },
  'verifyClient that answers later, with status, text and headers': async (library) => {
    const [, url] = await serve(library, {
      verifyClient: (info, answer) =>
        setImmediate(() =>
          info.req.url === '/in' ? answer(true) : answer(false, 429, 'slowly', { 'Retry-After': 5 } as never),
        ),
    });
    const client = new library.WebSocket(`${url}in`);
    await once(client, 'open');
    quit(client);
    const answer = await answerTo(url, `${HEAD}${KEY}\r\n`);
    for (const part of ['HTTP/1.1 429 ', 'Retry-After: 5\r\n', 'Content-Length: 6\r\n', '\r\n\r\nslowly'])
      expect(answer).toContain(part);
  },
  'what verifyClient, handleProtocols and a listener of headers throw is an uncaughtException': async (
    library,
  ) => {
    const later = (_: unknown, __: unknown): void => thrower();
    for (const options of [
      { verifyClient: thrower },
      { verifyClient: later },
      { handleProtocols: thrower },
      {},
    ]) {
      const [server, url] = await serve(library, options);
      server.on('headers', thrower);
      const client = new library.WebSocket(url, ['a']);
      client.on('error', () => {});
      expect(await uncaught()).toMatchObject({ message: 'mine' });
      quit(client);
    }
  },
  'without handleProtocols the first one is taken': async (library) => {
    const [server, url] = await serve(library);
    const asked = once(server, 'connection');
    const client = new library.WebSocket(url, ['x', 'y']);
    await once(client, 'open');
    expect([client.protocol, (await asked)[0].protocol]).toEqual(['x', 'x']);
    quit(client);
  },
  'handleProtocols chooses, and may be set later': async (library) => {
    const [server, url] = await serve(library);
    server.options.handleProtocols = (protocols, { url }) =>
      url === '/' && protocols.has('y') ? 'y' : false;
    const client = new library.WebSocket(url, ['x', 'y']);
    await once(client, 'open');
    expect(client.protocol).toBe('y');
    quit(client);
  },
  'headers: a listener sees the lines of the 101 and adds some': async (library) => {
    const [server, url] = await serve(library);
    let first: unknown;
    server.on('headers', (headers, { url }) => {
      first = headers.slice(0, 3);
      headers.push(`X-Path: ${url}`);
    });
    const client = new library.WebSocket(`${url}a`);
    const [{ headers }] = await once(client, 'upgrade');
    expect(headers['x-path']).toBe('/a');
    expect(first).toEqual(['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade']);
    quit(client);
  },
  'a class of the program': async (library) => {
    class Mine extends library.WebSocket {
      greet(): void {
        this.send('mine');
      }
    }
    const [server, url] = await serve(library, { WebSocket: Mine } as ws.ServerOptions);
    server.on('connection', (socket) => (socket as Mine).greet());
    const client = new library.WebSocket(url);
    expect(String((await once(client, 'message'))[0])).toBe('mine');
    quit(client);
  },
  'a malformed key gets 400, and POST 405': async (library) => {
    const [, url] = await serve(library);
    expect(await answerTo(url, `${HEAD}Sec-WebSocket-Key: a\r\n\r\n`)).toMatch(/^HTTP\/1.1 400 /);
    expect(await answerTo(url, `${HEAD.replace('GET', 'POST')}${KEY}\r\n`)).toMatch(/^HTTP\/1.1 405 /);
  },
  'version 8 of the protocol is taken': async (library) => {
    const [server, url] = await serve(library);
    const asked = once(server, 'connection');
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(`${HEAD.replace('13', '8')}${KEY}\r\n`);
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1.1 101 /);
    await asked;
  },
  'wsClientError: the program answers a malformed request itself': async (library) => {
    const [http, url] = await httpServer();
    const server = new library.WebSocketServer({ server: http });
    server.on('wsClientError', (error, socket) => {
      expect(error).toBeInstanceOf(Error);
      socket.end('HTTP/1.1 418 Teapot\r\n\r\n');
    });
    expect(await answerTo(url, `${HEAD}Sec-WebSocket-Key: a\r\n\r\n`)).toMatch(/^HTTP\/1.1 418 /);
  },
  'close leaves the connections alone, and comes when they have ended': async (library) => {
    const [server, url] = await serve(library);
    const client = new library.WebSocket(url);
    await once(client, 'open');
    let isClosed = false;
    const end = new Promise<void>((resolve) =>
      server.close(() => {
        isClosed = true;
        resolve();
      }),
    );
    client.send('a');
    await written((done) => client.ping(undefined, undefined, done));
    await once(client, 'pong');
    expect([client.readyState, isClosed]).toEqual([1, false]);
    client.close();
    await end;
    const late = await written((done) => server.close(done));
    expect(late).toMatchObject({ message: 'The server is not running' });
  },
  'close of a server without a port: also when its connections have ended; then 503': async (library) => {
    const [http, url] = await httpServer();
    const server = new library.WebSocketServer({ noServer: true });
    http.on('upgrade', (request, socket, head) => server.handleUpgrade(request, socket, head, () => {}));
    const client = new library.WebSocket(url);
    await once(client, 'open');
    const end = once(server, 'close');
    server.close();
    expect((await failure(new library.WebSocket(url))).message).toMatch(/503/);
    client.close();
    await end;
  },
  'handleUpgrade twice for one socket throws': async (library) => {
    const [http, url] = await httpServer();
    const server = new library.WebSocketServer({ noServer: true });
    const thrown = new Promise((resolve) =>
      http.on('upgrade', (request, socket, head) => {
        server.handleUpgrade(request, socket, head, () => {});
        try {
          server.handleUpgrade(request, socket, head, () => {});
          resolve('nothing');
        } catch (error) {
          resolve(error);
        }
      }),
    );
    const client = new library.WebSocket(url);
    client.on('error', () => {});
    expect(((await thrown) as Error).message).toMatch(/more than once/);
    quit(client);
  },
  'handleUpgrade throws if it cannot use the socket': async (library) => {
    const server = new library.WebSocketServer({ noServer: true });
    const request = { method: 'GET', url: '/', httpVersion: '1.1', rawHeaders: [], headers: {} };
    const upgrade = (): void =>
      server.handleUpgrade(request as never, {} as never, Buffer.alloc(0), () => {});
    expect(upgrade).toThrow();
  },
  'the callback of handleUpgrade is called before it returns': async (library) => {
    const [http, url] = await httpServer();
    const server = new library.WebSocketServer({ noServer: true });
    const order = new Promise<string[]>((resolve) =>
      http.on('upgrade', (request, socket, head) => {
        const seen: string[] = [];
        server.handleUpgrade(request, socket, head, () => seen.push('called'));
        seen.push('returned');
        setImmediate(() => resolve(seen));
      }),
    );
    const client = new library.WebSocket(url);
    client.on('error', () => {});
    expect(await order).toEqual(['called', 'returned']);
    quit(client);
  },
  'several servers on one node:http server, all with a path: another path gets one answer': async (
    library,
  ) => {
    const [http, url] = await httpServer();
    const server = new library.WebSocketServer({ server: http, path: '/a' });
    const asked = once(server, 'connection');
    const client = new library.WebSocket(`${url}a`);
    await asked;
    quit(client);
    const answer = await answerTo(url, `${HEAD.replace('GET /', 'GET /c')}${KEY}\r\n`);
    expect(answer.match(/HTTP\/1.1 400/g)).toHaveLength(1);
  },
  'any Duplex may be upgraded': async (library) => {
    const [http, url] = await httpServer();
    const server = new library.WebSocketServer({ noServer: true });
    http.on('upgrade', (request, socket, head) => {
      const wrapped = Duplex.from({ readable: socket, writable: socket });
      server.handleUpgrade(request, wrapped, head, (made) => made.send('wrapped'));
    });
    const client = new library.WebSocket(url);
    expect(String((await once(client, 'message'))[0])).toBe('wrapped');
    quit(client);
  },
  // ---- Compression ----
  'a client offers compression, and a server takes it only if it is told to': async (library) => {
    const [, without] = await pair(library);
    expect(without.extensions).toBe('');
    const [server, client] = await pair(library, { perMessageDeflate: true });
    expect([server.extensions, client.extensions]).toEqual(['permessage-deflate', 'permessage-deflate']);
    const long = 'compress me '.repeat(1000);
    const received = once(client, 'message');
    server.send(long);
    expect(String((await received)[0])).toBe(long);
    const back = once(server, 'message');
    client.send(long, { compress: true });
    expect(String((await back)[0])).toBe(long);
  },
  'the options of compression that programs copy from the documentation': async (library) => {
    const [server, client] = await pair(library, {
      perMessageDeflate: {
        zlibDeflateOptions: { chunkSize: 1024, memLevel: 7, level: 3 },
        zlibInflateOptions: { chunkSize: 10 * 1024 },
        clientNoContextTakeover: true,
        serverNoContextTakeover: true,
        serverMaxWindowBits: 10,
        concurrencyLimit: 10,
        threshold: 1024,
      },
    });
    for (const long of ['a'.repeat(5000), 'ab'.repeat(5000)]) {
      const received = once(client, 'message');
      server.send(long);
      expect(String((await received)[0])).toBe(long);
    }
  },
  'perMessageDeflate false: a client offers nothing': async (library) => {
    const [server, url] = await serve(library, { perMessageDeflate: true });
    const asked = once(server, 'connection');
    const client = new library.WebSocket(url, { perMessageDeflate: false });
    await once(client, 'open');
    expect((await asked)[1].headers['sec-websocket-extensions']).toBe(undefined);
    quit(client);
  },
  // ---- Streams ----
  'createWebSocketStream: bytes both ways, and both ends end': async (library) => {
    const [server, client] = await pair(library);
    const [theirs, ours] = [library.createWebSocketStream(server), library.createWebSocketStream(client)];
    theirs.pipe(theirs);
    ours.write('hello');
    expect(String((await once(ours, 'data'))[0])).toBe('hello');
    const ends = Promise.all([once(ours, 'close'), once(theirs, 'close')]);
    ours.end();
    await ends;
  },
  'createWebSocketStream: text as strings if the readable side is of objects': async (library) => {
    const [server, client] = await pair(library);
    const stream = library.createWebSocketStream(client, { readableObjectMode: true });
    server.send('text');
    expect((await once(stream, 'data'))[0]).toBe('text');
    stream.destroy();
    await closed(server);
  },
  'createWebSocketStream: written before the connection is open': async (library) => {
    const [server, url] = await serve(library);
    const received = once(server, 'connection').then(([socket]) => once(socket, 'message'));
    const stream = library.createWebSocketStream(new library.WebSocket(url));
    stream.write('early');
    expect(String((await received)[0])).toBe('early');
    stream.destroy();
  },
  'createWebSocketStream: destroy terminates, and an error comes out': async (library) => {
    const [server, client] = await pair(library);
    const stream = library.createWebSocketStream(client);
    const end = closed(server);
    const failed = once(stream, 'error').catch((error) => [error]);
    stream.destroy(new Error('mine'));
    expect((await failed)[0]).toMatchObject({ message: 'mine' });
    expect((await end)[0]).toBe(1006);
  },
  'createWebSocketStream: a slow reader gets all, whichever side closes': async (library) => {
    for (const peerCloses of [true, false]) {
      const [server, client] = await pair(library);
      server.on('message', () => {
        for (let i = 0; i < 40; i++) server.send(Buffer.alloc(1000));
        if (peerCloses) server.close();
      });
      const stream = library.createWebSocketStream(client, { readableHighWaterMark: 1000 });
      if (peerCloses) stream.write('go');
      else stream.end('go');
      let size = 0;
      for await (const chunk of stream) {
        size += chunk.length;
        await new Promise(setImmediate);
      }
      expect(size).toBe(40_000);
    }
  },
  'createWebSocketStream: a reader that is slow slows the sender down': async (library) => {
    const [server, client] = await pair(library);
    const stream = library.createWebSocketStream(client);
    const chunk = Buffer.alloc(100_000, 'x');
    for (let i = 0; i < 100; i++) server.send(chunk);
    while (!client.isPaused) await new Promise(setImmediate);
    let size = 0;
    for await (const part of stream) {
      size += part.length;
      if (size === 100 * chunk.length) break;
    }
    expect(size).toBe(10_000_000);
  },
};
