// https: by node:tls on the same code (RFC 9112 9.7, 9.8).
import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { CERTIFICATE, KEY } from '../../../../scripts/for-tests/certificate.ts';
import { type HttpRequest, type ServerOptions, switchProtocols } from '../../src/index.ts';
import { CLOSE, get, ok, post, RawClient, serve, statuses, turns, undated } from './support.ts';

async function serveTls(handler: Parameters<typeof serve>[0], options: ServerOptions = {}) {
  const served = await serve(handler, { tls: { key: KEY, cert: CERTIFICATE }, ...options });
  async function connect(): Promise<RawClient> {
    const socket: TLSSocket = connectTls({
      port: served.port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: CERTIFICATE,
      allowHalfOpen: true,
    } as object);
    await once(socket, 'secureConnect');
    return new RawClient(socket);
  }
  return { ...served, connect };
}

const echo = async (request: HttpRequest) => ({ body: await request.text() });

test('the same exchanges, kept open and closed', async () => {
  const { connect } = await serveTls(echo);
  const client = await connect();
  client.send(post('abc') + post('x'.repeat(100_000)));
  await client.until('x'.repeat(100_000));
  client.send(get('/', CLOSE));
  expect(undated(await client.closed()).startsWith(ok('abc') + ok('x'.repeat(100_000)))).toBe(true);
});

test('large and streamed responses, to a client that closed its half (9.6)', async () => {
  const { connect } = await serveTls(() => ({ body: Buffer.alloc(3_000_000, 'x') }));
  const client = await connect();
  client.send(get());
  client.socket.end();
  expect((await client.closed()).length).toBeGreaterThan(3_000_000);
});

test('close_notify comes before the FIN (9.8): the client sees an end, no error', async () => {
  const { connect } = await serveTls(() => ({ body: 'bye' }));
  const client = await connect();
  const errors: Error[] = [];
  client.socket.on('error', (error) => errors.push(error));
  client.send(get('/', CLOSE));
  expect(await client.closed()).toMatch(/bye$/);
  expect(errors).toEqual([]);
});

test('an upload that is refused can still read that it was', async () => {
  const { connect } = await serveTls(echo, { maxContentBytes: 10 });
  const client = await connect();
  client.send(post('x'.repeat(2_000_000)));
  expect(statuses(await client.closed())).toEqual([413]);
});

test('Upgrade', async () => {
  const { connect } = await serveTls(() =>
    switchProtocols({ Upgrade: 'x' }, (socket, leftover) =>
      socket.end(Buffer.concat([leftover, Buffer.from('!')])),
    ),
  );
  const client = await connect();
  client.send(`${get('/', 'Connection: upgrade', 'Upgrade: x')}left`);
  expect(await client.closed()).toMatch(/\r\n\r\nleft!$/);
});

test('who speaks no TLS is cut off, and the server goes on', async () => {
  const { port, connect, server, errors } = await serveTls(() => ({}));
  const liar = await RawClient.connect(port);
  liar.send(get());
  expect(statuses(await liar.closed())).toEqual([]);
  const client = await connect();
  client.send(get('/', CLOSE));
  expect(statuses(await client.closed())).toEqual([200]);
  expect(errors).toEqual([]);
  await server.close();
});

test('a handshake that does not come is given headTimeout', async () => {
  const { port } = await serveTls(() => ({}), { headTimeout: 30 });
  const mute = await RawClient.connect(port);
  expect(await mute.closed()).toBe('');
});

/** What a client sends first. */
async function clientHello(): Promise<Buffer> {
  return new Promise((resolve) => {
    const socket = new Duplex({ read() {}, write: (bytes) => resolve(bytes) });
    connectTls({ socket, servername: 'localhost' });
  });
}

test.each([
  ['before it has begun', 0],
  ['in its first message', 100],
  ['after its first message', Infinity],
])('a client that ends in the midst of its handshake is let go at once: %s', async (_, length) => {
  const { port } = await serveTls(() => ({}), { headTimeout: Infinity });
  const client = await RawClient.connect(port);
  client.socket.end((await clientHello()).subarray(0, length));
  await client.closed();
});

test('a client that has closed its half by the end of its handshake still gets its answer', async () => {
  const { port } = await serveTls(() => ({ body: 'hello' }));
  const early = connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca: CERTIFICATE });
  early.end(get());
  expect(undated(await new RawClient(early).closed())).toBe(ok('hello'));
});

test.each(['close', 'destroy'] as const)('a handshake that has not ended is cut off by %s', async (end) => {
  const { port, server } = await serveTls(() => ({}), { headTimeout: Infinity });
  const mute = await RawClient.connect(port);
  await turns();
  await server[end]();
  expect(await mute.closed()).toBe('');
});

test('a handshake that ends after close is not served', async () => {
  const { port, server } = await serveTls(() => ({}));
  const raw = connectSocket({ port, host: '127.0.0.1' });
  await once(raw, 'connect');
  await turns();
  await server.close();
  const late = new RawClient(connectTls({ socket: raw, servername: 'localhost', ca: CERTIFICATE }));
  late.send(get());
  expect(statuses(await late.closed())).toEqual([]);
});

test('graceful close', async () => {
  const { connect, server } = await serveTls(() => ({}));
  const client = await connect();
  client.send(get());
  await client.until('200 OK');
  while (server.connections < 1) await turns(1);
  const closing = server.close();
  await client.closed();
  await closing;
  onTestFinished(() => expect(server.connections).toBe(0));
});

test('a client that renegotiates again and again is cut off: Node reports it, and leaves the closing to the server', async () => {
  const { port, server } = await serveTls(() => new Promise(() => {}));
  const socket = connectTls({
    port,
    host: '127.0.0.1',
    servername: 'localhost',
    ca: CERTIFICATE,
    maxVersion: 'TLSv1.2', // TLS 1.3 has no renegotiation
  });
  const client = new RawClient(socket);
  await once(socket, 'secureConnect');
  client.send(get());
  await turns();
  const again = (): void => void (client.isClosed || socket.renegotiate({}, again));
  again();
  await client.when(() => client.isClosed);
  while (server.connections > 0) await turns(1);
});
