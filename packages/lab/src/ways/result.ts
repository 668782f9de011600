/** From what the clients of one way saw to the numbers of that way, small enough to be sent to a page four times a second. */
import type { Arrival, Tally } from './record.ts';
import { percentile } from './statistics.ts';

export interface Result {
  /** TCP connections that were established. */
  readonly connections: number;
  readonly requests: number;
  /** Bytes of the stream or in datagrams, of all clients. */
  readonly sent: number;
  readonly received: number;
  /** Different updates that came, of each client, including those before the measurement began. */
  readonly updates: number;
  /** Bytes of the updates' own text. */
  readonly payload: number;
  /** Bytes both ways that are not payload: for each update, for a client's first, and for each of its later ones. */
  readonly overhead: number | undefined;
  readonly firstOverhead: number | undefined;
  readonly laterOverhead: number | undefined;
  /** Milliseconds from an update's making to its arrival. */
  readonly ageMedian: number | undefined;
  readonly ageP99: number | undefined;
  /** Updates that count and came. */
  readonly counted: number;
  /** Updates that count and never came. */
  readonly missed: number;
  /** Answers with an update that had come already. */
  readonly repeated: number;
  /** Milliseconds that were measured, from when all clients were open, and of CPU in them. */
  readonly measured: number;
  readonly cpu: number;
  /** Ages for a picture, in order: all of them, or as many percentiles. */
  readonly ages: readonly number[];
  /** The oldest update of each piece of time; a piece in which none came has none. */
  readonly oldest: readonly Arrival[];
}

/** Points that a picture of a column's width can show. */
const MOST_AGES = 150;
const PIECES = 120;

export interface Measured {
  /** Milliseconds. */
  readonly measured: number;
  readonly cpu: number;
  /** Milliseconds that the run was meant to take: what the pieces of time divide. */
  readonly span: number;
}

export function resultOf(tallies: readonly Tally[], { measured, cpu, span }: Measured): Result {
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
  const opened = tallies.filter(({ firstOverhead }) => firstOverhead !== undefined);
  const firstOverhead = opened.reduce((total, tally) => total + tally.firstOverhead!, 0);
  const [sent, received, payload, updates] = [
    sum((t) => t.sent),
    sum((t) => t.received),
    sum((t) => t.payload),
    sum((t) => t.updates),
  ];
  const overhead = sent + received - payload;
  const later = updates - sum((t) => t.firstUpdates);
  const arrivals = tallies.flatMap((tally) => tally.arrivals);
  const ages = Float64Array.from(arrivals, ({ age }) => age).sort();
  return {
    connections: sum((t) => t.connections),
    requests: sum((t) => t.requests),
    sent,
    received,
    updates,
    payload,
    overhead: updates > 0 ? overhead / updates : undefined,
    firstOverhead: opened.length > 0 ? firstOverhead / opened.length : undefined,
    laterOverhead: later > 0 ? (overhead - firstOverhead) / later : undefined,
    ageMedian: percentile(ages, 50),
    ageP99: percentile(ages, 99),
    counted: arrivals.length,
    missed: sum((t) => t.missed),
    repeated: sum((t) => t.repeated),
    measured,
    cpu,
    ages: sample(ages),
    oldest: oldestOf(arrivals, span),
  };
}

/** @param sorted values, the least first */
function sample(sorted: Float64Array): number[] {
  if (sorted.length <= MOST_AGES) return [...sorted].map(rounded);
  return Array.from({ length: MOST_AGES }, (_, i) =>
    rounded(percentile(sorted, (100 * i) / (MOST_AGES - 1))!),
  );
}

function oldestOf(arrivals: readonly Arrival[], span: number): Arrival[] {
  const pieces: Arrival[] = [];
  for (const { time, age } of arrivals) {
    const piece = Math.max(0, Math.floor((PIECES * time) / span));
    if (age > (pieces[piece]?.age ?? -1)) pieces[piece] = { time, age };
  }
  return pieces.filter(Boolean).map(({ time, age }) => ({ time: rounded(time), age: rounded(age) }));
}

/** To a microsecond, and to fewer digits on the way to a page. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
