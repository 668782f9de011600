// Several servers on one node:http server, each with a path of its own: every upgrade is answered, and once.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect as connectTcp, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type Connection, connect, WebSocketError, WebSocketServer } from '../src/index.ts';
import { Peer } from './sockets.ts';

async function httpServer(): Promise<{ http: Server; port: number }> {
  const http = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return { http, port: (http.address() as AddressInfo).port };
}

/** Says its name to everybody. */
function greeter(http: Server, path: string | undefined, name: string): WebSocketServer {
  const sockets = new WebSocketServer({ server: http, path });
  sockets.on('connection', (socket) => void socket.send(name));
  onTestFinished(() => sockets.close());
  return sockets;
}

async function greeting(port: number, path: string): Promise<unknown> {
  const client = await connect(`ws://127.0.0.1:${port}${path}`);
  const { value } = await client[Symbol.asyncIterator]().next();
  await client.close(1000);
  expect(client.closeInfo).toMatchObject({ wasClean: true });
  return value;
}

const requestFor = (path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';

/** All that comes until the end. */
async function answerTo(port: number, path: string): Promise<string> {
  const peer = new Peer(connectTcp(port, '127.0.0.1'));
  peer.socket.write(requestFor(path));
  await peer.ended;
  peer.socket.end();
  return Buffer.concat(peer.chunks).toString();
}

test('each path has its own server, and an unknown path gets one 404', async () => {
  const { http, port } = await httpServer();
  const servers = [greeter(http, '/a', 'A'), greeter(http, '/b', 'B')];
  const errors: Error[] = [];
  for (const server of servers) server.on('error', (error) => errors.push(error));
  expect(await greeting(port, '/a')).toBe('A');
  expect(await greeting(port, '/b?room=1')).toBe('B');
  expect(errors).toEqual([]);
  const answer = await answerTo(port, '/c');
  expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 404']);
  expect(errors).toMatchObject([{ code: 'path-unknown' }]);
});

test('a server without a path takes what no other one knows, whichever came first', async () => {
  const { http, port } = await httpServer();
  greeter(http, undefined, 'any');
  greeter(http, '/a', 'A');
  expect(await greeting(port, '/a')).toBe('A');
  expect(await greeting(port, '/b')).toBe('any');
});

test('one that is closed leaves the others, and its path free', async () => {
  const { http, port } = await httpServer();
  const first = greeter(http, '/a', 'A');
  greeter(http, '/b', 'B');
  await first.close();
  expect(await greeting(port, '/b')).toBe('B');
  expect(await answerTo(port, '/a')).toMatch(/^HTTP\/1\.1 404 /);
  greeter(http, '/a', 'A again');
  expect(await greeting(port, '/a')).toBe('A again');
});

test.each(['/a', undefined])('two servers for %s are a mistake', async (path) => {
  const { http } = await httpServer();
  greeter(http, path, 'one');
  expect(() => greeter(http, path, 'two')).toThrow(
    expect.objectContaining({ code: 'option-invalid', by: 'user' }),
  );
});

test("an unknown path is left to the user's own 'upgrade' listener, before ours or behind", async () => {
  const { http, port } = await httpServer();
  const own = (_: unknown, socket: Socket): void =>
    void socket.end('HTTP/1.1 418 Mine\r\nContent-Length: 0\r\n\r\n');
  const ifMine = (request: { url?: string | undefined }, socket: unknown): void => {
    if (request.url === '/mine') own(request, socket as Socket);
  };
  http.on('upgrade', ifMine);
  greeter(http, '/a', 'A');
  expect(await answerTo(port, '/mine')).toBe('HTTP/1.1 418 Mine\r\nContent-Length: 0\r\n\r\n');
  http.off('upgrade', ifMine).on('upgrade', ifMine);
  expect(await answerTo(port, '/mine')).toBe('HTTP/1.1 418 Mine\r\nContent-Length: 0\r\n\r\n');
  expect(await greeting(port, '/a')).toBe('A');
});

test('a socket is handed over once: the second server rejects, and the first has it', async () => {
  const { http, port } = await httpServer();
  const [first, second] = [1, 2].map(() => new WebSocketServer({ noServer: true })) as [
    WebSocketServer,
    WebSocketServer,
  ];
  const outcomes: Promise<unknown>[] = [];
  http.on('upgrade', (request, socket, head) => {
    for (const server of [first, second])
      outcomes.push(server.handleUpgrade(request, socket as Socket, head).catch((error) => error));
  });
  const client = await connect(`ws://127.0.0.1:${port}/`);
  const [connection, error] = (await Promise.all(outcomes)) as [Connection, WebSocketError];
  expect(error).toBeInstanceOf(WebSocketError);
  expect(error).toMatchObject({ code: 'transport-taken', by: 'user' });
  expect(second.connections.size).toBe(0);
  connection.send('hello');
  expect((await client[Symbol.asyncIterator]().next()).value).toBe('hello');
  await client.close(1000);
});

test('a socket is handed over once, also while it is verified', async () => {
  const { http, port } = await httpServer();
  const sockets = new WebSocketServer({ noServer: true, verify: async () => true });
  const outcomes: Promise<unknown>[] = [];
  http.on('upgrade', (request, socket, head) => {
    for (let i = 0; i < 2; i++)
      outcomes.push(sockets.handleUpgrade(request, socket as Socket, head).catch((error) => error));
  });
  const client = await connect(`ws://127.0.0.1:${port}/`);
  const [connection, error] = (await Promise.all(outcomes)) as [Connection, WebSocketError];
  expect(error).toMatchObject({ code: 'transport-taken' });
  expect([...sockets.connections]).toEqual([connection]);
  await client.close(1000);
});

test("a listener of the user's that hands a path to a server of its own comes first", async () => {
  const { http, port } = await httpServer();
  const own = new WebSocketServer({ noServer: true });
  http.on('upgrade', async (request, socket, head) => {
    if (request.url !== '/own') return;
    const connection = await own.handleUpgrade(request, socket as Socket, head);
    void connection?.send('own');
  });
  greeter(http, undefined, 'any');
  expect(await greeting(port, '/own')).toBe('own');
  expect(await greeting(port, '/other')).toBe('any');
});

test('`close` waits for those that are verified on a node:http server, and cuts those that hang', async () => {
  const { http, port } = await httpServer();
  let asked = (): void => {};
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const sockets = new WebSocketServer({
    server: http,
    closeTimeout: 20,
    verify: () => {
      asked();
      return new Promise(() => {});
    },
  });
  const opening = connect(`ws://127.0.0.1:${port}/`);
  opening.catch(() => {});
  await isAsked;
  await sockets.close();
  await expect(opening).rejects.toMatchObject({ code: 'connection-lost' });
});

test('those that are verified count as connections, on a node:http server as on a port', async () => {
  const { http, port } = await httpServer();
  let letIn = (_: boolean): void => {};
  const verdict = new Promise<boolean>((resolve) => {
    letIn = resolve;
  });
  let asked = (): void => {};
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const sockets = new WebSocketServer({
    server: http,
    maxConnections: 1,
    verify: () => {
      asked();
      return verdict;
    },
  });
  onTestFinished(() => sockets.close());
  const first = connect(`ws://127.0.0.1:${port}/`);
  await isAsked;
  expect(await answerTo(port, '/')).toMatch(/^HTTP\/1\.1 503 /);
  letIn(true);
  expect((await first).readyState).toBe('open');
});
