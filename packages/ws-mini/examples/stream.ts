// WebSocketStream: a connection as a pair of streams, to be piped like any other. Whoever is slow, reader,
// writer or peer, slows down the others.
//   npx tsx --conditions=@minis/source packages/ws-mini/examples/stream.ts

import { WebSocketServer, WebSocketStream } from 'ws-mini';

const server = new WebSocketServer({ port: 0 });
server.on('connection', (socket) => socket.on('message', (message) => void socket.send(message)));
const { port } = (await server.listening)!;

const stream = new WebSocketStream(`ws://localhost:${port}/`);
const { readable, writable } = await stream.opened;
const words = new ReadableStream<string>({
  start(controller) {
    for (const word of ['a', 'pair', 'of', 'streams']) controller.enqueue(word);
    controller.close();
  },
});
await words.pipeTo(writable, { preventClose: true });
for await (const word of readable) {
  console.log(word);
  if (word === 'streams') break;
}
// To leave the loop cancels the readable, and that closes the connection.
console.log(await stream.closed);
await server.close();
