import { columnsOf } from 'learn/text';
import { describe, expect, test } from 'vitest';
import type { Comparison } from '../src/ways/compare.ts';
import { csvOf } from '../src/ways/csv.ts';
import { WAY_KEYS, WAYS } from '../src/ways/names.ts';
import type { Result } from '../src/ways/result.ts';
import { scaleOf } from '../src/ways/scale.ts';
import { sentencesOf } from '../src/ways/sentences.ts';
import { settingsOf } from '../src/ways/settings.ts';
import { printTable, QUANTITIES } from '../src/ways/table.ts';

const result: Result = {
  connections: 1_234_567,
  requests: 2,
  sent: 999,
  received: 160_080,
  updates: 6,
  payload: 10,
  firstOverhead: 300,
  laterOverhead: 2.14159,
  overhead: 1234.56,
  ages: [0.5],
  ageMedian: 0.5,
  ageP99: 0.5,
  counted: 5,
  missed: 0,
  repeated: 0,
  measured: 2000,
  cpu: 100,
  oldest: [{ time: 1, age: 0.5 }],
};
const nothing: Result = {
  ...result,
  overhead: undefined,
  firstOverhead: undefined,
  laterOverhead: undefined,
  ageMedian: undefined,
};

function comparison(of: Partial<Comparison['results']> = {}, given = {}): Comparison {
  return {
    state: 'done',
    settings: settingsOf(given),
    at: 0,
    current: undefined,
    progress: 1,
    results: { ...Object.fromEntries(WAY_KEYS.map((key) => [key, result])), httpKeepAlive: nothing, ...of },
  };
}

const lineOf = (printed: string, name: string) => printed.split('\n').find((line) => line.startsWith(name))!;

test('numbers are grouped, rounded and short; what was not measured is a dash', () => {
  const printed = printTable(comparison(), 'en');
  expect(lineOf(printed, 'connections').split(/ {2,}/)).toEqual(['connections', ...Array(7).fill('1.23 M')]);
  expect(lineOf(printed, 'bytes received')).toMatch(/^bytes received +160,080 160,080 /);
  expect(lineOf(printed, 'overhead per')).toMatch(
    /^overhead per update +1,234\.6 1,234\.6 1,234\.6 +– +1,234/,
  );
  expect(lineOf(printed, '  each later')).toMatch(/ 2\.1 /);
  expect(lineOf(printed, 'CPU')).toMatch(/ 5\.0 /);
});

test('a way that has not had its turn has dashes', () => {
  const results = { tcp: result };
  const printed = printTable({ ...comparison(), results }, 'en');
  expect(lineOf(printed, 'requests')).toMatch(/^requests +2 +– +– +– +– +– +–$/);
});

test.each(['en', 'ko'] as const)(
  'printed, it fits 80 columns, and every row and column is explained: %s',
  (language) => {
    const printed = printTable(comparison(), language);
    for (const line of printed.split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(80);
    const words = printed.replace(/\s+/g, ' ');
    for (const key of WAY_KEYS) expect(words).toContain(WAYS[key].how[language]);
    for (const { meaning } of QUANTITIES) expect(words).toContain(meaning[language]);
    expect(words).toMatch(language === 'en' ? /^Updates 20 a second, clients 1,/ : /^업데이트 20회\/초,/);
  },
);

describe('as CSV', () => {
  const [names, ...lines] = csvOf(comparison({}, { loss: 0.5 }))
    .split('\r\n')
    .map((line) => line.split(','));
  const column = (name: string) => lines.slice(0, -1).map((line) => line[names!.indexOf(name)]);

  test('a line for each way, with the settings in each, and every value as it was', () => {
    expect(column('way')).toEqual(WAY_KEYS);
    expect(lines.at(-1)).toEqual(['']);
    for (const line of lines.slice(0, -1)) expect(line).toHaveLength(names!.length);
    expect(new Set(names).size).toBe(names!.length);
    expect(column('added_loss_percent')).toEqual(Array(7).fill('0.5'));
    expect(column('received_bytes').map(Number)).toEqual(Array(7).fill(result.received));
    expect(column('overhead_bytes_later').map(Number)).toEqual([
      ...[2.14159, 2.14159, 2.14159],
      0,
      ...[2.14159, 2.14159, 2.14159],
    ]);
    expect(column('age_p50_ms')[3]).toBe(''); // not measured, which is not the same as 0
  });

  test('a way that has not had its turn has no line', () => {
    expect(csvOf({ ...comparison(), results: { udp: result } }).split('\r\n')).toHaveLength(3);
  });
});

describe('in sentences', () => {
  const said = (given: Comparison, language: 'en' | 'ko' = 'en') =>
    sentencesOf(given)
      .map((text) => text[language])
      .join('\n');

  test('none before the end', () => {
    expect(sentencesOf({ ...comparison(), state: 'measuring' })).toEqual([]);
    expect(sentencesOf({ ...comparison(), state: 'stopped' })).toEqual([]);
  });

  test('the figures are those of the run', () => {
    const text = said(comparison({ webSocket: { ...result, laterOverhead: 2.3, ageMedian: 77.7 } }));
    expect(text).toContain('a WebSocket needed 2.3 bytes');
    expect(text).toContain('than 77.7 ms');
  });

  test('polling is the better choice if it takes half the bytes at most, and only for who needs no more', () => {
    const kept = { ...result, sent: 141, received: 642, missed: 1999 };
    const text = said(comparison({ httpKeepAlive: kept }, { rate: 1000, poll: 1000 }));
    expect(text).toContain('no more than one update every 1,000 ms, polling is the better choice');
    expect(text).toContain('it took 783 bytes');
    expect(text).toContain('1,999 never came');
  });

  test('else pushing is', () => {
    const kept = { ...result, received: 100_000, requests: 40, repeated: 12, missed: 3 };
    const text = said(comparison({ httpKeepAlive: kept }));
    expect(text).toContain('Pushing is the better choice');
    expect(text).toContain('in vain 12 times of 40, and missed 3 updates');
  });

  test('over a link that loses, what TCP and UDP make of it', () => {
    const udp = { ...result, counted: 93, missed: 7, ageP99: 26.4 };
    const text = said(comparison({ udp, tcp: { ...result, ageP99: 339.9 } }, { loss: 5 }));
    expect(text).toContain('older than 339.9 ms');
    expect(text).toContain('26.4 ms, and 7 of 100 never came');
    expect(said(comparison({ udp }, { loss: 5 }), 'ko')).toContain('100개 가운데 7개는');
  });
});

describe('a scale', () => {
  test('goes from a power of ten to another, and never is empty', () => {
    expect(scaleOf([0.3, 25, 180]).powers).toEqual([0.1, 1, 10, 100, 1000]);
    expect(scaleOf([]).powers.length).toBeGreaterThan(1);
    expect(scaleOf([1]).powers).toEqual([1, 10]);
    expect(scaleOf([0]).powers[0]).toBe(0.01);
  });

  test('has its ends at 0 and 1', () => {
    const { share } = scaleOf([0.1, 1000]);
    expect([share(0.1), share(1000), share(10)]).toEqual([0, 1, 0.5]);
    expect(share(0)).toBe(0);
  });
});
