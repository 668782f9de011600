/**
 * A known fault: what an implementation that others wrote is known to do against a clause, with its story, so that the
 * bench tells it each time and still knows a new break from an old one. It is never a way to quiet a probe that is wrong,
 * and never for our own.
 */
import { patternOf } from '../pattern.ts';

export interface KnownFault {
  /** Without its version: `node:http`, `ws`. */
  readonly implementation: string;
  /** The version on which it was seen. */
  readonly seen: string;
  /** The first version without it, where one is known. */
  readonly until?: string;
  /** Names of probes of the family; `*` stands for anything. */
  readonly probes: readonly [string, ...string[]];
  /** The id of the requirement that is broken. */
  readonly clause: string;
  /** What it does, in a sentence or two; where it is discussed, if it is. */
  readonly story: string;
}

/** The fault that explains why a probe broke, or undefined. */
export function knownFault(
  faults: readonly KnownFault[],
  implementation: string,
  version: string | undefined,
  probe: string,
): KnownFault | undefined {
  return faults.find(
    (fault) =>
      fault.implementation === implementation &&
      (fault.until === undefined || isBefore(version ?? '', fault.until)) &&
      fault.probes.some((name) => patternOf(name, 'whole')(probe)),
  );
}

/** `9.2` comes before `20.1`. */
function isBefore(version: string, other: string): boolean {
  return version.localeCompare(other, 'en', { numeric: true }) < 0;
}
