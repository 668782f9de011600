// tcp 4: How many times does it end?
// Each direction ends by itself, with a FIN (RFC 9293 3.6); a reset is no end (3.5.3), and silence needs a deadline of our own.
// Breaks below: rung 3 says nothing at the end, and Node's default ends our direction with the client's: a total that is not ready by then never arrives.
// Goals: total/after-end, total/reset-is-no-end, total/idle-is-ended, total/no-answer-lost-by-reset
// Run: PORT=7000 npx tsx packages/learn/rungs/tcp/04-ends.ts, then head -c 5000 /dev/zero | nc -N 127.0.0.1 7000
import { createServer, type Socket } from 'node:net';

const MOST_BYTES = 1_000_000;
/** Milliseconds. A client that has lost its network sends neither FIN nor reset. */
const IDLE_TIME = 2000;

/** Called for each client with a socket of its own; none of these calls waits, so none keeps another client waiting. */
function serve(socket: Socket): void {
  let total = 0;
  socket.on('data', (bytes) => {
    total += bytes.length;
    // We go on to read, and drop it: to close with bytes unread is a reset, which may take the answer away (RFC 1122 4.2.2.13).
    if (total > MOST_BYTES && !socket.writableEnded) socket.end('too many');
  });
  // The client's FIN, and only that: after a reset there is 'error' and nobody to be answered.
  socket.on('end', () => {
    if (!socket.writableEnded) socket.end(`${total}`);
  });
  socket.setTimeout(IDLE_TIME, () => socket.destroy());
}

// Half open: the client's end is not ours, which comes behind the answer.
const server = createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => {}); // a client that resets its connection must not end the server
  serve(socket);
});
server.listen(Number(process.env['PORT'] ?? 7000), '127.0.0.1');
