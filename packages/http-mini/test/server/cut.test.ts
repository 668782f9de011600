// What is cut short can be told from what is whole, however its end was to be known: it ends in a reset (RFC 9112 8).
import { once } from 'node:events';
import { connect as connectSocket, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CERTIFICATE, KEY } from '../../../../scripts/for-tests/certificate.ts';
import type { Handler, HttpResponse, HttpServer, ServerOptions } from '../../src/index.ts';
import { deferred, handClock, RawClient, type Served, serve, turns } from './support.ts';

const REQUEST = ' / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
const framings: Record<string, [request: string, headers: Record<string, string>]> = {
  'until close': ['POST / HTTP/1.0\r\nContent-Length: 9\r\n\r\n', {}],
  chunked: [`POST${REQUEST}`, {}],
  'of known length': [`POST${REQUEST}`, { 'Content-Length': '100' }],
};

/** Content that has a beginning and, until it is told to fail, no more. */
function begun(): { body: AsyncIterable<string>; fail: () => void } {
  const failing = deferred();
  async function* parts(): AsyncGenerator<string> {
    yield 'begun';
    await failing.promise;
    throw new Error('no more of it');
  }
  return { body: parts(), fail: () => failing.resolve() };
}

interface Cut {
  options?: ServerOptions;
  handler?: Handler;
  cut(client: RawClient, server: HttpServer, fail: () => void): unknown;
}

const read: NonNullable<Cut['handler']> = async (request) => {
  request.text().catch(() => {});
  return {};
};

const cuts: Record<string, Cut> = {
  'the content fails': { cut: (_, __, fail) => fail() },
  'the server is destroyed': { cut: (_, server) => server.destroy() },
  'the server closes and nothing moves any more': {
    options: { closeTimeout: 20 },
    cut: (_, server) => void server.close(),
  },
  'the rest of the request does not come': { options: { requestTimeout: 20 }, handler: read, cut: () => {} },
  'the client closes within its request': { handler: read, cut: (client) => client.socket.end() },
};

async function start(
  { options = {}, handler }: Cut,
  headers: Record<string, string>,
  more: ServerOptions = {},
) {
  const { body, fail } = begun();
  const served = await serve(
    async (request): Promise<HttpResponse> => {
      await handler?.(request);
      return { headers, body };
    },
    { ...options, ...more },
  );
  return { ...served, fail };
}

for (const [framing, [request, headers]] of Object.entries(framings)) {
  describe(`content ${framing} ends in a reset when`, () => {
    test.each(Object.entries(cuts))('%s', async (_, way) => {
      const { connect, server, fail } = await start(way, headers);
      const client = await connect();
      client.send(request);
      await client.until('begun');
      way.cut(client, server, fail);
      await client.when(() => client.isClosed || client.hasEnded);
      expect(client).toMatchObject({ wasReset: true, hasEnded: false });
      while (server.connections > 0) await turns(1);
    });
  });
}

describe('over TLS as well, when', () => {
  test.each(Object.entries(cuts))('%s', async (_, way) => {
    const { port, server, fail } = await start(way, {}, { tls: { key: KEY, cert: CERTIFICATE } });
    const socket = connectTls({
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: CERTIFICATE,
      allowHalfOpen: true,
    } as object);
    await once(socket, 'secureConnect');
    const client = new RawClient(socket);
    client.send(framings['until close']![0]);
    await client.until('begun');
    way.cut(client, server, fail);
    await client.when(() => client.isClosed || client.hasEnded);
    expect(client).toMatchObject({ wasReset: true, hasEnded: false });
    while (server.connections > 0) await turns(1);
  });
});

/**
 * A socket that reads byte by byte. Of a read that did not fill its buffer, Node takes a reset that is already there for
 * an end (in libuv, uv__stream_io).
 */
function byteReader({ port }: Served): Socket {
  const onread = { buffer: new Uint8Array(1), callback: () => true };
  const socket = connectSocket({ port, host: '127.0.0.1', allowHalfOpen: true, onread });
  onTestFinished(() => void socket.destroy());
  return socket;
}

test('a response that the client does not take ends in a reset', async () => {
  for (const body of [Buffer.alloc(64 * 1024 * 1024), [Buffer.alloc(64 * 1024 * 1024)]]) {
    const { clock, pass } = handClock();
    const options = { clock, stallTimeout: 1000, lingerTimeout: 40 };
    const served = await serve(() => ({ body }), options);
    const client = byteReader(served);
    const ends: string[] = [];
    client
      .on('error', ({ code }: NodeJS.ErrnoException) => ends.push(code!))
      .on('end', () => ends.push('end'));
    client.pause().write('GET / HTTP/1.0\r\n\r\n');
    while (served.server.connections === 0) await turns(1);
    await turns(50);
    await pass(1001);
    while (served.server.connections > 0) await turns(1);
    client.resume();
    while (ends.length === 0) await turns(1);
    expect(ends).toEqual(['ECONNRESET']);
  }
});

test('a whole response does not, though the client never closes', async () => {
  const { connect, server } = await serve(() => ({ body: ['whole'] }), { lingerTimeout: 10 });
  const client = await connect();
  client.send('GET / HTTP/1.0\r\n\r\n');
  await client.ended();
  while (server.connections > 0) await turns(1);
  expect(client).toMatchObject({ wasReset: false, received: expect.stringMatching(/whole$/) });
});

test('nor does a connection without a request, when the server is destroyed', async () => {
  const { connect, server } = await serve(() => ({ body: 'whole' }));
  const client = await connect();
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await client.until('whole');
  server.destroy();
  await client.closed();
  expect(client.wasReset).toBe(false);
});
