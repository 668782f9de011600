// A connection that has much to do gives way to others, and does all of it nevertheless.
import type { Duplex } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { connectedPair } from '../../../../scripts/for-tests/duplex-pair.ts';
import { createServer, type Handler, type HttpRequest, switchProtocols } from '../../src/index.ts';
import { CLOSE, chunkedPost, get, RawClient } from './support.ts';

/** In memory, all bytes of a client come at once. */
function inMemory(handler: Handler) {
  const server = createServer(handler);
  onTestFinished(() => server.destroy());
  const connect = (): RawClient<Duplex> => {
    const [ours, theirs] = connectedPair({ highWaterMark: 1 << 20 });
    server.accept(ours);
    return new RawClient(theirs);
  };
  return { server, connect };
}

const CHUNKS = 5000;
const chunks = `${'01\r\na\r\n'.repeat(CHUNKS)}0\r\n\r\n`;
const text = 'a'.repeat(CHUNKS);

test.each([
  ['parts of content', chunkedPost(chunks, CLOSE), CHUNKS],
  ['requests', get().repeat(499) + get('/', CLOSE), 500],
])('other connections have their turns between many %s', async (_, bytes, count) => {
  let turn = 0;
  let waiting: NodeJS.Immediate;
  const next = (): void => {
    turn++;
    waiting = setImmediate(next);
  };
  next();
  onTestFinished(() => clearImmediate(waiting));
  const seen: number[] = [];
  const { connect } = inMemory((request) => {
    if (request.method === 'POST') return read(request);
    seen.push(turn);
    return {};
  });
  const read = async ({ body }: HttpRequest) => {
    for await (const part of body) for (let i = 0; i < part.length; i++) seen.push(turn);
    return {};
  };
  const client = connect();
  client.send(bytes);
  await client.closed();
  expect(seen).toHaveLength(count);
  expect(new Set(seen).size).toBeGreaterThan(3);
});

test.each<[how: string, handler: Handler]>([
  ['whole', async (request) => ({ body: await request.text() })],
  ['in parts', (request) => ({ body: request.body })],
])('content that is read %s comes whole, also if the client has closed its half', async (_, handler) => {
  const client = inMemory(handler).connect();
  client.send(chunkedPost(chunks));
  client.socket.end();
  const received = await client.closed();
  expect(received.slice(received.indexOf('\r\n\r\n')).replace(/[^a]/g, '')).toBe(text);
});

test('a server that closes meanwhile still reads the request, and answers', async () => {
  let closing: Promise<void> | undefined;
  const { server, connect } = inMemory(async (request) => {
    closing = server.close();
    return { body: await request.text() };
  });
  const client = connect();
  client.send(chunkedPost(chunks));
  expect(await client.closed()).toContain(text);
  await closing;
});

test('a connection that leaves HTTP has the bytes behind the content', async () => {
  const { connect } = inMemory(() =>
    switchProtocols({ Upgrade: 'x' }, (transport, leftover) => transport.resume().end(leftover)),
  );
  const client = connect();
  client.send(`${chunkedPost(chunks, 'Connection: upgrade', 'Upgrade: x')}left`);
  expect(await client.closed()).toMatch(/^HTTP\/1\.1 101 [\s\S]*\r\n\r\nleft$/);
});
