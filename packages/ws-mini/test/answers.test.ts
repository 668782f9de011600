// What came before the peer's Close, its FIN or a rule it broke is answered, also by the interfaces of a browser, whose
// consumers are asynchronous: a handler that is called task by task, a reader.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketStream } from '../src/index.ts';
import { acceptFor, encodeFrame } from '../src/wire/index.ts';
import { Peer } from './sockets.ts';
import { concat, hex } from './support.ts';

const end = { 'its Close': encodeFrame({ opcode: 8, payload: hex('03e8') }), 'a broken rule': hex('83 00') };
const messages = ['a', 'b', 'c'].map((payload) => encodeFrame({ opcode: 1, payload }));

/** A peer that says all it has to say with its answer to the handshake, in one write. */
async function peer(last: Uint8Array): Promise<[url: string, answers: Promise<string[]>]> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const answers = once(server, 'connection').then(async ([socket]) => {
    const [request] = await once(socket, 'data');
    const key = /Sec-WebSocket-Key: (\S+)/.exec(String(request))![1]!;
    const peer = new Peer(socket);
    const head =
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${acceptFor(key)}\r\n\r\n`;
    socket.write(concat([Buffer.from(head), ...messages, last]));
    await peer.until(() => peer.frames().some((frame) => frame.startsWith('8:')));
    socket.end();
    await peer.closed;
    return peer.frames().map((frame) => frame.replace(/^8:.*$/, 'Close'));
  });
  return [`ws://127.0.0.1:${(server.address() as { port: number }).port}/`, answers];
}

describe.each(Object.entries(end))('before %s, every message is answered', (_, last) => {
  const expected = [...['a', 'b', 'c'].map((text) => `1:${Buffer.from(text).toString('hex')}`), 'Close'];

  test('by a handler of a WebSocket', async () => {
    const [url, answers] = await peer(last);
    const socket = new WebSocket(url);
    socket.onmessage = ({ data }) => socket.send(data);
    expect(await answers).toEqual(expected);
  });

  test('by one that goes on after an `await`', async () => {
    const [url, answers] = await peer(last);
    const socket = new WebSocket(url);
    socket.onmessage = async ({ data }) => {
      await Promise.resolve().then(() => {});
      socket.send(data);
    };
    expect(await answers).toEqual(expected);
  });

  test('by a loop over the readable of a WebSocketStream', async () => {
    const [url, answers] = await peer(last);
    const { readable, writable } = await new WebSocketStream(url).opened;
    const writer = writable.getWriter();
    writer.closed.catch(() => {});
    const answering = (async () => {
      for await (const message of readable) await writer.write(message as string);
    })().catch(() => {});
    expect(await answers).toEqual(expected);
    await answering;
  });

  test('by a pipe', async () => {
    const [url, answers] = await peer(last);
    const { readable, writable } = await new WebSocketStream(url).opened;
    void readable.pipeTo(writable).catch(() => {});
    expect(await answers).toEqual(expected);
  });
});
