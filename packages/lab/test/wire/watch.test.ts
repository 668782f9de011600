// A page is shown the bytes of its own connections, in order, and no others.
import { request } from 'http-mini';
import { expect, onTestFinished, test } from 'vitest';
import { type Connection, connect } from 'ws-mini';
import { replay } from '../../src/wire/replay.ts';
import { passageOf } from '../../src/wire/state.ts';
import type { WatchMessage } from '../../src/wire/watch.ts';
import { startLab } from '../support.ts';

interface Page {
  readonly token: string;
  readonly messages: WatchMessage[];
  /** Resolves when a message came that fits. */
  sees(fits: (message: WatchMessage) => boolean): Promise<void>;
}

async function openPage(origin: string): Promise<Page> {
  const connection = await connect(`${origin}/wire/live`);
  onTestFinished(async () => void (await connection.close()));
  const messages: WatchMessage[] = [];
  let wake = () => {};
  connection.on('message', (message) => {
    messages.push(JSON.parse(message as string));
    wake();
  });
  const sees = async (fits: (message: WatchMessage) => boolean) => {
    while (!messages.some(fits)) await new Promise<void>((resolve) => (wake = resolve));
  };
  await sees(({ type }) => type === 'token');
  return { token: (messages[0] as { token: string }).token, messages, sees };
}

const textOf = (message: WatchMessage) =>
  message.type === 'passage' ? Buffer.from(message.passage.hex, 'hex').toString('latin1') : '';
const saysHello = (message: WatchMessage) => /hello\n$/.test(textOf(message));
const sendsBack = (text: string) => (message: WatchMessage) =>
  message.type === 'passage' && message.passage.from === 'server' && textOf(message).endsWith(text);

async function get(url: string): Promise<void> {
  await (await request(url)).text();
}

async function openSocket(origin: string, token: string): Promise<Connection> {
  const connection = await connect(`${origin}/wire/echo?token=${token}`);
  onTestFinished(async () => void (await connection.close()));
  connection.on('message', () => {});
  return connection;
}

test('a request and its answer, but not those of others on the same connection', async () => {
  const { origin } = await startLab();
  const page = await openPage(origin);
  await get(`${origin}/wire/hello?token=${page.token}`);
  await get(`${origin}/wire/hello?secret`);
  await get(`${origin}/wire/hello?token=${page.token}`);
  await page.sees(() => page.messages.filter(saysHello).length === 2);
  expect(page.messages.map(textOf).join('')).not.toContain('secret');
  expect(page.messages.slice(1).map((message) => message.type === 'passage' && message.passage.from)).toEqual(
    ['client', 'server', 'client', 'server'],
  );
});

test('a WebSocket from its first byte of HTTP to its last frame, which both sides read without a fault', async () => {
  const { origin } = await startLab();
  const page = await openPage(origin);
  const socket = await openSocket(origin, page.token);
  await socket.send('watched');
  await page.sees(sendsBack('watched'));
  await socket.close(1000);
  await page.sees(sendsBack('\x03\xe8'));
  const passages = page.messages.flatMap((message) =>
    message.type === 'passage' ? passageOf(message.passage) : [],
  );
  const { server, client } = replay({ begins: 'http', passages });
  expect(server.events.map(({ kind }) => kind)).toEqual(['request', 'switched', 'text', 'close']);
  expect(client.events.map(({ kind }) => kind)).toEqual(['response', 'switched', 'text', 'close']);
  expect([server.broken, client.broken]).toEqual([undefined, undefined]);
});

test('another page sees nothing of it', async () => {
  const { origin } = await startLab();
  const [page, other] = [await openPage(origin), await openPage(origin)];
  await get(`${origin}/wire/hello?token=${page.token}`);
  await page.sees(saysHello);
  await get(`${origin}/wire/hello?token=${other.token}`);
  await other.sees(saysHello);
  for (const one of [page, other]) expect(one.messages.filter(saysHello).length).toBe(1);
});

test('a token that nobody has is served as if it were none', async () => {
  const { origin } = await startLab();
  await get(`${origin}/wire/hello?token=nobody`);
  const socket = await openSocket(origin, 'nobody');
  await socket.send('x');
});

test('a page is shown so much and no more', async () => {
  const { origin } = await startLab();
  const page = await openPage(origin);
  const socket = await openSocket(origin, page.token);
  for (let i = 0; i < 4; i++) await socket.send('x'.repeat(20_000));
  await page.sees(({ type }) => type === 'full');
  const size = page.messages.reduce((sum, message) => sum + textOf(message).length, 0);
  expect(size).toBeLessThanOrEqual(64 * 1024);
});
