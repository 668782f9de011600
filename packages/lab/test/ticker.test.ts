import { afterEach, expect, test, vi } from 'vitest';
import { Ticker, type Update } from '../src/ticker.ts';

afterEach(() => void vi.useRealTimers());

function tickerAt(times: number[]): Ticker {
  return new Ticker(
    10,
    () => 1,
    () => times.shift()!,
  );
}

test('each update has the next number, its time and a new price', () => {
  const ticker = tickerAt([1000, 1010.5]);
  expect(ticker.update).toEqual({ number: 0, at: 1000, price: 100 });
  ticker.tick();
  expect(ticker.update).toEqual({ number: 1, at: 1010.5, price: 100.5 });
  expect(JSON.parse(ticker.text)).toEqual(ticker.update);
});

test('the price stays above zero however it falls', () => {
  const ticker = new Ticker(10, () => 0);
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
