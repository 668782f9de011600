// tcp 2: Is one write() one read()?
// A stream has no messages: keep what has come until a line is whole, wherever TCP has cut it (RFC 9293 2.2).
// Breaks below: `61 62 0a 63` and then `64 0a` are taken for two messages, `ab\nc` and `d`; and `ec`, then `95 88 0a`, for broken characters.
// Goals: lengths/two-lines-in-one, lengths/line-in-three, lengths/hangul-cut, lengths/line-over-limit
// Run: PORT=7000 npx tsx packages/learn/rungs/tcp/02-lines.ts, then printf 'a\nbc\n' | nc 127.0.0.1 7000
import { createServer, type Socket } from 'node:net';

/** Bytes of a line. A line without an end would else take all of the memory. */
const MOST_LINE = 65_536;

/** Called for each client with a socket of its own; none of these calls waits, so none keeps another client waiting. */
function serve(socket: Socket): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (bytes) => {
    // Bytes are joined, and no texts: TCP cuts within a character, too.
    rest = Buffer.concat([rest, bytes]);
    // Again and again, since one read may end several lines.
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      socket.write(`${end}\n`); // where the LF stands is how many bytes stand before it
      rest = rest.subarray(end + 1); // the rest is the beginning of the next line
    }
    if (rest.length > MOST_LINE) socket.destroy();
  });
}

const server = createServer((socket) => {
  socket.on('error', () => {}); // a client that resets its connection must not end the server
  serve(socket);
});
server.listen(Number(process.env['PORT'] ?? 7000), '127.0.0.1');
