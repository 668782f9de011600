// Builds what is published: one bundle that installs no dependency, with the files that its parts read beside them. In a
// clone nothing of this is used: bin/minis.js runs src/.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { buildAssets } from 'lab/assets';
import { TRACKS, withFault } from 'learn/ladder';
import { packedPage } from '../../scripts/prepack.ts';

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

buildRungs();
copyDocs();

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

/** The pages that lead from the ladder to the packages, whose links to sources lead to the repository, as those of a README do. */
function copyDocs() {
  const folder = join(here, '../learn/docs');
  const names = readdirSync(folder);
  const manifest = { ...JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')), files: names };
  mkdirSync(join(dist, 'docs'));
  for (const name of names) {
    const page = readFileSync(join(folder, name), 'utf8');
    writeFileSync(
      join(dist, 'docs', name),
      packedPage(page, join(here, '../..'), 'packages/learn/docs', manifest),
    );
  }
}

/**
 * What `learn` runs and copies: each rung without its types, as it is and with its fault, since Node 20 runs no TypeScript. The compiler keeps comments, which esbuild does not; it would drop empty lines, so they are comments while it works.
 */
function buildRungs() {
  const rungs = join(dist, 'rungs');
  const sources = join(here, '../learn/rungs');
  copyFileSync(join(here, '../learn/scores.json'), join(dist, 'scores.json'));
  const files = [];
  for (const rung of Object.values(TRACKS).flatMap(({ rungs }) => rungs)) {
    const name = join(rung.track, rung.file);
    const text = readFileSync(join(sources, name), 'utf8');
    const mend = name.replace(/\.ts$/, '.mend.ts');
    mkdirSync(join(rungs, rung.track), { recursive: true });
    writeFileSync(join(rungs, name), text.replace(/^$/gm, '//-'));
    writeFileSync(join(rungs, mend), withFault(rung, text).replace(/^$/gm, '//-'));
    files.push(name, mend);
  }
  const compiler = join(here, '../../node_modules/typescript/bin/tsc');
  const options =
    '--ignoreConfig --target es2023 --module nodenext --types node --skipLibCheck --rootDir . --outDir .';
  execFileSync(process.execPath, [compiler, ...options.split(' '), ...files], {
    cwd: rungs,
    stdio: 'inherit',
  });
  for (const name of files) {
    const built = join(rungs, name.replace(/ts$/, 'js'));
    const text = readFileSync(built, 'utf8').replace(/^ *\/\/-$/gm, '');
    writeFileSync(
      built,
      text.replace(/^ +/gm, (margin) => margin.slice(margin.length / 2)),
    ); // two spaces, as ours
    rmSync(join(rungs, name)); // TypeScript in a package is taken for its types
  }
}
