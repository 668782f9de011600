/** What every row says of its probe, whatever the family. Its level usually follows from what it is about. */
import { requirements as all } from '../requirements/index.ts';
import type { AboutProbe, ProbeLevel } from './probe.ts';

export interface AboutRow {
  readonly name: string;
  /** Ids; the first is the one that the probe is mainly about. */
  readonly requirements: readonly [string, ...string[]];
  /** If it is not that of the first requirement: this case of it weighs more or less than the rest. */
  readonly level?: ProbeLevel;
  readonly why: string;
}

/** @param expected see `Probe` */
export function aboutOf({ name, requirements, level, why }: AboutRow, expected: string): AboutProbe {
  return { name, requirements, level: level ?? levelOf(requirements[0]), why, expected };
}

function levelOf(id: string): ProbeLevel {
  const level = all.get(id)!.level;
  return level === 'must not' ? 'must' : level === 'should not' ? 'should' : level;
}
