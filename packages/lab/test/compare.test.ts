// A run over real servers: what has to come out of it whatever the machine's speed, and that the clients' counts are the
// servers' counts.
import type { Socket as UdpSocket } from 'node:dgram';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws-mini';
import { type Comparison, compare } from '../src/ways/compare.ts';
import { WAY_KEYS } from '../src/ways/names.ts';
import { Record } from '../src/ways/record.ts';
import { type Measured, resultOf } from '../src/ways/result.ts';
import { type Settings, settingsOf } from '../src/ways/settings.ts';
import { SocketCounter } from '../src/ways/socket-counter.ts';
import { deliver } from '../src/ways/ways.ts';

/** Few and quick updates: less than a page may ask for. */
const quick = (settings: Partial<Settings> = {}): Settings => ({
  ...settingsOf({ rate: 50, poll: 20 }),
  seconds: 0.1,
  ...settings,
});

async function resultsOf(settings: Partial<Settings> = {}) {
  return (await compare(quick(settings))).results as Required<Comparison['results']>;
}

// The first run of a process warms up before it counts, which would be in the servers' counts.
beforeAll(async () => void (await compare(quick())));

/** All that the sockets of this process's servers read and wrote. */
function countServers() {
  const sockets: Socket[] = [];
  const note = (message: unknown) => void sockets.push((message as { socket: Socket }).socket);
  subscribe('net.server.socket', note);
  onTestFinished(() => void unsubscribe('net.server.socket', note));
  return async () => {
    await Promise.all(sockets.map((socket) => socket.closed || once(socket, 'close')));
    const sum = (of: (socket: Socket) => number) => sockets.reduce((total, socket) => total + of(socket), 0);
    return {
      connections: sockets.length,
      received: sum((s) => s.bytesRead),
      sent: sum((s) => s.bytesWritten),
    };
  };
}

test('every way delivers; what the clients counted is what the servers counted', async () => {
  const server = countServers();
  const results = await resultsOf();
  const { tcp, udp, httpClose, httpKeepAlive, longPoll, serverSentEvents, webSocket } = results;
  for (const { counted, missed, ages, ageMedian, measured, cpu } of Object.values(results)) {
    expect(counted + missed).toBe(5);
    expect(ages).toHaveLength(counted);
    expect(Math.min(...ages)).toBeGreaterThanOrEqual(0);
    if (counted > 0) expect(ages).toContain(Math.round(ageMedian! * 1000) / 1000);
    expect(measured).toBeGreaterThan(0);
    expect(cpu).toBeGreaterThan(0);
  }
  expect(tcp).toMatchObject({ connections: 1, requests: 0, sent: 0, missed: 0, overhead: 1 });
  expect(udp).toMatchObject({ connections: 0, requests: 0, missed: 0, repeated: 0 });
  expect(udp.sent % 'go on'.length).toBe(0);
  expect(udp.received).toBe(udp.payload);
  expect(httpClose.connections).toBe(httpClose.requests);
  expect(httpClose.requests).toBeGreaterThan(1);
  expect(httpKeepAlive).toMatchObject({ connections: 1 });
  expect(httpKeepAlive.requests).toBeGreaterThan(1);
  expect(longPoll).toMatchObject({ connections: 1, requests: longPoll.updates, repeated: 0 });
  expect(serverSentEvents).toMatchObject({ connections: 1, requests: 1, missed: 0, repeated: 0 });
  // `data: ` and two line feeds; and of each chunk its size, in two digits, and two line ends (RFC 9112 7.1). Updates that
  // were made in one turn share a chunk.
  expect(serverSentEvents.laterOverhead).toBeGreaterThanOrEqual(8);
  expect(serverSentEvents.laterOverhead).toBeLessThanOrEqual(14);
  expect(webSocket).toMatchObject({ connections: 1, requests: 1, missed: 0, repeated: 0 });
  // Two bytes before each message (RFC 6455 5.2), and at the end 8 and 4 for the two Close frames.
  const frames = 2 * webSocket.updates + 8 + 4;
  const handshake = webSocket.sent + webSocket.received - webSocket.payload - frames;
  expect(webSocket.firstOverhead! - handshake).toBeGreaterThan(0);
  expect((webSocket.firstOverhead! - handshake) % 2).toBe(0);

  const overTcp = WAY_KEYS.filter((key) => key !== 'udp').map((key) => results[key]);
  const sum = (of: (result: (typeof overTcp)[0]) => number) =>
    overTcp.reduce((total, result) => total + of(result), 0);
  expect(await server()).toEqual({
    connections: sum((r) => r.connections),
    received: sum((r) => r.sent),
    sent: sum((r) => r.received),
  });
});

test('several clients are counted together', async () => {
  const { tcp, httpClose, httpKeepAlive, longPoll, webSocket, udp } = await resultsOf({ clients: 3 });
  expect(tcp).toMatchObject({ connections: 3, missed: 0, overhead: 1, counted: 15 });
  expect(udp.counted + udp.missed).toBe(15);
  expect(httpClose.connections).toBe(httpClose.requests);
  expect(httpKeepAlive.connections).toBe(3);
  expect(longPoll.connections).toBe(3);
  expect(webSocket).toMatchObject({ connections: 3, requests: 3, missed: 0 });
});

test('an update is as long as it was asked to be', async () => {
  const { tcp, webSocket } = await resultsOf({ payload: 1000 });
  for (const { payload, updates } of [tcp, webSocket]) expect(payload).toBe(1000 * updates);
});

