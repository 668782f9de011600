/**
 * Where the time went, out of the .cpuprofile that V8 writes of a process: in the write calls, which nobody can leave out, in
 * the package that is measured, or in what lies around it. What stands between a row and its ceiling is seen there.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Series } from './measure.ts';
import { median } from './statistics.ts';

/** A round, as it was measured. */
export interface Round {
  /** Microseconds of the clock that all processes of a machine share, and profiles as well. */
  readonly from: number;
  readonly to: number;
  /** Microseconds that the process took of it, all of its threads. */
  readonly cpu: number;
}

export const now = (): number => Number(process.hrtime.bigint() / 1000n);

/** As far as it is read here. A sample is who ran at that moment, and its time delta how long after the one before. */
export interface Profile {
  readonly startTime: number;
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export const PLACES = ['write', 'unseen', 'native', 'collector', 'node', 'package', 'bench'] as const;
/**
 * `write`: node's native write calls. `unseen`: CPU time that is in no sample, for what the event loop itself does counts as
 * idle there, and other threads are not looked at: reading, polling, zlib. `native`: the rest that is no JavaScript.
 * `node`: its own JavaScript, which is also what node:http is. `bench`: the program that uses the package.
 */
export type Place = (typeof PLACES)[number];

/** Parts of the CPU time of the rounds; start-up, warm-up and what happens between rounds do not count. */
export function shares(profile: Profile, rounds: readonly Round[]): Record<Place, number> {
  const times = Object.fromEntries(PLACES.map((place) => [place, 0])) as Record<Place, number>;
  const places = new Map(profile.nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  let [time, seen] = [profile.startTime, 0];
  for (const [i, id] of profile.samples.entries()) {
    const delta = profile.timeDeltas[i]!;
    time += delta;
    const place = places.get(id);
    if (place === undefined || !rounds.some(({ from, to }) => time >= from && time <= to)) continue;
    times[place] += delta;
    seen += delta;
  }
  times.unseen = Math.max(0, rounds.reduce((sum, { cpu }) => sum + cpu, 0) - seen);
  const total = seen + times.unseen;
  return Object.fromEntries(PLACES.map((place) => [place, times[place] / total])) as Record<Place, number>;
}

const WRITE = /^write(v|Buffer|\w+String)$/;

/** @returns undefined where the process was idle */
function placeOf({ functionName, url }: Profile['nodes'][number]['callFrame']): Place | undefined {
  if (functionName === '(idle)') return undefined;
  if (functionName === '(garbage collector)') return 'collector';
  if (url === '') return WRITE.test(functionName) ? 'write' : 'native';
  if (url.startsWith('node:')) return 'node';
  return /\/packages\/conformance\/(?!node_modules\/)/.test(url) ? 'bench' : 'package';
}

export function profilePath(folder: string, scenario: string, contender: string): string {
  return join(folder, `${`${scenario}, ${contender}`.replace(/[^\w.+-]+/g, '-')}.cpuprofile`);
}

/** Of one implementation in one scenario. */
export interface Places {
  readonly scenario: string;
  readonly name: string;
  /** Microseconds of CPU time for each of what is counted. */
  readonly each: number;
  readonly shares: Record<Place, number>;
}

/** @param series measured, and its process ended: only then is there a profile */
export function placesOf(folder: string, scenario: string, { name, rounds, perCpuSecond }: Series): Places {
  const profile = JSON.parse(readFileSync(profilePath(folder, scenario, name), 'utf8')) as Profile;
  return { scenario, name, each: 1e6 / median(perCpuSecond), shares: shares(profile, rounds) };
}
