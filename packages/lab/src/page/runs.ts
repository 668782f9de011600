/**
 * Runs that a page asks for by its WebSocket: which are under way, and what came of each. The lab answers the connection that has
 * asked, so when that is lost nothing is under way any more.
 */
import { type ReadonlySignal, useSignal, useSignalEffect } from '@preact/signals';
import { type Live, useLive } from './live.tsx';

export interface Runs<Result> {
  readonly live: Live;
  /** By key. */
  readonly results: ReadonlySignal<{ readonly [key: string]: Result }>;
  /** Keys of those under way. */
  readonly running: ReadonlySignal<ReadonlySet<string>>;
  /** @returns false if there is no connection; then nothing has begun */
  start(key: string, message: unknown): boolean;
}

/**
 * @param path of the WebSocket, which answers `{ key, result }`
 * @param first results that the page begins with
 */
export function useRuns<Result>(path: string, first: { readonly [key: string]: Result }): Runs<Result> {
  const results = useSignal(first);
  const running = useSignal<ReadonlySet<string>>(new Set());
  const live = useLive<{ key: string; result: Result }>(path, ({ key, result }) => {
    results.value = { ...results.value, [key]: result };
    running.value = new Set([...running.value].filter((other) => other !== key));
  });
  useSignalEffect(() => {
    if (live.status.value === 'lost') running.value = new Set();
  });
  return {
    live,
    results,
    running,
    start(key, message) {
      if (!live.send(message)) return false;
      running.value = new Set(running.value).add(key);
      return true;
    },
  };
}
