// The load by wrk, a program in C that was written elsewhere: what our own load says, it should say as well. One second at
// least, since it counts whole ones.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { answerCommands, type Measured, report } from './child.ts';
import type { Load } from './load.ts';

answerCommands(async (load: Load): Promise<Measured> => {
  await run(load, load.warmUp);
  report({ began: true });
  const out = await run(load, load.seconds);
  const [, count, seconds] = / (\d+) requests in ([\d.]+)s/.exec(out) ?? [];
  if (count === undefined || /Non-2xx|Socket errors/.test(out)) throw new Error(`wrk said: ${out}`);
  const [p50, p99] = [50, 99].map((part) => microseconds(out, part));
  return { count: Number(count), seconds: Number(seconds), p50: p50!, p99: p99! };
});

/** The same connections, each with one request in flight; its own head, which is a little shorter than ours. */
async function run({ port, connections }: Load, seconds: number): Promise<string> {
  const time = `-d${Math.max(1, Math.round(seconds))}s`;
  const args = ['-t1', `-c${connections}`, time, '--latency', `http://127.0.0.1:${port}/`];
  return (await promisify(execFile)('wrk', args)).stdout;
}

const UNITS: Record<string, number> = { us: 1, ms: 1000, s: 1_000_000 };

function microseconds(out: string, part: number): number {
  const [, value, unit] = new RegExp(` ${part}%\\s+([\\d.]+)(us|ms|s)`).exec(out)!;
  return Number(value) * UNITS[unit!]!;
}
