/** Dates, RFC 9110 5.6.7. */
import fc from 'fast-check';
import { formatDate, parseDate } from 'http-mini/wire';
import { describe, expect, test } from 'vitest';
import { runs } from './runs.ts';

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);
const EXAMPLE = Date.UTC(1994, 10, 6, 8, 49, 37);

describe('formatDate', () => {
  test('IMF-fixdate', () => {
    // rfc9110/5.6.7/dates
    expect(formatDate(EXAMPLE)).toBe('Sun, 06 Nov 1994 08:49:37 GMT');
    expect(formatDate(0)).toBe('Thu, 01 Jan 1970 00:00:00 GMT');
  });

  test('parseDate(formatDate(t)) = t, in whole seconds of the years 0 to 9999', () => {
    const seconds = fc.integer({ min: -62167219200, max: 253402300799 });
    fc.assert(
      fc.property(seconds, (second) => {
        expect(parseDate(formatDate(second * 1000), NOW)).toBe(second * 1000);
      }),
      runs(1000),
    );
  });
});

describe('parseDate', () => {
  test.each([
    ['IMF-fixdate', 'Sun, 06 Nov 1994 08:49:37 GMT'],
    ['RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT'],
    ['asctime', 'Sun Nov  6 08:49:37 1994'],
  ])('%s', (_, text) => expect(parseDate(text, NOW)).toBe(EXAMPLE));

  test('asctime with a day of two digits', () => {
    expect(parseDate('Wed Nov 16 08:49:37 1994', NOW)).toBe(Date.UTC(1994, 10, 16, 8, 49, 37));
  });

  test('a leap second is the first second after it', () => {
    expect(parseDate('Sat, 31 Dec 2016 23:59:60 GMT', NOW)).toBe(Date.UTC(2017, 0, 1));
  });

  test('29 February, in leap years only', () => {
    expect(parseDate('Thu, 29 Feb 2024 00:00:00 GMT', NOW)).toBe(Date.UTC(2024, 1, 29));
    expect(parseDate('Tue, 29 Feb 2000 00:00:00 GMT', NOW)).toBe(Date.UTC(2000, 1, 29));
    expect(parseDate('Wed, 29 Feb 2023 00:00:00 GMT', NOW)).toBeUndefined();
    expect(parseDate('Thu, 29 Feb 1900 00:00:00 GMT', NOW)).toBeUndefined();
  });

  test('the years before 100 are not of the 20th century', () => {
    expect(parseDate('Mon, 01 Jan 0001 00:00:00 GMT', NOW)).toBe(-62135596800000);
  });

  test.each([
    ['the wrong weekday', 'Mon, 06 Nov 1994 08:49:37 GMT'],
    ['the wrong weekday in RFC 850', 'Monday, 06-Nov-94 08:49:37 GMT'],
    ['the wrong weekday in asctime', 'Mon Nov  6 08:49:37 1994'],
    ['day 0', 'Mon, 00 Nov 1994 08:49:37 GMT'],
    ['day 31 of a month with 30', 'Thu, 31 Nov 1994 08:49:37 GMT'],
    ['no such month', 'Sun, 06 Foo 1994 08:49:37 GMT'],
    ['hour 24', 'Sun, 06 Nov 1994 24:00:00 GMT'],
    ['minute 60', 'Sun, 06 Nov 1994 08:60:37 GMT'],
    ['second 61', 'Sun, 06 Nov 1994 08:49:61 GMT'],
    ['another time zone', 'Sun, 06 Nov 1994 08:49:37 CET'],
    ['an offset', 'Sun, 06 Nov 1994 08:49:37 +0000'],
    ['no time zone', 'Sun, 06 Nov 1994 08:49:37'],
    ['other case (it is case-sensitive)', 'sun, 06 nov 1994 08:49:37 gmt'],
    ['one digit for the day', 'Sun, 6 Nov 1994 08:49:37 GMT'],
    ['two digits for the year', 'Sun, 06 Nov 94 08:49:37 GMT'],
    ['a short weekday in RFC 850', 'Sun, 06-Nov-94 08:49:37 GMT'],
    ['four digits for the year in RFC 850', 'Sunday, 06-Nov-1994 08:49:37 GMT'],
    ['something before', ' Sun, 06 Nov 1994 08:49:37 GMT'],
    ['something after', 'Sun, 06 Nov 1994 08:49:37 GMT '],
    ['ISO 8601', '1994-11-06T08:49:37Z'],
    ['seconds', '784111777'],
    ['nothing', ''],
  ])('refuses %s', (_, text) => expect(parseDate(text, NOW)).toBeUndefined());
});

describe('the century of a two-digit year: never more than 50 years ahead (RFC 9110 5.6.7)', () => {
  // rfc9110/5.6.7/two-digit-year
  const at = (text: string, now: number): number | undefined => {
    const time = parseDate(text, now);
    return time === undefined ? undefined : new Date(time).getUTCFullYear();
  };

  test('in this century', () => expect(at('Thursday, 01-Jan-26 00:00:00 GMT', NOW)).toBe(2026));
  test('ahead, but not too far', () => expect(at('Friday, 01-Jan-27 00:00:00 GMT', NOW)).toBe(2027));
  test('just 50 years ahead', () => expect(at('Sunday, 22-Nov-76 12:00:00 GMT', NOW)).toBe(2076));
  test('a second more than 50 years ahead is in the past', () => {
    expect(at('Monday, 22-Nov-76 12:00:01 GMT', NOW)).toBe(1976);
  });
  test('the end of the last century', () => expect(at('Friday, 31-Dec-99 00:00:00 GMT', NOW)).toBe(1999));
  test('seen from the end of a century, the next one is ahead', () => {
    expect(at('Wednesday, 01-Jan-10 00:00:00 GMT', Date.UTC(2090, 0, 1))).toBe(2110);
  });
});
