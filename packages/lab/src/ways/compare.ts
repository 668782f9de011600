/**
 * A run: the seven ways, one after the other, each alone in this process with a ticker, servers and a link of its own and
 * the same settings. Together they would be seen at the same moments, but each would wait for the others' work in the
 * same event loop: its ages and its CPU time would be theirs too.
 */
import { setMaxListeners } from 'node:events';
import { LabError } from '../errors.ts';
import type { Text } from '../text.ts';
import { now, type Ticker } from '../ticker.ts';
import { WAY_KEYS, WAYS, type WayKey } from './names.ts';
import { Record } from './record.ts';
import { type Result, resultOf } from './result.ts';
import { type Settings, settingsOf } from './settings.ts';
import { SocketCounter } from './socket-counter.ts';
import { Source } from './source.ts';
import { type Delivery, deliver } from './ways.ts';

export interface Comparison {
  readonly state: 'measuring' | 'done' | 'stopped' | 'failed';
  readonly settings: Settings;
  /** When it began: milliseconds since 1970. */
  readonly at: number;
  /** The way that is measured now. */
  readonly current: WayKey | undefined;
  /** How much of the run is over, from 0 to 1. */
  readonly progress: number;
  /** Of the ways that have had their turn, and of the current one as far as it has come. */
  readonly results: { readonly [key in WayKey]?: Result };
}

export interface CompareOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the state a few times a second, and at every end. */
  readonly onProgress?: ((comparison: Comparison) => void) | undefined;
}

/** Milliseconds. More often would show in the ages, because the same event loop measures them. */
const PROGRESS_INTERVAL = 250;
/** Milliseconds between updates once those that count have been made; see `endSlowly`. */
const AFTERWARDS = 100;
/** Milliseconds that a way may take beyond its time: all of them come to an end, unless the machine is drowned. */
const PATIENCE = 60_000;

/**
 * @param settings without a problem (`problemOf`)
 * @throws LabError `ended-early`; EchoError, HttpError if a way failed; the signal's reason. `onProgress` is told before
 */
export async function compare(settings: Settings, options: CompareOptions = {}): Promise<Comparison> {
  const { signal, onProgress } = options;
  let comparison: Comparison = {
    state: 'measuring',
    settings,
    at: Date.now(),
    current: undefined,
    progress: 0,
    results: {},
  };
  const tell = (news: Partial<Comparison>) => {
    comparison = { ...comparison, ...news };
    onProgress?.(comparison);
  };
  try {
    await warmUp(signal);
    for (const [turn, key] of WAY_KEYS.entries()) {
      signal?.throwIfAborted();
      const result = await measure(key, settings, signal, (result, part) => {
        const results = { ...comparison.results, [key]: result };
        tell({ current: key, progress: (turn + part) / WAY_KEYS.length, results });
      });
      comparison = { ...comparison, results: { ...comparison.results, [key]: result } };
    }
  } catch (error) {
    tell({ state: signal?.aborted ? 'stopped' : 'failed', current: undefined });
    throw error;
  }
  tell({ state: 'done', current: undefined, progress: 1 });
  return comparison;
}

let isWarm = false;

/** Once in a process, uncounted: else the first ways would also be charged for the compiling of what all of them use. */
async function warmUp(signal: AbortSignal | undefined): Promise<void> {
  if (isWarm) return;
  const settings = { ...settingsOf({ rate: 200, poll: 5 }), seconds: 0.25 };
  await Promise.all(WAY_KEYS.map((key) => measure(key, settings, signal, () => {})));
  isWarm = true;
}

/** @param tell with what there is, and how much of the time is over, from 0 to 1 */
async function measure(
  key: WayKey,
  settings: Settings,
  stop: AbortSignal | undefined,
  tell: (result: Result, part: number) => void,
): Promise<Result> {
  const { source, ...target } = await Source.open(settings);
  const updates = Math.max(1, Math.round(settings.rate * settings.seconds));
  const span = 1000 * settings.seconds;
  const clients = Array.from({ length: settings.clients }, () => new Client());
  const failure = new AbortController();
  const reasons = [failure.signal, AbortSignal.timeout(span + PATIENCE)];
  const signal = AbortSignal.any(stop ? [...reasons, stop] : reasons);
  setMaxListeners(0, signal); // each client has its own
  const meter = new Meter();
  const result = () =>
    resultOf(
      clients.map(({ record }) => record.tally()),
      { ...meter.read(), span },
    );
  const telling = setInterval(
    () => tell(result(), Math.min(1, meter.read().measured / span)),
    PROGRESS_INTERVAL,
  );
  const deliveries = clients.map((client) =>
    client.run(key, { ...target, pollInterval: settings.poll, signal }),
  );
  try {
    const allDelivered = Promise.all(deliveries);
    await Promise.race([allDelivered, Promise.all(clients.map(({ record }) => record.open))]);
    const { number } = source.ticker.update;
    for (const { record } of clients) record.begin(number, updates);
    if (WAYS[key].isPush) endSlowly(source.ticker, number + updates);
    meter.start();
    await allDelivered;
    meter.stop();
  } catch (error) {
    failure.abort(error);
    throw signal.aborted ? signal.reason : error;
  } finally {
    clearInterval(telling);
    await Promise.allSettled(deliveries);
    await source.close();
  }
  return result();
}

/**
 * The last update may be lost, so others must follow it. But few: bytes that are still on their way when a client leaves were
 * received for nothing. Not for those who ask: they would find the last one, and old, long after it should have been replaced.
 */
function endSlowly(ticker: Ticker, last: number): void {
  const unsubscribe = ticker.subscribe((_, { number }) => {
    if (number < last) return;
    unsubscribe();
    ticker.stop();
    ticker.start(Math.max(AFTERWARDS, ticker.interval));
  });
}

class Client {
  readonly #counter = new SocketCounter();
  readonly record = new Record(this.#counter, now);

  async run(key: WayKey, delivery: Omit<Delivery, 'record'>): Promise<void> {
    await this.#counter.run(() => deliver[key]({ ...delivery, record: this.record }));
    delivery.signal.throwIfAborted();
    if (!this.record.isComplete) throw endedEarly(WAYS[key].name);
  }
}

function endedEarly(name: Text): LabError {
  return new LabError('ended-early', {
    en: `${name.en} ended before the last update`,
    ko: `${name.ko}: 마지막 업데이트 전에 끝났습니다`,
  });
}

/** Time and CPU time of this process, from `start` to `stop`. */
class Meter {
  #started: { readonly time: number; readonly cpu: NodeJS.CpuUsage } | undefined;
  #stopped: { readonly measured: number; readonly cpu: number } | undefined;

  start(): void {
    this.#started = { time: performance.now(), cpu: process.cpuUsage() };
  }

  stop(): void {
    this.#stopped = this.read();
  }

  /** Milliseconds so far. */
  read(): { readonly measured: number; readonly cpu: number } {
    if (this.#stopped) return this.#stopped;
    if (!this.#started) return { measured: 0, cpu: 0 };
    const { user, system } = process.cpuUsage(this.#started.cpu);
    return { measured: performance.now() - this.#started.time, cpu: (user + system) / 1000 };
  }
}
