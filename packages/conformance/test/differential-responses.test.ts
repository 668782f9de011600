// The names of law 6 for responses. The law itself is a property: src/properties/differential.ts.

import { describe, expect, test } from 'vitest';
import type { Pieces } from '../src/arbitraries/pieces.ts';
import { judge, type Verdict } from '../src/differential/difference.ts';
import { DEVIATIONS } from '../src/differential/responses/deviations/index.ts';
import {
  type ClientExchange,
  type Method,
  type ObservedClient,
  observedMini,
  observedNode,
  observedUndici,
} from '../src/differential/responses/observe.ts';
import { vectors } from './vectors.ts';

const NODE = Number.parseInt(process.versions.node, 10);

const peers = [observedNode, observedUndici];

async function compare(
  peer: ObservedClient,
  method: Method,
  bytes: Uint8Array,
  pieces: Pieces = [],
): Promise<Verdict<ClientExchange>> {
  const observing = [observedMini, peer].map((client) => client.observe(method, bytes, pieces));
  const [ours, theirs] = await Promise.all(observing);
  const known = DEVIATIONS.filter((one) => one.peers.includes(peer.name));
  return judge(bytes, ours!, theirs!, known);
}

const octets = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe.each(peers)('$name', (peer) => {
  const known = DEVIATIONS.filter((one) => one.peers.includes(peer.name));

  // So that the list holds nothing that this peer, or http-mini, does no more.
  test.each(known)('$id, $rule, is met by its example', async (one) => {
    const { deviations, unnamed } = await compare(peer, one.method ?? 'GET', octets(one.example), one.pieces);
    expect(unnamed).toBeUndefined();
    if (NODE <= (one.upToNode ?? Infinity)) expect(deviations.map(({ id }) => id)).toEqual([one.id]);
  });

  test('http-mini’s vectors', async () => {
    const asked = vectors('response').filter(({ methods }) => methods === 'GET' || methods === 'HEAD');
    expect(asked.length).toBeGreaterThan(45);
    for (const { name, methods, bytes } of asked) {
      const { unnamed } = await compare(peer, methods as Method, bytes);
      expect({ name, unnamed }).toEqual({ name, unnamed: undefined });
    }
  });
});

test.each(peers)('$name: a line end behind content that begins with one has its name', async (peer) => {
  const bytes = octets('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\r\na\r\n');
  const { deviations, unnamed } = await compare(peer, 'GET', bytes);
  expect([deviations.map(({ id }) => id), unnamed]).toEqual([['surplus-line-end'], undefined]);
});

test('each deviation has a name of its own', () => {
  expect(new Set(DEVIATIONS.map(({ id }) => id)).size).toBe(DEVIATIONS.length);
  for (const { rule, why } of DEVIATIONS) expect(`${rule}: ${why}`).toMatch(/^RFC 9\d{3} \d[\d.]*: .{30}/);
});

describe('what a client tells', () => {
  const whole =
    'HTTP/1.1 103 \r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nC: d\r\n\r\n';

  test.each([observedMini, ...peers])(
    '$name: all of a response, and that it kept the connection',
    async (client) => {
      const { exchanges } = await client.observe('GET', octets(whole), [1, 2, 3]);
      expect(exchanges).toMatchObject([
        {
          informations: [{ status: 103, fields: [['A', 'b']] }],
          status: 200,
          fields: [['Transfer-Encoding', 'chunked']],
          content: 'x',
          trailers: { c: ['d'] },
        },
        { status: 200, connection: 'kept' },
      ]);
    },
  );

  test.each([observedMini, ...peers])('$name: that a response broke off', async (client) => {
    expect((await client.observe('GET', octets(whole.slice(0, -1)))).exchanges).toEqual([{}]);
  });

  test.each([observedMini, ...peers])('$name: that it opened a new connection', async (client) => {
    const { exchanges } = await client.observe('GET', octets('HTTP/1.1 204 x\r\nConnection: close\r\n\r\n'));
    expect(exchanges[1]).toMatchObject({ status: 200, connection: 'new' });
  });
});

test.each<keyof ClientExchange>(['status', 'reason', 'fields', 'content', 'trailers', 'informations'])(
  'a difference in %s has no name unless it is known',
  async (key) => {
    const bytes = octets('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx');
    const observation = await observedMini.observe('GET', bytes);
    const changed = { ...observation.exchanges[0], [key]: key === 'fields' ? [] : 'else' };
    const other = { exchanges: [changed, observation.exchanges[1]!] };
    expect(judge(bytes, observation, observation, DEVIATIONS)).toEqual({ deviations: [] });
    expect(judge(bytes, observation, other, DEVIATIONS).unnamed).toMatchObject({ peer: changed });
  },
);
