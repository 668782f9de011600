// Chat: the server passes on what one says to all, without being asked. The text of a message is the line itself.
//   npx tsx --conditions=@minis/source packages/lab/examples/alone.ts chat
import type { WebSocketServer } from 'ws-mini';

/** Characters of a line. */
const LONGEST = 500;

export function chat(server: WebSocketServer): void {
  let guests = 0;
  server.on('connection', (socket) => {
    const name = `guest ${++guests}`;
    server.broadcast(`${name} comes in`);
    socket.on('message', (message) => {
      if (typeof message === 'string') server.broadcast(`${name}: ${message.slice(0, LONGEST)}`);
    });
    socket.on('close', () => server.broadcast(`${name} leaves`));
  });
}
