import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { hasProgram } from '../../../scripts/for-tests/programs.ts';
import { knownFault } from '../src/faults/fault.ts';
import { httpClientFaults } from '../src/faults/http-client.ts';
import { httpClients } from '../src/implementations/http.ts';
import type { HttpClientPeer } from '../src/peers/http-peer.ts';
import { probes } from '../src/probes/http-client/index.ts';
import { listenHttp } from '../src/probes/http-client/listen.ts';
import type { Result } from '../src/probes/probe.ts';
import { startRawServer } from '../src/probes/raw-server.ts';
import { requirements } from '../src/requirements/index.ts';
import { distortedClient } from '../src/saboteurs/distorted-http-client.ts';
import { httpClientSaboteurs } from '../src/saboteurs/http-client.ts';
import { askTwice, unfailed } from './twice.ts';

const TIME = 120_000;
const [ours, ...peers] = await Promise.all(httpClients.map(async ({ start }) => (await start()).peer));

/** Every script answers or ends its connection, so only a slow machine comes near to this. */
const HOW = { jobs: 12, timeout: TIME / 2, quiet: 100 };
const isHeld = ({ finding }: Result): boolean => finding.verdict === 'held';
const asked = (peer: HttpClientPeer) => ({ family: 'http-client', implementation: peer.name, peer }) as const;

/** What is not as it should be, told. */
async function wrong(peer: HttpClientPeer, isFine: (result: Result) => boolean): Promise<string[]> {
  const results = await askTwice(asked(peer), probes, HOW, isFine);
  const others = results.filter((result) => !isFine(result));
  return others.map(({ probe, finding }) => `${probe.name} ${finding.verdict}: ${finding.observed}`);
}

describe('the probes of HTTP clients', () => {
  test('are at least 60', () => {
    expect(probes.length).toBeGreaterThan(60);
  });

  test('have the level of the requirement that they are mainly about', () => {
    for (const {
      name,
      level,
      requirements: [first],
    } of probes) {
      expect(`${name} ${requirements.get(first)!.level.replace(' not', '')}`).toBe(`${name} ${level}`);
    }
  });

  test('all hold on http-mini', { timeout: TIME }, async () => {
    expect(await wrong(ours!, isHeld)).toEqual([]);
  });

  test('all hold on http-mini behind a relay that changes nothing', { timeout: TIME }, async () => {
    expect(await wrong(distortedClient({}), isHeld)).toEqual([]);
  });

  test('are each failed by a saboteur, and each saboteur fails one', { timeout: TIME }, async () => {
    const rounds = [HOW, { ...HOW, quiet: 1000 }];
    expect(await unfailed('http-client', probes, httpClientSaboteurs, rounds)).toEqual([]);
  });

  describe.each(peers)('find in $name', (peer) => {
    const faults = httpClientFaults.filter(({ implementation }) => implementation === peer.name);
    const isSeen = peer.name !== 'node:http' || faults[0]!.seen === process.versions.node;

    test.skipIf(!isSeen)('what is known of it, and nothing else', { timeout: TIME }, async () => {
      const isKnown = (name: string): boolean => knownFault(faults, peer.name, '', name) !== undefined;
      const isExpected = ({ finding, probe }: Result): boolean =>
        probe.level === 'may' || (finding.verdict === 'broken') === isKnown(probe.name);
      expect(await wrong(peer, isExpected)).toEqual([]);
    });
  });
});

