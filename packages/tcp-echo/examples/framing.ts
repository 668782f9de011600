// One `data` event is not one message. Three messages go out in three sends and come back in as many chunks as
// TCP likes; framing finds them again, by delimiter and by length.
//   npx tsx --conditions=@minis/source packages/tcp-echo/examples/framing.ts
import {
  connect,
  createEchoServer,
  delimiterDecoder,
  encodeDelimited,
  encodeLengthPrefixed,
  lengthPrefixDecoder,
  messages,
} from 'tcp-echo';

const said = ['one', 'two', 'three'].map((text) => Buffer.from(text));
const server = createEchoServer();
const { port } = await server.listen();

async function sendAll(parts: Uint8Array[]) {
  const client = await connect({ port });
  for (const part of parts) client.send(part); // not awaited: they may well travel together
  client.end();
  return client;
}

let chunks = 0;
for await (const chunk of await sendAll(said)) {
  chunks++;
  console.log(`a chunk, and no way to tell the messages in it: ${Buffer.from(chunk)}`);
}
console.log(`without framing: 3 sends, ${chunks} chunk(s)`);

const lines = await sendAll(said.map((message) => encodeDelimited(message)));
for await (const line of messages(lines, delimiterDecoder()))
  console.log(`by delimiter: ${Buffer.from(line)}`);

const sized = await sendAll(said.map((message) => encodeLengthPrefixed(message, 2)));
const decoder = lengthPrefixDecoder({ prefixBytes: 2 });
for await (const message of messages(sized, decoder)) console.log(`by length: ${Buffer.from(message)}`);

await server.close();
