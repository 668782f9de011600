// ws-mini by the interface of `ws`: the program is that of ws.ts, with another import.
import type { AddressInfo } from 'node:net';
import { type RawData, WebSocketServer } from 'ws-mini/ws';
import { answerCommands, report } from './child.ts';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
server.on('connection', (socket) => {
  socket.on('message', (data: RawData, isBinary: boolean) => socket.send(data, { binary: isBinary }));
});
answerCommands();
server.on('listening', () => report({ port: (server.address() as AddressInfo).port }));
