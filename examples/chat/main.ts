// One process of the chat. With Redis there may be many, behind a proxy (nginx.conf); without, it is the whole chat.
//   npx tsx --conditions=@minis/source examples/chat/main.ts PORT [redis://HOST:PORT]

import { WebSocketServer } from 'ws-mini';
import { chat } from './chat.ts';
import { RedisRoom } from './redis.ts';

const [port = '0', redis] = process.argv.slice(2);
const room = redis === undefined ? undefined : new RedisRoom(redis);
// First Redis, then people: who is let in hears everything from then on.
await room?.open();

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(port), maxMessage: 4096 });
chat(server, (line) => (room === undefined ? server.broadcast(line) : room.add(line)));
console.log(`ws://127.0.0.1:${(await server.listening)?.port}/`);

for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, async () => {
    await server.close(); // tells everybody 1001, so that they come back to another process
    await room?.close();
  });
for await (const line of room?.lines() ?? []) server.broadcast(line);
