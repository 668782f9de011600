import type { AddressInfo } from 'node:net';
import { type ServerOptions, WebSocketServer } from 'ws';
import { answerCommands, report } from './child.ts';
import { TAKEN } from './work.ts';

const NO_CONTEXT = { serverNoContextTakeover: true, clientNoContextTakeover: true };
const options: Record<string, ServerOptions> = {
  deflate: { perMessageDeflate: NO_CONTEXT },
  context: { perMessageDeflate: true },
};
const [work = 'echo'] = process.argv.slice(2);

// Without bufferutil, which is native, unless ../contenders.ts lets it in where it is installed.
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options[work] });
server.on('connection', (socket) => {
  let bytes = 0;
  socket.on('message', (data, isBinary) => {
    if (work === 'receive') {
      bytes += (data as Buffer).length;
      if (bytes % TAKEN === 0) socket.send('x');
      return;
    }
    const receivers = work === 'broadcast' ? server.clients : [socket];
    for (const receiver of receivers) receiver.send(data, { binary: isBinary });
  });
});
answerCommands();
server.on('listening', () => report({ port: (server.address() as AddressInfo).port }));
