// The ceiling of servers, and the server that clients are measured on: what is left when a server does no protocol work. It
// knows what its answer looks like, byte for byte, and how long a request is; it counts bytes, and writes as many answers
// as there were requests, in one write.
import { createHash } from 'node:crypto';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { answerCommands, report } from './child.ts';

/**
 * What goes before the content of every answer, as base64, and two lengths: of the answer's content, and of a request, for
 * HTTP without its head. Then what is spoken, and who gets the answers, where that is everybody.
 */
const [before = '', contentLength = '', requestLength = '', protocol = 'http', receivers = ''] =
  process.argv.slice(2);
const answer = Buffer.concat([Buffer.from(before, 'base64'), Buffer.alloc(Number(contentLength), 'x')]);
const several: Buffer[] = [];
const everybody: Socket[] = [];

const server = createServer({ noDelay: true }, (socket) => {
  let isOpen = protocol !== 'websocket';
  /** Each client has a head of its own: the first one, which comes in one piece, says how long. */
  let length = protocol === 'http' ? 0 : Number(requestLength);
  let bytes = 0;
  const audience = receivers === 'everybody' ? everybody : [socket];
  everybody.push(socket);
  socket.on('error', () => {});
  socket.on('close', () => everybody.splice(everybody.indexOf(socket), 1));
  socket.on('data', (chunk) => {
    if (!isOpen) {
      isOpen = true; // a head of some hundred bytes comes in one piece, and nothing behind it before the answer
      socket.write(upgraded(chunk.toString('latin1')));
      return;
    }
    length ||= chunk.indexOf('\r\n\r\n') + 4 + Number(requestLength);
    bytes += chunk.length;
    const count = Math.floor(bytes / length);
    if (count === 0) return;
    bytes -= count * length;
    several[count] ??= Buffer.concat(Array<Buffer>(count).fill(answer));
    for (const receiver of audience) receiver.write(several[count]!);
  });
});

/** The key is each client's own (RFC 6455 4.2.2). */
function upgraded(head: string): string {
  const [, key] = /^Sec-WebSocket-Key: *(\S+)/im.exec(head)!;
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
}
answerCommands();
server.listen(0, '127.0.0.1', () => report({ port: (server.address() as AddressInfo).port }));
