/**
 * `npm run bench -- startup`: what it costs to import a package in a fresh process, as built, beside node that imports
 * nothing and beside the peers. All in turn, round by round.
 */
import { spawnSync } from 'node:child_process';
import type { Cores } from './cores.ts';
import { median } from './statistics.ts';

/** Nothing; what Node brings; ours, each with those parts that run alone; the peers. */
const IMPORTS = [
  ['', 'node:net', 'node:http'],
  ['tcp-echo', 'http-mini', 'http-mini/wire', 'ws-mini', 'ws-mini/wire'],
  ['undici', 'ws'],
].flat();

export function runStartup(rounds: number, cores: Cores | undefined): void {
  const starts = IMPORTS.map((): Start[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, name] of IMPORTS.entries()) starts[i]!.push(start(name, cores));
  }
  const cpuOf = (i: number): number => median(starts[i]!.map(({ cpu }) => cpu));
  const columns = ['ms', 'CPU ms', 'over node alone'];
  process.stdout.write(line('import', columns));
  for (const [i, name] of IMPORTS.entries()) {
    const figures = [median(starts[i]!.map(({ took }) => took)), cpuOf(i), cpuOf(i) - cpuOf(0)];
    const cells = figures.map((milliseconds) => milliseconds.toFixed(1));
    process.stdout.write(line(name || '(node alone)', cells));
  }
}

function line(name: string, cells: readonly string[]): string {
  return `${name.padEnd(20)}${cells.map((cell) => cell.padStart(17)).join('')}\n`;
}

interface Start {
  /** Milliseconds from asking for a process to its end. */
  readonly took: number;
  /** Milliseconds of CPU time until the import was done; a busy machine changes little about it. */
  readonly cpu: number;
}

function start(name: string, cores: Cores | undefined): Start {
  const script = `import ${JSON.stringify(name || 'node:fs')};
    const { user, system } = process.cpuUsage();
    process.stdout.write(String(user + system));`;
  const node = [process.execPath, '--input-type=module', '-e', script];
  const [command, ...args] = cores === undefined ? node : ['taskset', '-c', cores.measured, ...node];
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(command!, args, {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`import '${name}' failed: ${stderr}`);
  return { took: performance.now() - began, cpu: Number(stdout) / 1000 };
}
