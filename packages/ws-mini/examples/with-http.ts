// WebSocket and HTTP on one port: an http-mini server answers requests, and hands those for /ws over.
//   npx tsx --conditions=@minis/source packages/ws-mini/examples/with-http.ts

import { createServer, switchProtocols } from 'http-mini';
import { connect, WebSocketServer } from 'ws-mini';

const sockets = new WebSocketServer({ noServer: true, path: '/ws' });
sockets.on('connection', (socket) => {
  let ticks = 0;
  const timer = setInterval(() => {
    socket.send(`tick ${++ticks}`);
    if (ticks === 3) socket.close(1000);
  }, 10);
  socket.on('close', () => clearInterval(timer));
});

const upgrade = sockets.handler(switchProtocols);
const server = createServer((request) =>
  request.path === '/ws' ? upgrade(request) : { body: 'a page that opens a WebSocket to /ws\n' },
);
const { port } = await server.listen({ port: 0 });

const client = await connect(`ws://localhost:${port}/ws`);
for await (const message of client) console.log(message);
console.log('closed with', client.closeInfo?.code);
await sockets.close();
await server.close();