test('a link that loses delays what is sent over TCP, and loses none of it; of UDP it does', async () => {
  const results = await resultsOf({ rate: 200, seconds: 0.2, delay: 10, loss: 10, seed: 4 });
  const { tcp, udp, serverSentEvents, webSocket } = results;
  for (const { missed, counted } of [tcp, serverSentEvents, webSocket])
    expect([missed, counted]).toEqual([0, 40]);
  expect(udp.missed).toBeGreaterThan(0);
  expect(udp.counted).toBe(40 - udp.missed);
  for (const { ages } of Object.values(results)) {
    // A timer may be a millisecond early.
    expect(ages.every((age) => age >= 9)).toBe(true);
  }
});

test('who polls faster than the ticker ticks is answered in vain', async () => {
  const run = () => resultsOf({ rate: 10, seconds: 0.2, poll: 1 });
  let results = await run();
  // A machine that is busy for longer than a tick makes a poll miss one: then once more.
  while (results.httpClose.missed + results.httpKeepAlive.missed > 0) results = await run();
  const { httpClose, httpKeepAlive, longPoll } = results;
  for (const { requests, repeated } of [httpClose, httpKeepAlive]) {
    expect(repeated).toBeGreaterThan(0);
    expect(requests - repeated).toBeGreaterThanOrEqual(3); // the one that was there, and two
  }
  expect(longPoll.repeated).toBe(0);
});

test('who polls more slowly misses updates, and takes fewer bytes', async () => {
  const { httpKeepAlive, webSocket } = await resultsOf({ rate: 500, seconds: 0.2, poll: 150 });
  expect(httpKeepAlive.missed).toBeGreaterThan(0);
  expect(webSocket.missed).toBe(0);
  const bytes = ({ sent, received }: typeof webSocket) => sent + received;
  expect(bytes(httpKeepAlive)).toBeLessThan(bytes(webSocket));
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
  const nowhere = { host: '127.0.0.1', port };
  const origin = `http://127.0.0.1:${port}`;
  const { signal } = new AbortController();
  await counter.run(() =>
    deliver.webSocket({ record, tcp: nowhere, udp: nowhere, origin, pollInterval: 1, signal }),
  );
  const measured: Measured = { measured: 1, cpu: 1, span: 1 };
  expect(resultOf([record.tally()], measured)).toMatchObject({
    updates: 3,
    missed: 0,
    repeated: 0,
    ages: [0],
  });
});

test('progress: a way after the other, and those that are done stay', async () => {
  const seen: Comparison[] = [];
  const settings = quick({ seconds: 0.3 });
  const comparison = await compare(settings, { onProgress: (state) => seen.push(state) });
  expect(seen.at(-1)).toBe(comparison);
  expect(comparison).toMatchObject({ state: 'done', settings, current: undefined, progress: 1 });
  expect(Object.keys(comparison.results)).toEqual(WAY_KEYS);
  const turns = seen.flatMap(({ current }) => current ?? []);
  expect([...new Set(turns)]).toEqual(WAY_KEYS);
  expect(turns).toEqual(turns.toSorted((a, b) => WAY_KEYS.indexOf(a) - WAY_KEYS.indexOf(b)));
  const progress = seen.map((state) => state.progress);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  for (const { state, current, results } of seen.slice(0, -1)) {
    expect(state).toBe('measuring');
    expect(Object.keys(results)).toEqual(WAY_KEYS.slice(0, WAY_KEYS.indexOf(current!) + 1));
  }
});

test('a run that is stopped says so, keeps what it has, and leaves no connection open', async () => {
  const server = countServers();
  const stop = new AbortController();
  const seen: Comparison[] = [];
  const run = compare(quick({ seconds: 60, clients: 3, delay: 5 }), {
    signal: stop.signal,
    onProgress: (state) => {
      seen.push(state);
      if (state.results.tcp!.updates > 3) stop.abort(new Error('enough'));
    },
  });
  await expect(run).rejects.toThrow('enough');
  expect(seen.at(-1)).toMatchObject({ state: 'stopped', results: { tcp: { connections: 3 } } });
  await server(); // resolves when all are closed
});

test('before its first update too', async () => {
  const stop = new AbortController();
  stop.abort(new Error('not at all'));
  await expect(compare(quick(), { signal: stop.signal })).rejects.toThrow('not at all');
});

test('a way that ends before the last update is a failure, and leaves no connection open', async () => {
  const server = countServers();
  // Announced once the server has greeted it with an update: then it says goodbye.
  const leave = (message: unknown) => void (message as { socket: Socket }).socket.end();
  subscribe('net.server.socket', leave);
  onTestFinished(() => void unsubscribe('net.server.socket', leave));
  const seen: string[] = [];
  const run = compare(quick({ rate: 1, seconds: 60 }), { onProgress: ({ state }) => seen.push(state) });
  await expect(run).rejects.toMatchObject({
    code: 'ended-early',
    message: 'TCP push ended before the last update',
  });
  expect(seen.at(-1)).toBe('failed');
  await server();
});

test('a run leaves no UDP socket open', async () => {
  const sockets: UdpSocket[] = [];
  const note = (message: unknown) => void sockets.push((message as { socket: UdpSocket }).socket);
  subscribe('udp.socket', note);
  onTestFinished(() => void unsubscribe('udp.socket', note));
  await resultsOf({ delay: 1 });
  expect(sockets.length).toBeGreaterThan(2);
  for (const socket of sockets) expect(() => socket.address()).toThrow();
});
