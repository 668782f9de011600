// Part of `npm run check:packages`: what all packages say alike is said once, in the package.json of the root: its
// `repository` (the one place to fill in before the first publication, while it says OWNER), `author`, `license` and
// `engines`. npm reads only a package's own files, so each has a copy, and one of LICENSE. Prints a line for each copy that
// differs and exits 1; with `--write`, for `npm run fix`, it writes them; with `--publish`, for npm, it asks for the owner.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  license: string;
  author: string;
  engines: Record<string, string>;
  repository: { type: string; url: string; directory?: string };
  homepage?: string;
  bugs?: { url: string };
  files?: string[];
  bin?: Record<string, string>;
  exports?: Record<string, unknown>;
  scripts?: Record<string, string>;
}

/** The page of the repository, https://HOST/OWNER/NAME. */
export function pageOf({ repository }: Manifest): string {
  return repository.url.replace(/^git\+|\.git$/g, '');
}

/** @param folder as in packages/http-mini */
export function sharedFields(root: Manifest, folder: string, isPrivate: boolean): Partial<Manifest> {
  const { license, author, engines, repository } = root;
  if (isPrivate) return { license, engines };
  const page = pageOf(root);
  return {
    license,
    author,
    engines,
    repository: { ...repository, directory: folder },
    homepage: `${page}/tree/HEAD/${folder}#readme`,
    bugs: { url: `${page}/issues` },
  };
}

/** Copies that differ, by path, each with what should be there; new fields come behind the description. */
export function differingCopies(root: string): Map<string, string> {
  const read = (path: string): string =>
    existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '';
  const shared = JSON.parse(read('package.json')) as Manifest;
  const differing = new Map<string, string>();
  for (const name of readdirSync(join(root, 'packages'))) {
    const folder = `packages/${name}`;
    const text = read(`${folder}/package.json`);
    if (text === '') continue;
    const manifest = JSON.parse(text) as Manifest;
    const { private: isPrivate = false } = manifest;
    const fields = sharedFields(shared, folder, isPrivate);
    if (JSON.stringify({ ...manifest, ...fields }) !== JSON.stringify(manifest))
      differing.set(`${folder}/package.json`, `${JSON.stringify({ ...manifest, ...fields }, null, 2)}\n`);
    if (!isPrivate && read(`${folder}/LICENSE`) !== read('LICENSE'))
      differing.set(`${folder}/LICENSE`, read('LICENSE'));
  }
  return differing;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const root = join(import.meta.dirname, '..');
  const faults: string[] = [];
  for (const [path, text] of differingCopies(root)) {
    if (process.argv.includes('--write')) writeFileSync(join(root, path), text);
    else faults.push(`${path} differs from what the root says: npm run fix`);
  }
  const shared = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  if (process.argv.includes('--publish') && pageOf(shared).includes('/OWNER/'))
    faults.push(
      `package.json: repository has no owner yet, ${pageOf(shared)}: write it there, then npm run fix`,
    );
  for (const fault of faults) console.log(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
