// `accept`: HTTP on a transport that somebody else has opened. Most run in memory, on what any Duplex can do.
import { once } from 'node:events';
import { connect as connectSocket, createServer as createTcpServer, type Socket } from 'node:net';
import { type Duplex, duplexPair, PassThrough, Readable } from 'node:stream';
import { connect as connectTls, createServer as createTlsServer, TLSSocket } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CERTIFICATE, KEY } from '../../../../scripts/for-tests/certificate.ts';
import { connectedPair } from '../../../../scripts/for-tests/duplex-pair.ts';
import {
  createServer,
  type Handler,
  type ServerEvent,
  type ServerOptions,
  switchProtocols,
} from '../../src/index.ts';
import {
  CLOSE,
  chunkedPost,
  deferred,
  get,
  handClock,
  ok,
  post,
  RawClient,
  statuses,
  turns,
  undated,
} from './support.ts';

const echo: Handler = async (request) => ({ body: await request.text() });

/** A server that does not listen, and a way to connect to it in memory. */
function inMemory(handler: Handler, options: ServerOptions = {}) {
  const server = createServer(handler, { onError: () => {}, ...options });
  onTestFinished(() => server.destroy());
  const connect = (pair = connectedPair()): RawClient<Duplex> => {
    server.accept(pair[0]);
    return new RawClient(pair[1]);
  };
  return { server, connect };
}

describe('in memory', () => {
  test('exchanges follow each other, and the end comes to both sides', async () => {
    const { server, connect } = inMemory(echo);
    const client = connect();
    client.send(post('abc') + chunkedPost('2\r\nde\r\n1\r\nf\r\n0\r\n\r\n'));
    await client.until('def');
    expect(server.connections).toBe(1);
    client.send(get('/', CLOSE));
    expect(undated(await client.closed())).toBe(
      `${ok('abc')}${ok('def')}HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    );
    while (server.connections > 0) await turns(1);
  });

  test('byte by byte, and over a pair that Node makes', async () => {
    const { connect } = inMemory(echo);
    const client = connect(duplexPair());
    for (const byte of post('abc', CLOSE)) client.send(byte);
    expect(await client.closed()).toMatch(/abc$/);
  });

  test('no more is asked of a body than the client takes, and all of it comes', async () => {
    let asked = 0;
    function* parts(): Generator<Uint8Array> {
      for (; asked < 200; asked++) yield Buffer.alloc(50_000, 'x');
    }
    const { connect } = inMemory(() => ({ body: parts() }));
    const [ours, theirs] = connectedPair();
    theirs.pause();
    const client = connect([ours, theirs]);
    theirs.pause();
    client.send(get('/', CLOSE));
    await turns(20);
    expect(asked).toBeLessThan(10);
    theirs.resume();
    const received = await client.closed();
    expect(received.split('x').length - 1).toBe(200 * 50_000);
  });

  test('what the handler does not read is not taken from the client', async () => {
    const go = deferred();
    const { connect } = inMemory(
      async (request) => {
        await go.promise;
        return { body: String((await request.text(Infinity)).length) };
      },
      { maxReadAhead: 1000 },
    );
    const client = connect();
    client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n`);
    for (let i = 0; i < 100; i++) client.send('x'.repeat(10_000));
    await turns(20);
    expect(client.socket.writableLength).toBeGreaterThan(900_000);
    go.resolve();
    await client.until('1000000');
  });

  test('a client that has closed its half still gets its answer', async () => {
    const go = deferred();
    const { connect } = inMemory(async () => {
      await go.promise;
      return { body: 'late' };
    });
    const client = connect();
    client.socket.end(get());
    await turns(5);
    go.resolve();
    expect(await client.closed()).toMatch(/late$/);
  });

  test('a client that is gone aborts the signal of its request', async () => {
    const aborted = deferred();
    const { server, connect } = inMemory(async (request) => {
      request.signal.addEventListener('abort', () => aborted.resolve());
      await aborted.promise;
      return {};
    });
    const client = connect();
    client.send(get());
    await turns(5);
    client.socket.destroy();
    await aborted.promise;
    expect(server.connections).toBe(0);
  });

  test('a response that breaks off ends in an error, which its other end may carry on', async () => {
    const { connect } = inMemory(() => ({
      body: (function* () {
        yield 'half';
        throw new Error('no more');
      })(),
    }));
    const [ours, theirs] = connectedPair();
    const error = once(ours, 'error');
    const client = connect([ours, theirs]);
    client.send(get());
    expect(await error).toMatchObject([{ code: 'connection-closed' }]);
    await client.when(() => client.isClosed);
    expect(client.wasReset).toBe(true);
  });

  test('a client that takes nothing more is cut off after stallTimeout', async () => {
    const { clock, pass } = handClock();
    const { server, connect } = inMemory(() => ({ body: Buffer.alloc(1_000_000) }), {
      clock,
      stallTimeout: 100,
      lingerTimeout: 40,
    });
    const client = connect();
    client.socket.pause();
    client.send(get());
    await pass(101);
    while (server.connections > 0) await turns(1);
  });

  test('a client that does not take the end is cut off after stallTimeout', async () => {
    const { clock, look, pass } = handClock();
    const { server, connect } = inMemory(() => ({}), { clock, stallTimeout: 100, lingerTimeout: 40 });
    const client = connect(duplexPair());
    client.socket.pause();
    client.send(get('/', CLOSE));
    await pass(99);
    await look();
    expect(server.connections).toBe(1);
    await pass(2);
    while (server.connections > 0) await turns(1);
  });

  test('a handler may take it over, with what came too early', async () => {
    const { server, connect } = inMemory(() =>
      switchProtocols({}, (duplex, leftover) => {
        expect(duplex).toBe(ours);
        duplex.write(leftover);
        duplex.pipe(duplex);
      }),
    );
    const [ours, theirs] = connectedPair();
    const client = connect([ours, theirs]);
    client.send('CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\nearly');
    await client.until('early');
    client.send('late');
    await client.until('earlylate');
    expect(server.connections).toBe(0);
  });
});

