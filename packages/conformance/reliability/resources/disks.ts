/** Nothing more can be written: a message that says why, an exit code, and no half of a file that looks whole. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'http-mini';
import type { Check, Finding } from './check.ts';
import { LARGE, withFolder } from './folder.ts';
import { minis } from './program.ts';

const FULL = '/dev/full';
/** Of a file, in blocks of 512 bytes or 1 KiB, as the shell counts. */
const BLOCKS = 64;

export const disks: Check = {
  name: 'disks',
  unable: () => (existsSync(FULL) ? undefined : `there is no ${FULL}`),
  run: async (signal) => {
    const content = Buffer.alloc(LARGE / 16, 'a');
    const server = createServer(() => ({ body: content }));
    const { port } = await server.listen({ port: 0, host: '127.0.0.1' });
    const url = `http://127.0.0.1:${port}/`;
    // One probe is enough to write a report.
    const probe = (option: string) => ['probe', 'ws-mini', '--only', 'rfc6455/5.1/unmasked', option, FULL];
    try {
      return await withFolder(async (folder) => {
        const findings = [
          await refused(['get', '-o', FULL, url], '-o', /no space is left|ENOSPC/, signal),
          await refused(['get', url], 'into its output', /no space is left|ENOSPC/, signal, `% > ${FULL}`),
          await refused(
            ['get', '-o', join(folder, 'part'), url],
            'beyond the largest file that is allowed',
            /holds the first \d+ bytes only/,
            signal,
            `ulimit -f ${BLOCKS}; %`,
          ),
        ];
        for (const option of ['--html', '--json', '--junit'])
          findings.push(await refused(probe(option), option, /no space is left|ENOSPC/, signal));
        return findings;
      });
    } finally {
      server.destroy();
    }
  },
};

async function refused(
  args: readonly string[],
  how: string,
  words: RegExp,
  signal: AbortSignal,
  shell?: string,
): Promise<Finding> {
  const program = minis(args, signal, shell);
  const code = await program.ended;
  signal.throwIfAborted();
  const lines = program.errors().trim().split('\n');
  return {
    what: `minis ${args[0]} writes where no space is left: ${how}`,
    expected: 'not exit code 0, and a line that says so',
    told: `exit code ${code}: ${lines
      .slice(-2)
      .join(' / ')
      .replaceAll(/\S*minis-resources-\w+\//g, '')}`,
    held: code !== 0 && code !== null && lines.some((line) => words.test(line)),
  };
}
