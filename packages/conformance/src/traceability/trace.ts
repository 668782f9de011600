/**
 * The traces: for each requirement the source lines that keep it, and the tests and probes that show it; and what is amiss
 * where there are none. Pure: it is handed what was found.
 */
import type { AboutProbe, Family } from '../probes/probe.ts';
import type { Requirement } from '../requirements/requirement.ts';
import type { Citation } from './citations.ts';

export interface Found {
  readonly requirements: ReadonlyMap<string, Requirement>;
  /** In the sources of the packages under test. */
  readonly sources: readonly Citation[];
  readonly tests: readonly Citation[];
  /** Elsewhere in this package: saboteurs, faults. They need only be right. */
  readonly others: readonly Citation[];
  readonly probes: Readonly<Record<Family, readonly Pick<AboutProbe, 'name' | 'requirements'>[]>>;
}

export interface Trace {
  readonly requirement: Requirement;
  readonly sources: readonly Citation[];
  readonly tests: readonly Citation[];
  /** `http-server/framing/te-and-cl`. */
  readonly probes: readonly string[];
}

export function tracesOf({ requirements, sources, tests, probes }: Found): Trace[] {
  const named = Object.entries(probes).flatMap(([family, own]) =>
    own.flatMap((probe) => probe.requirements.map((id) => ({ id, name: `${family}/${probe.name}` }))),
  );
  return [...requirements.values()].map((requirement) => ({
    requirement,
    sources: sources.filter(({ id }) => id === requirement.id),
    tests: tests.filter(({ id }) => id === requirement.id),
    probes: named.filter(({ id }) => id === requirement.id).map(({ name }) => name),
  }));
}

/** One line for each thing that is amiss: `file:line: what` or `id: what`. */
export function problemsIn(found: Found): string[] {
  const { requirements, probes } = found;
  const unknown = [...found.sources, ...found.tests, ...found.others]
    .filter(({ id }) => !requirements.has(id))
    .map(({ id, file, line }) => `${file}:${line}: there is no requirement ${id}`);
  const unknownOfProbes = Object.entries(probes).flatMap(([family, own]) =>
    own.flatMap(({ name, requirements: ids }) =>
      ids
        .filter((id) => !requirements.has(id))
        .map((id) => `${family}/${name}: there is no requirement ${id}`),
    ),
  );
  return [...unknown, ...unknownOfProbes, ...tracesOf(found).flatMap(gapsOf)];
}

function gapsOf({ requirement: { id, level, notApplicable }, sources, tests, probes }: Trace): string[] {
  // A permission need not be used.
  if (level === 'may') return [];
  const isKept = sources.length > 0;
  const isShown = tests.length + probes.length > 0;
  if (notApplicable !== undefined)
    return isKept && isShown ? [`${id}: is kept and shown, but is said not to apply: ${notApplicable}`] : [];
  return [
    ...(isKept
      ? []
      : [`${id}: no source line keeps it; name it where it is kept, or say in requirements/ why not`]),
    ...(isShown ? [] : [`${id}: no test and no probe shows it`]),
  ];
}
