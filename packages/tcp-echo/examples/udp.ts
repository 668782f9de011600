// The contrast: UDP (RFC 768). The same echo without listen(), accept() or connect(): one socket serves
// everybody, and each datagram arrives whole or not at all. Messages keep their borders, so nothing here needs
// framing; but nothing is promised either: not arrival, not order, and no peer slows its sender down.
//   npx tsx packages/tcp-echo/examples/udp.ts
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const server = createSocket('udp4'); // socket()
server.on('message', (datagram, from) => server.send(datagram, from.port, from.address));
server.bind(0, '127.0.0.1'); // bind(), and that is all
await once(server, 'listening');
const { port } = server.address();

const client = createSocket('udp4');
const sent = ['one', 'two', '', 'three'];
const lost = setTimeout(() => {
  console.log('a datagram was lost: UDP did not promise it'); // nobody else will tell
  client.close();
}, 2000);
let count = 0;
client.on('message', (datagram) => {
  console.log(`one datagram, one message: "${datagram}"`); // the empty one, too: TCP cannot send nothing
  if (++count === sent.length) client.close();
});
for (const text of sent) client.send(text, port, '127.0.0.1');

await once(client, 'close');
clearTimeout(lost);
server.close();
