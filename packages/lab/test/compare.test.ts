// The comparison over real servers: what has to come out of it whatever the machine's speed, and that the clients'
// counts are the servers' counts.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws-mini';
import { type Comparison, compare } from '../src/ways/compare.ts';
import { Record } from '../src/ways/record.ts';
import { SocketCounter } from '../src/ways/socket-counter.ts';
import { deliver } from '../src/ways/ways.ts';
import { portOf, startLab } from './support.ts';

/** All that the sockets of this process's servers read and wrote, by the server's port. */
function countServers() {
  const sockets = new Map<Socket, number>();
  const note = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    sockets.set(socket, socket.localPort!);
  };
  subscribe('net.server.socket', note);
  onTestFinished(() => void unsubscribe('net.server.socket', note));
  return async (port: number) => {
    const own = [...sockets].filter(([, local]) => local === port).map(([socket]) => socket);
    await Promise.all(own.map((socket) => socket.closed || once(socket, 'close')));
    const sum = (of: (socket: Socket) => number) => own.reduce((total, socket) => total + of(socket), 0);
    return {
      connections: own.length,
      received: sum((s) => s.bytesRead),
      sent: sum((s) => s.bytesWritten),
    };
  };
}

test('every way delivers; what the clients counted is what the servers counted', async () => {
  const server = countServers();
  const lab = await startLab();
  const seen: Comparison[] = [];
  const { state, made, results } = await lab.ways.compare((comparison) => seen.push(comparison));
  expect([state, made, seen.at(-1)!.state]).toEqual(['done', 6, 'done']);

  const { tcp, httpClose, httpKeepAlive, webSocket } = results;
  for (const { ages, missed, ageMedian } of Object.values(results)) {
    expect(ages.length + missed).toBe(6);
    expect(Math.min(...ages)).toBeGreaterThanOrEqual(0);
    expect(ages).toContain(ageMedian);
  }
  expect(tcp).toMatchObject({ connections: 1, requests: 0, sent: 0, missed: 0, overhead: 1 });
  expect(httpClose.connections).toBe(httpClose.requests);
  expect(httpClose.requests).toBeGreaterThan(1);
  expect(httpKeepAlive).toMatchObject({ connections: 1 });
  expect(httpKeepAlive.requests).toBeGreaterThan(1);
  expect(webSocket).toMatchObject({ connections: 1, requests: 1, missed: 0, repeated: 0 });
  // Two bytes before each message (RFC 6455 5.2), and at the end 8 and 4 for the two Close frames.
  const frames = 2 * webSocket.updates + 8 + 4;
  const handshake = webSocket.sent + webSocket.received - webSocket.payload - frames;
  expect(webSocket.firstOverhead! - handshake).toBe(2 * webSocket.firstUpdates);

  await lab.close();
  const overTcp = await server(lab.tickerAddress.port);
  expect(overTcp).toEqual({ connections: 1, received: tcp.sent, sent: tcp.received });
  const overWeb = await server(portOf(lab.origin));
  const web = [httpClose, httpKeepAlive, webSocket];
  const sum = (of: (result: (typeof web)[0]) => number) =>
    web.reduce((total, result) => total + of(result), 0);
  expect(overWeb).toEqual({
    connections: sum((r) => r.connections),
    received: sum((r) => r.sent),
    sent: sum((r) => r.received),
  });
});

test('an update that crosses the Close is an update, and no overhead', async () => {
  const server = new WebSocketServer({ port: 0 });
  onTestFinished(() => server.close());
  server.on('connection', (connection) => {
    // In one turn, so in one read: the client has its last update, and closes, with the next one unread.
    for (let number = 0; number < 3; number++) connection.send(JSON.stringify({ number, at: 0, price: 1 }));
  });
  const { port } = (await server.listening)!;
  const counter = new SocketCounter();
  const record = new Record(counter, () => 0);
  record.begin(0, 1);
  const delivery = {
    record,
    tcp: { host: '127.0.0.1', port },
    origin: `http://127.0.0.1:${port}`,
    pollInterval: 1,
    signal: new AbortController().signal,
  };
  await counter.run(() => deliver.webSocket(delivery));
  expect(record.result()).toMatchObject({ updates: 3, missed: 0, repeated: 0, ages: [0] });
});

test('who polls faster than the ticker ticks is answered in vain', async () => {
  const lab = await startLab({ updates: 2, interval: 100, pollInterval: 1 });
  const { results } = await lab.ways.compare();
  for (const { requests, repeated, missed } of [results.httpClose, results.httpKeepAlive]) {
    expect(missed).toBe(0);
    expect(repeated).toBeGreaterThan(0);
    expect(requests - repeated).toBeGreaterThanOrEqual(3); // the one that was there, and two
  }
});

test('who polls more slowly misses updates', async () => {
  const lab = await startLab({ updates: 20, interval: 5, pollInterval: 100 });
  const { results } = await lab.ways.compare();
  expect(results.httpClose.missed).toBeGreaterThan(0);
  expect(results.httpKeepAlive.missed).toBeGreaterThan(0);
  expect(results.webSocket.missed).toBe(0);
});

test('one comparison at a time: who asks meanwhile gets the same; later, a new one', async () => {
  const lab = await startLab({ updates: 2 });
  const [one, same] = await Promise.all([lab.ways.compare(), lab.ways.compare()]);
  expect(same).toBe(one);
  expect(await lab.ways.compare()).not.toBe(one);
});

test('a lab that closes stops measuring, and leaves no connection open', async () => {
  const server = countServers();
  const lab = await startLab({ updates: 100_000 });
  let stopped: Promise<unknown> | undefined;
  await new Promise<void>((resolve) => {
    stopped = lab.ways
      .compare(({ results }) => results.httpClose.connections > 2 && resolve())
      .catch((error) => error);
  });
  await lab.close();
  expect(await stopped).toMatchObject({ code: 'stopped' });
  expect((await server(portOf(lab.origin))).connections).toBeGreaterThan(2); // resolves when all are closed
});

test('before its first update too', async () => {
  const lab = await startLab({ interval: 60_000 });
  const stopped = expect(lab.ways.compare()).rejects.toMatchObject({ code: 'stopped' });
  await lab.close();
  await stopped;
});

test('a way that ends before the last update is a failure, and ends the others', async () => {
  const server = countServers();
  const lab = await startLab({ interval: 60_000 });
  const leaver = createServer((socket) => socket.end(`${lab.ticker.text}\n`)).listen(0, '127.0.0.1');
  onTestFinished(() => void leaver.close());
  await once(leaver, 'listening');
  const { port } = leaver.address() as AddressInfo;
  const source = { ticker: lab.ticker, origin: lab.origin, tcp: { host: '127.0.0.1', port } };
  const failed = expect(compare(source, { updates: 5, pollInterval: 1 })).rejects.toMatchObject({
    code: 'ended-early',
    message: 'TCP push ended before the last update',
  });
  await failed;
  await server(portOf(lab.origin)); // resolves when all of them are closed
});

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
