/**
 * SectionReader: reads a head (a start line, field lines, the empty line) or a trailer section (the same without a
 * start line) out of the bytes as they come, RFC 9112 2.1, 5, 7.1.2.
 *
 * One pass over the bytes notes where each part lies; then the whole section becomes one string, of which names and
 * values are substrings. A section that lies whole in the received bytes, the usual case, is not copied. One that is
 * cut in two is gathered, and read on from the line that was unfinished, once that line's end has come: so a head that
 * comes byte by byte costs no more than a constant times what it costs at once (test: `linear cost`).
 */
import { COLON, CR, FIELD_VALUE, LF, latin1, SP, TAB, TOKEN } from './characters.ts';
import { HttpError, type HttpErrorCode } from './errors.ts';
import { Fields, valueAt } from './fields.ts';
import type { Input } from './input.ts';

/** What RFC 9112 lets a recipient forgive, one name for each rule. All of it is off unless asked for. */
export interface Leniency {
  /** A line may end in LF alone, RFC 9112 2.2. Never a chunk line. */
  bareLineFeed?: boolean | undefined;
  /** A field line may be folded, and counts as joined by a space, RFC 9112 5.2. A client must allow it. */
  foldedLines?: boolean | undefined;
  /** Whitespace before the colon is removed, RFC 9112 5.1. A client must, a server must not. */
  whitespaceBeforeColon?: boolean | undefined;
  /** A target may hold what browsers leave as it is: " < > [ \ ] ^ ` { | } */
  unescapedTarget?: boolean | undefined;
}

export interface SectionLimits {
  /** Bytes of the whole section, from the first of the start line to the last of the empty line. */
  maxHeadBytes: number;
  /** Field lines in one section. */
  maxFields: number;
  /** Bytes of the request target. */
  maxTargetBytes: number;
}

export interface SectionRules extends SectionLimits {
  lenient: Leniency;
}

/**
 * Reads the start line at `at`, notes its parts in the section, and answers the place of the next line; or MORE, where
 * the bytes end before the line does.
 */
export type StartLineReader = (
  bytes: Uint8Array,
  at: number,
  end: number,
  section: Section,
  rules: SectionRules,
) => number;

/** The answer of a reader whose bytes end too early. */
export const MORE = -1;

/** The fields that decide about framing and the connection, each found while its name is read. */
export const HOST = 0;
export const CONTENT_LENGTH = 1;
export const TRANSFER_ENCODING = 2;
export const CONNECTION = 3;
export const EXPECT = 4;
export const UPGRADE = 5;

// All of different length, so that a name's length says which one of them it may be.
const KNOWN_NAMES = ['host', 'content-length', 'transfer-encoding', 'connection', 'expect', 'upgrade'];
const KNOWN_OF_LENGTH: number[] = new Array(18).fill(-1);
KNOWN_NAMES.forEach((name, known) => {
  KNOWN_OF_LENGTH[name.length] = known;
});

/** Where everything lies. Places count from the section's first byte, in its bytes as in its text. */
export class Section {
  /** Place of the section's first byte in the whole stream. */
  readonly offset: number;
  /** Place of the section's first byte in the bytes at hand. */
  base: number;
  /** Place in the bytes at hand of the line to read next. */
  line: number;
  text = '';
  /** Start and end of each part of the start line. */
  startLine: readonly number[] = [];
  /** Name start, name end, value start, value end of each field line. */
  readonly marks: number[] = [];
  /** Index in `marks` of the first line of each known field, or -1. */
  readonly known: number[] = [-1, -1, -1, -1, -1, -1];
  /** A bit for each known field that came on more than one line. */
  repeated = 0;

  constructor(offset: number, base: number) {
    this.offset = offset;
    this.base = base;
    this.line = base;
  }

  get fields(): Fields {
    return Fields.parsed(this.text, this.marks);
  }

  get transferEncoding(): string | undefined {
    return this.value(TRANSFER_ENCODING);
  }

  get contentLength(): string | undefined {
    return this.value(CONTENT_LENGTH);
  }

  isRepeated(known: number): boolean {
    return (this.repeated & (1 << known)) !== 0;
  }

  /** The value of a known field; one that came on several lines is one list (RFC 9110 5.3). */
  value(known: number): string | undefined {
    const first = this.known[known]!;
    if (first < 0) return undefined;
    return this.isRepeated(known)
      ? this.fields.get(KNOWN_NAMES[known]!)
      : valueAt(this.text, this.marks, first);
  }

  error(code: HttpErrorCode, message: string, at: number): HttpError {
    return new HttpError(code, message, { offset: this.offset + at - this.base });
  }
}

