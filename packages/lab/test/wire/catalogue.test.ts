// The catalogue's bytes are those that real clients and servers send, with the same clock, nonce and keys.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { explainConnection } from 'explain-mini';
import { Client, createServer, switchProtocols } from 'http-mini';
import { TRACKS } from 'learn/ladder';
import { describe, expect, test } from 'vitest';
import { connect, WebSocketServer } from 'ws-mini';
import { connectedPair } from '../../../../scripts/for-tests/duplex-pair.ts';
import { CATALOGUE, exchangeOf } from '../../src/wire/catalogue.ts';
import { maskKeys } from '../../src/wire/client.ts';
import { bytesOf } from '../../src/wire/recording.ts';
import { replay } from '../../src/wire/replay.ts';
import { readByRungs } from '../../src/wire/rung-readings.ts';

const exchange = (id: string) => exchangeOf(id)!;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const TEXT = { 'Content-Type': 'text/plain; charset=utf-8' };

/** Two ends of a connection, and all bytes that pass between them. */
function watchedPair(): { client: Duplex; server: Duplex; sent: Record<'client' | 'server', Buffer[]> } {
  const [client, server] = connectedPair();
  const sent: Record<'client' | 'server', Buffer[]> = { client: [], server: [] };
  for (const [side, end] of [
    ['client', client],
    ['server', server],
  ] as const) {
    const write = end._write.bind(end);
    end._write = (chunk: Buffer, encoding, done) => {
      sent[side].push(Buffer.from(chunk));
      write(chunk, encoding, done);
    };
    (end as { _writev?: unknown })._writev = null; // or some would pass unseen
  }
  return { client, server, sent };
}

function expectSent(id: string, sent: Record<'client' | 'server', Buffer[]>): void {
  for (const side of ['client', 'server'] as const)
    expect(hex(Buffer.concat(sent[side])), `${id}, ${side}`).toBe(hex(bytesOf(exchange(id), side)));
}

describe('HTTP: as http-mini sends it', () => {
  const sockets = new WebSocketServer({ noServer: true });
  sockets.on('connection', (connection) => void connection.send('hi'));
  const upgrade = sockets.handler(switchProtocols);

  function start() {
    const { client: end, server: transport, sent } = watchedPair();
    const server = createServer(
      async (request) => {
        if (request.headers.has('upgrade')) return upgrade(request);
        if (request.method === 'POST')
          return {
            headers: { 'Content-Type': request.headers.get('content-type')! },
            body: await request.bytes(),
          };
        if (request.path !== '/greeting')
          return {
            headers: TEXT,
            body: request.path === '/' ? 'hello\n' : `you asked for ${request.path}\n`,
          };
        return { headers: TEXT, body: '안녕', trailers: { 'Server-Timing': 'greet;dur=0.1' } };
      },
      { date: () => Date.UTC(1994, 10, 6, 8, 49, 37) },
    );
    server.accept(transport);
    const client = new Client('http://a', { connect: () => end as never, pipelining: 2, connections: 1 });
    return { client, server, sent, end };
  }

  async function get(client: Client, target: string, options = {}): Promise<string> {
    const response = await client.request({ target, ...options });
    return response.text();
  }

  test('http-close', async () => {
    const { client, sent, end } = start();
    expect(await get(client, '/', { connection: 'close' })).toBe('hello\n');
    if (!end.closed) await once(end, 'close');
    expectSent('http-close', sent);
    expect(bytesOf(exchange('http-close'), 'client').length).toBe(46);
  });

  test('http-keep', async () => {
    const { client, sent } = start();
    await get(client, '/');
    await Promise.all([get(client, '/a'), get(client, '/b')]);
    expectSent('http-keep', sent);
    await client.close();
  });

  test('http-chunked', async () => {
    const { client, sent } = start();
    expect(await get(client, '/greeting', { headers: { TE: 'trailers' } })).toBe('안녕');
    expectSent('http-chunked', sent);
    await client.close();
  });

  test('http-continue', async () => {
    const { client, sent } = start();
    const options = { method: 'POST', headers: TEXT, expectContinue: true, body: '안녕' };
    expect(await get(client, '/', options)).toBe('안녕');
    expectSent('http-continue', sent);
    await client.close();
  });

  test('ws-open', async () => {
    const { sent, end } = start();
    const connection = await connect('ws://a/greet', {
      transport: end,
      nonce: Buffer.from('the sample nonce'),
    });
    for await (const message of connection) {
      expect(message).toBe('hi');
      break;
    }
    // Before any Close: leaving the loop has not closed the connection yet when these were sent.
    const server = bytesOf(exchange('ws-open'), 'server');
    expect(hex(Buffer.concat(sent.server).subarray(0, server.length))).toBe(hex(server));
    expect(hex(sent.client[0]!)).toBe(hex(bytesOf(exchange('ws-open'), 'client')));
    await connection.close();
  });
});

