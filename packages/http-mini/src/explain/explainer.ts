/**
 * Explainer: listens to a parser that reads the bytes, and enters in a ledger what it hears of. What it keeps beside
 * that says only what has to come next (RFC 9112 6.3, 7.1), for bytes that end within a message.
 */
import type { HttpError } from '../wire/errors.ts';
import { type Framing, NO_CONTENT } from '../wire/framing.ts';
import { RequestHead, type ResponseHead } from '../wire/head.ts';
import {
  type ParserOptions,
  type RequestEvent,
  RequestParser,
  type ResponseEvent,
  ResponseParser,
} from '../wire/parser.ts';
import type { Section, Trace } from '../wire/section.ts';
import { type ExplainedField, Ledger } from './ledger.ts';
import { enterSection, type Next, next, nextLine, type SectionKind, TRAILER_LINE } from './section-fields.ts';

export interface ExplainOptions extends ParserOptions {
  /** What the bytes are. Unless said: a response where they begin with "HTTP/", else a request. */
  kind?: 'request' | 'response' | undefined;
  /** The methods of the requests that the responses answer, in order (RFC 9112 6.3). GET for each unless said. */
  methods?: readonly string[] | undefined;
}

export interface Explanation {
  readonly kind: 'request' | 'response';
  /** All the bytes, one character for each. */
  readonly text: string;
  /** In order, without a gap and without an overlap. */
  readonly fields: readonly ExplainedField[];
  /** What has to come next, where the bytes end within a message. */
  readonly awaits: string | undefined;
  /** The first rule that the bytes break. What follows is one field called `unread`. */
  readonly error: HttpError | undefined;
}

const CHUNK_SIZE = next('chunk-size', 'RFC 9112 7.1', 'a chunk-size');
const CHUNK_LINE_END = next('chunk-ext', 'RFC 9112 7.1.1', 'the end of the chunk line');
const CHUNK_END = next('CRLF', 'RFC 9112 7.1', 'the CRLF that ends the chunk');
const CLOSE = next('content', 'RFC 9112 6.3', 'content, or the close of the connection');

function bytesOf(name: string, left: number): Next {
  return next(name, 'RFC 9112 6.2', `${left} more byte${left === 1 ? '' : 's'} of ${name}`);
}

export class Explainer implements Trace {
  readonly #ledger: Ledger;
  readonly #kind: 'request' | 'response';
  readonly #parser: RequestParser | ResponseParser;
  readonly #methods: readonly string[] | undefined;
  /** The section that is being read. */
  #section: Section | undefined;
  #sectionKind: SectionKind;
  #framing: Framing = NO_CONTENT;
  /** Bytes that the content, or the chunk, still lacks. */
  #left = 0;
  #isInChunkLine = false;
  /** Undefined between two messages, and where a section tells by itself. */
  #next: Next | undefined;
  #answers = 0;
  /** The rest belongs to another protocol. */
  #isSwitched = false;

  constructor(text: string, kind: 'request' | 'response', options: ExplainOptions) {
    this.#ledger = new Ledger(text);
    this.#kind = kind;
    this.#sectionKind = kind;
    this.#methods = options.methods;
    this.#parser = kind === 'request' ? new RequestParser(options, this) : new ResponseParser(options, this);
    for (const method of options.methods ?? ['GET']) this.#expect(method);
  }

