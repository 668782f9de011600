/** Resources of the system run out, are taken, or change behind one's back. */
import { Random } from '../random.ts';
import type { Outcome, Setting, Trial } from '../trial.ts';
import type { Check, Finding } from './check.ts';
import { clocks } from './clocks.ts';
import { descriptors } from './descriptors.ts';
import { disks } from './disks.ts';
import { ports } from './ports.ts';
import { records } from './records.ts';
import { truncated } from './truncated.ts';

export const resources: Trial = {
  name: 'resources',
  title: 'Resources of the system that run out or change',
  promise:
    'Without file descriptors a server goes on and lets nobody hang. A taken port and a full disk are told in one line, and a record that finds no space stays as it was. A file that gets shorter is never served as if it were whole, and a clock that jumps ends nothing.',
  run,
};

const CHECKS: readonly Check[] = [descriptors, ports, truncated, clocks, disks, records];
/** In a test: those that are quick on a busy machine too. */
const QUICK: readonly Check[] = [truncated, ports];

async function run({ size, seed, signal, progress }: Setting): Promise<Outcome> {
  const checks = size === 'short' ? [new Random(seed).pick(QUICK)] : CHECKS;
  const findings: Finding[] = [];
  const notRun: Outcome['notRun'][number][] = [];
  for (const { name, unable, run: check } of checks) {
    progress(name);
    signal.throwIfAborted();
    const why = unable?.();
    if (why === undefined) findings.push(...(await check(signal)));
    else notRun.push({ what: name, why });
  }
  return {
    tables: [
      {
        caption: 'What was taken away, and what happened',
        columns: ['who, and what is the matter', 'expected', 'what happened'],
        rows: findings.map(({ what, expected, told }) => [what, expected, told]),
      },
    ],
    figures: { checks: findings.length },
    failures: findings
      .filter(({ held }) => !held)
      .map(({ what, expected, told }) => ({ what: `${what}: expected ${expected}; ${told}` })),
    notRun,
  };
}
