// `npm run check:packages`, after a build: are the packages right as a stranger gets them? The
// workspace cannot tell, since its source condition hides a broken `exports` and a missing file.
// So each public package is packed; publint and attw judge the tarball; then all tarballs are
// installed into an empty folder, where plain Node imports every entry and runs every command,
// and TypeScript checks a consumer. Prints each fault with what the tool said, and exits 1.

import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  exports?: Record<string, unknown>;
  bin?: Record<string, string>;
}

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'minis-packages-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
// Without a listener a signal ends the process before its 'exit' event, and the folder would stay.
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));

const packages = publicPackages();
const tarballs = packages.map(({ name, version }) => join(folder, `${name}-${version}.tgz`));
const faults: string[] = [];
const notes: string[] = [];

if ((await pack()) && (await install()))
  await Promise.all([...tarballs.flatMap(judge), ...packages.flatMap(use), checkConsumer()]);
for (const line of [...notes, ...faults]) console.log(line);
console.log(`packages: ${packages.map(({ name }) => name).join(', ')}: ${faults.length} faults`);
process.exitCode = faults.length > 0 ? 1 : 0;

function publicPackages(): Manifest[] {
  return readdirSync(join(root, 'packages'))
    .map((name) => readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))
    .map((text) => JSON.parse(text) as Manifest)
    .filter((manifest) => manifest.private !== true);
}

function pack(): Promise<boolean> {
  const workspaces = packages.map(({ name }) => `--workspace=${name}`);
  return run(
    'npm',
    ['pack', '--silent', '--ignore-scripts', `--pack-destination=${folder}`, ...workspaces],
    root,
  );
}

// Offline, so that http-mini can only come from its tarball, and the check needs no network.
function install(): Promise<boolean> {
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  return run('npm', ['install', '--offline', '--no-audit', '--no-fund', ...tarballs]);
}

function judge(tarball: string): Promise<boolean>[] {
  return [
    run(tool('publint'), ['run', tarball, '--strict']),
    run(tool('attw'), [tarball, '--profile', 'esm-only', '--no-color', '--no-emoji']),
  ];
}

// An entry without names is reported and no fault: it may hold nothing but types.
function use({ name, exports = {}, bin = {} }: Manifest): Promise<boolean>[] {
  const imports = Object.keys(exports).map((entry) => {
    const specifier = `'${name}${entry.slice(1)}'`;
    const options = entry.endsWith('.json') ? `, { with: { type: 'json' } }` : '';
    const program = `if (Object.keys(await import(${specifier}${options})).length === 0) console.log('exports no name')`;
    return run(process.execPath, ['--input-type=module', '--eval', program]);
  });
  // By its link, as a shell would: without its `#!` line, a command fails here and nowhere else.
  const commands = Object.keys(bin).map((command) =>
    run(join(folder, 'node_modules/.bin', command), ['--help']),
  );
  return [...imports, ...commands];
}

// Library files are checked too (no skipLibCheck): a declaration that names a file or a type which
// was not published shows only there.
function checkConsumer(): Promise<boolean> {
  const entries = packages.flatMap(({ name, exports = {} }) =>
    Object.keys(exports)
      .filter((entry) => !entry.endsWith('.json'))
      .map((entry) => name + entry.slice(1)),
  );
  const lines = entries.map(
    (entry, i) => `import * as entry${i} from '${entry}';\nconsole.log(entry${i});\n`,
  );
  writeFileSync(join(folder, 'consumer.ts'), lines.join(''));
  const language = ['--strict', '--target', 'es2023', '--module', 'nodenext'];
  const types = ['--typeRoots', join(root, 'node_modules/@types'), '--types', 'node'];
  return run(tool('tsc'), ['--noEmit', ...language, ...types, 'consumer.ts']);
}

function tool(name: string): string {
  return join(root, 'node_modules/.bin', name);
}

function run(command: string, args: string[], cwd: string = folder): Promise<boolean> {
  // A source condition in the caller's NODE_OPTIONS would undo the point of all this.
  const env = { ...process.env, NODE_OPTIONS: '', FORCE_COLOR: '0' };
  return new Promise((resolve) => {
    execFile(command, args, { cwd, env }, (error, stdout, stderr) => {
      if (error !== null) faults.push(`${[command, ...args].join(' ')}\n${stdout}${stderr || error.message}`);
      else if (stdout === 'exports no name\n') notes.push(`note: ${args.at(-1)}: ${stdout.trim()}`);
      resolve(error === null);
    });
  });
}
