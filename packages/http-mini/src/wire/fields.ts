/**
 * Fields: a header section or a trailer section, RFC 9110 5. Order and case stay as sent; look-up ignores case
 * (rfc9110/5.1/case). A parsed section is one string and the places of its names and values. They are cut out only when the
 * caller asks for them, because most handlers look at few of the fields.
 */
import { isFieldValue, isToken, isWhitespace } from './characters.ts';
import { type HttpError, shown, userError } from './errors.ts';

/** The notations of fields that a caller may use. An array of values makes one field line for each value. */
export type FieldsInit =
  | Fields
  | Iterable<readonly [name: string, value: string]>
  | Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** Places in a section's text: name start, name end, value start, value end, for each field line in turn. */
export type FieldMarks = readonly number[];

export class Fields implements Iterable<[name: string, value: string]> {
  #text = '';
  #marks: FieldMarks;
  #isFolded = false;

  /** @throws HttpError `invalid-field-name`, `invalid-field-value` for a field that must not be sent (RFC 9110 5.1, 5.5). */
  constructor(init: FieldsInit = NO_LINES) {
    this.#marks = NO_MARKS;
    if (init === NO_LINES) return;
    const marks: number[] = [];
    this.#marks = marks;
    eachField(init, (name, value) => {
      checkField(name, value);
      const start = this.#text.length;
      const nameEnd = start + name.length;
      marks.push(start, nameEnd, nameEnd, nameEnd + value.length);
      this.#text += name + value;
    });
  }

  /**
   * Makes fields of a text that the parser has checked.
   * @param isFolded whether a value may contain line ends
   */
  static parsed(text: string, marks: FieldMarks, isFolded: boolean): Fields {
    const fields = new Fields();
    fields.#text = text;
    fields.#marks = marks;
    fields.#isFolded = isFolded;
    return fields;
  }

  /** How many field lines there are. */
  get size(): number {
    return this.#marks.length / 4;
  }

