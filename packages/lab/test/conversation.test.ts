// What every recording must show at any speed: the same facts that the page names, in the order in which they must come.
import { describe, expect, test } from 'vitest';
import { connect } from 'ws-mini';
import { carriedBy } from '../src/conversation/carried.ts';
import { type ConversationName, conversations } from '../src/conversation/conversations.ts';
import type { Step } from '../src/conversation/recorder.ts';
import type { ConversationState } from '../src/conversation/view.tsx';
import { showsSockets } from '../src/sockets.ts';
import { startLab } from './support.ts';

const record = (name: ConversationName) => conversations[name].record();
const at = (steps: readonly Step[], by: Step['by'], call: Step['call'], from = 0) =>
  steps.findIndex((step, i) => i >= from && step.by === by && step.call === call);

describe('a conversation', () => {
  test('begins with the textbook’s calls: socket, bind, listen; socket, connect; accept', async () => {
    const steps = await record('tcp');
    expect(steps.slice(0, 5).map(({ by, call }) => `${by} ${call}`)).toEqual([
      'server socket',
      'server bind',
      'server listen',
      'client socket',
      'client connect',
    ]);
    expect(at(steps, 'server', 'accept')).toBeGreaterThan(4);
    expect(steps.at(-1)).toMatchObject({ by: 'server', call: 'close' }); // the listener outlives the connection
  });

  test.skipIf(!showsSockets)(
    'accept() returns a new descriptor, for a connection that was there before',
    async () => {
      const steps = await record('tcp');
      const connect = steps[at(steps, 'client', 'connect')]!;
      expect(connect.states).toEqual({
        client: { state: 'ESTABLISHED' },
        server: { state: 'ESTABLISHED', isQueued: true },
      });
      const [, listener, accepted] = /accept4\((\d+)\) = (\d+)/.exec(
        steps[at(steps, 'server', 'accept')]!.text,
      )!;
      expect(steps[2]!.text).toContain(`listen(${listener}, `);
      expect(accepted).not.toBe(listener);
      expect(steps[at(steps, 'server', 'read')]!.text).toContain(`read(${accepted})`);
    },
  );

  test('over TCP ends each direction by itself: the server answers behind the client’s FIN', async () => {
    const steps = await record('tcp');
    const end = steps.findIndex(({ by, text }) => by === 'server' && /^read\(.*\) = 0$/.test(text));
    expect(at(steps, 'client', 'shutdown')).toBeLessThan(end);
    expect(Buffer.from(steps[at(steps, 'server', 'write', end)]!.bytes!, 'hex').toString()).toBe('6 bytes\n');
  });

  test('over HTTP is ended by the server if the request says close, and by the client if it does not', async () => {
    const closed = await record('httpClosed');
    expect(at(closed, 'server', 'shutdown')).toBeLessThan(at(closed, 'client', 'shutdown'));
    const kept = await record('httpKept');
    expect(at(kept, 'client', 'shutdown')).toBeLessThan(at(kept, 'server', 'shutdown'));
    expect(kept.filter(({ call }) => call === 'accept')).toHaveLength(1);
    expect(namesOf(kept, 'client', 'write')).toEqual(['GET /1', 'GET /2']);
    expect(namesOf(kept, 'client', 'read')).toEqual(['200 OK', '200 OK']);
  });

  test('over a WebSocket begins as HTTP, and ends with two Closes', async () => {
    const steps = await record('webSocket');
    expect(namesOf(steps, 'server', 'read')).toEqual(['GET /', 'text “안녕”', 'Pong', 'Close 1000']);
    const answers = ['101 Switching Protocols', 'text “hello”', 'text “안녕”', 'Ping', 'Close 1000'];
    expect(namesOf(steps, 'client', 'read')).toEqual(answers);
    expect(namesOf(steps, 'server', 'write')).toEqual(answers);
  });
});

test.each(Object.keys(conversations) as ConversationName[])(
  'the words of %s tell the first FIN from the second, for who sends it and for who reads it',
  async (name) => {
    const lab = await startLab();
    const { state } = lab.parts.find(({ path }) => path === 'conversation')!;
    const shown = (await state('en', new URLSearchParams({ show: name }))) as ConversationState;
    const { steps } = shown.recording;
    const shutdowns = steps.filter(({ call }) => call === 'shutdown');
    expect(shutdowns.map(({ meaning }) => /neither direction/.test(meaning.en))).toEqual([false, true]);
    const ends = steps.filter(({ call, bytes }) => call === 'read' && bytes === undefined);
    for (const end of ends) {
      const isLast = steps
        .slice(0, steps.indexOf(end))
        .some(({ by, call }) => by === end.by && call === 'shutdown');
      expect(end.meaning.en).toContain(isLast ? 'neither direction is open' : 'may still read');
    }
  },
);

test('however many ask, few recordings wait; and none is made once the lab has closed', async () => {
  const lab = await startLab();
  const { state, close } = lab.parts.find(({ path }) => path === 'conversation')!;
  const ask = () => state('en', new URLSearchParams()) as Promise<{ recording: unknown }>;
  const first = ask();
  const pages = await Promise.all(Array.from({ length: 100 }, ask));
  expect(new Set(pages.map(({ recording }) => recording)).size).toBeLessThanOrEqual(2);
  await first;
  const refused = expect(ask()).rejects.toMatchObject({ code: 'stopped' });
  await close!();
  await refused;
});

test('what a page asks for while one is recorded comes next: the last of it', async () => {
  const lab = await startLab();
  const connection = await connect(`${lab.origin}/conversation/live`);
  for (const name of ['tcp', 'httpClosed', 'httpKept']) void connection.send(JSON.stringify(name));
  const names: string[] = [];
  for await (const message of connection) {
    names.push(JSON.parse(message as string).name);
    if (names.length === 2) break;
  }
  expect(names).toEqual(['tcp', 'httpKept']);
});

test('a page that asks for what there is not is told so', async () => {
  const lab = await startLab();
  const connection = await connect(`${lab.origin}/conversation/live`);
  await connection.send('"toString"');
  const reason = 'what this page may ask is a conversation by name';
  expect(await connection.closed).toMatchObject({ code: 1008, reason });
});

function namesOf(steps: readonly Step[], by: Step['by'], call: Step['call']): string[] {
  return carriedBy(steps).flatMap((names, i) =>
    steps[i]!.by === by && steps[i]!.call === call ? names : [],
  );
}
