/**
 * Commands that write the records of this repository, where no space is left: each says so, and what stands there stays as it was.
 * They see the repository through an overlay whose changes would go to a disk of their own, which is full. So the real records are
 * out of their reach.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Check, Finding } from './check.ts';
import { start } from './program.ts';

const ROOT = join(import.meta.dirname, '../../../..');

/** Namespaces of their own: when the command is gone, so are its mounts and all that it has started. */
const APART = [
  ...['--mount', '--pid', '--fork', '--kill-child'],
  ...(process.getuid?.() === 0 ? [] : ['--map-root-user']),
];
const ON_A_FULL_DISK = `
  folder=$1 root=$2 record=$3; shift 3
  mount -t tmpfs -o size=256k tmpfs "$folder" && mkdir "$folder/changes" "$folder/work" "$folder/seen" &&
  mount -t overlay -o "lowerdir=$root,upperdir=$folder/changes,workdir=$folder/work" overlay "$folder/seen" &&
  cd "$folder/seen" || exit 1
  head -c 1M /dev/zero > filler 2> /dev/null
  "$@"
  code=$?
  cmp "$record" "$root/$record" && echo AS IT WAS
  exit $code`;

function onAFullDisk(folder: string, record: string, ...command: string[]): string[] {
  return [...APART, 'sh', '-c', ON_A_FULL_DISK, 'sh', folder, ROOT, record, ...command];
}

interface Command {
  readonly shown: string;
  /** What it writes, or the first of it. */
  readonly record: string;
  readonly file: string;
  readonly args: readonly string[];
}

const COMMANDS: readonly Command[] = [
  {
    shown: 'npm run reliability -- --render',
    record: 'docs/reliability.json',
    file: 'packages/conformance/reliability/cli.ts',
    args: ['--render'], // as --write does it, with nothing new
  },
  {
    shown: 'npm run bench -- --write',
    record: 'packages/conformance/PERFORMANCE.md',
    file: 'packages/conformance/bench/cli.ts',
    args: ['http get pipelined', '--write', '--source', '--rounds', '1', '--seconds', '0.1'],
  },
  {
    shown: 'npm run bench -- --draw',
    record: 'packages/conformance/speed.svg',
    file: 'packages/conformance/bench/cli.ts',
    args: ['--draw'],
  },
  {
    shown: 'npm run report',
    record: 'docs/REPORT.md',
    file: 'packages/conformance/src/commands/report.ts',
    args: [],
  },
];

export const records: Check = {
  name: 'records of the repository on a full disk',
  unable() {
    const folder = mkdtempSync(join(tmpdir(), 'minis-records-'));
    try {
      const tried = spawnSync('unshare', onAFullDisk(folder, 'package.json', 'true'), { encoding: 'utf8' });
      if (tried.status === 0) return undefined;
      return `unshare of Linux cannot mount an overlay here: ${tried.error?.message ?? tried.stderr.trim()}`;
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  run: async (signal) => {
    const findings: Finding[] = [];
    for (const { shown, record, file, args } of COMMANDS) {
      const folder = mkdtempSync(join(tmpdir(), 'minis-records-'));
      try {
        const node = [process.execPath, '--import', 'tsx', '--conditions=@minis/source', file, ...args];
        const program = start('unshare', onAFullDisk(folder, record, ...node), signal);
        const code = await program.ended;
        signal.throwIfAborted();
        const told = program.errors().trim().split('\n').at(-1)!.replaceAll(`${folder}/seen/`, '');
        const isAsItWas = program.output().trimEnd().endsWith('AS IT WAS');
        findings.push({
          what: `${shown} writes where no space is left`,
          expected: 'not exit code 0, a line that says so, and the old record',
          told: `exit code ${code}: ${told}; ${record} is ${isAsItWas ? 'as it was' : 'ANOTHER'}`,
          held:
            code === 1 && isAsItWas && told.includes(`cannot write ${record}, which is as it was: ENOSPC`),
        });
      } finally {
        rmSync(folder, { recursive: true });
      }
    }
    return findings;
  },
};
