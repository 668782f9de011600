// Compiled and never run: what a program in TypeScript that was written for `ws` says of its listeners' values holds here.

import type { IncomingMessage } from 'node:http';
import WebSocket, { createWebSocketStream, type RawData, WebSocketServer } from '../src/ws.ts';

const server = new WebSocketServer({ port: 0 });
server.on('connection', (socket, request) => {
  const url: string | undefined = request.url;
  socket.on('message', (data, isBinary) => {
    const echoed: RawData = data;
    for (const client of server.clients ?? []) client.send(data.toString(), { binary: isBinary });
    return [echoed, url];
  });
  socket.once('close', (code, reason) => [code.toFixed(), reason.toString()]);
  socket.on('pong', (data) => data.length);
  socket.on('error', ({ message }) => message);
});
server.on('headers', (lines: string[], request: IncomingMessage) => lines.push(`X-Url: ${request.url}`));
server.on('listening', () => server.address());
// @ts-expect-error: no such value
server.on('connection', (socket: number) => socket);

const socket = new WebSocket('ws://localhost/', ['chat'], { perMessageDeflate: false });
socket.on('open', () => createWebSocketStream(socket, { encoding: 'utf8' }).pipe(process.stdout));
socket.on('unexpected-response', (request, { statusCode }) => statusCode === 401 && request.destroy());
