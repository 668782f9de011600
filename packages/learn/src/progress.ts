/** What a learner has reached, in `.learn.json` of the folder that the command runs in: it may be edited, kept or deleted. */
import { existsSync, readFileSync } from 'node:fs';
import { replaceFile } from 'conformance/replace-file';
import { CannotRun } from './errors.ts';
import type { Rung } from './rung.ts';

const FILE = '.learn.json';

/** The best of one server on one rung. */
export interface Best {
  readonly goals: number;
  readonly of: number;
  readonly must?: number | undefined;
  readonly date: string;
}

export interface OnRung {
  /** By the command line or address: servers in several languages climb side by side. */
  readonly servers: Record<string, Best>;
  /** By goal, how many hints were asked for. They cost nothing. */
  readonly hints: Record<string, number>;
  /** The goal that the last check ended at. */
  stoppedAt?: string | undefined;
  /** What the learner expected. Empty if not said. */
  predicted?: string;
}

export type Progress = Record<string, OnRung>;

export function readProgress(): Progress {
  if (!existsSync(FILE)) return {};
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as Progress;
  } catch (error) {
    throw new CannotRun(`${FILE}: ${(error as Error).message}; mend it, or delete it to begin again`);
  }
}

export function onRung(progress: Progress, { track, number }: Rung): OnRung {
  return (progress[`${track} ${number}`] ??= { servers: {}, hints: {} });
}

export function changeProgress(rung: Rung, change: (on: OnRung) => void): void {
  const progress = readProgress();
  change(onRung(progress, rung));
  try {
    replaceFile(FILE, `${JSON.stringify(progress, null, 2)}\n`);
  } catch (error) {
    throw new CannotRun((error as Error).message);
  }
}

export function noteBest(on: OnRung, server: string, best: Best): void {
  const before = on.servers[server];
  const isBetter =
    before === undefined ||
    best.goals > before.goals ||
    (best.goals === before.goals && (best.must ?? 0) > (before.must ?? 0));
  if (isBetter) on.servers[server] = best;
}

export function hasPassed({ servers }: OnRung): boolean {
  return Object.values(servers).some(({ goals, of }) => goals === of);
}
