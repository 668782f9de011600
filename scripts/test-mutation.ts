// `npm run test:mutation [-- PACKAGE[/FILE]...]`: breaks the wire folders in one small way after the other,
// and counts which breaks their tests notice. Stryker does it; it is fetched when it is first wanted,
// so that nobody who only runs the tests has to install its 170 packages.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { countsIn, type MutationReport, withCounts } from './mutants-table.ts';

const VERSION = '9.6.1'; // the last that runs on Node 20
const PACKAGES = ['http-mini', 'ws-mini'];
const USAGE = `Usage: npm run test:mutation [-- PACKAGE[/FILE]...]
       npm run test:mutation -- --write

Mutates src/wire of each PACKAGE (default: ${PACKAGES.join(' ')}), or one file of it (http-mini/chunked),
and runs the tests of the wire on each mutant: about 4,000 in an hour for all, a minute or two for a file.
Reports are written to .cache/mutation. MUTANTS.md lists the known survivors, and why they may live; --write runs
nothing, and writes its table from the reports that are there.
FC_RUNS (default 20) and FC_SEED (default 1) reach the property tests, so that two runs agree.

Exit code: 0 at least 90 % were killed, 1 fewer were, 2 wrong usage.`;

const root = join(import.meta.dirname, '..');
const stryker = join(root, '.cache/stryker/node_modules/@stryker-mutator/core/bin/stryker.js');
const wanted = readArguments();
fetchStryker();
for (const { name, file } of wanted) {
  const mutate = file === undefined ? [] : ['--mutate', `src/wire/${file}.ts`];
  const args = [stryker, 'run', join(root, 'stryker.config.js'), ...mutate];
  console.log(`\n${name}${file === undefined ? '' : `/${file}`}`);
  if (!run(process.execPath, args, join(root, 'packages', name))) process.exitCode = 1;
  const report = join(root, '.cache/mutation', `${name}.json`);
  // The next run would write over it.
  if (file !== undefined && existsSync(report)) renameSync(report, report.replace('.json', `.${file}.json`));
}

function readArguments(): { name: string; file?: string | undefined }[] {
  try {
    const { values, positionals } = parseArgs({
      options: { help: { type: 'boolean', short: 'h' }, write: { type: 'boolean' } },
      allowPositionals: true,
    });
    if (values.help) {
      console.log(USAGE);
      process.exit(0);
    }
    if (values.write) {
      writeTable();
      process.exit(0);
    }
    return (positionals.length > 0 ? positionals : PACKAGES).map((wish) => {
      const [name, file] = wish.split('/') as [string, string?];
      const path = join(root, 'packages', name, 'src/wire', file === undefined ? '' : `${file}.ts`);
      if (!PACKAGES.includes(name) || !existsSync(path)) throw new Error(`there is no wire of '${wish}'`);
      return { name, file };
    });
  } catch (error) {
    console.error(`test-mutation: ${(error as Error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}

function writeTable(): void {
  const reports = join(root, '.cache/mutation');
  const path = join(root, 'MUTANTS.md');
  let page = readFileSync(path, 'utf8');
  // A report of one file, http-mini.chunked.json, comes after that of all, and counts.
  for (const file of readdirSync(reports).sort((a, b) => a.split('.').length - b.split('.').length)) {
    if (!file.endsWith('.json')) continue;
    const name = file.split('.')[0]!;
    const report = JSON.parse(readFileSync(join(reports, file), 'utf8')) as MutationReport;
    const sourceOf = (source: string): string => readFileSync(join(root, 'packages', name, source), 'utf8');
    page = withCounts(page, countsIn(report, name, sourceOf));
  }
  writeFileSync(path, page);
  run('npx', ['biome', 'format', '--write', 'MUTANTS.md'], root);
}

/** Inside the project, since Stryker's runner looks for vitest in the folders above its own. */
function fetchStryker(): void {
  if (existsSync(stryker)) return;
  const folder = join(root, '.cache/stryker');
  mkdirSync(folder, { recursive: true });
  // Its peer vitest is ours; npm would install another one.
  const flags = ['--no-save', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund'];
  const names = ['core', 'vitest-runner'].map((name) => `@stryker-mutator/${name}@${VERSION}`);
  if (run('npm', ['install', '--prefix', folder, ...flags, ...names], root)) return;
  console.error(`test-mutation: could not fetch Stryker ${VERSION} from the registry`);
  process.exit(1);
}

function run(command: string, args: string[], cwd: string): boolean {
  const { signal, status } = spawnSync(command, args, { cwd, stdio: 'inherit' });
  // Ctrl-C reaches the child as well; the next package must not start after it.
  if (signal === 'SIGINT' || status === 130) process.exit(130);
  return status === 0;
}
