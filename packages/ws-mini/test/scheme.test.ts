// A target of https: asks for what a connection without TLS does not keep: it is refused with 421, unless a gateway is
// trusted that has kept it (RFC 9110 7.4).

import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { CERTIFICATE, KEY } from '../../../scripts/for-tests/certificate.ts';
import { WebSocketServer, type WebSocketServerOptions } from '../src/index.ts';

const opening = (target: string): string =>
  [
    `GET ${target} HTTP/1.1`,
    'Host: localhost',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    '\r\n',
  ].join('\r\n');

/** The status of the answer, and the error that the server was told. */
async function ask(socket: Socket, target: string): Promise<number> {
  onTestFinished(() => void socket.destroy());
  socket.write(opening(target));
  for await (const bytes of socket) return Number(/^HTTP\/1\.1 (\d{3}) /.exec(String(bytes))![1]);
  throw new Error('no answer');
}

async function port(options: WebSocketServerOptions): Promise<number> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options });
  onTestFinished(() => server.close());
  return (await server.listening)!.port;
}

// rfc9110/7.4/https-secured
test.each<[status: number, target: string, options: WebSocketServerOptions]>([
  [421, 'https://localhost/', {}],
  [421, 'HTTPS://localhost/', {}],
  [101, 'http://localhost/', {}],
  [101, '/https://localhost/', {}],
  [101, 'https://localhost/', { scheme: 'https' }],
])('%i to %s, on a port of its own: %j', async (status, target, options) => {
  expect(await ask(connect(await port(options), '127.0.0.1'), target)).toBe(status);
});

test('over TLS it is served', async () => {
  const to = { port: await port({ tls: { key: KEY, cert: CERTIFICATE } }), host: '127.0.0.1' };
  const socket = connectTls({ ...to, servername: 'localhost', ca: CERTIFICATE });
  expect(await ask(socket, 'https://localhost/')).toBe(101);
});

test('on a node:http server, and by an error that names it', async () => {
  const http = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void http.close());
  await new Promise((resolve) => http.once('listening', resolve));
  const server = new WebSocketServer({ server: http });
  onTestFinished(() => server.close());
  const errors: Error[] = [];
  server.on('error', (error) => errors.push(error));
  const socket = connect((http.address() as AddressInfo).port, '127.0.0.1');
  expect(await ask(socket, 'https://localhost/')).toBe(421);
  expect(errors).toMatchObject([{ code: 'request-misdirected', status: 421, rule: 'RFC 9110 7.4' }]);
});
