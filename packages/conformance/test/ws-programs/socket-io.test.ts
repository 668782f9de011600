// socket.io: rooms of clients, by polling or by WebSocket. Its server takes a class by its option `wsEngine`, hands over
// requests, and changes the 101; its client imports `ws`, and gets another in its place.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import { join } from 'node:path';
import { Server, type ServerOptions, type Socket } from 'socket.io';
import * as socketIoClient from 'socket.io-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import type * as ws from 'ws';
import { loadWith } from '../../../../scripts/for-tests/in-place-of.ts';
import { listening, PAIRS, TITLE } from './pairs.ts';

type ClientSocket = socketIoClient.Socket;
type ClientOptions = Partial<socketIoClient.ManagerOptions & socketIoClient.SocketOptions>;

const CLIENTS: Readonly<Record<string, typeof socketIoClient>> = {
  ws: socketIoClient,
  'ws-mini/ws': await loadWith(join(import.meta.dirname, '../..'), 'socket.io-client', 'ws', 'ws-mini/ws'),
};
const WEBSOCKET = { transports: ['websocket'] };

const next = (socket: ClientSocket, name: string): Promise<unknown[]> =>
  new Promise((resolve) => socket.once(name, (...values) => resolve(values)));

/** The WebSocket below a connection of either side. */
function below(connection: unknown): ws.WebSocket & { _socket: NetSocket } {
  const { transport } = connection as { transport: { ws?: unknown; socket?: unknown } };
  return (transport.ws ?? transport.socket) as ReturnType<typeof below>;
}

