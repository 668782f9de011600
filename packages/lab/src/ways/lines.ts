/** What the plot of a run draws: a line for each way, each from the beginning of its own turn. */
import type { Text } from '../text.ts';
import type { Comparison } from './compare.ts';
import { WAY_KEYS, type WayKey } from './names.ts';
import type { Arrival } from './record.ts';

export interface Lines {
  readonly of: { readonly [key in WayKey]: readonly Arrival[] };
  /** How long the longest turn took: it ends with the last update, which may be late. */
  readonly seconds: number;
}

export function linesOf({ results, settings }: Comparison): Lines {
  const lines = WAY_KEYS.map((key) => [key, results[key]?.oldest ?? []] as const);
  const ends = lines.map(([, arrivals]) => (arrivals.at(-1)?.time ?? 0) / 1000);
  return { of: Object.fromEntries(lines) as Lines['of'], seconds: Math.max(settings.seconds, ...ends) };
}

/** The unit of the time, behind its number. */
export const SECONDS: Text = { en: ' s', ko: '초' };
