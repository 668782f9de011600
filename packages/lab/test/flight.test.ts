// A TCP link's arithmetic, with the test as the clock: nothing is lost, order is kept, and a loss takes the time that TCP takes.
import { describe, expect, test } from 'vitest';
import { Flight, handshake, losses, SEGMENT } from '../src/ways/flight.ts';

const segment = (number: number) => Uint8Array.of(number);

/** Loses the sendings whose place is named, counted from 0. */
function losing(...places: number[]): () => boolean {
  let place = 0;
  return () => places.includes(place++);
}

/** When each of the segments comes, which are sent one every 10 ms. */
function arrivals(count: number, delay: number, isLost: () => boolean): number[] {
  const flight = new Flight({ delay }, isLost);
  const times: number[] = [];
  for (let now = 0; times.length < count && now < 10_000; now++) {
    if (now % 10 === 0 && now < 10 * count) flight.send(segment(now / 10), now);
    for (const [number] of flight.receive(now)) times[number!] ??= now;
  }
  return times;
}

test('without loss, everything is late by the delay', () => {
  expect(arrivals(4, 30, () => false)).toEqual([30, 40, 50, 60]);
});

test('a lost segment comes after the timeout, and holds up all that is behind it', () => {
  // 2 and its one successor are too few for three duplicate acknowledgements: 200 ms and a round trip of 60.
  expect(arrivals(4, 30, losing(2))).toEqual([30, 40, 20 + 30 + 260, 20 + 30 + 260]);
});

test('with three behind it, the sender knows without the timeout', () => {
  // The third is sent at 50 and comes at 80; at 110 the sender knows; at 140 the lost one is there, with all behind it.
  expect(arrivals(8, 30, losing(2))).toEqual([30, 40, 140, 140, 140, 140, 140, 140]);
});

test('lost twice: the timeout doubles', () => {
  expect(arrivals(2, 30, losing(1, 2))[1]).toBe(10 + 30 + 260 + 520);
});

test('a handshake is a round trip; a SYN that is lost costs a second, the next two', () => {
  expect(handshake({ delay: 30 }, () => false)).toBe(60);
  expect(handshake({ delay: 30 }, losing(0))).toBe(1060);
  expect(handshake({ delay: 30 }, losing(0, 1))).toBe(3060);
  expect(handshake({ delay: 30 }, losing(1))).toBe(1060); // its answer
});

test('what is more than a segment is lost in parts, and comes whole', () => {
  const flight = new Flight({ delay: 0 }, losing(1));
  const bytes = Uint8Array.from({ length: 3 * SEGMENT + 7 }, (_, i) => i % 251);
  flight.send(bytes, 0);
  expect(flight.receive(0)).toHaveLength(1);
  expect(flight.size).toBe(2 * SEGMENT + 7);
  expect(flight.next).toBe(200);
  const rest = flight.receive(200);
  expect(Buffer.concat([bytes.subarray(0, SEGMENT), ...rest]).equals(bytes)).toBe(true);
  expect([flight.size, flight.next]).toEqual([0, undefined]);
});

test('whatever is lost, all comes, once, in order', () => {
  const flight = new Flight({ delay: 5 }, losses({ loss: 30, seed: 7 }, 0));
  const come: number[] = [];
  for (let now = 0; come.length < 200 && now < 1_000_000; now++) {
    if (now < 200) flight.send(segment(now), now);
    for (const [number] of flight.receive(now)) come.push(number!);
  }
  expect(come).toEqual(Array.from({ length: 200 }, (_, i) => i));
});

describe('losses', () => {
  const take = (loss: number, seed: number, lane: number) => {
    const isLost = losses({ loss, seed }, lane);
    return Array.from({ length: 10_000 }, isLost);
  };

  test('are the same for the same seed and lane, and others for another', () => {
    expect(take(5, 1, 0)).toEqual(take(5, 1, 0));
    expect(take(5, 1, 0)).not.toEqual(take(5, 2, 0));
    expect(take(5, 1, 0)).not.toEqual(take(5, 1, 1));
  });

  test.each([0, 0.5, 5, 20])('of %d percent are about that many', (loss) => {
    const lost = take(loss, 3, 2).filter(Boolean).length;
    expect(lost).toBeGreaterThanOrEqual(loss * 80);
    expect(lost).toBeLessThanOrEqual(loss * 120);
  });
});
