// wss: (RFC 6455 4.1, 10.6): the same protocol, all of it inside TLS.

import { once } from 'node:events';
import { createServer } from 'node:https';
import { type AddressInfo, connect as connectTcp, createServer as createTcpServer } from 'node:net';
import { Duplex } from 'node:stream';
import { CLIENT_RENEG_LIMIT, connect as connectTls, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { CERTIFICATE, KEY } from '../../../scripts/for-tests/certificate.ts';
import { connect, WebSocket, WebSocketServer } from '../src/index.ts';

async function secureEcho(): Promise<string> {
  const https = createServer({ key: KEY, cert: CERTIFICATE }).listen(0, '127.0.0.1');
  await once(https, 'listening');
  const sockets = new WebSocketServer({ server: https, perMessageDeflate: true });
  sockets.on('connection', async (socket) => {
    for await (const message of socket) await socket.send(message);
  });
  onTestFinished(async () => {
    await sockets.close();
    https.close();
  });
  // By name: it is what the certificate is for, and what SNI says.
  return `wss://localhost:${(https.address() as AddressInfo).port}/`;
}
const REQUEST =
  'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';
const trusting = { socket: { ca: CERTIFICATE } };

test('echoes, small and large, compressed or not', async () => {
  const url = await secureEcho();
  for (const perMessageDeflate of [false, true]) {
    const socket = await connect(url, { ...trusting, perMessageDeflate });
    const messages = socket[Symbol.asyncIterator]();
    for (const message of ['hello', 'x'.repeat(300_000)]) {
      socket.send(message);
      expect((await messages.next()).value).toBe(message);
    }
    expect((await socket.close(1000)).wasClean).toBe(true);
  }
});

test('by the WebSocket of browsers as well', async () => {
  const socket = new WebSocket(await secureEcho(), [], trusting);
  socket.onopen = () => socket.send('hello');
  const { data } = await new Promise<MessageEvent>((resolve) => (socket.onmessage = resolve));
  expect(data).toBe('hello');
  socket.close();
  await new Promise((resolve) => (socket.onclose = resolve));
});

test('a certificate that nobody vouches for is no connection', async () => {
  await expect(connect(await secureEcho())).rejects.toMatchObject({
    code: 'connection-lost',
    cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
  });
});

test('on a port of its own', async () => {
  const sockets = new WebSocketServer({ port: 0, tls: { key: KEY, cert: CERTIFICATE } });
  onTestFinished(() => sockets.close());
  sockets.on('connection', (socket) => socket.on('message', (message) => void socket.send(message)));
  const { port } = (await sockets.listening)!;
  const client = await connect(`wss://localhost:${port}/`, trusting);
  client.send('inside');
  for await (const message of client) {
    expect(message).toBe('inside');
    break;
  }
  expect(await client.close(1000)).toMatchObject({ code: 1000, wasClean: true });
});

test('what is no TLS is cut off, and so is a client that never begins it', async () => {
  const tls = { key: KEY, cert: CERTIFICATE };
  const sockets = new WebSocketServer({ port: 0, tls, handshakeTimeout: 20 });
  onTestFinished(() => sockets.close());
  const { port } = (await sockets.listening)!;
  for (const bytes of ['GET / HTTP/1.1\r\n\r\n', '']) {
    const socket = connectTcp(port).on('error', () => {});
    socket.write(bytes);
    socket.resume();
    await once(socket, 'close');
  }
});

/** What a client sends first. */
async function clientHello(): Promise<Buffer> {
  return new Promise((resolve) => {
    const socket = new Duplex({ read() {}, write: (bytes) => resolve(bytes) });
    connectTls({ socket, servername: 'localhost' });
  });
}

test.each([
  ['before it has begun', 0],
  ['in its first message', 100],
  ['after its first message', Infinity],
])('a client that ends in the midst of its TLS handshake is let go at once: %s', async (_, length) => {
  const tls = { key: KEY, cert: CERTIFICATE };
  const sockets = new WebSocketServer({ port: 0, tls, handshakeTimeout: Infinity });
  onTestFinished(() => sockets.close());
  const { port } = (await sockets.listening)!;
  const socket = connectTcp({ port, allowHalfOpen: true }).on('error', () => {});
  await once(socket, 'connect');
  socket.end((await clientHello()).subarray(0, length));
  await once(socket.resume(), 'close');
});

test('a server that ends in the midst of the TLS handshake is let go at once', async () => {
  const server = createTcpServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {}).once('data', () => socket.end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const opening = connect(`wss://127.0.0.1:${port}/`, { handshakeTimeout: Infinity });
  await expect(opening).rejects.toMatchObject({ code: 'connection-lost', cause: { code: 'ECONNRESET' } });
});

test('close does not wait for a TLS handshake that has not ended', async () => {
  const sockets = new WebSocketServer({
    port: 0,
    tls: { key: KEY, cert: CERTIFICATE },
    handshakeTimeout: Infinity,
  });
  const { port } = (await sockets.listening)!;
  const socket = connectTcp(port).on('error', () => {});
  await once(socket, 'connect');
  const isClosed = once(socket.resume(), 'close');
  await sockets.close();
  await isClosed;
});

/** As often as the server allows, and once more. */
async function renegotiate(socket: TLSSocket): Promise<void> {
  const isClosed = once(socket, 'close');
  for (let i = 0; i <= CLIENT_RENEG_LIMIT && !socket.destroyed; i++)
    await Promise.race([new Promise((resolve) => socket.renegotiate({}, resolve)), isClosed]);
  await isClosed;
}

test.each(['arriving', 'being verified', 'connected'])(
  'a client that renegotiates TLS 1.2 without end is cut off: %s',
  async (when) => {
    const tls = { key: KEY, cert: CERTIFICATE, maxVersion: 'TLSv1.2' } as const;
    let asked = (): void => {};
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const verify = (): boolean | Promise<boolean> => {
      asked();
      return when === 'connected' || new Promise(() => {});
    };
    const sockets = new WebSocketServer({ port: 0, tls, verify });
    onTestFinished(() => sockets.close());
    const { port } = (await sockets.listening)!;
    const client = connectTls({ port, host: 'localhost', ca: CERTIFICATE }).on('error', () => {});
    await once(client, 'secureConnect');
    if (when !== 'arriving') client.write(REQUEST);
    if (when === 'being verified') await isAsked;
    if (when === 'connected') await once(client, 'data');
    const connections = [...sockets.connections];
    await renegotiate(client);
    for (const connection of connections)
      expect((await connection.closed).error).toMatchObject({
        code: 'connection-lost',
        cause: { code: 'ERR_TLS_SESSION_ATTACK' },
      });
    expect(connections).toHaveLength(when === 'connected' ? 1 : 0);
  },
);

test('a node:https server: a client that renegotiates while it is verified is cut off', async () => {
  const https = createServer({ key: KEY, cert: CERTIFICATE, maxVersion: 'TLSv1.2' }).listen(0, '127.0.0.1');
  await once(https, 'listening');
  let asked = (): void => {};
  const isAsked = new Promise<void>((resolve) => (asked = resolve));
  const sockets = new WebSocketServer({
    server: https,
    verify: () => {
      asked();
      return new Promise(() => {});
    },
  });
  onTestFinished(async () => {
    await sockets.close();
    https.close();
  });
  const { port } = https.address() as AddressInfo;
  const client = connectTls({ port, host: 'localhost', ca: CERTIFICATE }).on('error', () => {});
  client.write(REQUEST);
  await isAsked;
  await renegotiate(client);
});
