/**
 * Which part of a file a request gets, if any: the conditions in the order of RFC 9110 13.2.2 (rfc9110/13.2.2/order), whether
 * Range counts, and what it asks for (14). Pure: the request's fields and the file's validators in, a decision out.
 */
import { type Fields, parseDate } from 'http-mini/wire';

export interface Validators {
  /** A strong entity tag, quotes included. */
  readonly etag: string;
  /** Milliseconds since 1970, whole seconds: HTTP knows no finer date. */
  readonly lastModified: number;
}

/** @param now milliseconds since 1970, for dates with two-digit years */
export function evaluatePreconditions(fields: Fields, current: Validators, now: number): 'go on' | 304 | 412 {
  const ifMatch = fields.get('if-match');
  const ifUnmodifiedSince = dateOf(fields, 'if-unmodified-since', now);
  if (ifMatch !== undefined) {
    if (!lists(ifMatch, current.etag, isSameStrongly)) return 412; // step 1 (rfc9110/13.1.1/if-match)
  } else if (ifUnmodifiedSince !== undefined && current.lastModified > ifUnmodifiedSince) {
    return 412; // step 2 (rfc9110/13.1.4/if-unmodified-since)
  }

  const ifNoneMatch = fields.get('if-none-match');
  const ifModifiedSince = dateOf(fields, 'if-modified-since', now);
  if (ifNoneMatch !== undefined) {
    if (lists(ifNoneMatch, current.etag, isSameWeakly)) return 304; // step 3, for GET and HEAD (rfc9110/13.1.2/if-none-match)
  } else if (ifModifiedSince !== undefined && current.lastModified <= ifModifiedSince) {
    return 304; // step 4 (rfc9110/13.1.3/if-modified-since)
  }
  return 'go on';
}

/**
 * Step 5: whether Range counts. If If-Range names another state of the file, the client needs all of it
 * (rfc9110/13.1.5/if-range).
 */
export function isRangeWanted(fields: Fields, current: Validators, now: number): boolean {
  const ifRange = fields.get('if-range');
  if (ifRange === undefined) return true;
  if (/^(W\/)?"/.test(ifRange)) return isSameStrongly(ifRange, current.etag);
  return parseDate(ifRange, now) === current.lastModified; // exactly, not "not later": it is a validator here
}

/** An invalid date is ignored (rfc9110/13.1.3/ignored, rfc9110/13.1.4/ignored). */
function dateOf(fields: Fields, name: string, now: number): number | undefined {
  const value = fields.get(name);
  return value === undefined ? undefined : parseDate(value, now);
}

const ENTITY_TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g;

/** "*", or a list of entity tags. Matched by their own grammar, because a tag may have commas inside. */
function lists(value: string, etag: string, isSame: (one: string, other: string) => boolean): boolean {
  return value === '*' || (value.match(ENTITY_TAG) ?? []).some((one) => isSame(one, etag));
}

/** RFC 9110 8.8.3.2 (rfc9110/13.1.1/strong) */
function isSameStrongly(one: string, other: string): boolean {
  return one === other && !one.startsWith('W/');
}

/** rfc9110/13.1.2/weak */
function isSameWeakly(one: string, other: string): boolean {
  return one.replace(/^W\//, '') === other.replace(/^W\//, '');
}

export interface ByteRange {
  readonly start: number;
  /** One past the last byte. */
  readonly end: number;
}

const ONE_RANGE = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i;

/**
 * One range of bytes is served, never several parts (rfc9110/15.3.7.2/one-range). Several ranges at once are answered with the
 * whole file, as RFC 9110 14.2 allows, and so is a range of another unit (rfc9110/14.2/unit), or no range. A number with too
 * many digits stays too large: it does not wrap around (rfc9110/14.1.2/overflow).
 * @param size bytes of the whole
 * @returns undefined if the whole file is to be sent; `unsatisfiable` is answered 416
 */
export function parseRange(value: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = ONE_RANGE.exec(value ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') {
    // suffix-range: the last `last` bytes, or all if the file has fewer (14.1.2)
    if (Number(last) === 0) return 'unsatisfiable';
    return size === 0 ? undefined : { start: Math.max(0, size - Number(last)), end: size };
  }
  if (last !== '' && Number(last) < Number(first)) return undefined; // invalid, and so ignored (14.1.1)
  if (Number(first) >= size) return 'unsatisfiable';
  return { start: Number(first), end: last === '' ? size : Math.min(size, Number(last) + 1) };
}
