// Upgrade (RFC 9110 7.8): a connection that begins as HTTP and goes on as another protocol, here one where each line is
// answered by its characters backwards. It is how WebSocket begins, too. Both sides get the bare socket, and with it what the
// other side has sent already: bytes that come in one read with the head belong to the new protocol.
//   npx tsx --conditions=@minis/source packages/http-mini/examples/upgrade.ts
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { createServer, request, switchProtocols } from 'http-mini';

/** The lines that come over a socket, beginning with what came too early. */
function linesOf(socket: Duplex, leftover: Uint8Array) {
  if (leftover.length > 0) socket.unshift(leftover);
  return createInterface({ input: socket });
}

async function answerLines(socket: Duplex, leftover: Uint8Array): Promise<void> {
  socket.on('error', () => {}); // the connection is ours now, and so are its errors
  socket.write('welcome\n'); // leaves right behind the 101, mostly in the same packet
  for await (const line of linesOf(socket, leftover)) socket.write(`${[...line].reverse().join('')}\n`);
  socket.end();
}

const server = createServer((request) => {
  if (!request.upgrade.includes('backwards')) {
    return { status: 426, headers: { Upgrade: 'backwards' }, body: 'this is served backwards only\n' };
  }
  return switchProtocols({ Upgrade: 'backwards' }, (socket, leftover) => void answerLines(socket, leftover));
});
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
const url = `http://127.0.0.1:${port}/`;

const refused = await request(url);
console.log(refused.status, refused.headers.get('upgrade'), JSON.stringify(await refused.text()));

// Asking costs nothing: a server that does not know the protocol answers in HTTP, and there is no socket.
const { status, socket, leftover } = await request(url, { headers: { Upgrade: 'backwards' } });
console.log(status);
if (socket === undefined || leftover === undefined) throw new Error('the server goes on in HTTP');
const say = ['protocol', 'socket'];
for await (const line of linesOf(socket, leftover)) {
  console.log(line);
  const next = say.shift();
  if (next === undefined) socket.end();
  else socket.write(`${next}\n`);
}
await server.close();
