/** Is the bench right about HTTP servers? Each probe holds where the rule is kept, and fails where this one rule is broken. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { knownFault } from '../src/faults/fault.ts';
import { faults } from '../src/faults/index.ts';
import { httpServers } from '../src/implementations/http.ts';
import { probes } from '../src/probes/http-server/index.ts';
import type { Result } from '../src/probes/probe.ts';
import { runProbes } from '../src/probes/run.ts';
import { requirements } from '../src/requirements/index.ts';
import { httpServerSaboteurs } from '../src/saboteurs/http-server.ts';
import { askTwice, unfailed } from './twice.ts';

/** Milliseconds: plenty, since only silence is waited for. */
const TIMEOUT = 60_000;

test('there are at least 200', () => {
  expect(probes.length).toBeGreaterThanOrEqual(200);
});

test('every probe holds on http-mini', { timeout: 2 * TIMEOUT }, async () => {
  const { peer, close } = await httpServers.find(({ name }) => name === 'http-mini')!.start();
  const asked = { family: 'http-server', implementation: 'http-mini', peer } as const;
  const isHeld = ({ finding }: Result): boolean => finding.verdict === 'held';
  const results = await askTwice(asked, probes, { jobs: 32, timeout: TIMEOUT, quiet: 5000 }, isHeld);
  await close();
  const others = results.filter((result) => !isHeld(result));
  expect(
    others.map(({ probe, finding }) => `${probe.name}: ${finding.verdict}, ${finding.observed}`),
  ).toEqual([]);
});

test('what breaks on node:http is known of it, with its clause', { timeout: 4 * TIMEOUT }, async () => {
  const { name, version, start } = httpServers.find((one) => one.name === 'node:http')!;
  const { peer, close } = await start();
  const asked = { family: 'http-server', implementation: name, peer } as const;
  const known = faults['http-server'];
  // Where it is silent, that is known of it: only what is new is worth a longer wait.
  const isKnown = ({ finding, probe }: Result): boolean =>
    finding.verdict !== 'broken' || knownFault(known, name, version, probe.name) !== undefined;
  const results = await askTwice(asked, probes, { jobs: 64, timeout: TIMEOUT, quiet: 500 }, isKnown);
  await close();
  const broken = results.filter(({ finding }) => finding.verdict === 'broken').map(({ probe }) => probe.name);
  expect(broken.filter((probe) => knownFault(known, name, version, probe) === undefined)).toEqual([]);
  expect(known.filter(({ clause }) => !requirements.has(clause))).toEqual([]);
  // And no fault is told that is not there on the version on which it was seen.
  const here = known.filter((fault) => fault.implementation === name && fault.seen === version);
  expect(here.filter((fault) => !broken.some((probe) => knownFault([fault], name, version, probe)))).toEqual(
    [],
  );
});

test('a server that a probe hangs is told once, and not for every probe after it', {
  timeout: TIMEOUT,
}, async () => {
  let hangs = false;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      hangs ||= bytes.includes('\r\n-5\r\n');
      if (!hangs) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const peer = { host: '127.0.0.1', port: (server.address() as AddressInfo).port, path: '/' };
  const some = ['chunked-broken/size-minus', 'request-line/version-1.0'];
  const asked = { family: 'http-server', implementation: 'hangs', peer } as const;
  const about = probes.filter(({ name }) => some.includes(name)).sort((a, b) => a.name.localeCompare(b.name));
  const results = await runProbes(asked, about, { jobs: 1, timeout: TIMEOUT, quiet: 50 });
  server.close();
  expect(results.map(({ finding }) => [finding.verdict, finding.observed])).toEqual([
    ['broken', 'no answer, left open, and nothing to a plain GET after it'],
    ['not asked', 'the server answers nothing since size-minus, or what was asked beside it'],
  ]);
});

test('what is usual for a server is found out anew if the probe that looked was ended', {
  timeout: TIMEOUT,
}, async () => {
  const stop = new AbortController();
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      if (bytes.includes('POST') && !stop.signal.aborted)
        stop.abort(); // it is slow on POST
      else
        socket.write(
          'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK'.repeat(
            bytes.toString().split('\r\n\r\n').length - 1,
          ),
        );
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const peer = { host: '127.0.0.1', port: (server.address() as AddressInfo).port, path: '/' };
  const one = probes.find(({ name }) => name === 'response/status-line')!;
  const never = new AbortController().signal;
  const ended = one.ask(peer, { quiet: 5000, signal: stop.signal });
  const [beside] = await Promise.all([
    one.ask(peer, { quiet: 5000, signal: never }),
    expect(ended).rejects.toThrow(),
  ]);
  expect(beside.verdict).toBe('held');
  expect((await one.ask(peer, { quiet: 5000, signal: never })).verdict).toBe('held');
  server.close();
});

test('every probe is failed by a saboteur, and every saboteur fails a probe', {
  timeout: 4 * TIMEOUT,
}, async () => {
  const rounds = [300, 3000].map((quiet) => ({ jobs: 8, timeout: TIMEOUT, quiet }));
  expect(await unfailed('http-server', probes, httpServerSaboteurs, rounds)).toEqual([]);
});
