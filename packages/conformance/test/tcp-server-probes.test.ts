/** Is the bench right about TCP servers? Each probe holds where its contract is kept, and fails where this one rule is broken. */
import { expect, test } from 'vitest';
import { tcpServers } from '../src/implementations/tcp.ts';
import type { Result } from '../src/probes/probe.ts';
import { runProbes } from '../src/probes/run.ts';
import { CONTRACTS, type Contract, contractOf } from '../src/probes/tcp-server/contract.ts';
import { probes } from '../src/probes/tcp-server/index.ts';
import type { ServerAddress } from '../src/probes/wire-line.ts';
import { startPlainTcp } from '../src/saboteurs/tcp/plain-server.ts';
import { tcpServerSaboteurs } from '../src/saboteurs/tcp-server.ts';
import { askTwice, unfailed } from './twice.ts';

/** Milliseconds: plenty, since only silence is waited for. */
const TIMEOUT = 60_000;
const contracts = Object.keys(CONTRACTS) as Contract[];

const about = (contract: Contract) => probes.filter(({ name }) => name.startsWith(`${contract}/`));

/** What a server that keeps the contract did not hold. */
async function notHeld(peer: ServerAddress, contract: Contract): Promise<string[]> {
  const asked = { family: 'tcp-server', implementation: 'good', peer } as const;
  const isHeld = ({ finding }: Result): boolean => finding.verdict === 'held';
  const how = { jobs: 8, timeout: TIMEOUT, quiet: 1000 };
  const results = await askTwice(asked, about(contract), how, isHeld);
  return results
    .filter((result) => !isHeld(result))
    .map(({ probe, finding }) => `${probe.name}: ${finding.verdict}, ${finding.observed}`);
}

test('every probe is of one contract', () => {
  expect(contracts.flatMap((contract) => about(contract)).length).toBe(probes.length);
});

test('the path of an address names its contract', () => {
  expect(['', '/', '/echo', '/lengths', '/total', '/x', '/toString'].map(contractOf)).toEqual([
    'echo',
    'echo',
    'echo',
    'lengths',
    'total',
    undefined,
    undefined,
  ]);
});

test.each(tcpServers.map((one) => [one.name, one] as const))(
  'every probe of an echo holds on %s, and it is asked for nothing else',
  { timeout: 2 * TIMEOUT },
  async (_, { start }) => {
    const { peer, close } = await start();
    expect(await notHeld(peer, 'echo')).toEqual([]);
    const others = probes.filter(({ name }) => !name.startsWith('echo/'));
    const asked = { family: 'tcp-server', implementation: 'echo', peer } as const;
    const results = await runProbes(asked, others, { jobs: 8, timeout: TIMEOUT, quiet: 500 });
    await close();
    expect(new Set(results.map(({ finding }) => finding.verdict))).toEqual(new Set(['not asked']));
  },
);

test.each(contracts)(
  'every probe of %s holds on a plain server',
  { timeout: 2 * TIMEOUT },
  async (contract) => {
    const { peer, close } = await startPlainTcp(contract);
    expect(await notHeld(peer, contract)).toEqual([]);
    await close();
  },
);

test('every probe is failed by a saboteur, and every saboteur fails a probe', {
  timeout: 4 * TIMEOUT,
}, async () => {
  // One after the other: some of them take one client only.
  const rounds = [200, 2000].map((quiet) => ({ jobs: 1, timeout: TIMEOUT, quiet }));
  expect(await unfailed('tcp-server', probes, tcpServerSaboteurs, rounds)).toEqual([]);
});
