/**
 * The public packages as npm packs them, and a folder in which a stranger has installed them. They are packed in a copy of
 * the repository: packing writes into a package's folder, which others read at the same time, and a copy has no build.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { Manifest } from '../manifests.ts';

const root = join(import.meta.dirname, '../..');
const NOT_COPIED = ['node_modules', '.git', '.cache', '.turbo', 'dist', 'coverage'];

export interface Packed {
  readonly manifest: Manifest;
  readonly tarball: string;
}

/** @param folder an empty one, which then has the tarballs, and the copy that they were packed in */
export async function packAll(folder: string): Promise<Packed[]> {
  const copy = join(folder, 'repository');
  cpSync(root, copy, { recursive: true, filter: (path) => !NOT_COPIED.includes(basename(path)) });
  linkModules(copy);
  const manifests = readdirSync(join(copy, 'packages'))
    .map((name) => readFileSync(join(copy, 'packages', name, 'package.json'), 'utf8'))
    .map((text) => JSON.parse(text) as Manifest)
    .filter((manifest) => manifest.private !== true);
  const workspaces = manifests.map(({ name }) => `--workspace=${name}`);
  await run('npm', ['pack', '--silent', `--pack-destination=${folder}`, ...workspaces], copy);
  return manifests.map((manifest) => {
    return { manifest, tarball: join(folder, `${manifest.name}-${manifest.version}.tgz`) };
  });
}

/** All that is installed here, but that the packages of the repository are those of the copy. */
function linkModules(copy: string): void {
  mkdirSync(join(copy, 'node_modules'));
  const packages = readdirSync(join(copy, 'packages'));
  const names = new Map(
    packages.map((folder) => [
      (JSON.parse(readFileSync(join(copy, 'packages', folder, 'package.json'), 'utf8')) as Manifest).name,
      join(copy, 'packages', folder),
    ]),
  );
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name === '.cache') continue;
    symlinkSync(names.get(name) ?? join(root, 'node_modules', name), join(copy, 'node_modules', name));
  }
}

/** Offline: so a package can only come from its tarball, and what needs anything else fails. */
export async function installAll(folder: string, packed: readonly Packed[]): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  const options = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  await run('npm', ['install', ...options, ...packed.map(({ tarball }) => tarball)], folder);
}

/** @returns standard output @throws with all that the program said */
export async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  // A source condition in the caller's NODE_OPTIONS would undo the point of all this.
  const env = { ...process.env, NODE_OPTIONS: '', FORCE_COLOR: '0', TURBO_TELEMETRY_DISABLED: '1' };
  const options = { cwd, env, maxBuffer: 2 ** 26 };
  return promisify(execFile)(command, args, options).then(
    ({ stdout }) => stdout,
    (error: Error & { stdout: string; stderr: string }) => {
      const said = `${error.stdout}${error.stderr}`;
      throw new Error(`${[command, ...args].join(' ')}\n${said || error.message}`, { cause: error });
    },
  );
}
