import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { answerCommands, report } from './child.ts';

// Without bufferutil, which is native: it is not installed here, and ws says so by masking in JavaScript.
const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
server.on('connection', (socket) => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});
answerCommands();
server.on('listening', () => report({ port: (server.address() as AddressInfo).port }));
