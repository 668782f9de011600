/** What a caller gives that can be had once: generators of fields. However often the client needs them, none is lost. */
import { expect, test } from 'vitest';
import { request } from '../../src/client/client.ts';
import type { TargetOptions } from '../../src/client/options.ts';
import { answerAll, clientOf, ok, type Peer, serve } from './peer.ts';

function* lines(): Generator<[string, string]> {
  yield ['X-One', '1'];
  yield ['X-Two', '2'];
}

/** A generator is its own iterator; others only answer with the same one again. */
const ONCE: [string, () => Iterable<[string, string]>][] = [
  ['a generator', lines],
  ["a Map's entries", () => new Map(lines()).entries()],
  [
    'an iterable over one generator',
    () => {
      const once = lines();
      return { [Symbol.iterator]: () => once };
    },
  ],
];

const BOTH = 'X-One: 1\r\nX-Two: 2\r\n';

/** How often the peers have heard both fields. */
const heardBoth = (peers: Peer[]): number =>
  peers
    .map(({ heard }) => heard)
    .join('')
    .split(BOTH).length - 1;

test.each(ONCE)('trailers from %s are checked, announced and sent', async (_, fields) => {
  const server = await serve(async (peer) => {
    await peer.hears(`0\r\n${BOTH}\r\n`);
    peer.says(ok());
  });
  const asked = { method: 'POST', body: 'x', trailers: fields() };
  expect((await clientOf(server.url).request(asked)).status).toBe(200);
  expect(server.peers[0]!.heard).toContain('Trailer: X-One, X-Two\r\n');
});

test.each(ONCE)('headers and trailers from %s go with every redirect', async (_, fields) => {
  const to = (target: string) => `HTTP/1.1 307 X\r\nLocation: ${target}\r\nContent-Length: 0\r\n\r\n`;
  const server = await serve(async (peer) => {
    for (let count = 1; ; count++) {
      await peer.hears(`0\r\n${BOTH}\r\n`, count);
      peer.says(count < 3 ? to(`/${count}`) : ok());
    }
  });
  const asked = { method: 'PUT', body: 'x', headers: fields(), trailers: fields(), redirects: 5 };
  expect((await request(`${server.url}/`, asked)).status).toBe(200);
  expect(heardBoth(server.peers)).toBe(6);
});

test.each(ONCE)('headers from %s are sent again after 417', async (_, fields) => {
  const server = await serve(async (peer) => {
    await peer.request();
    if (peer.heard.includes('Expect')) peer.says('HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n');
    await peer.hears(`0\r\n${BOTH}\r\n`);
    peer.says(ok());
  });
  const asked: TargetOptions = { method: 'POST', body: 'x', headers: fields(), trailers: fields() };
  expect((await clientOf(server.url).request({ ...asked, expectContinue: true })).status).toBe(200);
  expect(heardBoth(server.peers)).toBe(3);
});

test.each(ONCE)('headers and trailers from %s are sent again on a second connection', async (_, fields) => {
  const server = await serve(async (peer, index) => {
    if (index > 0) {
      await peer.hears(`0\r\n${BOTH}\r\n`);
      return peer.says(ok('again'));
    }
    await peer.request();
    peer.says(ok());
    await peer.request(2);
    peer.socket.resetAndDestroy();
  });
  const client = clientOf(server.url);
  await (await client.request()).text();
  const asked = { method: 'PUT', body: 'x', headers: fields(), trailers: fields() };
  expect(await (await client.request(asked)).text()).toBe('again');
});

test('headers that the caller changes after the call are sent as they were, by redirects as well', async () => {
  const server = await serve((peer) =>
    answerAll(peer, (count) =>
      count === 1 ? 'HTTP/1.1 302 X\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n' : ok(),
    ),
  );
  const headers: Record<string, string> = { 'X-One': '1', 'X-Two': '2' };
  const answered = request(`${server.url}/a`, { headers, redirects: 1 });
  headers['X-One'] = 'changed';
  await answered;
  expect(heardBoth(server.peers)).toBe(2);
});

test.each([
  ['headers', Promise.resolve({ a: 'b' })],
  ['headers', (async function* () {})()],
  ['trailers', Promise.resolve({ a: 'b' })],
])('%s that are not there yet are refused, and not taken for none: %o', async (name, fields) => {
  const server = await serve((peer) => answerAll(peer));
  const refused = clientOf(server.url).request({ body: 'x', [name]: fields });
  await expect(refused).rejects.toMatchObject({ code: 'invalid-option', by: 'user' });
  expect(server.peers).toHaveLength(0);
});
