/**
 * What becomes of the results, of servers and of clients alike: held against what is known of them, told to people and to
 * programs, and turned into the exit code.
 */
import { statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { printable } from 'explain-mini';
import { probesOf } from '../families.ts';
import type { Family, Result } from '../probes/probe.ts';
import { standingOf } from '../probes/run.ts';
import { formatHtml } from '../report/html.ts';
import { formatJson } from '../report/json.ts';
import { formatJunit } from '../report/junit.ts';
import { formatBroken, formatMatrix, formatNotAsked, formatSummary } from '../report/terminal.ts';
import { numberOf, UsageError } from '../usage.ts';
import {
  type KnownFailures,
  keyOf,
  readKnownFailures,
  staleIn,
  withReasons,
  writeKnownFailures,
} from './known-failures.ts';

export const conclusionOptions = {
  strict: { type: 'boolean', default: false },
  verbose: { type: 'boolean', default: false },
  json: { type: 'string' },
  junit: { type: 'string' },
  html: { type: 'string' },
  baseline: { type: 'string' },
  'update-baseline': { type: 'boolean', default: false },
} as const;

export const CONCLUSION_HELP = `\
  --baseline FILE   failures that are known, with their reasons: only new ones fail the run, and what
                    is fixed is told; --update-baseline writes it, and keeps the reasons
  --strict          a SHOULD that is not held, or laxness (strictness), fails the run too
  --verbose         what was not asked, too, and why; and all that is broken at length, however much it is
  --json [FILE]     the results with every byte, to FILE or, without a report, to the standard output
  --junit FILE      the results for a CI
  --html FILE       the results for people: clauses by implementations, with the bytes behind each cell`;

/** What the command was told of it. */
interface Told {
  readonly strict: boolean;
  readonly verbose: boolean;
  readonly json?: string | undefined;
  readonly junit?: string | undefined;
  readonly html?: string | undefined;
  readonly baseline?: string | undefined;
  readonly 'update-baseline': boolean;
}

/** Where `--json` without a file writes. */
const STANDARD_OUTPUT = '-';

/** @throws UsageError before anything is asked */
export function knownFailuresFor(told: Told): KnownFailures {
  if (told.baseline !== undefined) return readKnownFailures(told.baseline, told['update-baseline']);
  if (told['update-baseline']) throw new UsageError('--update-baseline needs --baseline FILE');
  return new Map();
}

/** @throws UsageError before anything is asked, if a file cannot be written where it is to be */
export function checkFiles(told: Told): void {
  const isFolder = (path: string): boolean =>
    statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  for (const option of ['json', 'junit', 'html', 'baseline'] as const) {
    const file = told[option];
    if (file === undefined || file === STANDARD_OUTPUT) continue;
    if (isFolder(file)) throw new UsageError(`--${option} ${file}: this is a folder: name a file in it`);
    if (!isFolder(dirname(file)))
      throw new UsageError(`--${option} ${file}: there is no folder ${dirname(file)}: make it first`);
  }
}

export interface Run {
  /** How long it took. */
  readonly seconds: number;
  /** What is to be said before any number. */
  readonly note?: string | undefined;
  readonly known: KnownFailures;
  /** What the least of all servers holds of the same; see floor.ts. */
  readonly floor?: string | undefined;
  /** Whether all was asked that was to be asked: else no file of known failures is written. */
  readonly isWhole: boolean;
  /** The command without its options: `minis probe http://127.0.0.1:8080/`. */
  readonly command: (result: Result) => string;
}

export function conclude(found: readonly Result[], told: Told, run: Run): void {
  const { strict } = told;
  const { known, note } = run;
  const results = withReasons(found, known).map((result) => ({
    ...result,
    alone: `${run.command(result)} --only '${keyOf(result)}$'`,
  }));
  if (told.html !== undefined) writeFileSync(told.html, formatHtml(results, strict, new Date(), note));
  if (told.junit !== undefined) writeFileSync(told.junit, formatJunit(results, strict, note));
  const isJsonAlone = told.json === STANDARD_OUTPUT;
  if (told.json !== undefined) {
    const json = formatJson(results, strict, note);
    if (isJsonAlone) process.stdout.write(json);
    else writeFileSync(told.json, json);
  }
  const people = isJsonAlone ? process.stderr : process.stdout;
  if (note !== undefined) people.write(`NOTE  ${printable(note)}\n\n`);
  if (!isJsonAlone) {
    people.write(`${formatMatrix(results, strict)}${formatBroken(results, strict, told.verbose)}`);
    if (told.verbose) people.write(formatNotAsked(results));
    people.write(`\n${formatSummary(results, run.seconds, strict)}`);
    if (run.floor !== undefined) people.write(`${run.floor}\n`);
    if (results.some(({ probe, finding }) => probe.level === 'strictness' && finding.verdict === 'broken'))
      people.write(`${LENIENCE}\n`);
    const isLeftOut = results.some(({ finding }) => finding.verdict === 'not asked');
    if (isLeftOut && !told.verbose) people.write('--verbose says what was not asked, and why\n');
  }
  for (const line of staleIn(results, known, isProbe)) people.write(`${printable(line)}\n`);
  const isUpdate = told['update-baseline'] && run.isWhole;
  if (isUpdate) {
    const count = writeKnownFailures(told.baseline!, results, known, strict, isProbe);
    people.write(
      `${count} known ${count === 1 ? 'failure is' : 'failures are'} in ${printable(told.baseline!)} now\n`,
    );
  }
  const hasFailed = results.some((result) => standingOf(result, strict) === 'failed');
  if (hasFailed && !isUpdate) process.exitCode = 1;
}

const LENIENCE =
  'strictness: outside the grammar, and no sentence of the RFC says to refuse it; who forgives it breaks no MUST';

function isProbe(key: string): boolean {
  return (Object.keys(probesOf) as Family[]).some((family) =>
    probesOf[family].some((probe) => keyOf({ family, probe }) === key),
  );
}

/** `parseArgs` knows no option whose value may be left out: `--json` alone becomes `--json=-`. */
export function withJsonFile(args: readonly string[]): string[] {
  return args.map((arg, i) => {
    const next = args[i + 1];
    const isAlone = arg === '--json' && (next === undefined || next.startsWith('-') || next.includes('://'));
    return isAlone ? `--json=${STANDARD_OUTPUT}` : arg;
  });
}

export function quietOf(text: string): number {
  return numberOf('--quiet', text, 1, 1e6);
}