  /**
   * The field's value. If several lines have the name, their values are joined in order by ", " (RFC 9110 5.3)
   * (rfc9110/5.2/combined), those of Cookie by "; " (RFC 9113 8.2.3). Values of Set-Cookie cannot be joined: you get the
   * first, and `getAll` has all of them.
   */
  get(name: string): string | undefined {
    const lower = name.toLowerCase();
    const first = this.#find(lower, 0);
    if (first < 0) return undefined;
    // Usually there is one line: make no list then.
    if (this.#find(lower, first + 4) < 0 || lower === 'set-cookie') return this.#value(first);
    return this.getAll(name).join(lower === 'cookie' ? '; ' : ', ');
  }

  /** The value of each line that has the name, in order: for `Set-Cookie`, whose lines must not be joined. */
  getAll(name: string): string[] {
    const lower = name.toLowerCase();
    const values: string[] = [];
    for (let i = this.#find(lower, 0); i >= 0; i = this.#find(lower, i + 4)) values.push(this.#value(i));
    return values;
  }

  has(name: string): boolean {
    return this.#find(name.toLowerCase(), 0) >= 0;
  }

  /** The members of a list field from all its lines, without empty ones (RFC 9110 5.6.1). */
  list(name: string): string[] {
    const value = this.get(name);
    return value === undefined ? [] : splitList(value);
  }

  /** Name and value of each field line, in order: the same as `[...fields]`, but faster. */
  lines(): [name: string, value: string][] {
    const { size } = this;
    // Why not `push`: V8 gives an array that begins empty room for 17.
    const lines = new Array<[string, string]>(size);
    for (let i = 0; i < size; i++) lines[i] = [this.#name(4 * i), this.#value(4 * i)];
    return lines;
  }

  [Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    return this.lines().values(); // a generator would be slower
  }

  /** Index in the marks, at `from` or later, of the next line with this name; or -1. */
  #find(lower: string, from: number): number {
    const marks = this.#marks;
    for (let i = from; i < marks.length; i += 4) {
      // Compare lengths first: most names need not be cut out.
      if (marks[i + 1]! - marks[i]! === lower.length && this.#name(i).toLowerCase() === lower) return i;
    }
    return -1;
  }

  #name(i: number): string {
    return this.#text.slice(this.#marks[i], this.#marks[i + 1]);
  }

  #value(i: number): string {
    return valueAt(this.#text, this.#marks, i, this.#isFolded);
  }
}

const NO_LINES: readonly [string, string][] = [];
const NO_MARKS: FieldMarks = [];

/** The value of the field line whose marks begin at `i`; a space joins folded lines (RFC 9112 5.2). */
export function valueAt(text: string, marks: FieldMarks, i: number, isFolded: boolean): string {
  const value = text.slice(marks[i + 2], marks[i + 3]);
  return isFolded ? value.split(/\r?\n/).map(trim).filter(Boolean).join(' ') : value;
}

/**
 * Calls back for each field line that the caller's notation stands for. Does not check names and values.
 * @throws HttpError `invalid-option` if `init` is not a notation of fields
 */
export function eachField(init: FieldsInit, each: (name: string, value: string) => void): void {
  if (typeof init !== 'object' || init === null) throw notFields(init);
  if (Symbol.iterator in init) {
    for (const line of init as Iterable<readonly [string, string]>) {
      // The text "Accept: text/plain" can be destructured too: its first two characters would pass for name and value.
      if (typeof line !== 'object') throw notFields(line);
      const [name, value] = line;
      each(name, value);
    }
    return;
  }
  const names = Object.keys(init);
  // A promise of fields, or an asynchronous iterable, would pass for no fields at all.
  if (names.length === 0 && ('then' in init || Symbol.asyncIterator in init)) throw notFields(init);
  for (const name of names) {
    const value = init[name];
    if (value === undefined) continue;
    if (typeof value === 'string') each(name, value);
    else if (Array.isArray(value)) for (const one of value) each(name, one);
    else each(name, typeof value === 'number' ? String(value) : (value as unknown as string)); // checkField refuses null and the like
  }
}

function notFields(init: unknown): HttpError {
  const message = `fields (headers, trailers) are an object, or pairs of name and value, and not ${shown(init)}`;
  return userError('invalid-option', message);
}

/**
 * The line of a field as it is sent, with its CRLF (rfc9110/5.6.3/send-bad-space, rfc9110/5.6.3/send-space).
 * @throws HttpError as `checkField`
 */
export function fieldLine(name: string, value: string): string {
  const last = LAST_LINES.get(name);
  if (last !== undefined && last.value === value) return last.line;
  checkField(name, value);
  const line = `${name}: ${value}\r\n`;
  if (line.length > LONGEST_KEPT) return line;
  if (last !== undefined) {
    last.value = value;
    last.line = line;
  } else if (LAST_LINES.size < MOST_KEPT) LAST_LINES.set(name, { value, line });
  return line;
}

/**
 * The last line of each name. Programs send the same few names again and again, usually with the same value. The bounds
 * protect a program that passes on the fields of its peers: a value that was cut out of a head keeps the whole head in
 * memory.
 */
export const LAST_LINES: Map<string, { value: string; line: string }> = new Map();
const MOST_KEPT = 256;
const LONGEST_KEPT = 256;

/**
 * Refuses a field that must not be sent: a CR or LF in it would end its line and begin another
 * (rfc9112/2.2/send-bare-cr, rfc9112/5.2/send-fold).
 */
function checkField(name: string, value: string): void {
  if (!LAST_LINES.has(name) && !isToken(name)) {
    throw userError('invalid-field-name', `${shown(name)} is not a field name`); // rfc9112/2.2/send-space-first
  }
  if (!isFieldValue(value)) {
    throw userError('invalid-field-value', `the value of ${name} must not hold ${offender(value)}`);
  }
}

function offender(value: unknown): string {
  if (typeof value !== 'string') return `a ${typeof value}`;
  let at = 0;
  while (isFieldValue(value[at]!)) at++;
  return `${shown(value[at])} (character ${at})`;
}

/**
 * Splits a list at its commas, except those inside quoted strings, and drops empty elements: "a recipient MUST parse and
 * ignore a reasonable number of empty list elements" (rfc9110/5.6.1/empty-element).
 */
export function splitList(value: string): string[] {
  if (!value.includes('"')) {
    return value.includes(',') ? value.split(',').map(trim).filter(Boolean) : [trim(value)].filter(Boolean);
  }
  const members: string[] = [];
  let start = 0;
  let quoted = false;
  for (let i = 0; i < value.length; i++) {
    const character = value[i];
    if (character === '"') quoted = !quoted;
    else if (character === '\\' && quoted) i++;
    else if (character === ',' && !quoted) {
      members.push(trim(value.slice(start, i)));
      start = i + 1;
    }
  }
  members.push(trim(value.slice(start)));
  return members.filter(Boolean);
}

/**
 * Removes OWS, which is SP and HTAB only (RFC 9110 5.6.3). Not String.trim: it removes NBSP and more. Not a regular
 * expression: `[ \t]+$` takes quadratic time if whitespace lies inside the value (test: `linear cost of lists`).
 */
function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWhitespace(text.charCodeAt(start))) start++;
  while (end > start && isWhitespace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

const QDTEXT = '[\\t \\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]';
const QUOTED_PAIR = '\\\\[\\t \\x21-\\x7e\\x80-\\xff]';
/** quoted-string = DQUOTE *( qdtext / quoted-pair ) DQUOTE, RFC 9110 5.6.4 */
export const QUOTED_STRING: string = `"${QDTEXT}*(?:${QUOTED_PAIR}${QDTEXT}*)*"`;
const WHOLE_QUOTED_STRING = new RegExp(`^${QUOTED_STRING}$`);

/** The text that a quoted-string stands for (rfc9110/5.6.4/quoted-pair), or undefined if this is not one. */
export function unquote(text: string): string | undefined {
  if (!WHOLE_QUOTED_STRING.test(text)) return undefined;
  return text.slice(1, -1).replace(/\\(.)/gs, '$1');
}
