import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Record } from '../src/ways/record.ts';
import { resultOf } from '../src/ways/result.ts';
import type { SocketCounter } from '../src/ways/socket-counter.ts';
import { percentile } from '../src/ways/statistics.ts';

/** Stands for the sockets: the test says what they have counted. */
function recordOf(counter: { connections: number; sent: number; received: number }, before = 10, last = 13) {
  let time = 100;
  const record = new Record(counter as unknown as SocketCounter, () => time);
  record.begin(before, last - before);
  const take = (number: number, at: number, arrival: number) => {
    time = arrival;
    return record.take(JSON.stringify({ number, at, price: 1 }));
  };
  return { record, take };
}

const result = (record: Record) => resultOf([record.tally()], { measured: 100, cpu: 10, span: 100 });

const size = (number: number, at: number) => JSON.stringify({ number, at, price: 1 }).length;

test('ages are of the updates that count; the one that was there already has none', () => {
  const { take, record } = recordOf({ connections: 1, sent: 0, received: 0 });
  expect(take(10, 50, 100)).toBe(false);
  take(11, 110, 112);
  take(12, 120, 121);
  expect(record.isComplete).toBe(false);
  expect(take(13, 130, 133)).toBe(true);
  expect(record.isComplete).toBe(true);
  expect(result(record)).toMatchObject({ ages: [1, 2, 3], ageMedian: 2, ageP99: 3, missed: 0, repeated: 0 });
});

test('what was skipped is missed, what came again is in vain and no payload', () => {
  const { take, record } = recordOf({ connections: 1, sent: 0, received: 0 });
  take(10, 1, 1);
  take(10, 1, 2);
  take(12, 1, 2);
  expect(result(record)).toMatchObject({ missed: 1, repeated: 1, payload: size(10, 1) + size(12, 1) });
  expect(take(14, 1, 2)).toBe(true); // the last was skipped too, and that is an end as well
  expect(result(record)).toMatchObject({ missed: 2, ages: [1] });
});

test('overhead is what the sockets counted beyond the payload: of the first, of the later ones, of each', async () => {
  const counter = { connections: 1, sent: 100, received: 200 + size(10, 1) };
  const { take, record } = recordOf(counter);
  take(10, 1, 1);
  await turn();
  counter.received += size(11, 1) + 2;
  take(11, 1, 1);
  counter.received += size(12, 1) + 2;
  take(12, 1, 1);
  counter.sent += 6; // the closing, after the last update
  expect(result(record)).toMatchObject({ firstOverhead: 300, laterOverhead: 5, overhead: 310 / 3 });
});

test('a second update in the same read belongs to the opening, not its bytes alone', async () => {
  const counter = { connections: 1, sent: 100, received: size(10, 1) + size(11, 1) + 4 };
  const { take, record } = recordOf(counter);
  take(10, 1, 1);
  take(11, 1, 1);
  await turn();
  counter.received += size(12, 1) + 2;
  take(12, 1, 1);
  expect(record.tally().firstUpdates).toBe(2);
  expect(result(record)).toMatchObject({ firstOverhead: 104, laterOverhead: 2 });
});

test('what is sent after the first update, to ask for the next, belongs to the next', async () => {
  const counter = { connections: 1, sent: 50, received: 100 + size(10, 1) };
  const { take, record } = recordOf(counter);
  take(10, 1, 1);
  counter.sent += 50; // in the same turn, as a long poll does
  await turn();
  counter.received += 100 + size(11, 1);
  take(11, 1, 1);
  expect(result(record)).toMatchObject({ firstOverhead: 150, laterOverhead: 150 });
});

test('before it has begun, what comes opens the way and has no age', async () => {
  const record = new Record({ connections: 1, sent: 0, received: 0 } as unknown as SocketCounter, () => 9);
  expect(record.take(JSON.stringify({ number: 4, at: 1, price: 1 }))).toBe(false);
  await record.open;
  record.begin(5, 1);
  record.take(JSON.stringify({ number: 5, at: 1, price: 1 }));
  expect(record.take(JSON.stringify({ number: 6, at: 2, price: 1 }))).toBe(true);
  expect(result(record)).toMatchObject({ ages: [7], missed: 0 });
});

test('nothing seen is no number', () => {
  const { record } = recordOf({ connections: 0, sent: 0, received: 0 });
  expect(result(record)).toMatchObject({
    overhead: undefined,
    laterOverhead: undefined,
    ageMedian: undefined,
    missed: 0,
  });
});

describe('percentile', () => {
  test.each([
    [[], 50, undefined],
    [[7], 99, 7],
    [[1, 2, 3], 50, 2],
    [[1, 2, 3, 4], 50, 2],
    [Array.from({ length: 100 }, (_, i) => i + 1), 99, 99],
    [Array.from({ length: 200 }, (_, i) => i + 1), 99, 198],
    [[1, 2], 0, 1],
  ])('of %j at %d is %s', (sorted, percent, expected) => expect(percentile(sorted, percent)).toBe(expected));
});

describe('of several clients', () => {
  const tally = {
    connections: 1,
    requests: 2,
    sent: 10,
    received: 120,
    updates: 3,
    payload: 90,
    firstOverhead: 20,
    firstUpdates: 1,
    arrivals: [{ time: 10, age: 5 }],
    missed: 1,
    repeated: 4,
  };
  const measured = { measured: 100, cpu: 10, span: 1200 };

  test('counts are sums, an overhead is that of one client or of one update', () => {
    const other = { ...tally, received: 140, firstOverhead: 30, arrivals: [{ time: 20, age: 7 }] };
    expect(resultOf([tally, other], measured)).toMatchObject({
      connections: 2,
      requests: 4,
      sent: 20,
      received: 260,
      updates: 6,
      payload: 180,
      overhead: 100 / 6,
      firstOverhead: 25,
      laterOverhead: 50 / 4,
      ageMedian: 5,
      ageP99: 7,
      counted: 2,
      missed: 2,
      repeated: 8,
      ages: [5, 7],
    });
  });

  test('a client that has got nothing yet has no share in the first', () => {
    const waiting = { ...tally, sent: 0, received: 0, updates: 0, payload: 0, firstUpdates: 0, arrivals: [] };
    const { firstOverhead } = resultOf([tally, { ...waiting, firstOverhead: undefined }], measured);
    expect(firstOverhead).toBe(20);
  });

  test('for a picture: the oldest of each piece of time, and not more ages than it can show', () => {
    const arrivals = Array.from({ length: 5000 }, (_, i) => ({ time: i / 4, age: (i * 7919) % 1009 }));
    const { ages, oldest } = resultOf([{ ...tally, arrivals }], measured);
    const values = new Set(arrivals.map(({ age }) => age));
    expect(ages).toHaveLength(150);
    expect(ages).toEqual([...ages].sort((a, b) => a - b));
    expect(ages.every((age) => values.has(age))).toBe(true);
    expect([ages[0], ages.at(-1)]).toEqual([0, 1008]);
    expect(oldest).toHaveLength(125); // 1,250 ms in pieces of 10
    expect(oldest[0]!.age).toBe(Math.max(...arrivals.slice(0, 40).map(({ age }) => age)));
  });
});
