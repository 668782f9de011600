// Builds what is published: one bundle that installs no dependency, with the files that its parts read beside them. In a
// clone nothing of this is used: bin/minis.js runs src/.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { buildAssets } from 'lab/assets';

const here = import.meta.dirname;
const dist = join(here, 'dist');
rmSync(dist, { recursive: true, force: true });

const { metafile } = await build({
  absWorkingDir: here,
  metafile: true,
  entryPoints: ['src/cli.ts'],
  outdir: dist,
  // Next to each other, so that a part finds the files it reads beside itself.
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true, // what a command loads late stays late
  format: 'esm',
  platform: 'node',
  target: 'node20',
  conditions: ['@minis/source'],
  // Who wants the minis compared with ws and undici installs them beside minis; `probe` says so if they are missing. And
  // esbuild is asked for in a clone only: what is published has the lab's pages built.
  external: ['ws', 'undici', 'esbuild'],
  logLevel: 'warning',
});
for (const file of ['conformance/src/report/html.css', 'conformance/src/report/html.js'])
  copyFileSync(join(here, '..', file), join(dist, basename(file)));

const pages = await buildAssets(true);
mkdirSync(join(dist, 'lab-page'));
for (const { path, contents } of pages.outputFiles)
  writeFileSync(join(dist, 'lab-page', basename(path)), contents);

/** Other people's work that is in the bundles, each with its license, as their licenses ask. */
const inputs = [
  [metafile, here],
  [pages.metafile, join(here, '../lab/src')],
].flatMap(([{ outputs }, folder]) =>
  Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs).map((path) => join(folder, path))),
);
const others = new Set(
  inputs.flatMap((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path.replaceAll('\\', '/')) ?? []),
);
const licenses = [...others].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
});
if (licenses.length > 0)
  writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), licenses.join(`\n${'-'.repeat(80)}\n\n`));
