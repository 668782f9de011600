/** Finds the places of `source-places.ts` in the files of this clone. For the server and for the build. */
import { readFileSync } from 'node:fs';
import type { SourceLines } from './source-lines.ts';
import { SOURCE_PLACES, type SourcePlace } from './source-places.ts';

const packages = new URL('../../../', import.meta.url);
/** Lines that are shown before and behind. */
const AROUND = 3;

/** By term. A place that is not found, since the file has been changed, is left out: the page says less and still works. */
export function readSourceLines(): Record<string, SourceLines> {
  const lines: Record<string, SourceLines> = {};
  for (const [term, place] of Object.entries(SOURCE_PLACES)) {
    const found = linesAt(place, readFileSync(new URL(place.file, packages), 'utf8'));
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
