// The server that is soaked: HTTP, and WebSockets by its handler. It checks what it gets. SIGTERM closes it, and then
// nothing is left that keeps the process.
import { createServer, type HttpRequest, switchProtocols } from 'http-mini';
import { WebSocketServer } from 'ws-mini';
import { content } from '../../content.ts';
import { answerQuestions } from '../../measured.ts';
import { numberIn, sizeIn } from '../paths.ts';

const counts = { requests: 0, messages: 0, sockets: 0, wrong: 0 };
/** Numbers of the requests that reached the handler, and per WebSocket the last number that came: what is told at the end. */
let accepted: number[] = [];
const arrived = new Map<number, number>();

const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: true });
const upgrade = sockets.handler(switchProtocols);

/** `/NUMBER/SIZE`: a GET is answered with that content, a POST brings it. */
async function answer(request: HttpRequest) {
  if (request.headers.has('upgrade')) return upgrade(request);
  const number = numberIn(request.target);
  counts.requests++;
  accepted.push(number);
  if (accepted.length > 20_000) accepted = accepted.slice(-10_000);
  const expected = content(sizeIn(request.target), number);
  if (request.method === 'GET') return { body: expected };
  let at = 0;
  for await (const part of request.body) {
    if (Buffer.compare(part, expected.subarray(at, at + part.length)) !== 0) counts.wrong++;
    at += part.length;
  }
  if (at !== expected.length) counts.wrong++;
  return { body: `${at}` };
}

sockets.on('connection', async (socket, { target }) => {
  const id = numberIn(target);
  counts.sockets++;
  let last = -1;
  for await (const message of socket) {
    const number = numberIn(String(message));
    if (number !== last + 1) counts.wrong++;
    last = number;
    counts.messages++;
    arrived.set(id, number);
    if (sizeIn(String(message)) === 0) void socket.close(1000, 'as you asked');
    else await socket.send(message);
  }
  if (!isClosing) arrived.delete(id);
});

let isClosing = false;
const server = createServer(answer, { onError() {} });
const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
const beAskedNoMore = answerQuestions({
  port,
  connections: () => server.connections + sockets.connections.size,
  counts: () => counts,
});

process.once('SIGTERM', async () => {
  isClosing = true;
  await Promise.all([server.close(), sockets.close()]);
  process.send!({ accepted, arrived: [...arrived] }, () => beAskedNoMore());
});
