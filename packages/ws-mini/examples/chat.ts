// A chat room: whoever says something is heard by all. The frame is built once for all of them, and a
// peer that does not read is cut off when a megabyte waits for it, so that it cannot hurt the others.
//   npx tsx --conditions=@minis/source packages/ws-mini/examples/chat.ts

import { connect, WebSocketServer } from 'ws-mini';

const room = new WebSocketServer({ port: 0, protocols: ['chat'] });
room.on('connection', (socket, request) => {
  const name = new URLSearchParams(request.target.split('?')[1]).get('name') ?? 'somebody';
  room.broadcast(`${name} comes in`);
  socket.on('message', (message) => room.broadcast(`${name}: ${message}`));
  socket.on('close', () => room.broadcast(`${name} leaves`));
});

const address = await room.listening;
const url = `ws://localhost:${address?.port}/`;
const ann = await connect(`${url}?name=Ann`, { protocols: ['chat'] });
const bob = await connect(`${url}?name=Bob`, { protocols: ['chat'] });
ann.send('is anybody here?');
for await (const line of ann) {
  console.log(line);
  if (line === 'Ann: is anybody here?') bob.send('I am');
  if (line === 'Bob: I am') bob.close(1000);
  if (line === 'Bob leaves') break;
}
await room.close();
