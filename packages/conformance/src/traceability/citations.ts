/**
 * Where the repository names requirements: every id in the text of a file, with its line. What keeps a rule carries the
 * rule's id in a comment, and so does the test that shows it; probes name theirs as data.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface Citation {
  readonly id: string;
  /** From the root of the repository, with `/`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

// An id ends in a letter or digit, so that the stop at the end of a sentence is none of it.
const ID = /\b(?:rfc\d+\/(?:tcp|\d[\d.]*)|laws\/\d+)\/[a-z0-9.-]*[a-z0-9]/g;

export function citationsIn(file: string, text: string): Citation[] {
  return text
    .split('\n')
    .flatMap((content, i) => [...content.matchAll(ID)].map(([id]) => ({ id, file, line: i + 1 })));
}

/** Of all TypeScript below these folders of the repository. */
export function citationsBelow(root: string, folders: readonly string[]): Citation[] {
  return folders
    .filter((folder) => statSync(join(root, folder), { throwIfNoEntry: false })?.isDirectory())
    .flatMap((folder) =>
      (readdirSync(join(root, folder), { recursive: true }) as string[])
        .filter((name) => name.endsWith('.ts'))
        .sort()
        .map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
    )
    .flatMap((file) => citationsIn(file, readFileSync(join(root, file), 'utf8')));
}
