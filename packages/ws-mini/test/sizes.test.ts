// How much may be sent in a turn, and how much received in a message: a browser names no limit, a Connection has its own.

import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type Connection,
  connect,
  WebSocket,
  WebSocketServer,
  type WebSocketServerOptions,
  WebSocketStream,
} from '../src/index.ts';

async function listen(
  serve: (connection: Connection) => unknown,
  options: WebSocketServerOptions = {},
): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options });
  onTestFinished(() => server.close());
  server.on('connection', serve);
  return `ws://127.0.0.1:${(await server.listening)!.port}/`;
}
const opened = (socket: WebSocket): Promise<unknown> =>
  new Promise((resolve) => socket.addEventListener('open', resolve));

const MiB = 1024 * 1024;

describe('the interface of a browser', () => {
  test.each([
    ['200 x 64 KiB', 200, 64 * 1024],
    ['3 x 2 MB', 3, 2_000_000],
  ])('sends %s in one turn', async (_, count, size) => {
    const received: number[] = [];
    const url = await listen((connection) =>
      connection.on('message', (message) => received.push(message.length)),
    );
    const socket = new WebSocket(url);
    await opened(socket);
    for (let i = 0; i < count; i++) socket.send(new Uint8Array(size));
    expect(socket.bufferedAmount).toBeGreaterThan((count * size) / 2);
    socket.close(1000);
    const closed = await new Promise<{ code: number }>((resolve) => (socket.onclose = resolve));
    expect(closed.code).toBe(1000);
    expect(received).toEqual(new Array(count).fill(size));
  });

  test('receives a message of 20 MiB, as does WebSocketStream', async () => {
    const url = await listen((connection) => void connection.send('x'.repeat(20 * MiB)));
    const socket = new WebSocket(url);
    const { data } = await new Promise<MessageEvent>((resolve) => (socket.onmessage = resolve));
    expect(data.length).toBe(20 * MiB);
    socket.close();

    const stream = new WebSocketStream(url);
    const { readable } = await stream.opened;
    const { value } = await readable.getReader().read();
    expect(value).toHaveLength(20 * MiB);
    stream.close();
    await stream.closed;
  });

  test('has the limits that its third argument gives it', async () => {
    let serverSide: Connection | undefined;
    const url = await listen((connection) => {
      serverSide = connection;
      void connection.send('12345');
    });
    const socket = new WebSocket(url, [], { maxMessage: 4 });
    const event = await new Promise<{ error?: unknown }>((resolve) => (socket.onerror = resolve));
    expect(event.error).toMatchObject({
      code: 'message-too-big',
      message: expect.stringMatching(/maxMessage is 4$/),
    });
    const { code } = await serverSide!.closed;
    expect(code).toBe(1009);
  });
});

describe('a Connection has its own limits, and says which one it was', () => {
  test('maxMessage, 16 MiB', async () => {
    const url = await listen((connection) => void connection.send('x'.repeat(16 * MiB + 1)));
    const client = await connect(url);
    const { error } = await client.closed;
    expect(error).toMatchObject({
      code: 'message-too-big',
      message: expect.stringMatching(/maxMessage is 16777216$/),
    });
  });

  test('maxMessage, of what comes out of inflating', async () => {
    const url = await listen((connection) => void connection.send('x'.repeat(5000)), {
      perMessageDeflate: true,
    });
    const client = await connect(url, { perMessageDeflate: true, maxMessage: 4000 });
    const { error } = await client.closed;
    expect(error).toMatchObject({
      code: 'message-too-big',
      message: expect.stringMatching(/maxMessage, which is 4000$/),
    });
  });

  test('maxQueued, 1 MiB', async () => {
    const url = await listen(() => {});
    const client = await connect(url);
    for (let i = 0; i < 3; i++) void client.send(new Uint8Array(2_000_000));
    const { error } = await client.closed;
    expect(error).toMatchObject({
      code: 'queue-full',
      message: expect.stringMatching(/maxQueued is 1048576$/),
    });
  });
});
