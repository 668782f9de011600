/** What a victim measures of itself, in its own process, and tells when it is asked. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** `begin`: the attack begins; `look`: it is at its height; `settle`: it is over. */
export type Question = 'begin' | 'look' | 'settle';

/** In MiB and milliseconds. */
export interface Measures {
  readonly rss: number;
  /** The most that was resident since the attack began, looked at each 20 ms. */
  readonly peak: number;
  /** The heap and what hangs on it. With `begin` and `settle`, after a collection. */
  readonly heap: number;
  /** The longest that the event loop was late since the attack began. */
  readonly delay: number;
  readonly connections: number;
  /** How a client's requests to the attacker ended. */
  readonly endings: Readonly<Record<string, number>>;
}

export interface Told {
  readonly port: number;
}

const MIB = 1024 * 1024;

/** Node has this where it was asked for by --expose-gc. */
declare const gc: () => void;

/** @param connections how many there are now */
export function answerQuestions(
  port: number,
  connections: () => number | Promise<number>,
  endings: () => Readonly<Record<string, number>> = () => ({}),
  asked: (what: Question) => void = () => {},
): void {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  let peak = 0;
  const rss = (): number => process.memoryUsage.rss() / MIB;
  setInterval(() => (peak = Math.max(peak, rss())), 20);
  process.on('disconnect', () => process.exit());
  process.on('message', async (what: Question) => {
    const late = delay.max / 1e6;
    if (what !== 'look') gc();
    const { heapUsed, external } = process.memoryUsage();
    const now = rss();
    peak = what === 'begin' ? now : Math.max(peak, now);
    const measures: Measures = {
      rss: now,
      peak,
      heap: (heapUsed + external) / MIB,
      delay: late,
      connections: await connections(),
      endings: endings(),
    };
    if (what === 'begin') delay.reset();
    asked(what);
    process.send!(measures);
  });
  process.send!({ port } satisfies Told);
}
