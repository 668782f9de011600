/**
 * Law 10 as a table: each size, direction, way to take it and way to end it, over links that are slow in real time. What
 * was sent has arrived, or those who could believe it has are told; and if nobody breaks the link, all arrives.
 */
import { withinOr } from '../../src/properties/within.ts';
import { Random } from '../random.ts';
import {
  bySize,
  type Cell,
  type Failure,
  type Outcome,
  type Setting,
  type Table,
  type Trial,
} from '../trial.ts';
import type { Case, Fate, Link } from './case.ts';
import { httpCases } from './http.ts';
import { webSocketCases } from './websocket.ts';

export const links: Trial = {
  name: 'links',
  title: 'Slow links: what was sent arrives or is reported',
  promise:
    'However slow the link, what was sent arrives whole if nobody breaks it, whoever closes in the midst of it. If the link is cut or dies, both ends are told. Nothing is lost in silence.',
  run,
};

const KIB = 1024;
const slow: Link = { name: '64 KiB/s and 40 ms', rate: 64 * KIB, delay: 40 };
const wide: Link = { name: '2 MiB/s and 100 ms', rate: 2048 * KIB, delay: 100 };
const fast: Link = { name: '8 MiB/s and 1 ms', rate: 8192 * KIB, delay: 1 };

/** Conversations at a time: they wait for their link, not for the processor. */
const AT_ONCE = 48;
/** Milliseconds without an end after which one counts as silent: beyond the longest deadline of those that run here. */
const HANGS = { short: 100_000, usual: 120_000, long: 600_000 };
const FATES: readonly Fate[] = ['arrived', 'reported', 'silent', 'wrong bytes'];

async function run({ size, seed, signal, progress }: Setting): Promise<Outcome> {
  const all = casesFor(size);
  // A few of all, others each time.
  const chosen = size === 'short' ? someOf(all, 24, new Random(seed)) : all;
  const results: { case: Case; fate: Fate; told: string }[] = [];
  const waiting = [...chosen];
  const worker = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      signal.throwIfAborted();
      results.push({ case: next, ...(await runOne(next, HANGS[size], signal)) });
      progress(`${results.length} of ${chosen.length} conversations`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const failures = results
    .filter(({ case: { isPeaceful }, fate }) => fate !== 'arrived' && (isPeaceful || fate !== 'reported'))
    .map(({ case: { name }, fate, told }): Failure => ({ what: `${name}: ${fate} (${told})` }));
  const tables = ['HTTP', 'WebSocket'].map((protocol) =>
    tableOf(
      protocol,
      results.filter(({ case: { name } }) => name.startsWith(protocol)),
    ),
  );
  return { tables, figures: { conversations: results.length }, failures, notRun: [] };
}

function casesFor(size: Setting['size']): Case[] {
  const all = bySize(size, {
    short: [{ links: [fast], sizes: [1, 5 * KIB, 200 * KIB] }],
    usual: [
      { links: [slow], sizes: [1, 5 * KIB, 200 * KIB] },
      { links: [wide, fast], sizes: [5 * KIB, 200 * KIB, 4096 * KIB] },
    ],
    long: [
      { links: [slow], sizes: [1, 1000, 5 * KIB, 65_536, 200 * KIB, 4096 * KIB] },
      { links: [wide, fast], sizes: [1, 1000, 65_536, 200 * KIB, 4096 * KIB, 64 * 1024 * KIB] },
    ],
  });
  return all.flatMap(({ links, sizes }) => [...httpCases(links, sizes), ...webSocketCases(links, sizes)]);
}

function someOf(all: readonly Case[], count: number, random: Random): Case[] {
  const left = [...all];
  return Array.from({ length: count }, () => left.splice(random.below(left.length), 1)[0]!);
}

/** One that does not come to its end is silent. */
async function runOne(one: Case, milliseconds: number, signal: AbortSignal) {
  const stop = new AbortController();
  try {
    return await withinOr(milliseconds, one.run(AbortSignal.any([signal, stop.signal])), () => ({
      fate: 'silent' as const,
      told: `no end within ${milliseconds} ms`,
    }));
  } finally {
    stop.abort();
  }
}

function tableOf(protocol: string, results: readonly { case: Case; fate: Fate }[]): Table {
  const rows = [...new Set(results.map(({ case: { row } }) => row))].sort();
  return {
    caption: `${protocol}: conversations, by how they end`,
    columns: ['end', 'asked for', 'conversations', ...FATES],
    rows: rows.map((row) => {
      const those = results.filter((result) => result.case.row === row);
      const counts = FATES.map((fate) => those.filter((one) => one.fate === fate).length);
      const asked = those[0]!.case.isPeaceful ? 'all arrive' : 'arrived or reported';
      return [row, asked, those.length, ...counts] satisfies Cell[];
    }),
  };
}
