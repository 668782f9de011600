// That a machine without a descriptor left ends one recording or experiment with its error, and not the lab.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';

test.skipIf(process.platform === 'win32')(
  'a process without descriptors lives on when listening, connecting, accepting or spawning fails',
  async () => {
    const node = `exec "${process.execPath}" --conditions=@minis/source --import tsx few-descriptors.ts`;
    const child = spawn('sh', ['-c', `ulimit -n 200; ${node}`], { cwd: import.meta.dirname });
    const [said, complaint, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    expect(code, complaint).toBe(0);
    for (const call of ['listen', 'connect', 'spawn', 'bind'])
      expect(said).toMatch(new RegExp(`${call} .*EMFILE`));
    expect(said).toContain('without a response'); // accept() failed
  },
);
