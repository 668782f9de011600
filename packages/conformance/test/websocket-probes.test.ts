/**
 * Is the bench right? Every WebSocket probe holds on a plain peer that keeps all rules, and is failed by the same peer with
 * one rule switched off, a rule that the probe names.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type Connection, WebSocketServer } from 'ws-mini';
import { knownFault } from '../src/faults/fault.ts';
import { faults } from '../src/faults/index.ts';
import type { Implementation } from '../src/implementations/implementation.ts';
import { websocketClients, websocketServers } from '../src/implementations/websocket.ts';
import type { Probe } from '../src/probes/probe.ts';
import { type Asked, runProbes } from '../src/probes/run.ts';
import { visits } from '../src/probes/websocket-client/client-peer.ts';
import { probes as clientProbes } from '../src/probes/websocket-client/index.ts';
import { listenWebSocket } from '../src/probes/websocket-client/listen.ts';
import { probes as serverProbes } from '../src/probes/websocket-server/index.ts';
import { plainClient } from '../src/saboteurs/websocket/plain-client.ts';
import { startPlainServer } from '../src/saboteurs/websocket/plain-server.ts';
import { keepsAll } from '../src/saboteurs/websocket/rules.ts';
import { saboteurs as clientSaboteurs } from '../src/saboteurs/websocket-client.ts';
import { saboteurs as serverSaboteurs } from '../src/saboteurs/websocket-server.ts';
import { runFuzzingClient } from '../src/subjects/ws-mini-client.ts';
import { askTwice, unfailed } from './twice.ts';

/** For a machine with a hundred other things to do. */
const LONG = { timeout: 120_000 };

type Family = 'websocket-server' | 'websocket-client';

/** What a right peer says, it says at once: only a slow machine comes near to this. */
const PATIENT = { jobs: 16, timeout: 60_000, quiet: 20_000 };
/** For what is silent. */
const PATIENTLY_AGAIN = { jobs: 32, timeout: 60_000, quiet: 5000 };
/** A saboteur that is silent has failed, however short the wait was. */
const HASTY = [
  { jobs: 16, timeout: 10_000, quiet: 50 },
  { jobs: 32, timeout: 60_000, quiet: 500 },
  PATIENTLY_AGAIN,
];

const plain = <Peer>(family: Family, peer: Peer): Asked<Peer> => ({ family, implementation: 'plain', peer });

async function run<Peer>(family: Family, peer: Peer, probes: readonly Probe<Peer>[], how: typeof PATIENT) {
  return await runProbes(plain(family, peer), probes, how);
}

type Results = Awaited<ReturnType<typeof run>>;
const brokenIn = (results: Results): Results => results.filter(({ finding }) => finding.verdict === 'broken');
const isHeld = ({ finding }: Results[number]): boolean => finding.verdict === 'held';
const told = (results: Results): string[] =>
  results.map(({ probe, finding }) => `${probe.name}: ${finding.verdict}: ${finding.observed}`);
const notHeld = (results: Results): string[] => told(results.filter((result) => !isHeld(result)));

/** Silence is what this one asks for, and waits out: not for as long as a machine may be slow. */
const isOfSilence = ({ name }: { name: string }): boolean => name === 'closing/client-waits-for-the-server';

describe('a plain WebSocket peer', () => {
  it('as a server holds in every probe', LONG, async () => {
    const { peer, close } = await startPlainServer(keepsAll);
    expect(notHeld(await askTwice(plain('websocket-server', peer), serverProbes, PATIENT, isHeld))).toEqual(
      [],
    );
    await close();
  });

  it('as a client holds in every probe', LONG, async () => {
    const peer = visits(plainClient(keepsAll));
    const loud = clientProbes.filter((probe) => !isOfSilence(probe));
    expect(notHeld(await askTwice(plain('websocket-client', peer), loud, PATIENT, isHeld))).toEqual([]);
    const silent = clientProbes.filter(isOfSilence);
    expect(notHeld(await run('websocket-client', peer, silent, PATIENTLY_AGAIN))).toEqual([]);
  });

  it('as a server fails each probe of a rule that it breaks, and each fault shows', LONG, async () => {
    expect(await unfailed('websocket-server', serverProbes, serverSaboteurs, HASTY)).toEqual([]);
  });

  it('as a client fails each probe of a rule that it breaks, and each fault shows', LONG, async () => {
    expect(await unfailed('websocket-client', clientProbes, clientSaboteurs, HASTY)).toEqual([]);
  });
});

/** An oracle may be silent where it is wrong, which is known of it: only what is new is worth a longer wait. */
const OF_ORACLES = { jobs: 48, timeout: 60_000, quiet: 500 };

