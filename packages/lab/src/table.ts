/**
 * The comparison as a table: a column for each way, a row for each quantity, and a sentence for each of them. The
 * terminal prints it and the page draws it; both say the same because both read it here.
 */
import type { Comparison } from './compare.ts';
import type { Result } from './record.ts';
import { type WayKey, ways } from './ways.ts';

export interface Table {
  readonly columns: readonly { readonly name: string; readonly how: string }[];
  readonly rows: readonly {
    readonly name: string;
    readonly meaning: string;
    readonly cells: readonly string[];
  }[];
}

interface Quantity {
  readonly name: string;
  readonly meaning: string;
  readonly of: (result: Result) => string;
}

const quantities: readonly Quantity[] = [
  { name: 'connections', meaning: 'TCP connections that were opened.', of: (r) => whole(r.connections) },
  {
    name: 'requests',
    meaning: 'HTTP requests that were sent. The WebSocket’s one is its opening handshake.',
    of: (r) => whole(r.requests),
  },
  {
    name: 'bytes sent',
    meaning: 'Bytes that the client’s sockets sent. TCP’s and IP’s own headers come on top.',
    of: (r) => whole(r.sent),
  },
  { name: 'bytes received', meaning: 'Bytes that they received.', of: (r) => whole(r.received) },
  {
    name: 'overhead per update',
    meaning: 'Bytes, both ways, beyond the update’s own text, for each update that came.',
    of: (r) => decimal(r.overhead, 1),
  },
  {
    name: '  the first',
    meaning: 'What it takes until the first update is there: opening and handshake.',
    of: (r) => decimal(r.firstOverhead, 0),
  },
  {
    name: '  each later one',
    meaning: 'The mean of all others, with the closing at the end.',
    of: (r) => decimal(r.laterOverhead, 1),
  },
  {
    name: 'age p50, ms',
    meaning: 'From the making of an update to its arrival in the client: half are younger.',
    of: (r) => decimal(r.ageMedian, 2),
  },
  { name: 'age p99, ms', meaning: 'Of a hundred, 99 are not older.', of: (r) => decimal(r.ageP99, 2) },
  {
    name: 'updates missed',
    meaning: 'Updates that were replaced by the next before anybody asked.',
    of: (r) => whole(r.missed),
  },
  {
    name: 'answers in vain',
    meaning: 'Answers with an update that was known already.',
    of: (r) => whole(r.repeated),
  },
];

export function tableOf(comparison: Comparison): Table {
  const keys = Object.keys(ways) as WayKey[];
  return {
    columns: keys.map((key) => ({ name: ways[key].name, how: ways[key].how })),
    rows: quantities.map(({ name, meaning, of }) => ({
      name,
      meaning,
      cells: keys.map((key) => of(comparison.results[key])),
    })),
  };
}

/** The table as text of 80 columns at most, then what its columns and rows mean. */
export function printTable(comparison: Comparison): string {
  const { columns, rows } = tableOf(comparison);
  const { updates, interval, pollInterval } = comparison;
  const names = columns.map(({ name }) => name);
  const meanings = [...columns.map(({ name, how }) => ({ name, meaning: how })), ...rows];
  const lines = [
    `${updates} updates, one every ${interval} ms; polled about ${pollInterval} ms after each answer`,
    '',
    line('', names),
    '-'.repeat(NAME + columns.length * CELL),
    ...rows.map(({ name, cells }) => line(name, cells)),
    '',
    ...meanings.map(({ name, meaning }) => name.trim().padEnd(NAME) + wrapped(meaning)),
  ];
  return `${lines.join('\n')}\n`;
}

const NAME = 21;
const CELL = 14;

function line(name: string, cells: readonly string[]): string {
  return name.padEnd(NAME) + cells.map((cell) => cell.padStart(CELL)).join('');
}

/** Breaks between words, so that later lines stand under the first. */
function wrapped(text: string): string {
  return text.replace(/(.{1,59})(?:\s+|$)/g, `$1\n${' '.repeat(NAME)}`).trimEnd();
}

/** A dash if nothing was measured, which is not the same as 0. */
function decimal(value: number | undefined, digits: number): string {
  return value === undefined ? '–' : grouped(value.toFixed(digits));
}

function whole(value: number): string {
  return grouped(String(value));
}

function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))(?<!\..*)/g, ',');
}
