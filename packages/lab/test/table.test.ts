import { expect, test } from 'vitest';
import type { Comparison } from '../src/ways/compare.ts';
import type { Result } from '../src/ways/record.ts';
import { printTable, tableOf } from '../src/ways/table.ts';

const result: Result = {
  connections: 1234567,
  requests: 2,
  sent: 999,
  received: 1000,
  updates: 6,
  payload: 10,
  firstOverhead: 300,
  firstUpdates: 1,
  laterOverhead: 2.14159,
  overhead: 1234.56,
  ages: [0.5],
  ageMedian: 0.5,
  ageP99: 0.5,
  missed: 0,
  repeated: 0,
};
const nothing: Result = {
  ...result,
  overhead: undefined,
  firstOverhead: undefined,
  laterOverhead: undefined,
  ageMedian: undefined,
};
const comparison: Comparison = {
  state: 'done',
  updates: 5,
  made: 5,
  interval: 50,
  pollInterval: 40,
  results: { tcp: result, httpClose: result, httpKeepAlive: nothing, webSocket: result },
};

const row = (name: string) => tableOf(comparison, 'en').rows.find((row) => row.name === name)!.cells;

test('numbers are grouped and rounded; what was not measured is a dash', () => {
  expect(row('connections')[0]).toBe('1,234,567');
  expect(row('bytes sent')[0]).toBe('999');
  expect(row('overhead per update')).toEqual(['1,234.6', '1,234.6', '–', '1,234.6']);
  expect(row('  each later one')[1]).toBe('2.1');
  expect(row('age p50, ms')).toEqual(['0.50', '0.50', '–', '0.50']);
  expect(row('updates missed')[0]).toBe('0');
});

test('printed, it fits 80 columns, and every row and column is explained', () => {
  const lines = printTable(comparison, 'en').split('\n');
  expect(lines[0]).toBe('5 updates, one every 50 ms; polled about 40 ms after each answer');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  const { columns, rows } = tableOf(comparison, 'en');
  const words = printTable(comparison, 'en').replace(/\s+/g, ' ');
  for (const sentence of [...columns.map(({ how }) => how), ...rows.map(({ meaning }) => meaning)]) {
    expect(words).toContain(sentence);
  }
});
