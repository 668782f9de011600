import type { AddressInfo } from 'node:net';
import { type ServerOptions, WebSocketServer } from 'ws';
import { answerCommands, report } from './child.ts';

const NO_CONTEXT = { serverNoContextTakeover: true, clientNoContextTakeover: true };
const options: Record<string, ServerOptions> = {
  deflate: { perMessageDeflate: NO_CONTEXT },
  context: { perMessageDeflate: true },
};
const [work = 'echo'] = process.argv.slice(2);

// Without bufferutil, which is native, unless ../contenders.ts lets it in where it is installed.
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options[work] });
server.on('connection', (socket) => {
  socket.on('message', (data, isBinary) => {
    const receivers = work === 'broadcast' ? server.clients : [socket];
    for (const receiver of receivers) receiver.send(data, { binary: isBinary });
  });
});
answerCommands();
server.on('listening', () => report({ port: (server.address() as AddressInfo).port }));
