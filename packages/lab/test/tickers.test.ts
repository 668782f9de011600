// The ticker's servers, each by a client of its own kind.
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Client } from 'http-mini';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { connect as connectWebSocket } from 'ws-mini';
import { Ticker } from '../src/ticker.ts';
import { LEASE, UdpTicker } from '../src/ways/udp-ticker.ts';
import { WebTicker } from '../src/ways/web-ticker.ts';
import { startLab } from './support.ts';

const local = { host: '127.0.0.1', port: 0 };

test('the TCP ticker greets with the current update and drops what it is told', async () => {
  const lab = await startLab({ interval: 60_000 });
  const socket = connect(lab.tickerAddress.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const [bytes] = await once(socket, 'data');
  expect(`${bytes}`).toBe(`${lab.ticker.text}\n`);
  socket.write('whatever');
  const line = once(socket, 'data');
  lab.ticker.tick();
  expect(`${(await line)[0]}`).toBe(`${lab.ticker.text}\n`);
  socket.end();
  await once(socket, 'close');
});

test('closing says goodbye to a TCP subscriber', async () => {
  const lab = await startLab({ interval: 60_000 });
  const socket = connect(lab.tickerAddress.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'data');
  const fin = once(socket.resume(), 'end');
  await lab.close();
  await fin;
});

test('closing does not wait for ever for a TCP subscriber that leaves its own direction open', async () => {
  const lab = await startLab({ interval: 60_000 });
  const socket = connect({ port: lab.tickerAddress.port, host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {}); // it is reset
  await once(socket, 'data');
  await lab.close();
});

test('a TCP subscriber that takes nothing misses updates instead of filling the memory', async () => {
  const lab = await startLab({ interval: 60_000 });
  let accepted: Socket | undefined;
  const note = (message: unknown) => (accepted = (message as { socket: Socket }).socket);
  subscribe('net.server.socket', note);
  onTestFinished(() => void unsubscribe('net.server.socket', note));
  const socket = connect(lab.tickerAddress.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'data');
  socket.pause();
  // First the kernel takes them, megabytes of them.
  for (let i = 0; i < 1_000_000 && accepted!.writableLength === 0; i++) lab.ticker.tick();
  for (let i = 0; i < 10_000; i++) lab.ticker.tick();
  expect(accepted!.writableLength).toBeGreaterThan(0);
  expect(accepted!.writableLength).toBeLessThan(64 * 1024 + 200);
});

describe('over UDP', () => {
  afterEach(() => void vi.restoreAllMocks());

  async function start() {
    const ticker = new Ticker(60_000);
    const server = new UdpTicker(ticker);
    const { port, host } = await server.listen(local);
    const client = createSocket('udp4');
    onTestFinished(async () => {
      client.close();
      await server.close();
    });
    const read = async (socket: UdpSocket = client) => `${(await once(socket, 'message'))[0]}`;
    return { ticker, server, client, read, ask: () => client.send('go on', port, host) };
  }

  test('who asks gets the current update, then every new one', async () => {
    const { ticker, read, ask } = await start();
    ask();
    expect(await read()).toBe(ticker.text);
    const next = read();
    ticker.tick();
    expect(await next).toBe(ticker.text);
  });

  test('who asks again is one subscriber still; who stops is forgotten', async () => {
    const { ticker, server, read, ask } = await start();
    ask();
    await read();
    ask();
    const next = read();
    ticker.tick();
    await next;
    expect(server.subscribers).toBe(1);
    const time = performance.now();
    vi.spyOn(performance, 'now').mockImplementation(() => time + 2 * LEASE);
    ticker.tick();
    expect(server.subscribers).toBe(0);
    ask();
    expect(await read()).toBe(ticker.text);
  });
});

describe('over HTTP', () => {
  async function start() {
    const ticker = new Ticker(60_000);
    const server = new WebTicker(ticker);
    const { port } = await server.listen(local);
    const client = new Client(`http://127.0.0.1:${port}`);
    onTestFinished(() => server.close());
    return { ticker, server, client, origin: `http://127.0.0.1:${port}` };
  }

  test('/latest answers at once', async () => {
    const { ticker, client } = await start();
    expect(await (await client.request({ target: '/latest' })).text()).toBe(`${ticker.text}\n`);
  });

  test('/next answers at once if there is something newer, else when there is', async () => {
    const { ticker, client } = await start();
    const first = ticker.text;
    expect(await (await client.request({ target: '/next?after=-1' })).text()).toBe(`${first}\n`);
    const next = client.request({ target: '/next?after=0' });
    // It is waited for now: an answer to another request on another connection has come after it.
    await (await client.request({ target: '/latest' })).text();
    ticker.tick();
    expect(await (await next).text()).toBe(`${ticker.text}\n`);
  });

  test.each(['/next?after=0', '/events'])('%s is let go when the server closes', async (target) => {
    const { ticker, server, client } = await start();
    let subscribers = 0;
    const subscribe = ticker.subscribe.bind(ticker);
    vi.spyOn(ticker, 'subscribe').mockImplementation((subscriber) => {
      subscribers++;
      const unsubscribe = subscribe(subscriber);
      return () => {
        subscribers--;
        unsubscribe();
      };
    });
    const read = async () => {
      for await (const _ of (await client.request({ target })).body);
    };
    const reading = read();
    reading.catch(() => {});
    await vi.waitUntil(() => subscribers === 1, { timeout: 60_000 });
    await server.close();
    await expect(reading).rejects.toThrow();
    await vi.waitUntil(() => subscribers === 0, { timeout: 60_000 });
  });

  test('/events: an event for each update, as EventSource reads them', async () => {
    const { ticker, client } = await start();
    const response = await client.request({ target: '/events' });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const parts = response.body[Symbol.asyncIterator]();
    expect(`${Buffer.from((await parts.next()).value!)}`).toBe(`data: ${ticker.text}\n\n`);
    ticker.tick();
    const first = ticker.text;
    ticker.tick();
    // In one turn, so in one chunk.
    expect(`${Buffer.from((await parts.next()).value!)}`).toBe(`data: ${first}\n\ndata: ${ticker.text}\n\n`);
  });

  test('/ticker: a WebSocket; what is nowhere is 404', async () => {
    const { ticker, client, origin } = await start();
    const connection = await connectWebSocket(`${origin}/ticker`);
    onTestFinished(() => connection.terminate());
    const messages = connection[Symbol.asyncIterator]();
    expect((await messages.next()).value).toBe(ticker.text);
    ticker.tick();
    expect((await messages.next()).value).toBe(ticker.text);
    expect((await client.request({ target: '/else' })).status).toBe(404);
  });

  test('no page may open the WebSocket', async () => {
    const { origin } = await start();
    const opening = connectWebSocket(`${origin}/ticker`, { headers: { Origin: origin } });
    await expect(opening).rejects.toMatchObject({ response: { status: 403 } });
  });
});