export class SectionReader {
  readonly #readStartLine: StartLineReader | undefined;
  readonly #rules: SectionRules;
  /** The section that was begun and is not complete. */
  #section: Section | undefined;
  #startLineIsRead = false;
  /** The bytes of a section that was cut in two. */
  #held = NOTHING;
  #heldLength = 0;

  /** @param readStartLine undefined for a trailer section */
  constructor(readStartLine: StartLineReader | undefined, rules: SectionRules) {
    this.#readStartLine = readStartLine;
    this.#rules = rules;
  }

  /** Whether part of a section has come and its end has not. */
  get isInside(): boolean {
    return this.#section !== undefined;
  }

  /**
   * The section, once it is complete; undefined while it is not.
   * @throws HttpError at the first byte that no section could hold there, or past a limit
   */
  read(input: Input): Section | undefined {
    if (this.#section !== undefined) return this.#readOn(input, this.#section);
    if (input.isEmpty) return undefined;

    const start = input.at;
    const end = Math.min(input.end, start + this.#rules.maxHeadBytes);
    const section = new Section(input.offset(start), start);
    this.#startLineIsRead = this.#readStartLine === undefined;
    const next = this.#readLines(input.bytes, end, section);
    if (next === MORE) {
      this.#hold(input.bytes.subarray(start, end));
      section.line -= section.base;
      section.base = 0;
      this.#section = section;
      input.at = input.end;
      return undefined;
    }
    section.text = latin1(input.bytes, start, next);
    input.at = next;
    return section;
  }

  #readOn(input: Input, section: Section): Section | undefined {
    const before = this.#heldLength;
    const room = this.#rules.maxHeadBytes - before;
    const news = input.bytes.subarray(input.at, Math.min(input.end, input.at + room));
    this.#hold(news);
    // No use in reading the unfinished line again before its end has come, unless no more of it will be taken.
    const next =
      news.includes(LF) || news.length === room
        ? this.#readLines(this.#held, this.#heldLength, section)
        : MORE;
    if (next === MORE) {
      input.at = input.end;
      return undefined;
    }
    section.text = latin1(this.#held, 0, next);
    input.at += next - before;
    this.#section = undefined;
    this.#held = NOTHING;
    this.#heldLength = 0;
    return section;
  }

  /**
   * Says that no more bytes come, so that an unfinished line is read once more as far as it goes.
   * @throws HttpError where a byte of it is to blame, which is a better answer than that the line has no end
   */
  end(): void {
    if (this.#section !== undefined) this.#readLines(this.#held, this.#heldLength, this.#section);
  }

  #hold(bytes: Uint8Array): void {
    const length = this.#heldLength + bytes.length;
    if (length > this.#held.length) {
      // Twice the size each time, so that a head that comes byte by byte is moved a few times and not once a byte.
      const larger = new Uint8Array(Math.max(512, length * 2));
      larger.set(this.#held.subarray(0, this.#heldLength));
      this.#held = larger;
    }
    this.#held.set(bytes, this.#heldLength);
    this.#heldLength = length;
  }

  /** Reads all lines up to the empty one and answers the place after it, or MORE. */
  #readLines(bytes: Uint8Array, end: number, section: Section): number {
    let next = section.line;
    if (!this.#startLineIsRead) {
      next = this.#readStartLine!(bytes, next, end, section, this.#rules);
      if (next !== MORE) {
        section.line = next;
        this.#startLineIsRead = true;
      }
    }
    if (next !== MORE) next = readFieldLines(bytes, end, section, this.#rules);
    if (next === MORE && end - section.base >= this.#rules.maxHeadBytes) {
      throw section.error('head-too-large', `the head is longer than ${this.#rules.maxHeadBytes} bytes`, end);
    }
    return next;
  }
}

const NOTHING = new Uint8Array(0);

/** field-line = field-name ":" OWS field-value OWS CRLF, again and again up to the empty line. RFC 9112 5 */
function readFieldLines(bytes: Uint8Array, end: number, section: Section, rules: SectionRules): number {
  const { base, marks } = section;
  let at = section.line;
  while (at < end) {
    const nameStart = at;
    while (at < end && TOKEN[bytes[at]!] === 1) at++;
    if (at === end) return MORE;
    if (at === nameStart) {
      const next = readLineEnd(bytes, at, end, section, rules);
      if (next !== NO_LINE_END) return next; // the empty line
      if (!rules.lenient.foldedLines || marks.length === 0) throw nameError(bytes, nameStart, at, section);
      at = foldLine(bytes, at, end, section, rules);
      if (at === MORE) return MORE;
      section.line = at;
      continue;
    }
    const nameEnd = at;
    if (bytes[at] !== COLON) {
      if (!rules.lenient.whitespaceBeforeColon) throw nameError(bytes, nameStart, at, section);
      while (at < end && isWhitespace(bytes[at]!)) at++;
      if (at === end) return MORE;
      if (bytes[at] !== COLON) throw nameError(bytes, nameStart, at, section);
    }

    at++;
    while (at < end && isWhitespace(bytes[at]!)) at++;
    const valueStart = at;
    while (at < end && FIELD_VALUE[bytes[at]!] === 1) at++;
    const next = readLineEnd(bytes, at, end, section, rules);
    if (next === MORE) return MORE;
    if (next === NO_LINE_END) throw valueError(bytes, at, section);
    if (marks.length === 4 * rules.maxFields) {
      throw section.error('too-many-fields', `more than ${rules.maxFields} field lines`, nameStart);
    }
    noteIfKnown(bytes, nameStart, nameEnd, section);
    marks.push(nameStart - base, nameEnd - base, valueStart - base, trimEnd(bytes, valueStart, at) - base);
    section.line = at = next;
  }
  return MORE;
}

/** The answer where something other than a line end stands. */
export const NO_LINE_END = -2;

/** The place after the line end at `at`, or MORE, or NO_LINE_END. */
export function readLineEnd(
  bytes: Uint8Array,
  at: number,
  end: number,
  section: Section,
  rules: SectionRules,
): number {
  if (at === end) return MORE;
  if (bytes[at] === CR) {
    if (at + 1 === end) return MORE;
    if (bytes[at + 1] === LF) return at + 2;
    throw section.error('bare-carriage-return', 'a CR that no LF follows', at);
  }
  if (bytes[at] !== LF) return NO_LINE_END;
  if (rules.lenient.bareLineFeed) return at + 1;
  throw section.error('bare-line-feed', 'a line ends in LF alone, without CR', at);
}

/** Lets the value of the line before go on to the end of this one (RFC 9112 5.2). */
function foldLine(
  bytes: Uint8Array,
  start: number,
  end: number,
  section: Section,
  rules: SectionRules,
): number {
  let at = start;
  while (at < end && FIELD_VALUE[bytes[at]!] === 1) at++;
  const next = readLineEnd(bytes, at, end, section, rules);
  if (next === MORE) return MORE;
  if (next === NO_LINE_END) throw valueError(bytes, at, section);
  const valueEnd = trimEnd(bytes, start, at);
  if (valueEnd > start) section.marks[section.marks.length - 1] = valueEnd - section.base;
  return next;
}

function noteIfKnown(bytes: Uint8Array, start: number, end: number, section: Section): void {
  const known = KNOWN_OF_LENGTH[end - start] ?? -1;
  if (known < 0) return;
  const name = KNOWN_NAMES[known]!;
  // The bytes are of a token, so bit 0x20 tells nothing but the case of a letter.
  for (let i = 0; i < name.length; i++) if ((bytes[start + i]! | 0x20) !== name.charCodeAt(i)) return;
  if (section.known[known]! >= 0) section.repeated |= 1 << known;
  else section.known[known] = section.marks.length;
}

function trimEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && isWhitespace(bytes[at - 1]!)) at--;
  return at;
}

function isWhitespace(byte: number): boolean {
  return byte === SP || byte === TAB;
}

/** What is wrong with a field line whose name ends at `at` without a colon. */
function nameError(bytes: Uint8Array, nameStart: number, at: number, section: Section): HttpError {
  if (!isWhitespace(bytes[at]!)) {
    if (bytes[at] === CR || bytes[at] === LF)
      return section.error('invalid-field-name', 'a field line without a colon', at);
    return section.error('invalid-field-name', `a field name must not hold ${shownByte(bytes[at]!)}`, at);
  }
  if (at > nameStart)
    return section.error('whitespace-before-colon', 'whitespace between field name and colon', at);
  return section.marks.length > 0
    ? section.error(
        'folded-line',
        'a field line that begins with whitespace goes on with the line before',
        at,
      )
    : section.error(
        'whitespace-before-first-field',
        'whitespace between the start line and the first field',
        at,
      );
}

function valueError(bytes: Uint8Array, at: number, section: Section): HttpError {
  return section.error('invalid-field-value', `a field value must not hold ${shownByte(bytes[at]!)}`, at);
}

/** A byte as an error names it. */
export function shownByte(byte: number): string {
  const hex = `0x${byte.toString(16).padStart(2, '0')}`;
  return byte > SP && byte < 0x7f ? `${JSON.stringify(String.fromCharCode(byte))} (${hex})` : hex;
}