const pairs = PAIRS.filter(({ client }) => client in CLIENTS);
describe.each(pairs)(TITLE, ({ client, WebSocketServer, WebSocket }) => {
  async function serve(options: Partial<ServerOptions> = {}): Promise<[server: Server, url: string]> {
    const http = createServer().listen(0, '127.0.0.1');
    const server = new Server(http, { wsEngine: WebSocketServer, ...options });
    const url = `http://127.0.0.1:${await listening(http)}`;
    onTestFinished(() => server.disconnectSockets(true));
    return [server, url];
  }

  function connect(url: string, options: ClientOptions = {}): ClientSocket {
    const socket = CLIENTS[client]!.io(url, { forceNew: true, reconnectionDelay: 1, ...options });
    onTestFinished(() => void socket.disconnect());
    return socket;
  }

  test('polling, then the upgrade; text, bytes, acknowledgements; compressed both ways', async () => {
    const [server, url] = await serve({ perMessageDeflate: { threshold: 100 } });
    server.on('connection', (socket) => socket.on('echo', (...values) => values.pop()(...values)));
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const client = connect(url);
    await new Promise<void>((resolve) => client.io.once('open', resolve));
    const { engine } = client.io;
    expect(engine.transport.name).toBe('polling');
    await new Promise((resolve) => engine.once('upgrade', resolve));
    expect(engine.transport.name).toBe('websocket');
    const bytes = Buffer.from([0, 1, 255]);
    const echo = await new Promise<unknown[]>((resolve) =>
      client.emit('echo', '한글', bytes, { deep: [bytes] }, (...values: unknown[]) => resolve(values)),
    );
    expect(echo).toEqual(['한글', bytes, { deep: [bytes] }]);
    const long = 'the same again '.repeat(20_000);
    expect(await client.emitWithAck('echo', long)).toBe(long);
    const { conn } = (await accepted)[0];
    expect([below(conn).extensions, below(engine).extensions]).toEqual(Array(2).fill('permessage-deflate'));
    const { bytesRead, bytesWritten } = below(conn)._socket;
    expect(Math.max(bytesRead, bytesWritten)).toBeLessThan(long.length / 10);
  });

  test('rooms and broadcasts', async () => {
    const [server, url] = await serve();
    server.on('connection', (socket) => {
      socket.on('join', async (room, done) => done(await socket.join(room)));
      socket.on('say', (room, text) => socket.to(room).emit('said', text));
      socket.on('shout', (text) => server.emit('said', text));
    });
    const clients = [1, 2, 3].map(() => connect(url, WEBSOCKET));
    await Promise.all(clients.map((client) => next(client, 'connect')));
    const heard = clients.map((): string[] => []);
    const ends = clients.map(
      (client, i) =>
        new Promise<void>((resolve) =>
          client.on('said', (text) => (text === 'end' ? resolve() : heard[i]!.push(text))),
        ),
    );
    const [ann, bob, cem] = clients as [ClientSocket, ClientSocket, ClientSocket];
    await Promise.all([ann, bob].map((client) => client.emitWithAck('join', 'room')));
    cem.emit('say', 'room', '방으로');
    await next(ann, 'said');
    ann.emit('say', 'room', 'to the room');
    ann.emit('shout', 'end');
    await Promise.all(ends);
    expect(heard).toEqual([['방으로'], ['방으로', 'to the room'], []]);
  });

  test('either side disconnects; a client that was cut off comes back', async () => {
    const [server, url] = await serve();
    const client = connect(url, { ...WEBSOCKET, autoConnect: false });
    const connected = async (): Promise<Socket> => {
      const [[socket]] = await Promise.all([once(server, 'connection'), next(client, 'connect')]);
      return socket;
    };
    /** What each side says of the end: the server, the client. */
    const ends = async (socket: Socket): Promise<unknown[]> => {
      const [[there], [here]] = await Promise.all([once(socket, 'disconnect'), next(client, 'disconnect')]);
      return [there, here];
    };
    let again = connected();
    client.connect();
    let socket = await again;
    let end = ends(socket);
    again = connected();
    below(socket.conn).terminate();
    expect(await end).toEqual(['transport close', 'transport close']);

    socket = await again; // by itself
    end = ends(socket);
    client.disconnect();
    expect(await end).toEqual(['client namespace disconnect', 'io client disconnect']);

    again = connected();
    client.connect();
    socket = await again;
    end = ends(socket);
    socket.disconnect(true);
    expect(await end).toEqual(['server namespace disconnect', 'io server disconnect']);
  });

  test('a client is refused, and told why', async () => {
    const [server, url] = await serve();
    server.use(({ handshake }, next) =>
      next(handshake.auth['token'] === 'right' ? undefined : new Error('wrong token')),
    );
    const refused = connect(url, { ...WEBSOCKET, auth: { token: 'x' } });
    expect(await next(refused, 'connect_error')).toMatchObject([{ message: 'wrong token' }]);
    await next(connect(url, { ...WEBSOCKET, auth: { token: 'right' } }), 'connect');
  });

  test('a request is refused, for its fields', async () => {
    const [, url] = await serve({
      allowRequest: ({ headers }, answer) => answer('not you', headers['x-name'] === 'me'),
    });
    const refused = connect(url, WEBSOCKET);
    expect(await next(refused, 'connect_error')).toMatchObject([{ message: 'websocket error' }]);
    await next(connect(url, { ...WEBSOCKET, extraHeaders: { 'X-Name': 'me' } }), 'connect');
  });

  test('fields that the program adds are on the 101', async () => {
    const [server, url] = await serve();
    server.engine.on('initial_headers', (headers: Record<string, unknown>, { url }: { url: string }) => {
      headers['set-cookie'] = `sid=1; Path=${url.slice(0, 10)}`;
    });
    const address = `${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
    const socket = new WebSocket(address) as unknown as ws.WebSocket;
    onTestFinished(() => socket.terminate());
    const opened = once(socket, 'message');
    const [{ headers }] = await once(socket, 'upgrade');
    expect(headers['set-cookie']).toEqual(['sid=1; Path=/socket.io']);
    expect(String((await opened)[0])).toMatch(/^0\{"sid":/);
  });

  test('a message beyond maxHttpBufferSize ends the connection', async () => {
    const [server, url] = await serve({ maxHttpBufferSize: 1000 });
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const client = connect(url, { ...WEBSOCKET, reconnection: false });
    const here = next(client, 'disconnect');
    const there = once((await accepted)[0], 'disconnect');
    client.emit('long', 'x'.repeat(1000));
    expect([(await here)[0], (await there)[0]]).toEqual(['transport close', 'transport error']);
  });
});
