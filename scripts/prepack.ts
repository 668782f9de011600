// `prepack` and `postpack` of each public package, which npm calls in its folder around `npm pack` and `npm publish`: builds
// it, and writes the links of its READMEs so that they work in a tarball too. A link to a file that is not packed leads to
// the repository; with `--undo` the pages are again as they were. The texts keep their relative links: these work in a
// clone, on every branch and before the repository has an address.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, posix, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { relativeLinks } from './links.ts';
import { type Manifest, pageOf } from './manifests.ts';

/** What npm packs besides `files`. */
const ALWAYS_PACKED = /^(package\.json|LICENSE|README[^/]*)$/;

/** @param root of the repository @param folder of the package in it, as in packages/http-mini */
export function packedPage(page: string, root: string, folder: string, manifest: Manifest): string {
  let packed = '';
  let end = 0;
  for (const { link, index } of relativeLinks(page)) {
    const [path = '', anchor] = link.split('#');
    const inPackage = posix.normalize(path);
    const isPacked =
      path === '' || ALWAYS_PACKED.test(inPackage) || manifest.files?.includes(inPackage.split('/')[0]!);
    if (isPacked) continue;
    const target = posix.join(folder, path);
    const kind = statSync(join(root, target)).isFile() ? 'blob' : 'tree';
    const url = `${pageOf(manifest)}/${kind}/HEAD/${target}${anchor === undefined ? '' : `#${anchor}`}`;
    packed += page.slice(end, index) + url;
    end = index + link.length;
  }
  return packed + page.slice(end);
}

/** Keeps the pages of the package, and writes them as they are packed. */
export function packPages(root: string, folder: string): void {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
  restorePages(root, folder); // of a packing that was cut off
  for (const name of readdirSync(join(root, folder)).filter((name) => name.startsWith('README'))) {
    const path = join(root, folder, name);
    const page = readFileSync(path, 'utf8');
    writeFileSync(keptPath(path), page);
    writeFileSync(path, packedPage(page, root, folder, manifest));
  }
}

export function restorePages(root: string, folder: string): void {
  for (const name of readdirSync(join(root, folder)))
    if (name.endsWith(KEPT))
      renameSync(join(root, folder, name), join(root, folder, name.slice(1, -KEPT.length)));
}

const KEPT = '.kept';
const keptPath = (path: string): string => join(dirname(path), `.${basename(path)}${KEPT}`);

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const root = join(import.meta.dirname, '..');
  const folder = relative(root, process.cwd()).replaceAll('\\', '/');
  if (process.argv.includes('--undo')) restorePages(root, folder);
  else {
    const build = ['run', 'build', `--filter=./${folder}`, '--output-logs=errors-only'];
    // Its output goes to standard error: that of `npm pack --json` is for a program.
    const { status } = spawnSync('turbo', build, { cwd: root, stdio: ['ignore', 2, 2] });
    if (status !== 0) process.exit(1);
    packPages(root, folder);
  }
}
