// A request in two chunks. The byte to follow is the W of the second one, 57.
// It comes alone: the first chunk has reached the handler, which waits for more.
import { once } from 'node:events';
import { connect } from 'node:net';
import { createServer } from 'http-mini';

let text = '';
let heard = (): void => {};
const first = new Promise<void>((resolve) => {
  heard = resolve;
});

const server = createServer(async (request) => {
  for await (const part of request.body) {
    text += Buffer.from(part).toString();
    heard();
  }
  return { headers: { Connection: 'close' }, body: text };
});
const { port } = await server.listen({ port: 0, host: '127.0.0.1' });

const client = connect(port, '127.0.0.1').setNoDelay();
client.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nHello,\r\n');
await first;
client.resume().write('6\r\n World\r\n0\r\n\r\n');
await once(client, 'close');
await server.close();
