/**
 * Section: where the parts of a head (start line and field lines) or of a trailer section lie, RFC 9112 2.1, and the
 * rules for reading it. One pass over the bytes notes the places; then the whole section becomes one string, and names and
 * values are substrings of it.
 */
import { HttpError, type HttpErrorCode } from './errors.ts';
import { Fields, valueAt } from './fields.ts';
import type { OptionNames } from './options.ts';

/**
 * What RFC 9112 lets a recipient forgive, one name for each rule. Unless told otherwise, a RequestParser forgives nothing,
 * and a ResponseParser forgives what is marked "on for clients".
 */
export interface Leniency {
  /** A line may end in LF alone, RFC 9112 2.2. A chunk line never may. */
  bareLineFeed?: boolean | undefined;
  /** A field line may be folded; a space replaces each fold, RFC 9112 5.2. A client must allow it: on for clients. */
  foldedLines?: boolean | undefined;
  /** Whitespace before the colon is removed, RFC 9112 5.1. A client must do so, a server must not: on for clients. */
  whitespaceBeforeColon?: boolean | undefined;
  /** A target may hold what browsers do not escape: " < > [ \ ] ^ ` { | } and a % without two hex digits after it. */
  unescapedTarget?: boolean | undefined;
  /**
   * A status line without a reason may end right after the status, without the space that RFC 9112 4 asks for. Many servers
   * send such lines and every client accepts them: on for clients.
   */
  missingReasonSpace?: boolean | undefined;
}

export const LENIENCIES: OptionNames<Leniency> = {
  bareLineFeed: true,
  foldedLines: true,
  whitespaceBeforeColon: true,
  unescapedTarget: true,
  missingReasonSpace: true,
};

export interface SectionLimits {
  /** The most bytes in a section, from the first of the start line to the last of the empty line. */
  maxHeadBytes: number;
  /** The most field lines in a section. */
  maxFields: number;
  /** The most bytes in a request target. */
  maxTargetBytes: number;
}

export interface SectionRules extends SectionLimits {
  lenient: Leniency;
  trace?: Trace | undefined;
}

/**
 * Hears where the parts of a message lie while the parser reads them, for `explain`. Without a trace, the parser only
 * compares with `undefined` once for each section and chunk line.
 */
export interface Trace {
  /** A head or a trailer section begins. The parser fills it in line by line, so the trace may look at it at any time. */
  section(section: Section): void;
  /** A part of a chunk line, or the line end after a chunk, has been read. It begins at the end of the part before it. */
  part(name: 'chunk-size' | 'chunk-ext' | 'CRLF', end: number, value: string): void;
}

/** The fields that decide about framing and the connection. The parser notes each of them as it reads its name. */
export const HOST = 0;
export const CONTENT_LENGTH = 1;
export const TRANSFER_ENCODING = 2;
export const CONNECTION = 3;
export const EXPECT = 4;
export const UPGRADE = 5;

// They all differ in length, so a name's length says which of them it could be.
const KNOWN_NAMES = ['host', 'content-length', 'transfer-encoding', 'connection', 'expect', 'upgrade'];
const KNOWN_OF_LENGTH: number[] = new Array(18).fill(-1);
KNOWN_NAMES.forEach((name, known) => {
  KNOWN_OF_LENGTH[name.length] = known;
});

/** Unless said otherwise, places count from the section's first byte; they are the same in its bytes and in its text. */
export class Section {
  /** Place of the section's first byte in the whole stream. */
  readonly offset: number;
  readonly rules: SectionRules;
  /** Place of the section's first byte in the current bytes. */
  base: number;
  /** Place of the next line to read in the current bytes. */
  line: number;
  text = '';
  /** Start and end of each part of the start line. */
  startLine: readonly number[] = [];
  /** Whether the method of the request line is HEAD. It is set before the rest of the line has come or been checked. */
  methodIsHead = false;
  /** Name start, name end, value start, value end of each field line. */
  readonly marks: number[] = [];
  /** Index in `marks` of the first line of each known field, or -1. */
  readonly known: number[] = [-1, -1, -1, -1, -1, -1];
  /** A bit for each known field that has more than one line. */
  repeated = 0;
  /** Whether a field line was folded, so that its value contains line ends. */
  isFolded = false;

  constructor(offset: number, base: number, rules: SectionRules) {
    this.offset = offset;
    this.rules = rules;
    this.base = base;
    this.line = base;
  }

  get fields(): Fields {
    return Fields.parsed(this.text, this.marks, this.isFolded);
  }

  get transferEncoding(): string | undefined {
    return this.value(TRANSFER_ENCODING);
  }

  get contentLength(): string | undefined {
    return this.value(CONTENT_LENGTH);
  }

  get transferEncodingOffset(): number {
    return this.valueOffset(TRANSFER_ENCODING);
  }

  get contentLengthOffset(): number {
    return this.valueOffset(CONTENT_LENGTH);
  }

  /** Place in the stream of the first value of a known field. The field must be there. */
  valueOffset(known: number): number {
    return this.offset + this.marks[this.known[known]! + 2]!;
  }

  isRepeated(known: number): boolean {
    return (this.repeated & (1 << known)) !== 0;
  }

  /** The value of a known field; several lines make one list (RFC 9110 5.3). */
  value(known: number): string | undefined {
    const first = this.known[known]!;
    if (first < 0) return undefined;
    return this.isRepeated(known)
      ? this.fields.get(KNOWN_NAMES[known]!)
      : valueAt(this.text, this.marks, first, this.isFolded);
  }

  error(code: HttpErrorCode, message: string, at: number): HttpError {
    return new HttpError(code, message, { offset: this.offset + at - this.base });
  }
}

/** Notes a field line, before its marks are added, if its name is a known one (rfc9110/5.1/unknown-field). */
export function noteIfKnown(bytes: Uint8Array, start: number, end: number, section: Section): void {
  const known = KNOWN_OF_LENGTH[end - start] ?? -1;
  if (known < 0) return;
  const name = KNOWN_NAMES[known]!;
  // A name is a token: if a byte with bit 0x20 set equals a known letter, the two differ in case only.
  for (let i = 0; i < name.length; i++) if ((bytes[start + i]! | 0x20) !== name.charCodeAt(i)) return;
  if (section.known[known]! >= 0) section.repeated |= 1 << known;
  else section.known[known] = section.marks.length;
}
