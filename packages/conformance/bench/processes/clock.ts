// The time that counts: what happens in it, after what is under way has settled.
import { cpuMicroseconds, type Measured, report } from './child.ts';
import type { Latencies } from './latencies.ts';

export interface Times {
  readonly warmUp: number;
  readonly seconds: number;
}

/** Milliseconds in which a machine with much else to do must have had the time for one answer. */
const PATIENCE = 20_000;

/**
 * As long as it says, or until there was something to count.
 * @param count how much has happened so far
 * @param failure rejected where it ends before its time
 */
export async function measureFor(
  { warmUp, seconds }: Times,
  count: () => number,
  latencies: Latencies,
  failure: Promise<unknown>,
): Promise<Measured> {
  const pause = (time: number): Promise<unknown> =>
    Promise.race([failure, new Promise((resolve) => setTimeout(resolve, time * 1000))]);
  await pause(warmUp);
  const [started, first, cpu] = [performance.now(), count(), cpuMicroseconds()];
  latencies.reset();
  report({ began: true });
  do await pause(seconds);
  while (count() === first && performance.now() - started < PATIENCE);
  const took = (performance.now() - started) / 1000;
  const measured = { count: count() - first, seconds: took, cpu: cpuMicroseconds() - cpu };
  if (measured.count === 0) throw new Error('no answer came');
  return { ...measured, ...latencies.percentiles };
}
