// In memory: a client and a server at the two ends of a pair of streams, with no socket between them. A test is as fast as
// that, and as sure; and any other transport works the same way: a Unix socket, a tunnel through a proxy, a serial line.
//   npx tsx --conditions=@minis/source packages/http-mini/examples/in-memory.ts
import { duplexPair } from 'node:stream';
import { Client, createServer } from 'http-mini';

const server = createServer(async (request) => ({
  body: `${request.authority} heard ${await request.text()}\n`,
}));

// The origin is only a name here: it says what goes into Host, and nobody looks it up.
const client = new Client('http://nowhere.example', {
  connect: () => {
    const [ours, theirs] = duplexPair();
    server.accept(theirs);
    return ours;
  },
  observe: (event) => {
    if (event.type === 'sent' || event.type === 'received') {
      console.log(event.type, JSON.stringify(Buffer.from(event.bytes).toString().split('\r\n')[0]));
    } else console.log(event.type);
  },
});

for (const body of ['hello', 'goodbye']) {
  const response = await client.request({ method: 'POST', body });
  console.log(response.status, (await response.text()).trim());
}
await client.close();
await server.close();
