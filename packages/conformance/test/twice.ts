/** Probes put to a peer by a machine that may have a hundred other things to do. */
import type { Family, Probe, Result } from '../src/probes/probe.ts';
import { type Asked, type RunOptions, runProbes } from '../src/probes/run.ts';
import type { Saboteur } from '../src/saboteurs/saboteur.ts';

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

/**
 * Probes that no saboteur of a requirement that they name has failed, and saboteurs that have failed none that names theirs.
 * @param rounds what is left of one is asked again in the next, for a machine so slow that nothing was asked in that time
 */
export async function unfailed<Peer>(
  family: Family,
  probes: readonly Probe<Peer>[],
  saboteurs: readonly Saboteur<Peer>[],
  rounds: readonly RunOptions[],
): Promise<string[]> {
  let left = probes;
  const idle = new Set(saboteurs);
  for (const how of rounds) {
    const waiting = [...saboteurs];
    const work = async (): Promise<void> => {
      for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
        const { name, breaks, start } = one;
        const about = (idle.has(one) ? probes : left).filter((probe) => probe.requirements.includes(breaks));
        if (about.length === 0) continue;
        const { peer, close } = await start();
        const results = await runProbes({ family, implementation: name, peer }, about, how);
        await close();
        const broken = results.filter(({ finding }) => finding.verdict === 'broken');
        const failed = new Set(broken.map(({ probe }) => probe.name));
        if (failed.size > 0) idle.delete(one);
        left = left.filter((probe) => !failed.has(probe.name));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }
  return [...left, ...idle].map(({ name }) => name);
}

/** Saboteurs under way at once: most of their time is silence. */
const AT_ONCE = 8;
