// A ticker: all subscribers get each price as it is made. Nobody asks, and who reads too slowly misses some.
//   npx tsx --conditions=@minis/source packages/lab/examples/alone.ts ticker
import type { WebSocketServer } from 'ws-mini';

/** Milliseconds. */
const INTERVAL = 250;

export function ticker(server: WebSocketServer): void {
  let price = 100;
  const tick = () => {
    price = Math.max(1, price + Math.random() - 0.5);
    server.broadcast(price.toFixed(2));
  };
  whileWatched(server, INTERVAL, tick);
}

/** Works only while somebody is there to see it. */
export function whileWatched(server: WebSocketServer, interval: number, work: () => void): void {
  let timer: NodeJS.Timeout | undefined;
  server.on('connection', (socket) => {
    timer ??= setInterval(work, interval);
    socket.on('close', () => {
      if (server.connections.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    });
  });
}
