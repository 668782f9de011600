import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Record } from '../src/ways/record.ts';
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

const size = (number: number, at: number) => JSON.stringify({ number, at, price: 1 }).length;

test('ages are of the updates that count; the one that was there already has none', () => {
  const { take, record } = recordOf({ connections: 1, sent: 0, received: 0 });
  expect(take(10, 50, 100)).toBe(false);
  take(11, 110, 112);
  take(12, 120, 121);
  expect(record.isComplete).toBe(false);
  expect(take(13, 130, 133)).toBe(true);
  expect(record.isComplete).toBe(true);
  expect(record.result()).toMatchObject({ ages: [2, 1, 3], ageMedian: 2, ageP99: 3, missed: 0, repeated: 0 });
});

test('what was skipped is missed, what came again is in vain and no payload', () => {
  const { take, record } = recordOf({ connections: 1, sent: 0, received: 0 });
  take(10, 1, 1);
  take(10, 1, 2);
  take(12, 1, 2);
  expect(record.result()).toMatchObject({ missed: 1, repeated: 1, payload: size(10, 1) + size(12, 1) });
  expect(take(14, 1, 2)).toBe(true); // the last was skipped too, and that is an end as well
  expect(record.result()).toMatchObject({ missed: 2, ages: [1] });
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
  expect(record.result()).toMatchObject({ firstOverhead: 300, laterOverhead: 5, overhead: 310 / 3 });
});

test('a second update in the same read belongs to the opening, not its bytes alone', async () => {
  const counter = { connections: 1, sent: 100, received: size(10, 1) + size(11, 1) + 4 };
  const { take, record } = recordOf(counter);
  take(10, 1, 1);
  take(11, 1, 1);
  await turn();
  counter.received += size(12, 1) + 2;
  take(12, 1, 1);
  expect(record.result()).toMatchObject({ firstOverhead: 104, firstUpdates: 2, laterOverhead: 2 });
});

test('before it has begun, what comes opens the way and has no age', async () => {
  const record = new Record({ connections: 1, sent: 0, received: 0 } as unknown as SocketCounter, () => 9);
  expect(record.take(JSON.stringify({ number: 4, at: 1, price: 1 }))).toBe(false);
  await record.open;
  record.begin(5, 1);
  record.take(JSON.stringify({ number: 5, at: 1, price: 1 }));
  expect(record.take(JSON.stringify({ number: 6, at: 2, price: 1 }))).toBe(true);
  expect(record.result()).toMatchObject({ ages: [7], missed: 0 });
});

test('nothing seen is no number', () => {
  const { record } = recordOf({ connections: 0, sent: 0, received: 0 });
  expect(record.result()).toMatchObject({
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
    [[3, 1, 2], 50, 2],
    [[4, 1, 3, 2], 50, 2],
    [Array.from({ length: 100 }, (_, i) => 100 - i), 99, 99],
    [Array.from({ length: 200 }, (_, i) => i + 1), 99, 198],
    [[1, 2], 0, 1],
  ])('of %j at %d is %s', (values, percent, expected) => expect(percentile(values, percent)).toBe(expected));

  test('leaves the values as they were', () => {
    const values = [3, 1, 2];
    percentile(values, 50);
    expect(values).toEqual([3, 1, 2]);
  });
});
