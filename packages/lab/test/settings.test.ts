import { describe, expect, test } from 'vitest';
import { amountOf, problemOf, SETTINGS, settingKeys, settingsOf } from '../src/ways/settings.ts';

test('what is not given is as usual, and the usual can be run', () => {
  expect(problemOf(settingsOf({}))).toBeUndefined();
  expect(settingsOf({ rate: 100, delay: '20', other: 1 })).toEqual({
    ...settingsOf({}),
    rate: 100,
    delay: 20,
  });
});

test.each(settingKeys)('%s: from end to end, and not beyond', (key) => {
  const { stops, name } = SETTINGS[key];
  const [least, most] = [stops[0]!, stops.at(-1)!];
  // Fewer clients, or the products would be too large.
  for (const value of [least, most]) {
    const light = key === 'clients' ? { poll: 2000 } : {};
    expect(problemOf(settingsOf({ ...light, [key]: value }))).toBeUndefined();
  }
  for (const value of [least - 1, most + 1, Number.NaN, '', 'x', {}, [], true, Number.POSITIVE_INFINITY]) {
    const problem = problemOf(settingsOf({ [key]: value }));
    expect(problem?.en).toContain(name.en);
    expect(problem?.ko).toContain(name.ko);
  }
});

test('only a loss and the time may have a fraction', () => {
  expect(problemOf(settingsOf({ loss: 0.1, seconds: 0.3 }))).toBeUndefined();
  expect(problemOf(settingsOf({ delay: 0.1 }))?.en).toMatch(/whole/);
});

describe('what is well by itself and too much together', () => {
  test.each([
    [{ rate: 1000, clients: 5 }, '5,000'],
    [{ rate: 1000, payload: 16_000 }, '16 MB'],
    [{ clients: 50, poll: 100 }, '500'],
  ])('%j', (given, figure) => {
    const problem = problemOf(settingsOf(given))!;
    expect(problem.en).toContain(figure);
    expect(problem.ko).toContain(figure);
  });
});

test('Korean units are joined to their number', () => {
  expect(amountOf('payload', 1000, 'ko')).toBe('1,000바이트');
  expect(amountOf('payload', 1000, 'en')).toBe('1,000 bytes');
  expect(amountOf('loss', 0.5, 'ko')).toBe('0.5 %');
});
