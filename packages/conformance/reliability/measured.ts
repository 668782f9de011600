/** What a process measures of itself, and tells when it is asked. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** `begin` counts anew from now on; `look` disturbs nothing; `settle` collects garbage first, as `begin` does. */
export type Question = 'begin' | 'look' | 'settle';

/** In MiB and milliseconds. */
export interface Measures {
  readonly rss: number;
  /** The most that was resident since `begin`, looked at each 20 ms. */
  readonly peak: number;
  /** The heap and what hangs on it. */
  readonly heap: number;
  /** The longest that the event loop was late since `begin`. */
  readonly delay: number;
  readonly connections: number;
  /** What else this program counts, by name. */
  readonly counts: Readonly<Record<string, number>>;
}

/** The first message. */
export interface Told {
  readonly port: number;
}

export interface Answers {
  readonly port: number;
  /** How many there are now. */
  connections(): number | Promise<number>;
  counts?(): Readonly<Record<string, number>>;
  /** Called after the answer was sent. */
  asked?(what: Question): void;
}

const MIB = 1024 * 1024;

/** Node has this where it was asked for by --expose-gc. */
declare const gc: () => void;

/** Twice: what is outside of the heap is freed once its owner is gone. */
async function collect(): Promise<void> {
  gc();
  await new Promise((resolve) => setImmediate(resolve));
  gc();
}

/** @returns how to be asked no more, so that nothing keeps the process */
export function answerQuestions({ port, connections, counts, asked }: Answers): () => void {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  let peak = 0;
  const rss = (): number => process.memoryUsage.rss() / MIB;
  const watch = setInterval(() => (peak = Math.max(peak, rss())), 20).unref();
  const leave = (): void => process.exit();
  process.on('disconnect', leave);
  process.on('message', async (what: Question) => {
    const late = delay.max / 1e6;
    if (what !== 'look') await collect();
    const { heapUsed, external } = process.memoryUsage();
    const now = rss();
    peak = what === 'begin' ? now : Math.max(peak, now);
    process.send!({
      rss: now,
      peak,
      heap: (heapUsed + external) / MIB,
      delay: late,
      connections: await connections(),
      counts: counts?.() ?? {},
    } satisfies Measures);
    if (what === 'begin') delay.reset();
    asked?.(what);
  });
  process.send!({ port } satisfies Told);
  return () => {
    clearInterval(watch);
    delay.disable();
    process.off('disconnect', leave).disconnect();
  };
}
