// Content in both directions as it comes: each line that a client sends is answered before it has sent the next, and a
// trailer at the end says how many there were. Nothing is gathered, so it works for any length.
//   npx tsx --conditions=@minis/source packages/http-mini/examples/streaming.ts
import { connect } from 'node:net';
import { createServer, type HttpRequest } from 'http-mini';

const server = createServer((request) => {
  let lines = 0;
  async function* answers(request: HttpRequest) {
    let rest = '';
    const decoder = new TextDecoder(); // a character may be cut in two
    for await (const part of request.body) {
      const pieces = (rest + decoder.decode(part, { stream: true })).split('\n');
      rest = pieces.pop()!;
      for (const line of pieces) yield `${++lines}: ${line.toUpperCase()}\n`;
    }
  }
  return { body: answers(request), trailers: () => ({ 'X-Lines': `${lines}` }) };
});
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });

// The client is a bare socket, so that what is on the wire can be seen.
const said = ['one\n', 'two\n', 'three\n'];
const socket = connect(port, '127.0.0.1');
socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n');
const sayNext = () => {
  const line = said.shift();
  socket.write(line === undefined ? '0\r\n\r\n' : `${line.length.toString(16)}\r\n${line}\r\n`);
};
sayNext();
for await (const bytes of socket.setEncoding('latin1')) {
  console.log(JSON.stringify(bytes));
  for (const _ of bytes.matchAll(/: \w+\n/g)) sayNext(); // only when the last line was answered
}
await server.close();
