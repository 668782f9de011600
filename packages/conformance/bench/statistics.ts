/** The few numbers that a row of the table is made of. */
import { CEILING, type Series } from './measure.ts';

export function median(values: readonly number[]): number {
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

export interface Row {
  readonly name: string;
  readonly unit: string;
  /** Medians, per second. */
  readonly ours: number;
  readonly peer: number;
  readonly ceiling: number | undefined;
  readonly peerName: string;
  readonly toPeer: number;
  readonly toPeerPerCpu: number;
  readonly toCeiling: number | undefined;
  /** The widest of all. */
  readonly spread: number;
  readonly series: readonly Series[];
}

/** One for each peer. */
export function rowsOf(name: string, unit: string, series: readonly Series[]): Row[] {
  const ceiling = series.find((one) => one.name === CEILING);
  const [ours, ...peers] = series.filter((one) => one !== ceiling) as [Series, ...Series[]];
  return peers.map((peer) => ({
    name,
    unit,
    ours: median(ours.perSecond),
    peer: median(peer.perSecond),
    ceiling: ceiling && median(ceiling.perSecond),
    peerName: peer.name,
    toPeer: ratio(ours.perSecond, peer.perSecond),
    toPeerPerCpu: ratio(ours.perCpuSecond, peer.perCpuSecond),
    toCeiling: ceiling && ratio(ours.perSecond, ceiling.perSecond),
    spread: Math.max(...[ours, peer, ceiling ?? peer].map(({ perSecond }) => spread(perSecond))),
    series,
  }));
}
