// The uses as programs: what each server says to two clients, and that a page is told what crosses its own wire.
import { Client } from 'http-mini';
import { expect, onTestFinished, test } from 'vitest';
import { type Connection, connect } from 'ws-mini';
import type { Lab } from '../src/lab.ts';
import type { Crossing } from '../src/uses/crossing.ts';
import { startLab } from './support.ts';

async function open(lab: Lab, path: string): Promise<Connection> {
  const connection = await connect(`${lab.origin}/uses/${path}`);
  onTestFinished(() => connection.terminate());
  return connection;
}

/** Messages as they come, each once. */
function reader(connection: Connection): () => Promise<string | Uint8Array> {
  const messages = connection[Symbol.asyncIterator]();
  return async () => (await messages.next()).value as string | Uint8Array;
}

test('chat: all hear what one says, and when one comes or leaves', async () => {
  const lab = await startLab();
  const first = await open(lab, 'chat');
  const heard = reader(first);
  expect(await heard()).toBe('guest 1 comes in');
  const second = await open(lab, 'chat');
  expect(await heard()).toBe('guest 2 comes in');
  await second.send('안녕');
  expect(await heard()).toBe('guest 2: 안녕');
  await second.close(1000);
  expect(await heard()).toBe('guest 2 leaves');
});

test('ticker: prices come without being asked', async () => {
  const next = reader(await open(await startLab(), 'ticker'));
  for (let i = 0; i < 2; i++) expect(Number(await next())).toBeGreaterThan(0);
});

const PNG = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

test('video: the same pictures as messages, and as parts of one response', async () => {
  const lab = await startLab();
  const picture = (await reader(await open(lab, 'video'))()) as Uint8Array;
  expect(Buffer.from(picture).subarray(0, 8)).toEqual(PNG);

  const client = new Client(lab.origin);
  onTestFinished(() => client.destroy());
  const response = await client.request({ target: '/uses/video.multipart' });
  expect(response.headers.get('content-type')).toBe('multipart/x-mixed-replace; boundary=picture');
  let received = Buffer.alloc(0);
  for await (const piece of response.body) {
    received = Buffer.concat([received, piece]);
    if (received.indexOf('--picture', 1) > 0) break; // the second begins, so the first is whole
  }
  const head = /^--picture\r\nContent-Type: image\/png\r\nContent-Length: (\d+)\r\n\r\n/.exec(
    received.toString('latin1'),
  )!;
  const part = received.subarray(head[0].length, head[0].length + Number(head[1]));
  expect(part.subarray(0, 8)).toEqual(PNG);
  expect(received.toString('latin1', head[0].length + part.length)).toMatch(/^\r\n--picture/);
});

test('game: two play, a third watches, and a paddle goes where its player says', async () => {
  const lab = await startLab();
  const players = [await open(lab, 'game'), await open(lab, 'game'), await open(lab, 'game')];
  const readers = players.map(reader);
  const until = async (read: () => Promise<unknown>, isIt: (told: Record<string, unknown>) => boolean) => {
    for (;;) {
      const told = JSON.parse(`${await read()}`);
      if (isIt(told)) return told;
    }
  };
  const seats = await Promise.all(readers.map((read) => until(read, ({ seat }) => seat !== undefined)));
  expect(seats.map(({ seat }) => seat)).toEqual([0, 1, -1]);
  await players[2]!.send('0.9'); // who watches moves nothing
  for (const wrong of ['2', '-1', 'NaN', '{}']) await players[1]!.send(wrong);
  await players[1]!.send('0.25');
  const told = await until(readers[0]!, ({ paddles }) => (paddles as number[] | undefined)?.[1] === 0.25);
  expect(told.paddles[0]).toBe(0.5);
});

test('a WebSocket without a name is shown to nobody', async () => {
  const lab = await startLab();
  const stranger = await open(lab, 'crossings');
  const seen: unknown[] = [];
  stranger.on('message', (message) => seen.push(message));
  const nameless = await open(lab, 'chat');
  const heard = reader(nameless);
  await nameless.send('secret');
  while ((await heard()) !== 'guest 1: secret');
  await stranger.close(1000, '', { keepsReceiving: true });
  expect(seen).toEqual([]);
});

test('a page that has come back on another connection is told on that one, whenever the first goes', async () => {
  const lab = await startLab();
  const first = await open(lab, 'crossings?name=mine');
  const asker = reader(await open(lab, 'crossings?name=mine'));
  await first.close(1000);
  await open(lab, 'chat?name=mine');
  expect(JSON.parse(`${await asker()}`)).toMatchObject({ way: 'page' });
});

test('the video ends when the lab closes', async () => {
  const lab = await startLab();
  const client = new Client(lab.origin);
  onTestFinished(() => client.destroy());
  const response = await client.request({ target: '/uses/video.multipart' });
  const ended = response.bytes();
  await lab.close();
  expect((await ended).length).toBeGreaterThan(0);
});

test('what crosses: bytes of both directions, with the frames in them, of this page alone', async () => {
  const lab = await startLab();
  const asker = reader(await open(lab, 'crossings?name=mine'));
  const other = await open(lab, 'chat?name=other');
  const mine = await open(lab, 'chat?name=mine');
  await mine.send('hi');
  const crossings: Crossing[] = [];
  while (!crossings.some(({ way }) => way === 'server')) crossings.push(JSON.parse(`${await asker()}`));
  const sent = crossings.find(({ way }) => way === 'server')!;
  expect(sent).toMatchObject({ size: 2 + 4 + 2, frames: [{ name: 'text', size: 2 }] });
  expect(sent.begin.slice(0, 4)).toBe('8182');
  expect(crossings.find(({ way }) => way === 'page')?.frames[0]?.name).toBe('text');
  await other.close();
});
