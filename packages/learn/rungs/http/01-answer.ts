// http 1: How many bytes make an answer?
// A status line, an empty line, content; the end of the connection ends it (RFC 9112 2.1, 6.3).
// Breaks below: `OK\n` alone is HTTP/0.9, which no browser takes.
// Goals: response/status-line
// Run: PORT=8080 npx tsx packages/learn/rungs/http/01-answer.ts, then curl -i http://127.0.0.1:8080/
import { createServer } from 'node:net';

createServer((socket) => {
  socket.on('error', () => {}); // a client that resets its connection must not end the server
  socket.end('HTTP/1.1 200 OK\r\n\r\nhello\n'); // the space after 200 stays, even if no reason follows it
}).listen(Number(process.env['PORT'] ?? 8080), '127.0.0.1');
