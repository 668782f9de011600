import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerCommands, report } from './child.ts';
import { importPeer } from './peer.ts';

const { default: websocket } = await importPeer('websocket');

interface Connection {
  on(event: 'message', listener: (message: { utf8Data?: string; binaryData: Buffer }) => void): void;
  sendUTF(data: string): void;
  sendBytes(data: Buffer): void;
}
const httpServer = createServer();
const limits = { maxReceivedFrameSize: 16 * 1024 * 1024, maxReceivedMessageSize: 16 * 1024 * 1024 }; // as ours and ws
// One frame for each message, as the others send it; by itself it cuts at 16 KiB.
const options = { httpServer, autoAcceptConnections: true, fragmentOutgoingMessages: false, ...limits };
new websocket.server(options).on('connect', (connection: Connection) => {
  connection.on('message', ({ utf8Data, binaryData }) => {
    if (utf8Data === undefined) connection.sendBytes(binaryData);
    else connection.sendUTF(utf8Data);
  });
});
answerCommands();
httpServer.listen(0, '127.0.0.1', () => report({ port: (httpServer.address() as AddressInfo).port }));
