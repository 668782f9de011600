/**
 * Section: a head (a start line, field lines, the empty line) or a trailer section (the same without a start line) as it is
 * read out of the bytes that come, RFC 9112 2.1, 7.1.2. One pass over the bytes notes where the parts lie; then the whole
 * section becomes one string, and names and values are substrings of it.
 *
 * Usually the whole section lies in the received bytes and is read without a copy. If it arrives in pieces, its bytes are
 * copied together, so that a few of them do not keep a large piece in memory. Reading goes on at the unfinished line, and
 * only once its end has come: so the cost stays linear even if a head arrives byte by byte (test: `linear cost`).
 */
import { LF, latin1 } from './characters.ts';
import { HttpError, type HttpErrorCode } from './errors.ts';
import { Fields } from './fields.ts';
import { hold, type Input, NOTHING } from './input.ts';
import { MORE, readFieldLines, type StartLineReader } from './lines.ts';
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

/** The options of a parser with every default filled in. */
export interface ParserRules {
  /** The most bytes in a section, from the first of the start line to the last of the empty line. */
  maxHeadBytes: number;
  /** The most field lines in a section. */
  maxFields: number;
  /** The most bytes in a request target. */
  maxTargetBytes: number;
  /** The most bytes of chunk extensions in one message; the digits of a chunk size count too, from the 17th on. */
  maxChunkExtensionBytes: number;
  lenient: Leniency;
  observer?: ParserObserver | undefined;
}

/**
 * Sees where the parts of a message lie while the parser reads them, for `explain`. Without an observer, the parser only
 * compares with `undefined` once for each section and chunk line.
 */
export interface ParserObserver {
  /** A head or a trailer section begins. The parser fills it in line by line, so the observer may look at it at any time. */
  section(section: Section): void;
  /** A part of a chunk line, or the line end after a chunk, has been read. It begins at the end of the part before it. */
  part(name: 'chunk-size' | 'chunk-ext' | 'CRLF', end: number, value: string): void;
}

/** The fields that decide about framing and the connection. The section notes each of them as its name is read. */
export const HOST = 0;
const CONTENT_LENGTH = 1;
const TRANSFER_ENCODING = 2;
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
  readonly rules: ParserRules;
  /** Place of the section's first byte in the current bytes. */
  base: number;
  /** Place of the next line to read in the current bytes. */
  line: number;
  /** The whole section, once it is complete. */
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
  /** Undefined once the start line has been read, and for a trailer section. */
  #readStartLine: StartLineReader | undefined;
  /** The bytes that have come of a section that arrives in pieces. */
  #held: Uint8Array = NOTHING;
  #heldLength = 0;

  /** A section that begins at the next byte of this input. @param readStartLine undefined for a trailer section */
  constructor(input: Input, readStartLine: StartLineReader | undefined, rules: ParserRules) {
    this.offset = input.origin + input.at;
    this.rules = rules;
    this.base = input.at;
    this.line = input.at;
    this.#readStartLine = readStartLine;
    rules.observer?.section(this);
  }

  // ── Reading ──

  /**
   * Reads on, and returns whether the section is complete.
   * @throws HttpError at the first byte that is not allowed at its place, or beyond a limit
   */
  read(input: Input): boolean {
    const before = this.#heldLength;
    const { bytes, at } = input;
    const room = this.rules.maxHeadBytes - before;
    const end = Math.min(input.end, at + room);
    if (before === 0) {
      const next = this.#readLines(bytes, end);
      if (next !== MORE) {
        this.text = latin1(bytes, at, next);
        input.at = next;
        return true;
      }
      this.#hold(bytes.subarray(at, end));
      this.line -= this.base;
      this.base = 0;
    } else {
      const news = bytes.subarray(at, end);
      this.#hold(news);
      // Read the unfinished line again only if its end has come, or if the limit leaves no room for more of it.
      const next =
        news.includes(LF) || news.length === room ? this.#readLines(this.#held, this.#heldLength) : MORE;
      if (next !== MORE) {
        this.text = latin1(this.#held, 0, next);
        this.#held = NOTHING;
        this.#heldLength = 0;
        input.at += next - before;
        return true;
      }
    }
    input.at = input.end;
    return false;
  }

  /**
   * Tells the section that no more bytes will come. It reads the unfinished line once more, to find a wrong byte in it.
   * @throws HttpError at such a byte: that tells more than "the line has no end"
   */
  end(): void {
    if (this.#heldLength > 0) this.#readLines(this.#held, this.#heldLength);
  }

  /** Whether more than empty lines before a request has come. */
  get isBegun(): boolean {
    return this.#readStartLine === undefined || this.line < this.#heldLength;
  }

  #hold(bytes: Uint8Array): void {
    this.#held = hold(this.#held, this.#heldLength, bytes, this.rules.maxHeadBytes);
    this.#heldLength += bytes.length;
  }

  /** Reads all lines up to the empty one and returns the place after it, or MORE. */
  #readLines(bytes: Uint8Array, end: number): number {
    const { maxHeadBytes } = this.rules;
    let next = this.line;
    if (this.#readStartLine !== undefined) {
      next = this.#readStartLine(bytes, next, end, this);
      if (next !== MORE) {
        this.line = next;
        this.#readStartLine = undefined;
      }
    }
    if (next !== MORE) next = readFieldLines(bytes, end, this);
    if (next === MORE && end - this.base >= maxHeadBytes) {
      throw this.error('head-too-large', `the head is longer than ${maxHeadBytes} bytes`, end); // rfc9110/5.4/too-large
    }
    return next;
  }

  /** Notes a field line, before its marks are added, if its name is a known one (rfc9110/5.1/unknown-field). */
  noteIfKnown(bytes: Uint8Array, start: number, end: number): void {
    const known = KNOWN_OF_LENGTH[end - start] ?? -1;
    if (known < 0) return;
    const name = KNOWN_NAMES[known]!;
    // A name is a token: if a byte with bit 0x20 set equals a known letter, the two differ in case only.
    for (let i = 0; i < name.length; i++) if ((bytes[start + i]! | 0x20) !== name.charCodeAt(i)) return;
    if (this.known[known]! >= 0) this.repeated |= 1 << known;
    else this.known[known] = this.marks.length;
  }

  error(code: HttpErrorCode, message: string, at: number): HttpError {
    return new HttpError(code, message, { offset: this.offset + at - this.base });
  }

  // ── What was read ──

  get fields(): Fields {
    return Fields.parsed(this.text, this.marks, this.isFolded);
  }

  /** The value of a known field; several lines make one list (RFC 9110 5.3). */
  value(known: number): string | undefined {
    const first = this.known[known]!;
    if (first < 0) return undefined;
    const isPlain = this.repeated === 0 && !this.isFolded;
    if (isPlain) return this.text.slice(this.marks[first + 2], this.marks[first + 3]);
    return this.fields.get(KNOWN_NAMES[known]!);
  }

  isRepeated(known: number): boolean {
    return (this.repeated & (1 << known)) !== 0;
  }

  /** Place in the stream of the first value of a known field. The field must be there. */
  valueOffset(known: number): number {
    return this.offset + this.marks[this.known[known]! + 2]!;
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
}
