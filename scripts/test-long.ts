// `npm run test:long [-- --runs N] [--seed N]`: the laws (each test that has "law" and its number in its name), the
// differential tests and the properties of every pair, with many more inputs than `npm test` gives them, and new ones
// each time. What fails prints its seed; with it the same inputs come again.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const USAGE = `Usage: npm run test:long [-- [--runs N] [--seed N] [PACKAGE...]]

  --runs N    inputs for each law (1000000: hours; 10000 is a coffee break). Laws that open
              sockets take a fixed share of it, the properties of pairs a thousandth
  --seed N    the inputs of another run again (new ones each time)
  PACKAGE     tcp-echo, http-mini, ws-mini, conformance (all)

Exit code: 0 all held, 1 something failed, 2 wrong usage.`;

const vitest = ['vitest', 'run', '--config', '../../vitest.config.ts', '--testTimeout=0'];
const PARTS: Record<string, (runs: number, seed: number) => string[][]> = {
  'tcp-echo': () => [[...vitest, '-t', 'law [0-9]']],
  'http-mini': () => [[...vitest, '-t', 'law [0-9]']],
  'ws-mini': () => [[...vitest, '-t', 'law [0-9]']],
  conformance: (runs, seed) => [
    [...vitest, 'test/differential'],
    `tsx --conditions=@minis/source src/cli.ts properties --runs ${Math.ceil(runs / 1000)} --seed ${seed}`.split(
      ' ',
    ),
  ],
};

const { runs, seed, packages } = readArguments();
console.log(`test-long: ${runs} inputs for each law, seed ${seed}`);
const failed = packages.filter((name) => {
  const results = PARTS[name]!(runs, seed).map((command) => {
    const { status } = spawnSync('npx', ['--no-install', ...command], {
      cwd: join(import.meta.dirname, '../packages', name),
      stdio: 'inherit',
      env: { ...process.env, FC_RUNS: String(runs), FC_SEED: String(seed) },
    });
    return status === 0;
  });
  return results.includes(false);
});
if (failed.length > 0) console.error(`test-long: ${failed.join(', ')} failed; again: --seed ${seed}`);
process.exitCode = failed.length > 0 ? 1 : 0;

function readArguments(): { runs: number; seed: number; packages: string[] } {
  try {
    const { values, positionals } = parseArgs({
      options: {
        runs: { type: 'string', default: '1000000' },
        seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: true,
    });
    if (values.help) {
      console.log(USAGE);
      process.exit(0);
    }
    for (const [name, value] of Object.entries({ runs: values.runs, seed: values.seed })) {
      if (!/^[0-9]{1,10}$/.test(value)) throw new Error(`--${name} ${value}: a whole number, please`);
    }
    const wrong = positionals.find((name) => !Object.hasOwn(PARTS, name));
    if (wrong !== undefined) throw new Error(`'${wrong}' has no laws: ${Object.keys(PARTS).join(', ')}`);
    const packages = positionals.length > 0 ? positionals : Object.keys(PARTS);
    return { runs: Math.max(1, Number(values.runs)), seed: Number(values.seed), packages };
  } catch (error) {
    console.error(`test-long: ${(error as Error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}
