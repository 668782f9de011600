// Connections that no listener and no loop has been given yet: none is lost that is open, and none is kept that is over,
// but for a loop that is under way.

import { once } from 'node:events';
import { createServer, switchProtocols } from 'http-mini';
import { expect, onTestFinished, test } from 'vitest';
import { type Connection, connect, WebSocketServer, type WebSocketServerOptions } from '../src/index.ts';

async function listen(
  options: WebSocketServerOptions = {},
): Promise<{ server: WebSocketServer; url: string; open: () => Promise<Connection> }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options });
  onTestFinished(() => server.close());
  const { port } = (await server.listening)!;
  const url = `ws://127.0.0.1:${port}/`;
  return { server, url, open: () => opened(url) };
}

/** A client that is gone when the test is over, whatever it has not read. */
async function opened(url: string): Promise<Connection> {
  const client = await connect(url);
  onTestFinished(() => client.terminate());
  return client;
}

/** On both sides. */
async function end(server: WebSocketServer, client: Connection): Promise<void> {
  const sides = [...server.connections].map(({ closed }) => closed);
  await client.close(1000);
  await Promise.all(sides);
}

test('connections that end before anybody asks for one are not kept for a later loop', async () => {
  const { server, url, open } = await listen();
  for (let i = 0; i < 20; i++) {
    const client = await open();
    void client.send('hello');
    await end(server, client);
  }
  expect(server.connections.size).toBe(0);
  const last = await opened(`${url}last`);
  const [only] = server.connections;
  const loop = server[Symbol.asyncIterator]();
  expect((await loop.next()).value).toBe(only);
  await last.close(1000);
});

test('a connection that ends while a loop is busy is given to it, with what it said', async () => {
  const { server, open } = await listen();
  const loop = server[Symbol.asyncIterator]();
  const first = await open();
  expect((await loop.next()).value!.readyState).toBe('open');
  const second = await open();
  const [, far] = server.connections;
  void second.send('hello');
  void second.close(1000);
  await far!.closed;
  await second.closed;
  const { value } = await loop.next();
  expect(value).toBe(far);
  const said: unknown[] = [];
  for await (const message of value!) said.push(message);
  expect(said).toEqual(['hello']);
  await first.close(1000);
});

test('what a busy loop has still to take counts as a connection', async () => {
  const { server, open } = await listen({ maxConnections: 2 });
  const loop = server[Symbol.asyncIterator]();
  await open();
  await loop.next();
  const second = await open();
  const [, far] = server.connections;
  await second.close(1000);
  await far!.closed;
  expect(server.connections.size).toBe(1);
  await expect(open()).rejects.toMatchObject({ status: 503 });
  expect((await loop.next()).value).toBe(far);
  expect((await open()).readyState).toBe('open');
});

test('a loop that is left keeps none for another', async () => {
  const { server, open } = await listen({ maxConnections: 2 });
  await open();
  for await (const _ of server) {
    const second = await open();
    const [, far] = server.connections;
    await second.close(1000);
    await far!.closed;
    break;
  }
  const third = await open();
  const [, far] = server.connections;
  for await (const connection of server) {
    expect(connection).toBe(far);
    break;
  }
  await third.close(1000);
});

test('the first listener is given those that came before it', async () => {
  const { server, url } = await listen();
  const clients = [await opened(`${url}1`), await opened(`${url}2`)];
  const paths: string[] = [];
  server.on('connection', (socket, { path }) => {
    paths.push(path);
    void socket.send(path);
  });
  for (const [i, client] of clients.entries())
    expect((await client[Symbol.asyncIterator]().next()).value).toBe(`/${i + 1}`);
  expect(paths).toEqual(['/1', '/2']);
});

test('a listener for once is given one, and the next one the next', async () => {
  const { server, open } = await listen();
  await open();
  await open();
  const both = [...server.connections];
  for (const connection of both) expect(await once(server, 'connection')).toMatchObject([connection, {}]);
});

test('a loop has all that come by an http-mini server, also before it begins and at the same time', async () => {
  const sockets = new WebSocketServer({ noServer: true });
  const http = createServer(sockets.handler(switchProtocols));
  const { port } = await http.listen({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => http.close());
  onTestFinished(() => sockets.close());
  const open = (): Promise<Connection> => opened(`ws://127.0.0.1:${port}/`);
  const clients = [await open()];
  void (async () => {
    for await (const socket of sockets) void socket.send('welcome');
  })();
  clients.push(...(await Promise.all([open(), open(), open()])));
  for (const client of clients) expect((await client[Symbol.asyncIterator]().next()).value).toBe('welcome');
});

test('a loop that is left while it waits takes no connection from the next one', async () => {
  const { server, open } = await listen();
  const left = server[Symbol.asyncIterator]();
  const waiting = left.next();
  await left.return!();
  expect((await waiting).done).toBe(true);
  const client = await open();
  const [only] = server.connections;
  expect((await server[Symbol.asyncIterator]().next()).value).toBe(only);
  await client.close(1000);
});

test('a loop that waits for the end gets it, and so does one that begins after it', async () => {
  const { server, open } = await listen();
  const client = await open();
  const seen: Connection[] = [];
  const looping = (async () => {
    for await (const connection of server) seen.push(connection);
  })();
  await server.close();
  await looping;
  for await (const connection of server) seen.push(connection);
  expect(seen).toHaveLength(1);
  await client.closed;
});
