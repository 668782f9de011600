/** The raw line is what every verdict on a server rests on: it must send as told, keep all, and never hang. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { CERTIFICATE, KEY } from '../../../scripts/for-tests/certificate.ts';
import type { Passage } from '../src/probes/probe.ts';
import { hostOf, WireLine } from '../src/probes/wire-line.ts';

/** Long enough never to be met. */
const NEVER = 60_000;
const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const undo of cleanUp.splice(0)) undo();
});

async function lineTo(serve: (socket: Socket) => void, signal?: AbortSignal): Promise<WireLine> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    cleanUp.push(() => socket.destroy());
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const terms = { quiet: NEVER, signal: signal ?? new AbortController().signal };
  const line = await WireLine.open({ host: '127.0.0.1', port }, terms);
  cleanUp.push(() => line.close());
  return line;
}

const story = (passages: readonly Passage[]): string[] =>
  passages.map(({ way, bytes, end }) => `${way} ${end ?? Buffer.from(bytes).toString('latin1')}`);

test('a host that is an address of IPv6 stands in brackets, and what --header says of Host in its place', () => {
  expect(hostOf({ host: '::1', port: 80 })).toBe('[::1]:80');
  expect(hostOf({ host: 'localhost', port: 80 })).toBe('localhost:80');
  expect(hostOf({ host: '::1', port: 80, authority: 'shop.example' })).toBe('shop.example');
});

test('what passes is kept in order, with the ends', async () => {
  const line = await lineTo((socket) =>
    socket.on('data', (bytes) => socket.write(bytes)).on('end', () => socket.end('!')),
  );
  line.send('h\xe9');
  expect(await line.receive(({ receivedLength }) => receivedLength === 2)).toBe('enough');
  line.halfClose();
  expect(await line.receiveEnd()).toBe('ended');
  expect(line.end).toBe('closed');
  expect(line.received.toString('latin1')).toBe('h\xe9!');
  line.close();
  expect(story(line.transcript)).toEqual([
    'sent h\xe9',
    'received h\xe9',
    'sent half-closed',
    'received !',
    'received closed',
    ...(line.transcript.length > 5 ? ['sent closed'] : []), // both halves are over by then, or nearly
  ]);
});

test('a process that was not run for a while has seen no silence', async () => {
  const line = await lineTo((socket) =>
    socket.on('data', () => {
      socket.write('!');
      // What a busy machine does to a process: the byte has come, the time is over, and nobody has looked.
      const until = performance.now() + 100;
      while (performance.now() < until);
    }),
  );
  line.send('?');
  expect(await line.receive(({ receivedLength }) => receivedLength === 1, 50)).toBe('enough');
});

test('each byte arrives by itself', async () => {
  const arrivals: number[] = [];
  const line = await lineTo((socket) =>
    socket.on('data', (bytes) => {
      arrivals.push(bytes.length);
      if (arrivals.reduce((sum, length) => sum + length) === 50) socket.end();
    }),
  );
  await line.sendByteByByte('x'.repeat(50));
  expect(await line.receiveEnd()).toBe('ended');
  expect(arrivals.length).toBeGreaterThan(25); // a busy machine may hand some over in twos
});

test('a reset is told from a close', async () => {
  const line = await lineTo((socket) => socket.once('data', () => socket.resetAndDestroy()));
  line.send('x');
  expect(await line.receiveEnd()).toBe('ended');
  expect(line.end).toBe('reset');
  line.send('y'); // to nobody, and without harm
  await line.sendByteByByte('y');
});

test('silence ends the waiting, and what has come counts first', async () => {
  const line = await lineTo(() => {});
  expect(await line.receiveEnd(1)).toBe('silent');
  expect(await line.receive(() => true, 1)).toBe('enough');
  expect(line.end).toBe('open');
});

test('the runner can end it at once', async () => {
  const controller = new AbortController();
  const line = await lineTo(() => {}, controller.signal);
  const waiting = line.receiveEnd();
  controller.abort(new Error('enough of this'));
  await expect(waiting).rejects.toThrow('enough of this');
});

test('nobody there is the one thing that rejects', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const terms = { quiet: NEVER, signal: new AbortController().signal };
  await expect(WireLine.open({ host: '127.0.0.1', port }, terms)).rejects.toThrow('ECONNREFUSED');
});

test('over TLS it sends and keeps what was meant, not what was encrypted, whoever the certificate names', async () => {
  const server = createTlsServer({ key: KEY, cert: CERTIFICATE }, (socket) => socket.pipe(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const terms = { quiet: NEVER, signal: new AbortController().signal };
  const line = await WireLine.open({ host: '127.0.0.1', port, isSecure: true }, terms);
  line.send('hello');
  expect(await line.receive(({ receivedLength }) => receivedLength === 5)).toBe('enough');
  line.reset();
  expect(story(line.transcript)).toEqual(['sent hello', 'received hello', 'sent reset']);
});
