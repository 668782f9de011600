/**
 * Deadlines count time without progress: bytes that leave are progress, as bytes that come are. Time is the tests' own here:
 * it passes when they say so, between turns in which bytes move.
 */
import { once } from 'node:events';
import { Duplex, Readable } from 'node:stream';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { CERTIFICATE, KEY } from '../../../../scripts/for-tests/certificate.ts';
import { Client } from '../../src/client/client.ts';
import type { ClientEvent, ClientOptions } from '../../src/client/options.ts';
import { answerAll, ok, type Peer, serve } from './peer.ts';

const SECOND = 1000;

function clientOf(url: string, options: ClientOptions = {}): Client {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const client = new Client(url, options);
  onTestFinished(() => {
    vi.useRealTimers();
    client.destroy();
  });
  return client;
}

const pass = (milliseconds: number): unknown => vi.advanceTimersByTime(milliseconds);

/** Lets what the event loop has at hand happen. */
async function turns(count = 50): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise(setImmediate);
}

// ── Requests that leave slowly ──

const PUT = { method: 'PUT', body: new Uint8Array(64 * 1024) } as const;

/** The server's side of a slow link: it takes bytes when it is told to, and counts them. */
class SlowReader {
  readonly peer: Peer;
  taken = 0;
  #enough = Infinity;
  #wake = (): void => {};

