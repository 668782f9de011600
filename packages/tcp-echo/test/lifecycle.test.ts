import { expect, onTestFinished, test } from 'vitest';
import {
  connect,
  createEchoServer,
  describe as describeEvent,
  formatEndpoint,
  type ObserveOptions,
} from '../src/index.ts';
import { observer, readAll, startServer } from './support.ts';

test('one conversation, told from both ends, with the clock that was passed in', async () => {
  let ticks = 0;
  const clock = () => ++ticks;
  const seen = observer();
  const server = createEchoServer({ observe: seen.observe, clock });
  const local = await server.listen();
  const client = await connect({ ...local, observe: seen.observe, clock });
  await client.send('hello');
  client.end();
  await readAll(client);
  await client.close();
  await server.close();

  const life = (socket: string) =>
    seen.events.filter((e) => e.socket === socket).map((e) => (e.by ? `${e.stage} by ${e.by}` : e.stage));
  expect(life('listener')).toEqual(['created', 'bound', 'listening', 'closed']);
  const ends = ['half-closed by peer', 'half-closed by user', 'closed'];
  expect(life('connection 1')).toEqual(['accepted', 'read', 'written', ...ends]);
  const begin = ['created', 'bound', 'connected', 'written'];
  expect(life('client')).toEqual([...begin, 'half-closed by user', 'read', 'half-closed by peer', 'closed']);

  expect(seen.events.map((e) => e.at)).toEqual(seen.events.map((_, i) => i + 1));
  const connected = seen.events.find((e) => e.stage === 'connected');
  const accepted = seen.events.find((e) => e.stage === 'accepted');
  expect(accepted).toMatchObject({ local, remote: connected?.local });
  expect(seen.events.find((e) => e.stage === 'written' && e.socket === 'client')?.bytes).toBe(5);
});

test('as lines: the call beside the stage', () => {
  const at = 1.25;
  const local = { host: '127.0.0.1', port: 7 };
  const error = new Error('of rain');
  expect(describeEvent({ at, socket: 'listener', stage: 'bound', local })).toBe(
    '      1.3 ms  listener      bind()     bound 127.0.0.1:7',
  );
  expect(describeEvent({ at, socket: 'client', stage: 'bound', local })).toBe(
    '      1.3 ms  client        connect()  bound 127.0.0.1:7',
  );
  expect(describeEvent({ at, socket: 'client', stage: 'half-closed', by: 'peer' })).toMatch(
    /read\(\) +FIN received/,
  );
  expect(describeEvent({ at, socket: 'client', stage: 'half-closed', by: 'user' })).toMatch(
    /shutdown\(\) FIN sent/,
  );
  expect(describeEvent({ at, socket: 'x', stage: 'written', bytes: 9 })).toMatch(
    /write\(\) +written 9 bytes$/,
  );
  expect(describeEvent({ at, socket: 'x', stage: 'paused', pending: 4 })).toMatch(/paused until 4 bytes/);
  expect(describeEvent({ at, socket: 'x', stage: 'closed', error })).toMatch(
    /close\(\) +closed because of rain$/,
  );
  expect(formatEndpoint({ host: '::1', port: 7 })).toBe('[::1]:7');
});

test.each<[string, ObserveOptions['observe'], RegExp]>([
  [
    'throws',
    () => {
      throw new Error('of rain');
    },
    /observe threw.*of rain/,
  ],
  ['rejects', (() => Promise.reject(new Error('of snow'))) as () => void, /observe threw.*of snow/],
  [
    'throws what cannot be shown',
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      throw proxy;
    },
    /observe threw.*no text/,
  ],
])('an observer that %s: a warning says so, and the sockets go on', async (_, observe, text) => {
  const warnings: string[] = [];
  const warned = ({ message }: Error) => void warnings.push(message);
  process.on('warning', warned);
  onTestFinished(() => void process.off('warning', warned));
  const server = createEchoServer({ observe });
  const client = await connect(await server.listen());
  await client.send('on');
  client.end();
  expect(`${await readAll(client)}`).toBe('on');
  await server.close();
  await new Promise(setImmediate);
  expect(warnings).toEqual([expect.stringMatching(text)]);
});

test('options are read once, when the server is made', async () => {
  let reads = 0;
  const options: ObserveOptions = {
    get observe() {
      if (++reads > 1) throw new Error('read again');
      return () => {};
    },
  };
  const server = createEchoServer(options);
  onTestFinished(() => server.destroy());
  const client = await connect(await server.listen());
  client.end();
  expect(await readAll(client)).toHaveLength(0);
});

test('a dropped connection is an event of the listener: there is no new socket to tell of', async () => {
  const { port, seen } = await startServer({ maxConnections: 1 });
  const first = await connect({ port });
  await connect({ port })
    .then((client) => readAll(client))
    .catch(() => {});
  const dropped = await seen.event((e) => e.stage === 'dropped');
  expect(dropped).toMatchObject({ socket: 'listener', remote: { host: '127.0.0.1' } });
  first.destroy();
});