describe('frames: as ws-mini sends them', () => {
  const CRLF = Buffer.from('\r\n\r\n');
  /** What was sent after the opening handshake. */
  const frames = (parts: Buffer[]): Buffer => {
    const all = Buffer.concat(parts);
    return all.subarray(all.indexOf(CRLF) + CRLF.length);
  };

  async function start() {
    const { client: end, server: transport, sent } = watchedPair();
    const sockets = new WebSocketServer({ noServer: true });
    sockets.on('connection', async (socket) => {
      for await (const message of socket) await socket.send(message);
    });
    const server = createServer(sockets.handler(switchProtocols));
    server.accept(transport);
    return { connection: await connect('ws://a/', { transport: end, maskKey: maskKeys() }), sent };
  }

  test('ws-text', async () => {
    const { connection, sent } = await start();
    await connection.send('안녕');
    for await (const message of connection) {
      expect(message).toBe('안녕');
      break;
    }
    const { client, server } = { client: frames(sent.client), server: frames(sent.server) };
    expect(hex(client.subarray(0, 12))).toBe(hex(bytesOf(exchange('ws-text'), 'client')));
    expect(hex(server.subarray(0, 8))).toBe(hex(bytesOf(exchange('ws-text'), 'server')));
    await connection.close();
  });

  test('ws-close', async () => {
    const { connection, sent } = await start();
    await connection.close(1000, 'bye');
    expect(hex(frames(sent.client))).toBe(hex(bytesOf(exchange('ws-close'), 'client')));
    expect(hex(frames(sent.server))).toBe(hex(bytesOf(exchange('ws-close'), 'server')));
  });

  test('ws-fragments: a server answers them so', async () => {
    const { client: end, server: transport, sent } = watchedPair();
    const sockets = new WebSocketServer({ noServer: true });
    sockets.on('connection', async (socket) => {
      for await (const message of socket) await socket.send(message);
    });
    createServer(sockets.handler(switchProtocols)).accept(transport);
    end.write(Buffer.from(bytesOf(exchange('ws-open'), 'client')));
    end.write(Buffer.from(bytesOf(exchange('ws-fragments'), 'client')));
    const answer = bytesOf(exchange('ws-fragments'), 'server');
    for await (const _ of end) if (frames(sent.server).length >= answer.length) break;
    expect(hex(frames(sent.server))).toBe(hex(answer));
  });
});

test('udp: each datagram arrives whole, even the empty one', async () => {
  const [sender, receiver] = [createSocket('udp4'), createSocket('udp4')];
  const came: string[] = [];
  receiver.bind(0, '127.0.0.1');
  await once(receiver, 'listening');
  for (const { bytes } of exchange('udp').passages) {
    sender.send(bytes, receiver.address().port, '127.0.0.1');
    const [message] = await once(receiver, 'message');
    came.push(hex(message));
  }
  expect(came).toEqual(exchange('udp').passages.map(({ bytes }) => hex(bytes)));
  expect(came).toContain('');
  sender.close();
  receiver.close();
});

test.each(CATALOGUE.filter(({ isUdp, isBroken }) => !isUdp && !isBroken))(
  '$id: both sides keep the rules, and nothing is unread',
  (one) => {
    const { server, client } = replay(one);
    expect([server.broken, client.broken]).toEqual([undefined, undefined]);
    expect(hex(server.answer)).toBe(hex(bytesOf(one, 'server')));
    for (const { error, awaits } of explainConnection(one.passages, { begins: one.begins }))
      expect([error, awaits]).toEqual([undefined, undefined]);
  },
);

test('shows the bytes that its texts speak of', () => {
  const text = (id: string, side: 'client' | 'server') =>
    Buffer.from(bytesOf(exchange(id), side)).toString('latin1');
  expect(text('http-chunked', 'server')).toContain('\r\n\r\n6\r\n\xec\x95\x88\xeb\x85\x95\r\n0\r\n');
  expect(exchange('http-continue').passages.length).toBe(4);
  expect(text('ws-open', 'server')).toContain('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  expect(hex(bytesOf(exchange('ws-open'), 'server')).slice(-8)).toBe('81026869');
  expect(hex(bytesOf(exchange('ws-text'), 'client')).slice(0, 12)).toBe('818637fa213d');
  expect(hex(bytesOf(exchange('ws-close'), 'server'))).toContain('03e8');
});

test('has an id, a title and two sentences in both languages for each', () => {
  expect(new Set(CATALOGUE.map(({ id }) => id)).size).toBe(10);
  for (const { title, about } of CATALOGUE)
    for (const text of [title.en, title.ko, about.en, about.ko]) expect(text).not.toBe('');
});

test('two-lengths: refused, and the bytes are those on which rung 7 breaks', () => {
  const one = exchange('two-lengths');
  const { server } = replay(one);
  expect(server.broken?.code).toBe('transfer-encoding-with-content-length');
  expect(hex(server.answer)).toBe(hex(bytesOf(one, 'server')));
  const { sends } = TRACKS.http.rungs[7]!.breaks!;
  expect([Buffer.from(bytesOf(one, 'client')).toString('latin1')]).toEqual(sends);
});

// What the rungs once made of it, made again. By Content-Length the content ends with the G; by the chunks it ends before it.
test('two-lengths: two rungs end it at different bytes, and the third refuses its head', async () => {
  const { signal } = new AbortController();
  const bytes = bytesOf(exchange('two-lengths'), 'client');
  const head = Buffer.from(bytes).indexOf('\r\n\r\n') + 4;
  expect(await readByRungs(bytes, signal)).toEqual([
    { number: 4, ends: [head + 6, bytes.length], statuses: ['200', '200'] },
    { number: 7, ends: [head + 5, bytes.length], statuses: ['200', '501'] },
    { number: 8, ends: [head], statuses: ['400'] },
  ]);
});
