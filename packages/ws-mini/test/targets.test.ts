// URLs that WHATWG's parser takes and RFC 3986 does not: what a client of ours asks for, and what a server takes from a
// browser, which sends most of it as it is.

import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { connect, WebSocket, WebSocketServer, WebSocketStream } from '../src/index.ts';
import { parseWebSocketUrl } from '../src/wire/index.ts';

/** A server, and the targets that it is asked for. */
async function listen(): Promise<[port: number, targets: string[]]> {
  const targets: string[] = [];
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (_, { target }) => targets.push(target));
  onTestFinished(() => server.close());
  return [(await server.listening)!.port, targets];
}

/** The status line that answers an opening handshake for `target`, sent as it is. */
async function statusFor(port: number, target: string): Promise<string> {
  const socket = connectTcp(port, '127.0.0.1');
  socket.write(
    `GET ${target} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  );
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return String(answer).split('\r\n')[0]!;
}

/** Chromium's request line for such a URL. */
const asBrowsersSend = "/a[b]%7Cc%7Bd%7D%5Ee%60f%zz'%22%3C%3E/x?q=[b]|c{d}^e`f%zz%27%22%3C%3E\\y";

test('the port of a server takes the target of a browser as it is', async () => {
  const [port, targets] = await listen();
  expect(await statusFor(port, asBrowsersSend)).toBe('HTTP/1.1 101 Switching Protocols');
  expect(targets).toEqual([asBrowsersSend]);
  for (const target of ['/a#b', '/\x7f', '/é'])
    expect(await statusFor(port, target)).toBe('HTTP/1.1 400 Bad Request');
});

test('a client percent-encodes what no target may hold, and `url` is as WHATWG has it', async () => {
  const [port, targets] = await listen();
  const url = `ws://127.0.0.1:${port}/a[b]|c{d}%zz%e4?[b]|{}^\`\\%`;
  const target = '/a%5Bb%5D%7Cc%7Bd%7D%25zz%e4?%5Bb%5D%7C%7B%7D%5E%60%5C%25';
  expect(parseWebSocketUrl(url)).toMatchObject({ href: new URL(url).href, target });

  const client = await connect(url);
  const socket = new WebSocket(url);
  expect(socket.url).toBe(new URL(url).href);
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  const stream = new WebSocketStream(url);
  await stream.opened;
  expect(targets).toEqual([target, target, target]);
  for (const open of [client, socket, stream]) void open.close();
});
