// The ceiling: what is left when a server does no protocol work. It knows how long a request is and what the answer to it
// looks like, byte for byte; it counts bytes, and writes as many answers as there were requests, in one write.
import { type AddressInfo, createServer } from 'node:net';
import { answerCommands, report } from './child.ts';

/** The answer to the opening head, or nothing, and what goes before the content of every answer, as base64; two lengths. */
const [opening = '', before = '', contentLength = '', requestLengthText = ''] = process.argv.slice(2);
const openingAnswer = Buffer.from(opening, 'base64');
const answer = Buffer.concat([Buffer.from(before, 'base64'), Buffer.alloc(Number(contentLength), 'x')]);
const requestLength = Number(requestLengthText);
const several: Buffer[] = [];

const server = createServer({ noDelay: true }, (socket) => {
  let isOpen = openingAnswer.length === 0;
  let bytes = 0;
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    if (!isOpen) {
      isOpen = true; // a head of some hundred bytes comes in one piece, and nothing behind it before the answer
      socket.write(openingAnswer);
      return;
    }
    bytes += chunk.length;
    const count = Math.floor(bytes / requestLength);
    if (count === 0) return;
    bytes -= count * requestLength;
    several[count] ??= Buffer.concat(Array<Buffer>(count).fill(answer));
    socket.write(several[count]);
  });
});
answerCommands();
server.listen(0, '127.0.0.1', () => report({ port: (server.address() as AddressInfo).port }));
