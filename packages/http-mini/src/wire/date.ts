/**
 * Dates, RFC 9110 5.6.7. One form is sent, IMF-fixdate; all three that were ever legal are read.
 */

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** IMF-fixdate: `Sun, 06 Nov 1994 08:49:37 GMT`. @param time milliseconds since 1970, years 0 to 9999 */
export function formatDate(time: number): string {
  return new Date(time).toUTCString(); // ECMAScript 21.4.4.43 gives exactly the form of IMF-fixdate
}

/**
 * Milliseconds since 1970, or undefined where the text is none of the three forms or no date that exists.
 * @param now decides the century of the two-digit years of RFC 850: never more than 50 years ahead
 */
export function parseDate(text: string, now: number): number | undefined {
  const match = IMF_FIXDATE.exec(text) ?? RFC_850.exec(text) ?? ASCTIME.exec(text);
  if (!match) return undefined;
  const { weekday, day, month, year, hour, minute, second } = match.groups as Record<string, string>;
  const monthNumber = MONTHS.indexOf(month!);
  const fullYear = year!.length === 2 ? centuryOf(Number(year), now) : Number(year);
  // A leap second is legal (second = 2DIGIT, 60 included) and counts as the first second after it.
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(fullYear, monthNumber, Number(day)); // not Date.UTC, which takes the years 0-99 for 19xx
  if (date.getUTCDate() !== Number(day) || !weekday!.startsWith(DAYS[date.getUTCDay()]!)) return undefined;
  return date.setUTCHours(Number(hour), Number(minute), Number(second));
}

const MONTH = `(?<month>${MONTHS.join('|')})`;
const TIME = '(?<hour>\\d{2}):(?<minute>\\d{2}):(?<second>\\d{2})';
const SHORT_DAY = `(?<weekday>${DAYS.join('|')})`;
const LONG_DAY = '(?<weekday>Sunday|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday)';
const IMF_FIXDATE = new RegExp(`^${SHORT_DAY}, (?<day>\\d{2}) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`);
const RFC_850 = new RegExp(`^${LONG_DAY}, (?<day>\\d{2})-${MONTH}-(?<year>\\d{2}) ${TIME} GMT$`);
const ASCTIME = new RegExp(`^${SHORT_DAY} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`);

function centuryOf(twoDigits: number, now: number): number {
  const thisYear = new Date(now).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + twoDigits;
  return year > thisYear + 50 ? year - 100 : year;
}
