/** The few numbers that a row of the table is made of. */
import { CEILING } from './contenders.ts';
import type { Series } from './measure.ts';

export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** From the slowest round to the fastest, as a part of the median. */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / median(values);
}

/** The median of the rounds' ratios: two neighbours in time are compared, not two medians of different minutes. */
export function ratio(ours: readonly number[], theirs: readonly number[]): number {
  return median(ours.map((value, round) => value / theirs[round]!));
}

/** Medians of one implementation; NaN for what it was not asked. */
export interface Figures {
  readonly perSecond: number;
  /** Microseconds from asking to the answer. */
  readonly p50: number;
  readonly p99: number;
  /** Resident bytes of its process after a round. */
  readonly memory: number;
}

/** Ours beside one peer. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly peerName: string;
  readonly ours: Figures;
  readonly peer: Figures;
  readonly ceiling: Figures | undefined;
  readonly toPeer: number;
  readonly toPeerPerCpu: number;
  readonly toCeiling: number | undefined;
  /** The widest of all. */
  readonly spread: number;
  readonly series: readonly Series[];
}

function figures({ perSecond, p50, p99, memory }: Series): Figures {
  return { perSecond: median(perSecond), p50: median(p50), p99: median(p99), memory: median(memory) };
}

/** One for each peer. */
export function rowsOf(name: string, unit: string, series: readonly Series[]): Row[] {
  const ceiling = series.find((one) => one.name === CEILING);
  const [ours, ...peers] = series.filter((one) => one !== ceiling) as [Series, ...Series[]];
  return peers.map((peer) => ({
    name,
    unit,
    peerName: peer.name,
    ours: figures(ours),
    peer: figures(peer),
    ceiling: ceiling && figures(ceiling),
    toPeer: ratio(ours.perSecond, peer.perSecond),
    toPeerPerCpu: ratio(ours.perCpuSecond, peer.perCpuSecond),
    toCeiling: ceiling && ratio(ours.perSecond, ceiling.perSecond),
    spread: Math.max(...[ours, peer, ceiling ?? peer].map(({ perSecond }) => spread(perSecond))),
    series,
  }));
}
