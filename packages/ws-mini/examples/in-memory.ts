// No network at all: a client and a server in one process, on the two ends of a pair in memory. So a test of a program
// that speaks WebSocket needs no port. Any other Duplex will do as well: a Unix socket, a tunnel, a TLS socket.
//   npx tsx --conditions=@minis/source packages/ws-mini/examples/in-memory.ts

import { duplexPair } from 'node:stream';
import { connect, WebSocketServer } from 'ws-mini';

const server = new WebSocketServer({ noServer: true });
server.on('connection', (socket, { path }) => {
  socket.on('message', (message) => void socket.send(`${path} heard ${message}`));
});

const client = await connect('ws://in.memory/room', {
  transport() {
    const [ours, theirs] = duplexPair();
    server.accept(theirs);
    return ours;
  },
});
void client.send('hello');
for await (const message of client) {
  console.log(message);
  break;
}
console.log(await client.close(1000, 'bye'));
await server.close();
