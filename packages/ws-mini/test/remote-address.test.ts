// Who it was, also when it is over: that is when a log wants to know.

import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type Connection, connect, WebSocketServer } from '../src/index.ts';
import { Peer } from './sockets.ts';

async function listen(): Promise<{ server: WebSocketServer; port: number }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => server.close());
  return { server, port: (await server.listening)!.port };
}

test.each([
  ['by a FIN', ({ socket }: Peer) => void socket.end()],
  ['by a reset', ({ socket }: Peer) => void socket.resetAndDestroy()],
  ['by a cut on this side', (_: Peer, connection: Connection) => connection.terminate()],
] as const)("a client's address is known when its connection has ended %s", async (_, end) => {
  const { server, port } = await listen();
  const opened = once(server, 'connection') as Promise<[Connection]>;
  const peer = new Peer(connectTcp({ port, host: '127.0.0.1', localAddress: '127.0.0.3' }));
  peer.socket.write(
    'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  );
  const [connection] = await opened;
  await peer.until(() => peer.size > 0);
  const heard = new Promise((resolve) => connection.on('close', () => resolve(connection.remoteAddress)));
  end(peer, connection);
  expect(await heard).toBe('127.0.0.3');
});

test("a server's address is known when the connection has ended", async () => {
  const { port } = await listen();
  const client = await connect(`ws://127.0.0.1:${port}/`);
  client.terminate();
  await client.closed;
  expect(client.remoteAddress).toBe('127.0.0.1');
});
