// Other people's programs, where they are installed: tests that need one skip and say so where it is not.
import { spawnSync } from 'node:child_process';

/** Whether `program --version` runs. */
export function hasProgram(program: string): boolean {
  const isThere = spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
  if (!isThere) sayThatSkipped(`${program} is not installed`);
  return isThere;
}

/** One line, which `.ci/run` gathers from all output. */
export function sayThatSkipped(why: string): void {
  console.warn(`skipped: ${why}`);
}
