// The names of law 6 for requests. The law itself is a property: src/properties/differential.ts.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEVIATIONS } from '../src/differential/deviations/index.ts';
import { judge, type Verdict } from '../src/differential/difference.ts';
import {
  type ObservedServer,
  observeHttpMini,
  observeNode,
  type ServerExchange,
} from '../src/differential/observe.ts';
import { vectors } from './vectors.ts';

const NODE = Number.parseInt(process.versions.node, 10);

let mini: ObservedServer;
let node: ObservedServer;
beforeAll(async () => {
  [mini, node] = await Promise.all([observeHttpMini(), observeNode()]);
});
afterAll(() => Promise.all([mini.close(), node.close()]));

async function compare(bytes: Uint8Array): Promise<Verdict<ServerExchange>> {
  const [ours, theirs] = await Promise.all([mini.observe(bytes), node.observe(bytes)]);
  return judge(bytes, ours, theirs, DEVIATIONS);
}

const octets = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('each deviation is met by its example', () => {
  // So that the list holds nothing that this Node, or http-mini, does no more.
  test.each(DEVIATIONS)('$id, $rule', async ({ id, example, upToNode = Infinity }) => {
    const { deviations, unnamed } = await compare(octets(example));
    expect(unnamed).toBeUndefined();
    if (NODE <= upToNode) expect(deviations.map((one) => one.id)).toContain(id);
  });

  test('and has a name of its own', () => {
    expect(new Set(DEVIATIONS.map(({ id }) => id)).size).toBe(DEVIATIONS.length);
    for (const { rule, why } of DEVIATIONS) expect(`${rule}: ${why}`).toMatch(/^RFC 9\d{3} \d[\d.]*: .{30}/);
  });
});

test('a line feed behind content that ends in CR is no line end, and has its name', async () => {
  const head = 'OPTIONS * HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n';
  const { deviations, unnamed } = await compare(octets(`${head}a\r\n`));
  expect(unnamed).toBeUndefined();
  expect(deviations.map(({ id }) => id)).toEqual(['line-feed-before-request']);
});

describe('http-mini’s vectors', () => {
  const requests = vectors('request');

  test.each([...new Set(requests.map(({ file }) => file))])('%s', async (file) => {
    const unnamed: unknown[] = [];
    for (const { name, bytes } of requests.filter((one) => one.file === file)) {
      const verdict = await compare(bytes);
      if (verdict.unnamed !== undefined) unnamed.push({ name, ...verdict.unnamed });
    }
    expect(unnamed).toEqual([]);
  });

  test('are read', () => {
    expect(requests.length).toBeGreaterThan(200);
    expect(requests).toContainEqual({
      file: 'node-http.md',
      name: 'it loses a good request when bad bytes share its packet',
      methods: '',
      bytes: octets('GET / HTTP/1.1\r\nHost: a\r\n\r\n\x01\x02\x03'),
    });
  });
});

test('behind a refusal whose answer node:http has lost nothing is compared, since http-mini reads no more', async () => {
  const refused = 'GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;a=\r\nx\r\n0\r\n\r\n';
  const failing = 'POST / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n';
  const { deviations, unnamed } = await compare(octets(`${refused}${failing}\x01\x02`));
  expect([deviations.map(({ id }) => id), unnamed]).toEqual([['answer-lost'], undefined]);
});

describe('a difference without a name is found', () => {
  test.each([
    ['a request that one of them does not see', '\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['content', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi'],
    ['trailers', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\na: b\r\n\r\n'],
    ['a status', 'GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n'],
  ])('%s', async (what, text) => {
    const bytes = octets(text);
    const [ours, theirs] = await Promise.all([mini.observe(bytes), node.observe(bytes)]);
    expect(judge(bytes, ours, theirs, DEVIATIONS)).toEqual({ deviations: [] });
    const [first] = theirs.exchanges;
    const changed = {
      content: { ...first, content: 'ha' },
      trailers: { ...first, trailers: [] },
      'a status': { ...first, status: 404 },
    }[what];
    const exchanges = changed === undefined ? [] : [changed];
    expect(judge(bytes, ours, { exchanges }, DEVIATIONS).unnamed).toMatchObject({ mini: ours.exchanges[0] });
  });
});
