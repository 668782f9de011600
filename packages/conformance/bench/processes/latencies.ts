// How long answers took. A histogram, since a list of them all would grow with the run and be garbage in its way.
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

export class Latencies {
  readonly #microseconds: RecordableHistogram = createHistogram();

  /** @param since what `performance.now` said when it was asked */
  record(since: number, now: number): void {
    this.#microseconds.record(Math.ceil((now - since) * 1000) || 1); // it takes nothing below 1
  }

  /** The warm-up is over. */
  reset(): void {
    this.#microseconds.reset();
  }

  /** In microseconds; nothing where nothing was answered to its end. */
  get percentiles(): { p50?: number; p99?: number } {
    if (this.#microseconds.count === 0) return {};
    return { p50: this.#microseconds.percentile(50), p99: this.#microseconds.percentile(99) };
  }
}
