/**
 * SectionReader: reads a head (a start line, field lines, the empty line) or a trailer section (the same without a
 * start line) out of the bytes as they come, RFC 9112 2.1, 7.1.2.
 *
 * A section that lies whole in the received bytes, the usual case, is not copied. One that is cut in two is gathered, so that
 * a few bytes do not hold the memory of all that came with them, and read on from the line that was unfinished, once that line's end has come: so a head that comes byte by byte costs
 * no more than a constant times what it costs at once (test: `linear cost`).
 */
import { LF, latin1 } from './characters.ts';
import { hold } from './held.ts';
import type { Input } from './input.ts';
import { MORE, readFieldLines } from './lines.ts';
import { Section, type SectionRules } from './section.ts';

/**
 * Reads the start line at `at`, notes its parts in the section, and answers the place of the next line; or MORE, where
 * the bytes end before the line does.
 */
export type StartLineReader = (bytes: Uint8Array, at: number, end: number, section: Section) => number;

export class SectionReader {
  readonly #readStartLine: StartLineReader | undefined;
  readonly #rules: SectionRules;
  /** The section that is being read, or was read last. */
  #latest: Section | undefined;
  /** The section that was begun and is not complete. */
  #section: Section | undefined;
  #startLineIsRead = false;
  /** The bytes of a section that was cut in two. */
  #held: Uint8Array = NOTHING;
  #heldLength = 0;

  /** @param readStartLine undefined for a trailer section */
  constructor(readStartLine: StartLineReader | undefined, rules: SectionRules) {
    this.#readStartLine = readStartLine;
    this.#rules = rules;
  }

  /** Whether part of a section has come and its end has not. Empty lines before a request are no part of one. */
  get isInside(): boolean {
    return this.#section !== undefined && (this.#startLineIsRead || this.#section.line < this.#heldLength);
  }

  /** Whether the section that is being read, or was read last, begins with the method HEAD. */
  get methodIsHead(): boolean {
    if (!this.#startLineIsRead) {
      try {
        this.end(); // a start line that comes in pieces has not been looked at since the first of them
      } catch {
        // as the one who reads it on is going to hear
      }
    }
    return this.#latest?.methodIsHead ?? false;
  }

  /** Keeps nothing of the section that was read last. */
  forget(): void {
    this.#latest = undefined;
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
    this.#held = hold(this.#held, this.#heldLength, bytes, this.#rules.maxHeadBytes);
    this.#heldLength += bytes.length;
  }

  /** Reads all lines up to the empty one and answers the place after it, or MORE. */
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
