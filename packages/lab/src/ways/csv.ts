/** A run as CSV (RFC 4180): a line for each way, with the settings in each, so that files of several runs can be joined. */
import type { Comparison } from './compare.ts';
import { WAY_KEYS, type WayKey } from './names.ts';
import type { Result } from './result.ts';
import type { Settings } from './settings.ts';

/** By column, in their order; the names have the unit in them. What was not measured is empty. */
const COLUMNS: Readonly<
  Record<string, (key: WayKey, result: Result, settings: Settings) => string | number | undefined>
> = {
  way: (key) => key,
  updates_per_second: (_, __, s) => s.rate,
  clients: (_, __, s) => s.clients,
  payload_bytes: (_, __, s) => s.payload,
  added_delay_ms: (_, __, s) => s.delay,
  added_loss_percent: (_, __, s) => s.loss,
  poll_ms: (_, __, s) => s.poll,
  seconds: (_, __, s) => s.seconds,
  seed: (_, __, s) => s.seed,
  connections: (_, r) => r.connections,
  requests: (_, r) => r.requests,
  sent_bytes: (_, r) => r.sent,
  received_bytes: (_, r) => r.received,
  updates_received: (_, r) => r.updates,
  payload_received_bytes: (_, r) => r.payload,
  overhead_bytes_per_update: (_, r) => r.overhead,
  overhead_bytes_first: (_, r) => r.firstOverhead,
  overhead_bytes_later: (_, r) => r.laterOverhead,
  age_p50_ms: (_, r) => r.ageMedian,
  age_p99_ms: (_, r) => r.ageP99,
  updates_counted: (_, r) => r.counted,
  updates_missed: (_, r) => r.missed,
  answers_in_vain: (_, r) => r.repeated,
  measured_ms: (_, r) => r.measured,
  cpu_ms: (_, r) => r.cpu,
};

/** No value needs quotes: all are numbers, and names of ours. */
export function csvOf({ settings, results }: Comparison): string {
  const lines = WAY_KEYS.filter((key) => results[key] !== undefined).map((key) =>
    Object.values(COLUMNS).map((of) => of(key, results[key]!, settings) ?? ''),
  );
  return [Object.keys(COLUMNS), ...lines].map((line) => `${line.join(',')}\r\n`).join('');
}
