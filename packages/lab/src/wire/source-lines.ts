/** The lines of source that read a field, as the page shows them. */
import { readSourceLines } from './source-files.ts';

export interface SourceLines {
  /** As in `packages/http-mini/src/wire/lines.ts`. */
  readonly path: string;
  /** The first line that reads the field, from 1. */
  readonly line: number;
  /** The last one; usually the same. */
  readonly lastLine: number;
  /** Number of the first line of `text`. */
  readonly from: number;
  /** Those lines and a few around them. */
  readonly text: readonly string[];
}

let found: Readonly<Record<string, SourceLines>> | undefined;

/** @param term of an explained field. @returns undefined if the source is not at hand, or has changed meanwhile */
export function sourceLineOf(term: string): SourceLines | undefined {
  found ??= readSourceLines();
  return found[term] ?? (term.startsWith('field-value/') ? found['field-value'] : undefined);
}
