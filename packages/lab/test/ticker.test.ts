import { afterEach, expect, test, vi } from 'vitest';
import { Ticker, type Update } from '../src/ticker.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function tickerAt(times: number[]): Ticker {
  return new Ticker(10, { random: () => 1, clock: () => times.shift()! });
}

test('each update has the next number, its time and a new price', () => {
  const ticker = tickerAt([1000, 1010.5]);
  expect(ticker.update).toEqual({ number: 0, at: 1000, price: 100 });
  ticker.tick();
  expect(ticker.update).toEqual({ number: 1, at: 1010.5, price: 100.5 });
  expect(JSON.parse(ticker.text)).toEqual(ticker.update);
});

test('the price stays above zero however it falls', () => {
  const ticker = new Ticker(10, { random: () => 0 });
  for (let i = 0; i < 1000; i++) ticker.tick();
  expect(ticker.update.price).toBeGreaterThan(0);
});

test('a subscriber gets the same text as everybody, until it leaves', () => {
  const ticker = new Ticker(10);
  const texts: string[] = [];
  const unsubscribe = ticker.subscribe((text) => texts.push(text));
  ticker.tick();
  const first = ticker.text;
  unsubscribe();
  ticker.tick();
  expect(texts).toEqual([first]);
});

test('takes turns: nobody is always served first', () => {
  const ticker = new Ticker(10);
  const order: string[] = [];
  for (const name of ['a', 'b', 'c']) ticker.subscribe(() => order.push(name));
  for (let i = 0; i < 3; i++) ticker.tick();
  expect(order.join('')).toBe('abcbcacab');
});

test('a subscriber that leaves while it is told stays gone', () => {
  const ticker = new Ticker(10);
  const told: number[] = [];
  const unsubscribe = ticker.subscribe((_text: string, { number }: Update) => {
    told.push(number);
    unsubscribe();
  });
  ticker.tick();
  ticker.tick();
  expect(told).toEqual([1]);
});

test('ticks at its interval from start to stop; a second start changes nothing', () => {
  vi.useFakeTimers();
  const ticker = new Ticker(10);
  ticker.start();
  ticker.start();
  vi.advanceTimersByTime(35);
  ticker.stop();
  vi.advanceTimersByTime(100);
  expect(ticker.update.number).toBe(3);
});

test('faster than a timer: by the clock, several at a time', () => {
  vi.useFakeTimers();
  const ticker = new Ticker(0.25);
  ticker.start();
  vi.advanceTimersByTime(100);
  ticker.stop();
  expect(ticker.update.number).toBeGreaterThanOrEqual(400);
  expect(ticker.update.number).toBeLessThan(410);
});

test('who slept does not make up for it', () => {
  vi.useFakeTimers();
  const ticker = new Ticker(10);
  ticker.start();
  vi.spyOn(performance, 'now').mockReturnValue(3_600_000);
  vi.advanceTimersByTime(20);
  ticker.stop();
  expect(ticker.update.number).toBeLessThan(5);
});

test.each([80, 81, 1000])('a payload of %d bytes is as long as that', (payload) => {
  const ticker = new Ticker(10, { payload });
  for (let i = 0; i < 100; i++) ticker.tick();
  expect(Buffer.byteLength(ticker.text)).toBe(payload);
  expect(JSON.parse(ticker.text)).toMatchObject({ number: 100, pad: expect.any(String) });
});
