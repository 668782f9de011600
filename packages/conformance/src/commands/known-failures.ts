/**
 * The file of `--baseline`: the failures that a project knows of its own server or client, each with its reason, so that a
 * CI fails on new ones only and hears of those that are gone. JSON, `{"http-server/host/missing": "why"}`, sorted: what a
 * person edits and reviews. A reason stands in the reports as the story of a known fault does.
 */
import { readFileSync } from 'node:fs';
import type { AboutProbe, Result } from '../probes/probe.ts';
import { standingOf } from '../probes/run.ts';
import { replaceFile } from '../replace-file.ts';
import { UsageError } from '../usage.ts';

/** Reasons by family and name of the probe. */
export type KnownFailures = ReadonlyMap<string, string>;

/**
 * @param isWritten whether the file is written anew in the end, and so need not be there yet
 * @throws UsageError if the file cannot be read, or holds something else
 */
export function readKnownFailures(file: string, isWritten: boolean): KnownFailures {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (isMissing && isWritten) return new Map();
    const wayOut = isMissing
      ? 'there is no such file: --update-baseline writes it'
      : (error as Error).message;
    throw new UsageError(`--baseline ${file}: ${wayOut}`);
  }
  const entries = entriesOf(text);
  if (entries === undefined)
    throw new UsageError(
      `--baseline ${file}: it must be JSON like {"http-server/host/missing": "the reason"}`,
    );
  return new Map(entries);
}

function entriesOf(text: string): [string, string][] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value);
  return entries.every(([, reason]) => typeof reason === 'string') ? entries : undefined;
}

/** The same results; a failure that is known has its reason. */
export function withReasons(results: readonly Result[], known: KnownFailures): Result[] {
  return results.map((result) => {
    const reason = known.get(keyOf(result));
    const isKnown = result.finding.verdict === 'broken' && reason !== undefined;
    return isKnown ? { knownFault: reason, ...result } : result;
  });
}

/** What the file says and is no longer so, one line each. */
export function staleIn(results: readonly Result[], known: KnownFailures, isProbe: Predicate): string[] {
  return [...known].flatMap(([key, reason]) => {
    if (!isProbe(key)) return [`unknown  ${key}: there is no such probe`];
    return isFixed(results, key) ? [`fixed    ${key} (${reason})`] : [];
  });
}

type Predicate = (key: string) => boolean;

/** Nobody breaks it any more. What was not asked may be as it was. */
function isFixed(results: readonly Result[], key: string): boolean {
  const own = results.filter((result) => keyOf(result) === key).map(({ finding }) => finding.verdict);
  return own.includes('held') && !own.includes('broken');
}

/**
 * Writes what is known now: the reasons that were there, and for what is new what was observed.
 * @returns how many
 */
export function writeKnownFailures(
  file: string,
  results: readonly Result[],
  known: KnownFailures,
  strict: boolean,
  isProbe: Predicate,
): number {
  const now = new Map([...known].filter(([key]) => isProbe(key) && !isFixed(results, key)));
  for (const result of results)
    if (standingOf(result, strict) === 'failed')
      now.set(
        keyOf(result),
        `not yet explained: ${result.finding.observed}; expected ${result.probe.expected}`,
      );
  const sorted = Object.fromEntries([...now].sort(([one], [other]) => (one < other ? -1 : 1)));
  replaceFile(file, `${JSON.stringify(sorted, undefined, 2)}\n`);
  return now.size;
}

export function keyOf({
  family,
  probe,
}: Pick<Result, 'family'> & { probe: Pick<AboutProbe, 'name'> }): string {
  return `${family}/${probe.name}`;
}
