// A refused HEAD gets what GET would be told, without content: what came behind the head would be taken for the
// beginning of the next answer (RFC 9110 9.3.2).

import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from '../src/index.ts';

const UPGRADE =
  'Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

async function answerTo(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.end(request);
  let received = '';
  for await (const bytes of socket) received += bytes;
  return received;
}

test.each([
  ['a good one', 405, ` / HTTP/1.1\r\n${UPGRADE}`],
  ['a bad Host', 400, ` / HTTP/1.1\r\nHost: a b\r\n\r\n`],
  ['a bad target', 400, ` /\0 HTTP/1.1\r\n${UPGRADE}`],
])('HEAD is refused without content, on a port of its own: %s', async (_, status, rest) => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => server.close());
  const { port } = (await server.listening)!;
  expect(await answerTo(port, `HEAD${rest}`)).toMatch(new RegExp(`^HTTP/1.1 ${status} [\\s\\S]*\r\n\r\n$`));
  expect(await answerTo(port, `POST${rest}`)).toMatch(
    new RegExp(`^HTTP/1.1 ${status} [\\s\\S]*\r\n\r\n.+\n$`),
  );
});

test('HEAD is refused without content, on a node:http server', async () => {
  const http = createServer().listen(0, '127.0.0.1');
  const server = new WebSocketServer({ server: http });
  onTestFinished(() => void http.close());
  onTestFinished(() => server.close());
  await new Promise((resolve) => http.once('listening', resolve));
  const { port } = http.address() as AddressInfo;
  expect(await answerTo(port, `HEAD / HTTP/1.1\r\n${UPGRADE}`)).toMatch(/^HTTP\/1.1 405 [\s\S]*\r\n\r\n$/);
  expect(await answerTo(port, `POST / HTTP/1.1\r\n${UPGRADE}`)).toMatch(
    /^HTTP\/1.1 405 [\s\S]*\r\n\r\n.+\n$/,
  );
});
