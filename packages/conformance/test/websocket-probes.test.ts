/**
 * Is the bench right? Every WebSocket probe holds on a plain peer that keeps all rules, and is failed by the same peer with
 * one rule switched off, a rule that the probe names.
 */
import { describe, expect, it } from 'vitest';
import type { Probe } from '../src/probes/probe.ts';
import { runProbes } from '../src/probes/run.ts';
import { visits, type WebSocketClientPeer } from '../src/probes/websocket-client/client-peer.ts';
import { probes as clientProbes } from '../src/probes/websocket-client/index.ts';
import { probes as serverProbes } from '../src/probes/websocket-server/index.ts';
import type { ServerAddress } from '../src/probes/wire-line.ts';
import { requirements } from '../src/requirements/index.ts';
import type { Saboteur } from '../src/saboteurs/saboteur.ts';
import { plainClient } from '../src/saboteurs/websocket/plain-client.ts';
import { startPlainServer } from '../src/saboteurs/websocket/plain-server.ts';
import { keepsAll } from '../src/saboteurs/websocket/rules.ts';
import { saboteurs as clientSaboteurs } from '../src/saboteurs/websocket-client.ts';
import { saboteurs as serverSaboteurs } from '../src/saboteurs/websocket-server.ts';

type Family = 'websocket-server' | 'websocket-client';

/** What a right peer says, it says at once: only a slow machine comes near to this. */
const PATIENT = { jobs: 16, timeout: 60_000, quiet: 20_000 };
/** A saboteur that is silent has failed, however short the wait was. */
const HASTY = { jobs: 32, timeout: 10_000, quiet: 100 };

async function run<Peer>(family: Family, peer: Peer, probes: readonly Probe<Peer>[], how: typeof PATIENT) {
  return await runProbes({ family, implementation: 'plain', peer }, probes, how);
}

/** Those that no saboteur of a rule that they name has failed. */
async function unfailed<Peer>(
  family: Family,
  probes: readonly Probe<Peer>[],
  saboteurs: readonly Saboteur<Peer>[],
): Promise<string[]> {
  let left = probes;
  for (const saboteur of saboteurs) {
    const concerned = left.filter(({ requirements }) => requirements.includes(saboteur.breaks));
    if (concerned.length === 0) continue;
    const { peer, close } = await saboteur.start();
    const results = await run(family, peer, concerned, HASTY);
    await close();
    const broken = new Set(
      results.filter(({ finding }) => finding.verdict === 'broken').map(({ probe }) => probe.name),
    );
    left = left.filter(({ name }) => !broken.has(name));
  }
  return left.map(({ name, requirements: ids }) => `${name}: ${ids.join(' ')}`);
}

describe.each([
  ['server', serverProbes, serverSaboteurs],
  ['client', clientProbes, clientSaboteurs],
] as const)('the probes of a WebSocket %s', (_, probes, saboteurs) => {
  it('have names of their own, and requirements that there are', () => {
    expect(new Set(probes.map(({ name }) => name)).size).toBe(probes.length);
    const ids = new Set(
      [...probes, ...saboteurs.map(({ breaks }) => ({ requirements: [breaks] }))].flatMap(
        ({ requirements }) => [...requirements],
      ),
    );
    expect([...ids].filter((id) => !requirements.has(id))).toEqual([]);
  });
});

describe('a plain WebSocket peer', () => {
  const notHeld = (results: Awaited<ReturnType<typeof run>>): string[] =>
    results
      .filter(({ finding }) => finding.verdict !== 'held')
      .map(({ probe, finding }) => `${probe.name}: ${finding.verdict}: ${finding.observed}`);

  it('as a server holds in every probe', { timeout: 120_000 }, async () => {
    const { peer, close } = await startPlainServer(keepsAll);
    expect(notHeld(await run('websocket-server', peer, serverProbes, PATIENT))).toEqual([]);
    await close();
  });

  it('as a client holds in every probe', { timeout: 120_000 }, async () => {
    const peer = visits(plainClient(keepsAll));
    // Silence is what this one asks for: it need not be long.
    const isOfSilence = ({ name }: { name: string }): boolean =>
      name === 'closing/client-waits-for-the-server';
    const loud = clientProbes.filter((probe) => !isOfSilence(probe));
    expect(notHeld(await run('websocket-client', peer, loud, PATIENT))).toEqual([]);
    expect(notHeld(await run('websocket-client', peer, clientProbes.filter(isOfSilence), HASTY))).toEqual([]);
  });

  it('as a server fails each probe of a rule that it breaks', { timeout: 120_000 }, async () => {
    expect(await unfailed<ServerAddress>('websocket-server', serverProbes, serverSaboteurs)).toEqual([]);
  });

  it('as a client fails each probe of a rule that it breaks', { timeout: 120_000 }, async () => {
    expect(await unfailed<WebSocketClientPeer>('websocket-client', clientProbes, clientSaboteurs)).toEqual(
      [],
    );
  });
});
