/** Probes put to a peer by a machine that may have a hundred other things to do. */
import type { Probe, Result } from '../src/probes/probe.ts';
import { type Asked, type RunOptions, runProbes } from '../src/probes/run.ts';

/** With hardly anything beside it, and with patience. */
const ALONE: RunOptions = { jobs: 2, timeout: 60_000, quiet: 20_000 };

/** What is not as it should be is asked once more before it is believed. Results in no order. */
export async function askTwice<Peer>(
  asked: Asked<Peer>,
  probes: readonly Probe<Peer>[],
  how: RunOptions,
  isFine: (result: Result) => boolean,
): Promise<Result[]> {
  const results = await runProbes(asked, probes, how);
  const doubtful = probes.filter((_, i) => !isFine(results[i]!));
  return [...results.filter(isFine), ...(await runProbes(asked, doubtful, ALONE))];
}

/** Those that a saboteur breaks. One that breaks none was too slow to be asked, or it is none: so it is asked once more. */
export async function brokenBy<Peer>(
  asked: Asked<Peer>,
  probes: readonly Probe<Peer>[],
  how: RunOptions,
): Promise<string[]> {
  for (const patience of [how, { ...ALONE, quiet: 10 * how.quiet }]) {
    const results = await runProbes(asked, probes, patience);
    const broken = results.filter(({ finding }) => finding.verdict === 'broken');
    if (broken.length > 0) return broken.map(({ probe }) => probe.name);
  }
  return [];
}
