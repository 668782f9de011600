// Where the TypeScript of the repository lies, for the checks that read it as text.

import { readdirSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';

export const root: string = join(import.meta.dirname, '..');

/** The names of the folders in `packages/`. */
export const packages: readonly string[] = readdirSync(join(root, 'packages'));

/** Every `.ts` and `.tsx` file in a folder and below, as paths from the root. None, if there is no such folder. */
export function sourcesIn(folder: string): string[] {
  const path = join(root, folder);
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return [];
  return (readdirSync(path, { recursive: true }) as string[])
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => posix.join(folder, name.replaceAll('\\', '/')));
}
