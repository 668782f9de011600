import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { cut } from '../src/arbitraries/pieces.ts';
import { nextTurn, startCuttingProxy, wasReset } from '../src/peers/cutting-proxy.ts';
import { within } from '../src/properties/within.ts';

/** A server on bare sockets behind a proxy, and a connection to it. */
async function start(accept: (socket: Socket) => void, up: number[], down: number[] = [], rest = Infinity) {
  const server = createServer({ allowHalfOpen: true }, accept).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await startCuttingProxy((server.address() as AddressInfo).port, true);
  proxy.cuts = { up, down, rest };
  const client = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(async () => {
    client.destroy();
    await proxy.close();
    server.close();
  });
  return { client, proxy };
}

test('every piece arrives by itself', async () => {
  const sizes: number[] = [];
  const received = new Promise<void>((resolve) => {
    void start(
      (socket) => socket.on('data', ({ length }) => sizes.push(length)).on('end', resolve),
      [1, 1, 3, 700, 2],
    ).then(({ client }) => client.end(Buffer.alloc(1000)));
  });
  await received;
  expect(sizes).toEqual([1, 1, 3, 700, 2, 293]);
});

test('both directions, FINs included, and what clients sent is kept', async () => {
  const { client, proxy } = await start((socket) => socket.pipe(socket), [2, 5], [3]);
  client.end('hello world');
  let echoed = '';
  client.on('data', (bytes) => (echoed += bytes));
  await once(client, 'end');
  expect(echoed).toBe('hello world');
  expect(Buffer.concat(proxy.sentByClients).toString()).toBe('hello world');
});

test('megabytes wait in the sender while the gate is shut, and arrive once it opens', async () => {
  const size = 16 * 1024 * 1024;
  const { client, proxy } = await start((socket) => socket.pipe(socket), [], [], 64 * 1024);
  let open = (): void => {};
  const isOpen = new Promise<void>((resolve) => (open = resolve));
  const ways = new Set<string>();
  proxy.gate = (way, passed) => {
    ways.add(way);
    return passed > 0 ? isOpen : undefined;
  };
  client.end(Buffer.alloc(size));
  while (!ways.has('down')) await nextTurn();
  expect(client.writableLength).toBe(size); // node counts a write until all of it has gone
  open();
  let received = 0;
  for await (const { length } of client) received += length;
  expect(received).toBe(size);
});

test('a reset goes through', async () => {
  const { client } = await start((socket) => socket.once('data', () => socket.resetAndDestroy()), []);
  client.write('x');
  const [error] = await once(client, 'error');
  expect(error.code).toBe('ECONNRESET');
});

// By chance: of twenty, a few are such.
test('a reset behind bytes goes through, also if Node makes an end of it', async () => {
  for (let round = 0; round < 20; round++) {
    const { client } = await start(async (socket) => {
      await once(socket, 'data');
      await new Promise((resolve) => socket.write(Buffer.alloc(30_000), resolve));
      for (let turn = 0; turn < round % 4; turn++) await nextTurn();
      socket.resetAndDestroy();
    }, []);
    let isEnd = false;
    client.on('end', () => (isEnd = !wasReset(client))).on('error', () => {});
    client.resume().write('x');
    await new Promise((resolve) => client.on('close', resolve).on('end', resolve));
    expect(isEnd).toBe(false);
  }
});

// Node would keep the handle, and with it the connection and the process.
test('a reset right behind a FIN closes the connection', async () => {
  const { client, proxy } = await start((socket) => socket.write('x'), []);
  await once(client, 'data');
  const { client: near, server } = proxy.latest!;
  server.prependListener('close', () => near.end()).destroy();
  let isClosed = false;
  client.on('error', () => (isClosed = true));
  const writing = async (): Promise<void> => {
    for (; !isClosed; await nextTurn()) client.write('x');
  };
  await within(50_000, writing());
});

test('cut: copies that make up the whole', () => {
  const whole = Buffer.from('abcdef');
  const parts = cut(whole, [1, 3]);
  expect(parts.map((part) => Buffer.from(part).toString())).toEqual(['a', 'bcd', 'ef']);
  parts[0]![0] = 0;
  expect(whole.toString()).toBe('abcdef');
  expect(cut(whole, [6, 1])).toHaveLength(1);
});
