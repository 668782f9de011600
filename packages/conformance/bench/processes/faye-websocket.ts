import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerCommands, report } from './child.ts';
import { importPeer } from './peer.ts';

const { default: WebSocket } = await importPeer('faye-websocket');

const server = createServer();
server.on('upgrade', (request, socket, head) => {
  const connection = new WebSocket(request, socket, head);
  connection.on('message', ({ data }: { data: Buffer }) => connection.send(data));
});
answerCommands();
server.listen(0, '127.0.0.1', () => report({ port: (server.address() as AddressInfo).port }));
