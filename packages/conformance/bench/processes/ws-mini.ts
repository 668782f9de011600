import { WebSocketServer } from 'ws-mini';
import { answerCommands, report } from './child.ts';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
server.on('connection', (connection) => {
  connection.on('message', (message) => void connection.send(message));
});
answerCommands();
const address = await server.listening;
report({ port: address!.port });
