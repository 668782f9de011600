// A relay: how one connection ended, said to another by `close(info.code, info.reason)`.

import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { type CloseInfo, type Connection, connect, WebSocketServer } from '../src/index.ts';

async function pair(): Promise<[server: Connection, client: Connection]> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => server.close());
  const { port } = (await server.listening)!;
  const [[connection], client] = await Promise.all([
    once(server, 'connection') as Promise<[Connection]>,
    connect(`ws://127.0.0.1:${port}`),
  ]);
  return [connection, client];
}

test.each([
  ['with a code and a reason', (client: Connection) => client.close(4000, 'why'), 4000, 'why'],
  ['with a code', (client: Connection) => client.close(1001), 1001, ''],
  ['without a code', (client: Connection) => client.close(), 1005, ''],
  ['without a Close', (client: Connection) => client.terminate(), 1011, ''],
] as const)('of an end %s', async (_, end, code, reason) => {
  const [from, client] = await pair();
  const [to, other] = await pair();
  const relayed = new Promise<CloseInfo>((resolve, reject) => {
    from.on('close', (info) => {
      try {
        resolve(to.close(info.code, info.reason));
      } catch (error) {
        reject(error);
      }
    });
  });
  // What was sent before arrives before the end, however that was.
  void to.send('the last');
  void end(client);
  const { wasClean } = await relayed;
  expect(wasClean).toBe(true);
  expect((await other[Symbol.asyncIterator]().next()).value).toBe('the last');
  expect(await other.closed).toMatchObject({ code, reason, wasClean: true });
});

test('codes that stand for nothing stay refused', async () => {
  const [server] = await pair();
  for (const code of [999, 1004, 1015, 2999, 5000])
    expect(() => server.close(code)).toThrow(expect.objectContaining({ code: 'close-code-not-sendable' }));
  expect(server.readyState).toBe('open');
});
