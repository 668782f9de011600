// A victim: a WebSocket server of one implementation, with short deadlines. What comes to /sink is dropped, /echo gives it
// back as the package's README does, and /close is closed at once.
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import * as ws from 'ws';
import { WebSocketServer } from 'ws-mini';
import { CERTIFICATE, KEY } from '../../../../../scripts/for-tests/certificate.ts';
import { answerQuestions } from '../../measured.ts';

const [implementation, deadline, secure] = process.argv.slice(2) as [string, string, string];
const DEADLINE = Number(deadline);
const MIB = 1024 * 1024;
const tls = secure === 'tls' ? { key: KEY, cert: CERTIFICATE } : undefined;

if (implementation === 'ws-mini') {
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    ...(tls && { tls }),
    maxMessage: MIB,
    perMessageDeflate: true,
    handshakeTimeout: DEADLINE,
    heartbeat: DEADLINE,
    closeTimeout: DEADLINE,
  });
  server.on('error', () => {});
  server.on('connection', async (socket, { target }) => {
    if (target === '/close') return void socket.close(1000);
    if (target === '/sink') return void socket.on('message', () => {});
    for await (const message of socket) await socket.send(message);
  });
  const { port } = (await server.listening)!;
  answerQuestions({ port, connections: () => server.connections.size });
} else {
  const options = {
    headersTimeout: DEADLINE,
    requestTimeout: DEADLINE,
    keepAliveTimeout: DEADLINE,
    connectionsCheckingInterval: 100,
  };
  const http = tls
    ? createHttpsServer({ ...options, ...tls, handshakeTimeout: DEADLINE })
    : createServer(options);
  const server = new ws.WebSocketServer({
    server: http,
    maxPayload: MIB,
    perMessageDeflate: true,
    closeTimeout: DEADLINE,
  } as ws.ServerOptions);
  // Its README's way to notice connections that are broken.
  const alive = new WeakSet<ws.WebSocket>();
  setInterval(() => {
    for (const socket of server.clients) {
      if (!alive.has(socket)) socket.terminate();
      alive.delete(socket);
      socket.ping();
    }
  }, DEADLINE);
  server.on('connection', (socket: ws.WebSocket, request: IncomingMessage) => {
    alive.add(socket);
    socket.on('pong', () => alive.add(socket));
    socket.on('error', () => {});
    if (request.url === '/close') return socket.close(1000);
    if (request.url === '/sink') return void socket.on('message', () => {});
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  http.listen(0, '127.0.0.1', () =>
    answerQuestions({ port: (http.address() as AddressInfo).port, connections: () => server.clients.size }),
  );
}
