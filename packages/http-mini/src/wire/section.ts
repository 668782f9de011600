/**
 * Section: where the parts of a head (start line and field lines) or of a trailer section lie, RFC 9112 2.1, and the
 * rules that it is read by. One pass over the bytes notes the places; then the whole section becomes one string, of
 * which names and values are substrings.
 */
import { HttpError, type HttpErrorCode } from './errors.ts';
import { Fields, valueAt } from './fields.ts';
import type { OptionNames } from './options.ts';

/**
 * What RFC 9112 lets a recipient forgive, one name for each rule. A RequestParser has all of it off unless told otherwise; a
 * ResponseParser has three of them on, as noted.
 */
export interface Leniency {
  /** A line may end in LF alone, RFC 9112 2.2. Never a chunk line. */
  bareLineFeed?: boolean | undefined;
  /** A field line may be folded, and counts as joined by a space, RFC 9112 5.2. A client must allow it: on for clients. */
  foldedLines?: boolean | undefined;
  /** Whitespace before the colon is removed, RFC 9112 5.1. A client must, a server must not: on for clients. */
  whitespaceBeforeColon?: boolean | undefined;
  /** A target may hold what browsers leave as it is: " < > [ \ ] ^ ` { | } and a % that no two hex digits follow. */
  unescapedTarget?: boolean | undefined;
  /**
   * A status line without a reason may end right after the status, without the space that RFC 9112 4 asks for. Many servers
   * send it so, and every client takes it: on for clients.
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
  /** Bytes of the whole section, from the first of the start line to the last of the empty line. */
  maxHeadBytes: number;
  /** Field lines in one section. */
  maxFields: number;
  /** Bytes of the request target. */
  maxTargetBytes: number;
}

export interface SectionRules extends SectionLimits {
  lenient: Leniency;
  trace?: Trace | undefined;
}

/**
 * Told where the parts of a message lie while they are read, for `explain`. Unheard, it costs a look at `undefined` for
 * each section and chunk line.
 */
export interface Trace {
  /** A head or a trailer section begins. Its places are noted in it line by line, so it can be looked at at any time. */
  section(section: Section): void;
  /** A part of a chunk line, or the line end after a chunk, has been read. It begins where what was told before ends. */
  part(name: 'chunk-size' | 'chunk-ext' | 'CRLF', end: number, value: string): void;
}

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
  /** What it is read by. */
  readonly rules: SectionRules;
  /** Place of the section's first byte in the bytes at hand. */
  base: number;
  /** Place in the bytes at hand of the line to read next. */
  line: number;
  text = '';
  /** Start and end of each part of the start line. */
  startLine: readonly number[] = [];
  /** Whether the method of the request line is HEAD, known before the line is sound or complete. */
  methodIsHead = false;
  /** Name start, name end, value start, value end of each field line. */
  readonly marks: number[] = [];
  /** Index in `marks` of the first line of each known field, or -1. */
  readonly known: number[] = [-1, -1, -1, -1, -1, -1];
  /** A bit for each known field that came on more than one line. */
  repeated = 0;
  /** Whether a field line was folded, so that there are line ends in its value. */
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

  /** Place in the stream of the first value of a known field that has come. */
  valueOffset(known: number): number {
    return this.offset + this.marks[this.known[known]! + 2]!;
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
      : valueAt(this.text, this.marks, first, this.isFolded);
  }

  error(code: HttpErrorCode, message: string, at: number): HttpError {
    return new HttpError(code, message, { offset: this.offset + at - this.base });
  }
}

/** Notes a field line that is about to be added, if its name is a known one (rfc9110/5.1/unknown-field). */
export function noteIfKnown(bytes: Uint8Array, start: number, end: number, section: Section): void {
  const known = KNOWN_OF_LENGTH[end - start] ?? -1;
  if (known < 0) return;
  const name = KNOWN_NAMES[known]!;
  // The bytes are of a token, so bit 0x20 tells nothing but the case of a letter.
  for (let i = 0; i < name.length; i++) if ((bytes[start + i]! | 0x20) !== name.charCodeAt(i)) return;
  if (section.known[known]! >= 0) section.repeated |= 1 << known;
  else section.known[known] = section.marks.length;
}