describe('sockets', () => {
  test('of another server, whose clients may close their half first', async () => {
    const { server } = inMemory(echo);
    const listener = createTcpServer((socket) => server.accept(socket)).listen(0, '127.0.0.1');
    onTestFinished(() => void listener.close());
    await once(listener, 'listening');
    const { port } = listener.address() as { port: number };
    const client = new RawClient(connectSocket({ port, host: '127.0.0.1', allowHalfOpen: true }));
    client.socket.end(post('abc'));
    expect(undated(await client.closed())).toBe(ok('abc'));
  });

  test('with TLS, from another server or over a pair, are https', async () => {
    const { server } = inMemory((request) => ({ body: request.scheme }));
    const identity = { key: KEY, cert: CERTIFICATE };
    const listener = createTlsServer(identity, (socket) => server.accept(socket)).listen(0, '127.0.0.1');
    onTestFinished(() => void listener.close());
    await once(listener, 'listening');
    const { port } = listener.address() as { port: number };
    const [ours, theirs] = connectedPair();
    server.accept(new TLSSocket(ours, { isServer: true, ...identity }));
    for (const to of [{ port, host: '127.0.0.1' }, { socket: theirs }]) {
      const client = new RawClient<Socket>(
        connectTls({ ...to, servername: 'localhost', ca: CERTIFICATE, allowHalfOpen: true } as object),
      );
      client.send(get('/', CLOSE));
      expect(await client.closed()).toMatch(/https$/);
    }
  });

  test('that were HTTP, became a tunnel, and are HTTP again in it', async () => {
    const inner = inMemory(() => ({ body: 'inner' })).server;
    const { connect } = inMemory(() =>
      switchProtocols({}, (duplex, leftover) => {
        duplex.unshift(leftover);
        inner.accept(duplex);
      }),
    );
    const client = connect();
    client.send(`CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n${get('/', CLOSE)}`);
    expect(await client.closed()).toMatch(/inner$/);
  });
});

describe('accepted transports are connections as any other', () => {
  test('counted by maxConnections', async () => {
    const { connect } = inMemory(() => ({}), { maxConnections: 1 });
    const first = connect();
    expect(statuses(await connect().closed())).toEqual([503]);
    first.send(get('/', CLOSE));
    expect(statuses(await first.closed())).toEqual([200]);
  });

  test('observed', async () => {
    const events: ServerEvent['type'][] = [];
    const { connect } = inMemory(() => ({}), { observe: ({ type }) => events.push(type) });
    const client = connect();
    client.send(get('/', CLOSE));
    await client.closed();
    while (!events.includes('closed')) await turns(1);
    expect(events).toEqual(['opened', 'received', 'request', 'response', 'sent', 'closed']);
  });

  test('closed by close, which answers what has come; and destroyed if they come after it', async () => {
    const go = deferred();
    const { server, connect } = inMemory(async () => {
      await go.promise;
      return { body: 'last' };
    });
    const [idle, busy] = [connect(), connect()];
    busy.send(get());
    await turns(5);
    const closed = server.close();
    expect(await idle.closed()).toBe('');
    go.resolve();
    expect(await busy.closed()).toMatch(/Connection: close\r\n\r\nlast$/);
    await closed;
    const late = connect();
    await late.when(() => late.isClosed);
    expect(late.received).toBe('');
  });
});

describe('what cannot be served', () => {
  test.each([
    ['nothing', undefined],
    ['no stream', {}],
    ['a stream of one direction', new Readable()],
    ['objects', new PassThrough({ objectMode: true })],
    ['text', new PassThrough().setEncoding('utf8')],
  ])('%s is refused', (_, transport) => {
    const { server } = inMemory(() => ({}));
    expect(() => server.accept(transport as Duplex)).toThrow(
      expect.objectContaining({ code: 'invalid-option', by: 'user' }),
    );
    expect(server.connections).toBe(0);
  });

  test('a transport that the server already has is refused, and goes on', async () => {
    const { server, connect } = inMemory(() => ({}));
    const [ours, theirs] = connectedPair();
    const client = connect([ours, theirs]);
    expect(() => server.accept(ours)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
    client.send(get('/', CLOSE));
    expect(statuses(await client.closed())).toEqual([200]);
  });

  test('a transport that is destroyed, or has ended on a side, is destroyed and forgotten', async () => {
    const { server } = inMemory(() => ({}));
    const [destroyed] = duplexPair();
    destroyed.destroy();
    const [ended] = duplexPair();
    ended.end();
    const [deaf, mute] = duplexPair();
    mute.end();
    await once(deaf.resume(), 'end');
    for (const transport of [destroyed, ended, deaf]) {
      server.accept(transport);
      expect(transport.destroyed).toBe(true);
    }
    expect(server.connections).toBe(0);
  });
});
