// An echo server and a client that talks to it. Awaiting `send` waits for a peer that is slow to read, and so
// slows down what is read from it.
//   npx tsx --conditions=@minis/source packages/ws-mini/examples/echo.ts

import { WebSocket, WebSocketServer } from 'ws-mini';

const server = new WebSocketServer({ port: 0 });

async function serve(): Promise<void> {
  for await (const socket of server)
    void (async () => {
      for await (const message of socket) await socket.send(message);
      console.log('the server saw', socket.closeInfo?.code, socket.closeInfo?.reason);
    })();
}
void serve();

const address = await server.listening;
const socket = new WebSocket(`ws://localhost:${address?.port}/`);
socket.onopen = () => socket.send('hello');
socket.onmessage = ({ data }) => {
  console.log('the client got', data);
  socket.close(1000, 'thanks');
};
await new Promise((resolve) => {
  socket.onclose = resolve;
});
await server.close();
