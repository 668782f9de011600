// A message of any size, in and out part by part: neither side ever holds it as a whole. A slow reader slows
// the sender down. Reading throws if the connection ends in the middle, hence the try.
//   npx tsx --conditions=@minis/source packages/ws-mini/examples/parts.ts

import { createHash } from 'node:crypto';
import { connect, WebSocketServer } from 'ws-mini';

const server = new WebSocketServer({ port: 0, maxMessage: Number.POSITIVE_INFINITY });
server.on('connection', async (socket) => {
  try {
    for await (const message of socket.streams()) {
      const hash = createHash('sha256');
      for await (const part of message) hash.update(part);
      await socket.send(`${message.type} with the hash ${hash.digest('hex').slice(0, 8)}`);
    }
  } catch (error) {
    console.log((error as Error).message);
  }
});

async function* hundredMegabytes(): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < 1000; i++) yield new Uint8Array(100_000).fill(i);
}

const { port } = (await server.listening)!;
const client = await connect(`ws://localhost:${port}/`);
client.send(hundredMegabytes());
for await (const answer of client) {
  console.log(answer);
  // The server waits for the rest of this one, and never gets it.
  client.sendFragment('half', false);
  client.ping().then(() => client.terminate());
}
await server.close();
