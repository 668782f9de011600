/**
 * SectionReader: reads a head (a start line, field lines, the empty line) or a trailer section (the same without a
 * start line) out of the bytes as they come, RFC 9112 2.1, 7.1.2.
 *
 * Usually the whole section lies in the received bytes and is read without a copy. If a section arrives in pieces, its bytes
 * are copied together, so that a few of them do not keep a large piece in memory. Reading goes on at the unfinished line, and
 * only once its end has come: so the cost stays linear even if a head arrives byte by byte (test: `linear cost`).
 */
import { LF, latin1 } from './characters.ts';
import { hold } from './held.ts';
import type { Input } from './input.ts';
import { MORE, readFieldLines } from './lines.ts';
import { Section, type SectionRules } from './section.ts';

/**
 * Reads the start line at `at`, notes its parts in the section, and returns the place of the next line, or MORE if the bytes
 * end before the line does.
 */
export type StartLineReader = (bytes: Uint8Array, at: number, end: number, section: Section) => number;

export class SectionReader {
  readonly #readStartLine: StartLineReader | undefined;
  readonly #rules: SectionRules;
  /** The section that is being read, or was read last. */
  #latest: Section | undefined;
  /** The section that has begun to arrive and is not complete. */
  #section: Section | undefined;
  #startLineIsRead = false;
  /** The bytes of the incomplete section. */
  #held: Uint8Array = NOTHING;
  #heldLength = 0;

  /** @param readStartLine undefined for a trailer section */
  constructor(readStartLine: StartLineReader | undefined, rules: SectionRules) {
    this.#readStartLine = readStartLine;
    this.#rules = rules;
  }

  /** Whether part of a section has come but not its end. Empty lines before a request do not count. */
  get isInside(): boolean {
    return this.#section !== undefined && (this.#startLineIsRead || this.#section.line < this.#heldLength);
  }

  /** Whether the section that is being read, or was read last, begins with the method HEAD. */
  get methodIsHead(): boolean {
    if (!this.#startLineIsRead) {
      try {
        this.end(); // of a start line that comes in pieces, only the first piece has been read
      } catch {
        // the next `read` or `end` throws it again
      }
    }
    return this.#latest?.methodIsHead ?? false;
  }

  /** Releases the section that was read last. */
  forget(): void {
    this.#latest = undefined;
  }

  /**
   * The section if it is complete, and undefined until then.
   * @throws HttpError at the first byte that is not allowed at its place, or beyond a limit
   */
  read(input: Input): Section | undefined {
    if (this.#section !== undefined) return this.#readOn(input, this.#section);
    if (input.isEmpty) return undefined;

    const start = input.at;
    const end = Math.min(input.end, start + this.#rules.maxHeadBytes);
    const section = new Section(input.offset(start), start, this.#rules);
    this.#latest = section;
    this.#rules.trace?.section(section);
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
    // Read the unfinished line again only if its end has come, or if the limit leaves no room for more of it.
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
   * Tells the reader that no more bytes will come. It reads the unfinished line once more, to find a wrong byte in it.
   * @throws HttpError at such a byte: that tells more than "the line has no end"
   */
  end(): void {
    if (this.#section !== undefined) this.#readLines(this.#held, this.#heldLength, this.#section);
  }

  #hold(bytes: Uint8Array): void {
    this.#held = hold(this.#held, this.#heldLength, bytes, this.#rules.maxHeadBytes);
    this.#heldLength += bytes.length;
  }

  /** Reads all lines up to the empty one and returns the place after it, or MORE. */
  #readLines(bytes: Uint8Array, end: number, section: Section): number {
    let next = section.line;
    if (!this.#startLineIsRead) {
      next = this.#readStartLine!(bytes, next, end, section);
      if (next !== MORE) {
        section.line = next;
        this.#startLineIsRead = true;
      }
    }
    if (next !== MORE) next = readFieldLines(bytes, end, section);
    if (next === MORE && end - section.base >= this.#rules.maxHeadBytes) {
      // rfc9110/5.4/too-large
      throw section.error('head-too-large', `the head is longer than ${this.#rules.maxHeadBytes} bytes`, end);
    }
    return next;
  }
}

const NOTHING = new Uint8Array(0);
