// tcp 3: If a client does not read, where does it pile up?
// In our memory, unless we stop to read once write() says false: then TCP slows the client down by itself (RFC 9293 3.8.6).
// Breaks below: from a client that sends and does not read, rung 1 takes all there is; 256 MiB of it are 256 MiB of memory.
// Goals: echo/unread-stops, echo/unread-all-comes
// Run: PORT=7000 npx tsx packages/learn/rungs/tcp/03-pace.ts, then head -c 100000000 /dev/zero | nc 127.0.0.1 7000 | sleep 100
import { createServer, type Socket } from 'node:net';

/** Called for each client with a socket of its own; none of these calls waits, so none keeps another client waiting. */
function serve(socket: Socket): void {
  socket.on('data', (bytes) => {
    // False: the system has not taken all of it. What we do not read now waits in the system, and then at the client.
    if (!socket.write(bytes)) socket.pause();
  });
  socket.on('drain', () => socket.resume()); // each time: it will be paused again
}

const server = createServer((socket) => {
  socket.on('error', () => {}); // a client that resets its connection must not end the server
  serve(socket);
});
server.listen(Number(process.env['PORT'] ?? 7000), '127.0.0.1');
