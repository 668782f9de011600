/**
 * The lines of source that read a field, as the page shows them. They are found in the files when the page is built, and
 * are then a part of its script: see `source-files.ts`.
 */

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

/** What esbuild puts in for the name; there is no such thing on the server, where no byte is chosen. */
declare const SOURCE_LINES: Readonly<Record<string, SourceLines>>;

const found = typeof SOURCE_LINES === 'undefined' ? {} : SOURCE_LINES;

/** @param term of an explained field. @returns undefined if the source is not at hand, or has changed meanwhile */
export function sourceLineOf(term: string): SourceLines | undefined {
  return found[term] ?? (term.startsWith('field-value/') ? found['field-value'] : undefined);
}
