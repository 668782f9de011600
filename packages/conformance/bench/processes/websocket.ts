import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerCommands, report } from './child.ts';
import { importPeer } from './peer.ts';

const { default: websocket } = await importPeer('websocket');

interface Connection {
  on(event: 'message', listener: (message: { binaryData: Buffer }) => void): void;
  sendBytes(data: Buffer): void;
}
const httpServer = createServer();
// One frame for each message, as the others send it; by itself it cuts at 16 KiB.
const options = { httpServer, autoAcceptConnections: true, fragmentOutgoingMessages: false };
new websocket.server(options).on('connect', (connection: Connection) => {
  connection.on('message', ({ binaryData }) => connection.sendBytes(binaryData));
});
answerCommands();
httpServer.listen(0, '127.0.0.1', () => report({ port: (httpServer.address() as AddressInfo).port }));
