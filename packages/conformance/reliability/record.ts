/**
 * docs/reliability.json: the last run of each trial, so that one can be written anew and the others stay. The page is made
 * from the whole of it.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { replaceFile } from '../src/replace-file.ts';
import { page } from './page.ts';
import type { Outcome, Size, Trial } from './trial.ts';

/** A trial that was run, and how. */
export interface Run {
  /** Of the packages. */
  readonly version: string;
  readonly node: string;
  readonly size: Size;
  readonly seed: number;
  readonly seconds: number;
  /** That runs it again with the same inputs. */
  readonly command: string;
  /** The day, as in 2026-11-30. */
  readonly date: string;
  readonly outcome: Outcome;
}

/** By the names of the trials. */
export type RunRecord = Readonly<Record<string, Run>>;

/** Empty if there is no file. */
export function readRecord(file: string): RunRecord {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as RunRecord) : {};
}

/** Adds `runs` to the record, in the order of `trials` and without those that are gone, and writes the page. */
export function writeRecord(
  files: { record: string; page: string },
  runs: RunRecord,
  trials: readonly Trial[],
): void {
  const all = { ...readRecord(files.record), ...runs };
  const ordered = trials.flatMap(({ name }) => (all[name] === undefined ? [] : [[name, all[name]] as const]));
  const record = Object.fromEntries(ordered);
  mkdirSync(dirname(files.record), { recursive: true });
  replaceFile(files.record, `${JSON.stringify(record, null, 2)}\n`);
  replaceFile(files.page, page(record, trials));
}
