// How an echo is usually written.
import { type AddressInfo, createServer } from 'node:net';
import { answerCommands, report } from './child.ts';

const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  socket.on('error', () => {});
  socket.pipe(socket);
});
answerCommands();
server.listen(0, '127.0.0.1', () => report({ port: (server.address() as AddressInfo).port }));
