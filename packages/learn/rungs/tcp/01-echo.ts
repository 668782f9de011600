// tcp 1: If one client is silent, do all others wait?
// accept() gives a new socket for each client, and each has a state of its own (RFC 9293 4); an echo sends back bytes (RFC 862).
// Breaks below: a loop that reads one client to its end leaves the second client's `sec` unheard; decoded to text, `ff` comes back as `ef bf bd`.
// Goals: echo/two-at-once, echo/again, echo/octets, echo/survives-reset
// Run: PORT=7000 npx tsx packages/learn/rungs/tcp/01-echo.ts, then nc 127.0.0.1 7000 in two terminals
import { createServer, type Socket } from 'node:net';

/** Called for each client with a socket of its own; none of these calls waits, so none keeps another client waiting. */
function serve(socket: Socket): void {
  // The bytes as they come, and no text: what is no UTF-8 would not survive it.
  socket.on('data', (bytes) => socket.write(bytes));
}

const server = createServer((socket) => {
  socket.on('error', () => {}); // a client that resets its connection must not end the server
  serve(socket);
});
server.listen(Number(process.env['PORT'] ?? 7000), '127.0.0.1');
