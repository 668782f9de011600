/**
 * Finds the places of `source-places.ts` in the files of this clone. A page has no files: when its script is built, this
 * module is replaced by one that returns what was found then (`page/assets.ts`).
 */
import { existsSync, readFileSync } from 'node:fs';
import type { SourceLines } from './source-lines.ts';
import { SOURCE_PLACES, type SourcePlace } from './source-places.ts';

const packages = new URL('../../../', import.meta.url);
/** Lines that are shown before and behind. */
const AROUND = 3;

/**
 * By term. A place that is not found is left out, since the file has been changed, or is not there in what is published:
 * the page says less and still works.
 */
export function readSourceLines(): Record<string, SourceLines> {
  const lines: Record<string, SourceLines> = {};
  for (const [term, place] of Object.entries(SOURCE_PLACES)) {
    const file = new URL(place.file, packages);
    const found = existsSync(file) ? linesAt(place, readFileSync(file, 'utf8')) : undefined;
    if (found !== undefined) lines[term] = found;
  }
  return lines;
}

export function linesAt({ file, code }: SourcePlace, source: string): SourceLines | undefined {
  const at = source.indexOf(code);
  if (at < 0) return undefined;
  const line = source.slice(0, at).split('\n').length;
  const lastLine = line + code.split('\n').length - 1;
  const from = Math.max(1, line - AROUND);
  const text = source.split('\n').slice(from - 1, lastLine + AROUND);
  return { path: `packages/${file}`, line, lastLine, from, text };
}
