/**
 * Where the processes run: what is measured has one core, the load has the others, so that neither takes time from the
 * other. By `taskset`, which Linux has, on two cores or more; elsewhere the system puts them where it likes.
 */
import { spawnSync } from 'node:child_process';

/** As taskset takes them. */
export interface Cores {
  readonly measured: string;
  readonly load: string;
}

export function findCores(): Cores | undefined {
  const { status, stdout } = spawnSync('taskset', ['-cp', `${process.pid}`], { encoding: 'utf8' });
  return status === 0 ? share(stdout) : undefined;
}

/** @param affinity as taskset says it: `pid 7's current affinity list: 0-2,5` */
export function share(affinity: string): Cores | undefined {
  const cores = (affinity.split(': ')[1] ?? '').trim().split(',').flatMap(range);
  const measured = cores.pop(); // the last one: interrupts like the first
  return measured === undefined || cores.length === 0
    ? undefined
    : { measured: `${measured}`, load: cores.join() };
}

function range(text: string): number[] {
  const [first = Number.NaN, last = first] = text.split('-').map(Number);
  return Array.from({ length: last - first + 1 || 0 }, (_, i) => first + i);
}