describe('--listen for HTTP', () => {
  const listening = listenHttp({
    host: '127.0.0.1',
    port: 0,
    quiet: 5000,
    chosen: ({ name }) =>
      /^(status-line\/(ordinary|status-)|connection\/close$|request\/host|fields\/bare-cr-in-value$)/.test(
        name,
      ),
  });
  afterAll(async () => (await listening).close());
  const base = async (): Promise<string> => `http://127.0.0.1:${(await listening).port}`;
  const verdictOf = async (name: string): Promise<string | undefined> =>
    (await listening).results().find(({ probe }) => probe.name === name)?.finding.verdict;

  test('judges by the wire alone what can be seen there', async () => {
    const cases = await (await fetch(`${await base()}/cases`)).text();
    const [url] = /\S*request\/host\S*/.exec(cases)!;
    await (await fetch(url)).text();
    expect(await verdictOf('request/host')).toBe('held');
    await (await fetch(/\S*status-line\/ordinary/.exec(cases)![0])).text();
    expect(await verdictOf('status-line/ordinary')).toBe('not asked');
  });

  test('judges what the driver tells', async () => {
    const cases = await (await fetch(`${await base()}/cases`)).text();
    const url = /\S*status-line\/ordinary/.exec(cases)![0];
    const tell = async (query: string, body: string): Promise<number> =>
      (await fetch(`${await base()}/told?url=${url}&${query}`, { method: 'POST', body })).status;
    await (await fetch(url)).text();
    expect(await tell('status=200', 'hello')).toBe(204);
    expect(await verdictOf('status-line/ordinary')).toBe('held');
    expect(await tell('error=no', '')).toBe(204);
    expect(await verdictOf('status-line/ordinary')).toBe('broken');
  });

  test('a field that the driver tells is cut at its first colon', async () => {
    const cases = await (await fetch(`${await base()}/cases`)).text();
    const url = /\S*fields\/bare-cr-in-value/.exec(cases)![0];
    await fetch(url).catch(() => {}); // undici refuses it, and a client may take it
    const field = encodeURIComponent('X-A: b X-B: c');
    await fetch(`${await base()}/told?url=${url}&status=200&field=${field}`, {
      method: 'POST',
      body: 'hello',
    });
    expect(await verdictOf('fields/bare-cr-in-value')).toBe('held');
  });

  test('what the driver tells steers no terminal on which the report is read', async () => {
    const cases = await (await fetch(`${await base()}/cases`)).text();
    const url = /\S*status-line\/ordinary/.exec(cases)![0];
    await (await fetch(url)).text();
    const why = encodeURIComponent('no\n\x1b[2J\u009b31m\x7f');
    await fetch(`${await base()}/told?url=${url}&error=${why}`, { method: 'POST' });
    const report = await (await fetch(`${await base()}/report`)).text();
    expect(report).toContain('status-line/ordinary: an error: no..[2J.31m. (');
    expect(report).not.toMatch(/(?!\n)\p{C}/u);
  });

  test('says what there is to whoever asks for something else', async () => {
    const lost = await fetch(`${await base()}/nothing`);
    expect([lost.status, await lost.text()]).toEqual([404, expect.stringContaining('/cases')]);
    const wrong = await fetch(`${await base()}/told?url=http://127.0.0.1:1/a`, { method: 'POST' });
    expect([wrong.status, await wrong.text()]).toEqual([404, expect.stringContaining('none of /cases')]);
    expect(await (await fetch(`${await base()}/cases.json`)).json()).toContainEqual(
      expect.objectContaining({
        name: 'status-line/ordinary',
        requests: [expect.objectContaining({ method: 'GET' })],
      }),
    );
  });

  test.skipIf(!hasProgram('curl'))('curl, by the command that is told', { timeout: TIME }, async () => {
    const [command] = (await listening).howTo;
    const { stdout } = await promisify(execFile)('sh', ['-c', command!]);
    expect(stdout).toMatch(/^held {2}must {2}connection\/close:/m);
    expect(stdout).toMatch(/^held {2}must {2}status-line\/ordinary:/m);
  });
});

describe('the raw server', () => {
  test('keeps every byte and every end, and ends a script with its connection', async () => {
    let ended = '';
    const server = await startRawServer(async (connection) => {
      expect(await connection.takeHead()).toBe('a\r\n\r\n');
      expect((await connection.take(1)).toString()).toBe('b');
      await connection.sendByteByByte('cd');
      connection.halfClose();
      await connection.take(1).catch((error: Error) => {
        ended = error.name;
        throw error;
      });
    });
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.write('a\r\n\r\nb');
    let received = '';
    socket.on('data', (bytes) => {
      received += bytes;
    });
    await once(socket, 'end');
    const closed = once(socket, 'close');
    socket.end();
    await server.connections[0]!.ended;
    await closed;
    expect([received, ended]).toEqual(['cd', 'ConnectionOver']);
    expect(server.transcript.filter(({ end }) => end).map(({ way, end }) => `${way} ${end}`)).toEqual([
      'sent half-closed',
      'received half-closed',
    ]);
    expect(
      Buffer.concat(
        server.transcript.filter(({ way }) => way === 'sent').map(({ bytes }) => bytes),
      ).toString(),
    ).toBe('cd');
    await server.close();
  });

  test('cuts everything off when it is told to', async () => {
    const stop = new AbortController();
    const server = await startRawServer((connection) => connection.ended, { signal: stop.signal });
    const socket = connect({ port: server.port, host: '127.0.0.1' });
    socket.on('error', () => {});
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    stop.abort();
    await closed;
    await server.close();
  });
});
