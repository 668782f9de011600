// `npm run test:nodes [-- VERSION...]`: every package's tests on each Node this project supports.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeBinary, SUPPORTED_NODES } from './for-tests/nodes.ts';

const USAGE = `Usage: npm run test:nodes [-- VERSION...]

Runs the tests of every package on each VERSION of Node (default: ${SUPPORTED_NODES.join(' ')}).
A VERSION is what npm takes: 22, 22.12, 20.19. Binaries are kept in .cache/nodes.
FC_RUNS and FC_SEED reach the property tests as in npm test.

Exit code: 0 all passed, 1 something failed, 2 wrong usage.`;

const root = join(import.meta.dirname, '..');

const versions = readArguments();
const packages = readdirSync(join(root, 'packages')).filter((name) =>
  existsSync(join(root, 'packages', name, 'package.json')),
);
const table: Record<string, Record<string, string>> = {};
let failed = false;
for (const version of versions) {
  const binary = await nodeBinary(version);
  const exact = binary && spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout?.trim();
  const row: Record<string, string> = {};
  for (const name of packages) {
    const passed = binary !== null && testPackage(binary, name, exact || version);
    row[name] = passed ? 'passed' : exact ? 'FAILED' : 'no Node';
    failed ||= !passed;
  }
  table[exact || version] = row;
}
console.table(table);
process.exitCode = failed ? 1 : 0;

function readArguments(): readonly string[] {
  try {
    const { values, positionals } = parseArgs({
      options: { help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
    if (values.help) {
      console.log(USAGE);
      process.exit(0);
    }
    const wrong = positionals.find((version) => !/^\d+(\.\d+){0,2}$/.test(version));
    if (wrong !== undefined) throw new Error(`'${wrong}' is not a version of Node`);
    return positionals.length > 0 ? positionals : SUPPORTED_NODES;
  } catch (error) {
    console.error(`test-nodes: ${(error as Error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}

function testPackage(binary: string, name: string, version: string): boolean {
  console.log(`\n${name} on Node ${version}`);
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  // First in PATH as well, for the tests that start a command line of their own.
  const path = `${dirname(binary)}${delimiter}${process.env['PATH'] ?? ''}`;
  const folder = join(root, 'packages', name);
  return run(binary, [vitest, 'run', '--config', '../../vitest.config.ts'], folder, path).status === 0;
}

function run(command: string, args: string[], cwd: string, path?: string): { status: number | null } {
  const env = path === undefined ? process.env : { ...process.env, PATH: path };
  const result = spawnSync(command, args, { cwd, env, stdio: 'inherit' });
  // Ctrl-C reaches the child as well; the next version must not start after it.
  if (result.signal === 'SIGINT' || result.status === 130) process.exit(130);
  return result;
}
