// The cases of `ws-behaviour.ts` hold on `ws`, and on `ws-mini/ws` but for those named here.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import * as ours from 'ws-mini/ws';
import { CASES, type Library } from './ws-behaviour.ts';

// As a program of CommonJS gets it: there, the class has the other exports as members.
const ws = createRequire(import.meta.url)('ws') as Library;

/** What differs, and why. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  'autoPong false: the program answers itself': 'a Ping is always answered: throws',
  RSV2: 'one code for all three reserved bits',
  'a subprotocol may stand among the headers': 'only `protocols` asks for one: not sent',
  'followRedirects follows': 'redirects are not followed: an unexpected response',
  'agent gives the connection': "an agent of node:http needs node:http's requests: throws",
  'version 8 of the protocol is taken': 'a draft of 2011: 426',
};

describe('ws', () => {
  test.each(Object.entries(CASES))('%s', (_, run) => run(ws) as Promise<void>);
});

describe('ws-mini/ws', () => {
  for (const [name, run] of Object.entries(CASES))
    test(name, { fails: name in DIFFERENCES }, () => run(ours as unknown as Library) as Promise<void>);
});

test('by require it is the class, as ws is', () => {
  expect(ws).toBe(ws.WebSocket);
  // What `require` gives of an ES module that has this export; the slow tests of the packages do it.
  expect((ours as Record<string, unknown>)['module.exports']).toBe(ours.WebSocket);
});

test('fragments as a listener gets them can be sent as they are', async () => {
  const server = new ours.WebSocketServer({ port: 0 });
  await once(server, 'listening');
  server.on('connection', (socket) => {
    socket.binaryType = 'fragments';
    socket.on('message', (fragments) => socket.send(fragments));
  });
  const client = new ours.WebSocket(`ws://localhost:${(server.address() as AddressInfo).port}`);
  client.on('open', () => client.send(Buffer.from('ab')));
  expect(String((await once(client, 'message'))[0])).toBe('ab');
  client.terminate();
  server.close();
});

test('an upgrade that another listener has taken is left to it', async () => {
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  const servers = ['/a', '/b'].map((path) => new ours.WebSocketServer({ server: http, path }));
  for (const server of servers) server.on('connection', (socket) => socket.send('from the first'));
  const client = new ours.WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}/a`);
  expect(String((await once(client, 'message'))[0])).toBe('from the first');
  expect(() =>
    servers[1]!.handleUpgrade({} as never, [...servers[0]!.clients!][0]!._socket!, Buffer.alloc(0), () => {}),
  ).toThrow(/more than once/);
  client.terminate();
  await once(client, 'close');
  http.close();
});

test.each(['README.md', 'README.ko.md'])('%s says how many of the cases hold', (name) => {
  const text = readFileSync(new URL(`../../ws-mini/${name}`, import.meta.url), 'utf8');
  const all = Object.keys(CASES).length;
  expect(text).toContain(`${all - Object.keys(DIFFERENCES).length} / ${all}`);
});