describe('the implementations', () => {
  /** Not the same on every Node, which is what lets it pass. */
  const OF_NODE = 'opening/no-host';
  const listed = [...faults['websocket-server'], ...faults['websocket-client']];
  const unmet = new Set(listed.filter(({ probes }) => !probes.includes(OF_NODE)));

  /** What is broken, and known of nobody. A MAY is told and no more, and so not asked. */
  async function news<Peer>(
    family: Family,
    implementation: Implementation<Peer>,
    probes: readonly Probe<Peer>[],
  ): Promise<string[]> {
    const { name, version } = implementation;
    const isOurs = version === '';
    const asked = probes.filter((probe) => probe.level !== 'may' && !(isOurs && isOfSilence(probe)));
    const faultOf = ({ probe }: Results[number]) => knownFault(faults[family], name, version, probe.name);
    const isNews = (result: Results[number]): boolean =>
      result.finding.verdict === 'broken' && faultOf(result) === undefined;
    const { peer, close } = await implementation.start();
    const how = isOurs ? PATIENT : OF_ORACLES;
    const results = await askTwice(plain(family, peer), asked, how, (result) => !isNews(result));
    await close();
    for (const result of brokenIn(results)) unmet.delete(faultOf(result)!);
    return told(results.filter(isNews));
  }

  it.each(websocketServers)('$name as a server has no fault that is not listed', LONG, async (one) => {
    expect(await news('websocket-server', one, serverProbes)).toEqual([]);
  });

  it.each(websocketClients)('$name as a client has no fault that is not listed', LONG, async (one) => {
    expect(await news('websocket-client', one, clientProbes)).toEqual([]);
  });

  it('have each fault that is listed', () => {
    expect([...unmet].map(({ implementation, clause }) => `${implementation}: ${clause}`)).toEqual([]);
  });
});

describe.concurrent('a server from outside', () => {
  const few = serverProbes.filter(({ name }) =>
    /^(?:sizes\/text-of-1|reserved\/opcode-3|ping\/of-1)$/.test(name),
  );

  async function verdicts(
    welcome: (connection: Connection) => void,
    asked: typeof few = few,
  ): Promise<Record<string, string>> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    server.on('connection', welcome);
    const { port } = (await server.listening)!;
    const results = await run('websocket-server', { host: '127.0.0.1', port, path: '/' }, asked, OF_ORACLES);
    await server.close();
    return Object.fromEntries(results.map(({ probe, finding }) => [probe.name, finding.verdict]));
  }

  it('that does not echo is asked whether it takes what it is sent', LONG, async () => {
    expect(await verdicts((connection) => connection.on('message', () => {}))).toEqual({
      'sizes/text-of-1': 'held',
      'reserved/opcode-3': 'held',
      'ping/of-1': 'held',
    });
  });

  it('that does not echo and takes what is right for wrong is broken', LONG, async () => {
    const complain = (connection: Connection): void =>
      void connection.on('message', () => connection.close(1007));
    const one = few.filter(({ name }) => name === 'sizes/text-of-1');
    expect(await verdicts(complain, one)).toEqual({ 'sizes/text-of-1': 'broken' });
  });

  it('that ends every connection by itself has refused nothing', LONG, async () => {
    const verdictsOf = await verdicts((connection) => void connection.close(1008));
    expect(verdictsOf['reserved/opcode-3']).toBe('not asked');
  });

  it('that greets everybody is not taken for wrong', LONG, async () => {
    const greet = (connection: Connection): void => {
      connection.send('hello, stranger');
      connection.on('message', (message) => void connection.send(message));
    };
    expect(new Set(Object.values(await verdicts(greet)))).toEqual(new Set(['held']));
  });

  it('that is late once is not taken for silent', LONG, async () => {
    let isFirst = true;
    const lateOnce = (connection: Connection): void => {
      const isLate = isFirst;
      isFirst = false;
      connection.on('message', (message) => isLate || void connection.send(message));
    };
    const one = few.filter(({ name }) => name === 'sizes/text-of-1');
    expect(await verdicts(lateOnce, one)).toEqual({ 'sizes/text-of-1': 'held' });
  });
});

it('the command that listenWebSocket names drives the WebSocket of Node', LONG, async () => {
  const chosen = ({ name }: { name: string }): boolean => name.startsWith('ping/');
  const listening = await listenWebSocket({ host: '127.0.0.1', port: 0, quiet: 20_000, chosen });
  const options = process.version.startsWith('v20.') ? '--experimental-websocket --no-warnings' : '';
  const child = spawn('sh', ['-c', listening.howTo[0]!], { env: { ...process.env, NODE_OPTIONS: options } });
  const [code] = await once(child, 'close');
  const results = listening.results();
  await listening.close();
  expect({ code, broken: told(brokenIn([...results])) }).toEqual({ code: 0, broken: [] });
  expect(results.filter(isHeld).length).toBeGreaterThan(5);
});

it('a client from outside is asked by listenWebSocket', LONG, async () => {
  const chosen = ({ name }: { name: string }): boolean => name.startsWith('request/');
  const listening = await listenWebSocket({ host: '127.0.0.1', port: 0, quiet: 20_000, chosen });
  expect(await runFuzzingClient(`ws://127.0.0.1:${listening.port}`, 'an agent')).toBe(
    listening.results().length,
  );
  const results = listening.results();
  expect(told(brokenIn([...results]))).toEqual([]);
  expect(new Set(results.map(({ implementation }) => implementation))).toEqual(new Set(['an agent']));
  expect(results.find(({ probe }) => probe.name === 'request/get')?.finding.verdict).toBe('held');
  await listening.close();
});