  explain(pieces: readonly Uint8Array[]): Explanation {
    const outcome = this.#read(pieces);
    const isIncomplete = outcome?.code === 'incomplete-message' || this.#next === CLOSE;
    const error = isIncomplete ? undefined : outcome; // that the bytes end early is no fault in them
    const expected = this.#enterSection();
    this.#enterRest(expected, error);
    const awaits = isIncomplete ? expected?.awaits : undefined;
    return { kind: this.#kind, text: this.#ledger.text, fields: this.#ledger.fields, awaits, error };
  }

  #read(pieces: readonly Uint8Array[]): HttpError | undefined {
    try {
      for (const piece of pieces) {
        this.#parser.receive(piece);
        for (let event = this.#parser.next(); event !== undefined; event = this.#parser.next()) {
          this.#enterEvent(event);
          if (this.#isSwitched) return undefined;
        }
      }
      this.#parser.end(); // where an unfinished line is wrong already, the parser says so now
    } catch (error) {
      return error as HttpError;
    }
    return undefined;
  }

  // ── What the parser reports ──

  section(section: Section): void {
    this.#section = section;
  }

  part(name: 'chunk-size' | 'chunk-ext' | 'CRLF', end: number, value: string): void {
    this.#ledger.enter(name, end, name === 'chunk-ext' ? 'RFC 9112 7.1.1' : 'RFC 9112 7.1', value);
    if (name === 'chunk-size') {
      this.#left = Number(value);
      this.#isInChunkLine = true;
      this.#next = CHUNK_LINE_END;
    } else if (name === 'CRLF') {
      if (!this.#isInChunkLine) this.#next = CHUNK_SIZE;
      else this.#next = this.#left === 0 ? TRAILER_LINE : bytesOf('chunk-data', this.#left);
      this.#isInChunkLine = false;
    }
  }

  #enterEvent(event: RequestEvent | ResponseEvent): void {
    if (event.type === 'head') this.#enterHead(event);
    else if (event.type === 'content') this.#enterContent(event.bytes.length);
    else if (event.type === 'end') this.#enterEnd();
    else if (event.type === 'information') {
      this.#enterSection();
      this.#ledger.annotate('the final response comes later', 'RFC 9110 15.2');
    }
  }

  #enterHead(head: RequestHead | ResponseHead): void {
    this.#enterSection();
    this.#sectionKind = 'trailers';
    this.#framing = head.framing;
    this.#ledger.annotate(contentAfter(head.framing), 'RFC 9112 6.3');
    if (head.framing.kind === 'chunked') this.#next = CHUNK_SIZE;
    else if (head.framing.kind === 'until-close') this.#next = CLOSE;
    else if (head.framing.kind === 'length') {
      this.#left = head.framing.length;
      this.#next = bytesOf('content', this.#left);
    }
    const isConnect =
      (head instanceof RequestHead ? head.method : this.#methods?.[this.#answers]) === 'CONNECT';
    const status = head instanceof RequestHead ? 200 : head.status;
    this.#isSwitched = status === 101 || (isConnect && status < 300);
    this.#answers++;
  }

  #enterContent(size: number): void {
    const isChunked = this.#framing.kind === 'chunked';
    const name = isChunked ? 'chunk-data' : 'content';
    this.#ledger.extend(name, this.#ledger.at + size, isChunked ? 'RFC 9112 7.1' : 'RFC 9112 6');
    if (this.#framing.kind === 'until-close') return;
    this.#left -= size;
    this.#next = this.#left === 0 ? CHUNK_END : bytesOf(name, this.#left);
  }

  #enterEnd(): void {
    this.#enterSection();
    if (this.#framing.kind === 'chunked') this.#ledger.annotate('the end of the message', 'RFC 9112 7.1.2');
    this.#sectionKind = this.#kind;
    this.#next = undefined;
    if (this.#methods === undefined) this.#expect('GET');
  }

  #expect(method: string): void {
    if (this.#parser instanceof ResponseParser) this.#parser.expect(method);
  }

  // ── What is left ──

  /** Enters the section that is being read as far as it has been; answers what comes next. */
  #enterSection(): Next | undefined {
    const section = this.#section;
    if (section === undefined) return this.#next;
    const size = section.text === '' ? section.line - section.base : section.text.length;
    enterSection(this.#ledger, section, section.offset + size, this.#sectionKind);
    this.#section = undefined;
    return nextLine(section, this.#sectionKind);
  }

  #enterRest(expected: Next | undefined, error: HttpError | undefined): void {
    const ledger = this.#ledger;
    const end = ledger.text.length;
    const readTo = error === undefined ? end : Math.min(end, error.offset ?? 0);
    if (this.#isSwitched && ledger.at < end) ledger.enter('another protocol', end, 'RFC 9110 7.8');
    // A line is reported when it has been read to its end.
    if (ledger.at < readTo)
      ledger.enter(`${expected?.name ?? 'message'} (begun)`, readTo, expected?.rule ?? 'RFC 9112 2.1');
    if (ledger.at < end) ledger.enter('unread', end, error?.rule ?? 'RFC 9112 2.1');
  }
}

function contentAfter(framing: Framing): string {
  if (framing.kind === 'none') return 'no content';
  if (framing.kind === 'chunked') return 'then chunks';
  if (framing.kind === 'until-close') return 'then content until the connection closes';
  return `then ${framing.length} byte${framing.length === 1 ? '' : 's'} of content`;
}