  constructor(peer: Peer) {
    this.peer = peer;
    peer.socket.on('data', (bytes: Buffer) => {
      this.taken += bytes.length;
      peer.heard = peer.heard.slice(-1000);
      if (this.taken >= this.#enough) this.#wake();
    });
    peer.socket.on('close', () => this.#wake());
  }

  stop(): void {
    this.peer.socket.pause();
  }

  /** Takes this many bytes more, and stops. */
  async take(size: number): Promise<void> {
    this.#enough = this.taken + size;
    const enough = new Promise<void>((resolve) => (this.#wake = resolve));
    this.peer.socket.resume();
    await enough;
    this.stop();
    await turns(); // what the client can send now is sent
  }
}

/** A server that reads slowly and no second one, and a client of it whose connection has answered once. */
async function slow(options: ClientOptions) {
  let begin!: (reader: SlowReader) => void;
  const begun = new Promise<SlowReader>((resolve) => (begin = resolve));
  const server = await serve(async (peer, index) => {
    if (index > 0) return void peer.socket.destroy();
    peer.socket.allowHalfOpen = true;
    const reader = new SlowReader(peer);
    await peer.request();
    reader.stop();
    peer.says(ok());
    begin(reader);
  });
  let asked = 0;
  const observe = ({ type }: ClientEvent): unknown => type === 'request' && asked++;
  const client = clientOf(server.url, { connections: 1, pipelining: Infinity, observe, ...options });
  await (await client.request()).text();
  const reader = await begun;
  reader.taken = 0;
  return { client, reader, asked: () => asked - 1 };
}

/** The same, when the client has sent more than the link takes: the system's buffers are full, and its own is not empty. */
async function congested(options: ClientOptions) {
  const { client, reader, asked } = await slow(options);
  const answers: Promise<unknown>[] = [];
  for (;;) {
    const abort = new AbortController();
    const answer = client.request({ ...PUT, signal: abort.signal }).then((response) => response.text());
    answer.catch(() => {});
    await turns(3);
    if (asked() <= answers.length) {
      abort.abort(); // this one waits in line
      break;
    }
    answers.push(answer);
  }
  const content = answers.length * PUT.body.length;
  const answer = (): void => reader.peer.says(ok().repeat(answers.length));
  return { client, reader, content, answers: Promise.all(answers), answer };
}

test('responseTimeout does not begin before the request has left', async () => {
  const { reader, content, answers, answer } = await congested({ contentTimeout: Infinity });
  pass(60 * SECOND); // twice the deadline
  await turns();
  await reader.take(content);
  answer();
  await answers;
});

test('responseTimeout begins when it has', async () => {
  const { reader, content, answers } = await congested({ contentTimeout: Infinity });
  pass(60 * SECOND);
  await reader.take(content);
  pass(31 * SECOND);
  await expect(answers).rejects.toMatchObject({
    code: 'response-timeout',
    message: expect.stringContaining('within responseTimeout, 30000 ms'),
  });
});

test('contentTimeout cuts off a request of which the server takes nothing', async () => {
  const { answers } = await congested({ responseTimeout: Infinity });
  pass(31 * SECOND);
  await expect(answers).rejects.toMatchObject({
    code: 'content-timeout',
    by: 'peer',
    message: expect.stringMatching(/taken by 127.0.0.1:\d+ within contentTimeout, 30000 ms/),
  });
});

test.each([
  ['of one large part', (size: number) => [new Uint8Array(size)]],
  ['of many', (size: number) => Array.from({ length: size / 100_000 }, () => new Uint8Array(100_000))],
])('contentTimeout does not cut off a body %s that leaves slowly', async (_, partsOf) => {
  const { client, reader } = await slow({});
  const size = 40_000_000;
  const answered = client.request({ method: 'PUT', body: Readable.from(partsOf(size)) });
  answered.catch(() => {});
  await turns();
  for (let i = 0; i < 8; i++) {
    pass(20 * SECOND);
    await reader.take(size / 10);
  }
  reader.peer.socket.resume();
  await reader.peer.hears('\r\n0\r\n\r\n');
  reader.peer.says(ok());
  expect((await answered).status).toBe(200);
});

test('a request that was answered early still leaves, however long: idleTimeout waits for it', async () => {
  const { reader, client, content, answers, answer } = await congested({ contentTimeout: Infinity });
  answer();
  await answers;
  pass(60 * SECOND);
  await turns();
  pass(60 * SECOND);
  await reader.take(content);
  expect(reader.taken).toBeGreaterThan(content);
  client.destroy();
});

test('close throws nothing away that was accepted: lingerTimeout begins when all of it has left', async () => {
  const { reader, client, content, answers, answer } = await congested({ contentTimeout: Infinity });
  answer();
  await answers;
  const closed = client.close();
  await turns();
  pass(60 * SECOND);
  await reader.take(content);
  expect(reader.taken).toBeGreaterThan(content);
  pass(2 * SECOND); // the server does not close its own side
  await closed;
});

test('close does not wait for ever for a server that takes nothing', async () => {
  const { client, answers, answer } = await congested({});
  answer();
  await answers;
  const closed = client.close();
  await turns();
  pass(31 * SECOND);
  await closed;
});

test('a server that has said its last word still gets what was accepted', async () => {
  const { reader, client, content, answers, answer } = await congested({ contentTimeout: Infinity });
  answer();
  reader.peer.socket.end();
  await answers;
  await turns();
  pass(60 * SECOND);
  await reader.take(content);
  expect(reader.taken).toBeGreaterThan(content);
  await client.close();
});

test('continueTimeout begins when the expectation has left', async () => {
  const { reader, client, answers, answer } = await congested({ contentTimeout: Infinity });
  const { peer } = reader;
  answer();
  await answers;
  const request = client.request({ method: 'POST', body: 'content', expectContinue: true });
  await turns();
  pass(60 * SECOND);
  await turns();
  peer.socket.resume();
  await peer.hears('100-continue\r\n\r\n');
  await turns();
  expect(peer.heard).not.toMatch(/content$/);
  peer.says('HTTP/1.1 100 Continue\r\n\r\n');
  await peer.hears('\r\n\r\ncontent');
  peer.says(ok());
  expect((await request).status).toBe(200);
});

// ── Requests that leave a little later than they are written ──

/** What a client has sent that a server never answers. */
interface Mute {
  readonly client: Client;
  heard(): string;
}

type ToMute = (options: ClientOptions) => Promise<Mute>;

/** By a transport that takes each write in another turn of the event loop. */
async function overLateDuplex(options: ClientOptions): Promise<Mute> {
  let heard = '';
  const transport = new Duplex({
    read() {},
    write(bytes, _, done) {
      heard += bytes;
      setImmediate(done);
    },
  });
  const client = clientOf('http://a.example', { ...options, connect: () => transport });
  return { client, heard: () => heard };
}

async function overTls(options: ClientOptions): Promise<Mute> {
  const sockets: TLSSocket[] = [];
  let heard = '';
  const server = createTlsServer({ key: KEY, cert: CERTIFICATE }, (socket) => {
    sockets.push(socket.on('error', () => {}));
    socket.on('data', (bytes) => (heard += bytes));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const tls = { ca: CERTIFICATE, servername: 'localhost' };
  const client = clientOf(`https://127.0.0.1:${port}`, { ...options, tls });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { client, heard: () => heard };
}

describe.each<[string, ToMute]>([
  ['TLS', overTls],
  ['a transport that takes a write later', overLateDuplex],
])('over %s', (_, toMute) => {
  test('responseTimeout begins once the request has left', async () => {
    const { client, heard } = await toMute({ contentTimeout: Infinity });
    const request = client.request();
    const failed = expect(request).rejects.toMatchObject({ code: 'response-timeout' });
    while (!heard().endsWith('\r\n\r\n')) await turns(1);
    await turns();
    pass(31 * SECOND);
    await failed;
  });

  test('and once content in many parts has', async () => {
    const { client, heard } = await toMute({ contentTimeout: Infinity });
    const request = client.request({ method: 'POST', body: Readable.from(['one', 'two', 'three']) });
    const failed = expect(request).rejects.toMatchObject({ code: 'response-timeout' });
    while (!heard().endsWith('\r\n0\r\n\r\n')) await turns(1);
    await turns();
    pass(31 * SECOND);
    await failed;
  });

  test('continueTimeout begins once the expectation has left', async () => {
    const { client, heard } = await toMute({ contentTimeout: Infinity });
    client.request({ method: 'POST', body: 'content', expectContinue: true }).catch(() => {});
    while (!heard().endsWith('\r\n\r\n')) await turns(1);
    await turns();
    pass(1.1 * SECOND);
    await turns();
    expect(heard()).toMatch(/\r\n\r\ncontent$/);
  });
});

// ── Responses that come slowly ──

test('an interim response is progress: it puts responseTimeout off', async () => {
  const server = await serve(async () => {});
  const client = clientOf(server.url);
  let informed = (): void => {};
  const request = client.request({ onInformation: () => informed() });
  await turns();
  const [peer] = server.peers;
  await peer!.request();
  for (let i = 0; i < 5; i++) {
    pass(20 * SECOND);
    const information = new Promise<void>((resolve) => (informed = resolve));
    peer!.says('HTTP/1.1 102 Processing\r\n\r\n');
    await information;
  }
  pass(20 * SECOND);
  peer!.says(ok());
  expect((await request).status).toBe(200);
});

test('content that comes byte by byte is not cut off, however slowly it comes', async () => {
  const server = await serve(async (peer) => {
    await peer.request();
    peer.says('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n');
  });
  const response = await clientOf(server.url).request();
  const parts = response.body[Symbol.asyncIterator]();
  for (let i = 0; i < 10; i++) {
    pass(20 * SECOND);
    server.peers[0]!.says('x');
    expect((await parts.next()).value).toHaveLength(1);
  }
  expect((await parts.next()).done).toBe(true);
});

test('a response that waits for the rest of the request waits for the caller, not for the server', async () => {
  const server = await serve(async (peer) => {
    await peer.hears('one');
    peer.says('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nONE\r\n');
    await peer.hears('two');
    peer.says('3\r\nTWO\r\n0\r\n\r\n');
  });
  let goOn = (): void => {};
  async function* body(): AsyncGenerator<string> {
    yield 'one';
    await new Promise<void>((resolve) => (goOn = resolve));
    yield 'two';
  }
  const response = await clientOf(server.url).request({ method: 'POST', body: body() });
  const parts = response.body[Symbol.asyncIterator]();
  expect(String((await parts.next()).value)).toBe('ONE');
  pass(60 * SECOND);
  goOn();
  expect(String((await parts.next()).value)).toBe('TWO');
});

// ── Connections that the server keeps for a shorter time ──

/** Whether a connection is closed that stood unused for so long after a response with this field. */
async function isClosedAfter(milliseconds: number, field: string, options?: ClientOptions): Promise<boolean> {
  const server = await serve((peer) => answerAll(peer, () => ok('ok', field)));
  const client = clientOf(server.url, options);
  await (await client.request()).text();
  await turns();
  pass(milliseconds);
  await (await client.request({ method: 'POST', body: 'content' })).text();
  client.destroy();
  return server.peers.length === 2;
}

test.each<[field: string, most: number, options?: ClientOptions]>([
  ['', 4000],
  ['Keep-Alive: timeout=3\r\n', 2000],
  ['keep-alive: max=100, Timeout=3\r\n', 2000],
  ['Keep-Alive: max=5\r\nKeep-Alive: timeout="3"\r\n', 2000],
  ['Keep-Alive: timeout=1\r\n', 500],
  ['Keep-Alive: timeout=600\r\n', 4000],
  ['Keep-Alive: timeout=600\r\n', 599_000, { idleTimeout: Infinity }],
  ['Keep-Alive: x-timeout=3, timeout=, timeout\r\n', 4000],
])('after %j a connection is kept for %i ms', async (field, most, options) => {
  expect(await isClosedAfter(most - 50, field, options)).toBe(false);
  expect(await isClosedAfter(most + 50, field, options)).toBe(true);
});

test('Keep-Alive: timeout=0 keeps no connection', async () => {
  expect(await isClosedAfter(0, 'Keep-Alive: timeout=0\r\n')).toBe(true);
});

test('the last Keep-Alive counts: it may come, change and go', async () => {
  const fields = ['Keep-Alive: timeout=3\r\n', '', 'Keep-Alive: timeout=2\r\n'];
  const server = await serve((peer) => answerAll(peer, (count) => ok('ok', fields[count - 1] ?? '')));
  const client = clientOf(server.url);
  for (const unused of [1900, 3900, 1100, 0]) {
    await (await client.request({ method: 'POST', body: 'content' })).text();
    await turns();
    pass(unused);
  }
  expect(server.peers).toHaveLength(2);
  expect(server.peers[0]!.heard.split('POST')).toHaveLength(1 + 3);
});

test('a connection that is too old is not used, even if the program was too busy to close it', async () => {
  vi.useFakeTimers({ toFake: ['performance'] }); // timers do not fire, as in a program that computes
  onTestFinished(() => void vi.useRealTimers());
  const server = await serve((peer) => answerAll(peer, () => ok('ok', 'Keep-Alive: timeout=3\r\n')));
  const client = new Client(server.url);
  onTestFinished(() => client.destroy());
  await (await client.request()).text();
  await turns();
  pass(2500);
  await (await client.request({ method: 'POST', body: 'content' })).text();
  expect(server.peers.map(({ heard }) => heard.slice(0, 4))).toEqual(['GET ', 'POST']);
});
