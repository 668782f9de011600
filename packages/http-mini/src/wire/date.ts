/**
 * Dates, RFC 9110 5.6.7. We send one form, IMF-fixdate (rfc9110/5.6.7/send-date), and read all three that were ever legal
 * (rfc9110/5.6.7/dates).
 */

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** IMF-fixdate: `Sun, 06 Nov 1994 08:49:37 GMT`. @param time milliseconds since 1970, years 0 to 9999 */
export function formatDate(time: number): string {
  return new Date(time).toUTCString(); // ECMAScript 21.4.4.43 gives exactly the form of IMF-fixdate
}

/**
 * Milliseconds since 1970, or undefined if the text has none of the three forms or the date does not exist.
 * @param now decides the century of the two-digit years of RFC 850: they are never more than 50 years ahead
 */
export function parseDate(text: string, now: number): number | undefined {
  const match = IMF_FIXDATE.exec(text) ?? RFC_850.exec(text) ?? ASCTIME.exec(text);
  if (!match) return undefined;
  const { weekday, day, month, year, hour, minute, second } = match.groups as Record<string, string>;
  // A leap second (60) is legal, since second = 2DIGIT; it counts as the first second after it.
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;

  const monthIndex = MONTHS.indexOf(month!);
  const midnight = (year: number) => new Date(0).setUTCFullYear(year, monthIndex, Number(day)); // Date.UTC reads 0-99 as 19xx
  const timeOfDay = ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000;
  const timeIn = (year: number) => midnight(year) + timeOfDay;
  const fullYear = year!.length === 4 ? Number(year) : yearOf(Number(year), timeIn, now);

  const date = new Date(midnight(fullYear));
  if (date.getUTCDate() !== Number(day) || !weekday!.startsWith(DAYS[date.getUTCDay()]!)) return undefined;
  return timeIn(fullYear);
}

const MONTH = `(?<month>${MONTHS.join('|')})`;
const TIME = '(?<hour>\\d{2}):(?<minute>\\d{2}):(?<second>\\d{2})';
const SHORT_DAY = `(?<weekday>${DAYS.join('|')})`;
const LONG_DAY = '(?<weekday>Sunday|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday)';
const IMF_FIXDATE = new RegExp(`^${SHORT_DAY}, (?<day>\\d{2}) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`);
const RFC_850 = new RegExp(`^${LONG_DAY}, (?<day>\\d{2})-${MONTH}-(?<year>\\d{2}) ${TIME} GMT$`);
const ASCTIME = new RegExp(`^${SHORT_DAY} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`);

/** The last year with these two digits that does not put the date more than 50 years ahead of now (rfc9110/5.6.7/two-digit-year). */
function yearOf(twoDigits: number, timeIn: (year: number) => number, now: number): number {
  const ahead = new Date(now);
  const horizon = ahead.setUTCFullYear(ahead.getUTCFullYear() + 50);
  const lastYear = ahead.getUTCFullYear();
  const year = lastYear - ((lastYear - twoDigits) % 100);
  return timeIn(year) > horizon ? year - 100 : year;
}
