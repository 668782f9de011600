/**
 * The prober on programs that others have written, as far as they are installed: it reaches them, gets through, and can ask
 * most of what it has. How each stands changes with its version, and is told by `npm run report`, not asserted.
 */
import { describe, expect, test } from 'vitest';
import { sayThatSkipped } from '../../../../scripts/for-tests/programs.ts';
import { httpServerProbes, websocketServerProbes } from '../../src/families.ts';
import type { Result } from '../../src/probes/probe.ts';
import { runProbes } from '../../src/probes/run.ts';
import { clientPrograms } from '../../src/programs/clients.ts';
import { serverPrograms } from '../../src/programs/servers.ts';

/** Milliseconds: all of them at once are a thousand probes and two browsers. */
const TIMEOUT = 900_000;

function expectToBeAsked(results: readonly Result[], least: number): void {
  const count = (verdict: string): number =>
    results.filter(({ finding }) => finding.verdict === verdict).length;
  const asked = results.length - count('not asked');
  expect(asked).toBeGreaterThan(least);
  // Whoever has its own idea of everything was not set up right, and is no program that people run.
  expect(count('held') / asked).toBeGreaterThan(0.35);
  expect(results.filter(({ finding }) => /could not be reached/.test(finding.observed))).toEqual([]);
}

describe.concurrent('a server', () => {
  for (const { name, family, version, start } of serverPrograms) {
    if (version() === undefined) sayThatSkipped(`${name} is not installed`);
    test.skipIf(version() === undefined)(name, { timeout: TIMEOUT }, async () => {
      const { peer, close } = await start();
      const probes = family === 'http-server' ? httpServerProbes : websocketServerProbes;
      const asked = { family, implementation: name, peer } as const;
      const results = await runProbes(asked, probes, { jobs: 8, quiet: 500, timeout: 30_000 });
      await close();
      expectToBeAsked(results, 350);
    });
  }
});

describe.concurrent('a client', () => {
  for (const { name, version, run } of clientPrograms) {
    if (version() === undefined) sayThatSkipped(`${name} is not installed`);
    test.skipIf(version() === undefined)(name, { timeout: TIMEOUT }, async () => {
      expectToBeAsked(await run(500), 100);
    });
  }
});
