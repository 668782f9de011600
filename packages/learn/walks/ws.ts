// 안녕 in two fragments, cut through 안 (ec 95 88). The byte to follow is its last, 88: bf on the wire, since 88 ^ 37 is bf.
// It comes alone: the server has read the first fragment, as its Pong to the Ping behind it shows.
import { once } from 'node:events';
import { connect } from 'node:net';
import { WebSocketServer } from 'ws-mini';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
server.on('connection', (socket) => {
  socket.on('message', (message) => {
    const text = String(message);
    socket.send(text);
    socket.close();
  });
});
const { port } = (await server.listening)!;

const client = connect(port, '127.0.0.1').setNoDelay();
client.write(
  'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
);
await once(client, 'data'); // 101
client.write(Buffer.from('018237fa213ddb6f' + '898037fa213d', 'hex')); // text, no FIN: ec 95. And a Ping
await once(client, 'data'); // its Pong
client.write(Buffer.from('808437fa213d' + 'bf11a4a8', 'hex')); // continuation, FIN: 88 eb 85 95
await once(client, 'data'); // its echo, and a Close
client.write(Buffer.from('888237fa213d' + '3412', 'hex')); // our Close, 1000
client.resume();
await once(client, 'close');
await server.close();
