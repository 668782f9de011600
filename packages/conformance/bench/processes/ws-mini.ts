import { type Connection, WebSocketServer, type WebSocketServerOptions } from 'ws-mini';
import { answerCommands, report } from './child.ts';
import { TAKEN } from './work.ts';

const CONTEXT = { serverNoContextTakeover: false, clientNoContextTakeover: false };
const options: Record<string, Partial<WebSocketServerOptions>> = {
  deflate: { perMessageDeflate: true },
  context: { perMessageDeflate: CONTEXT },
};
const [work = 'echo'] = process.argv.slice(2);

// The load answers no Ping, and a long run must not end for that: the heartbeat is kept, and never due.
const heartbeat = 24 * 3600 * 1000;
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', heartbeat, ...options[work] });
server.on('connection', (connection) => {
  if (work === 'loop') return void loop(connection);
  let bytes = 0;
  connection.on('message', (message) => {
    if (work === 'receive') {
      bytes += message.length;
      if (bytes % TAKEN === 0) void connection.send('x');
    } else if (work === 'broadcast') server.broadcast(message);
    else void connection.send(message);
  });
});
async function loop(connection: Connection): Promise<void> {
  for await (const message of connection) await connection.send(message);
}

answerCommands();
const address = await server.listening;
report({ port: address!.port });
