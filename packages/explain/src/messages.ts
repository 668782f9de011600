/**
 * Messages: listens to one of http-mini's parsers while it reads the messages of one direction, and enters in a ledger what
 * the parser reports. The rest of its state only says what has to come next (RFC 9112 6.3, 7.1), if the bytes end within a
 * message. It pauses after a message that may be the last of HTTP, because one direction alone cannot know that.
 */
import {
  type Framing,
  type HttpError,
  type ParserObserver,
  type ParserOptions,
  type RequestEvent,
  RequestHead,
  RequestParser,
  type ResponseEvent,
  type ResponseHead,
  ResponseParser,
  type Section,
} from 'http-mini/wire';
import type { Ledger } from './ledger.ts';
import { enterSection, type Next, next, nextLine, type SectionKind, TRAILER_LINE } from './section-fields.ts';
import * as terms from './terms.ts';
import type { Text } from './text.ts';

export interface MessagesOptions extends ParserOptions {
  readonly kind: 'request' | 'response';
  /** The method of the request that the next response answers, or undefined. Called when bytes of the response have come. */
  readonly nextMethod: () => string | undefined;
  /** Called with each head that has been entered, but not with that of an interim response. */
  readonly onHead: (head: RequestHead | ResponseHead) => void;
}

const CHUNK_SIZE = next('chunk-size', 'RFC 9112 7.1', 'a chunk-size', '청크 크기(chunk-size)');
const CHUNK_LINE_END = next('chunk-ext', 'RFC 9112 7.1.1', 'the end of the chunk line', '청크 크기 줄의 끝');
const CHUNK_END = next('CRLF', 'RFC 9112 7.1', 'the CRLF that ends the chunk', '청크를 끝내는 CRLF');
const CLOSE = next(
  'content',
  'RFC 9112 6.3',
  'content, or the close of the connection',
  '본문 또는 연결의 끝',
);

function bytesOf(name: 'content' | 'chunk-data', left: number): Next {
  const more = `${left} more byte${left === 1 ? '' : 's'} of ${name}`;
  return next(name, 'RFC 9112 6.2', more, `${name === 'content' ? '본문' : '청크 데이터'} ${left}바이트`);
}

export class Messages implements ParserObserver {
  readonly #ledger: Ledger;
  readonly #options: MessagesOptions;
  readonly #parser: RequestParser | ResponseParser;
  /** The section that is being read. */
  #section: Section | undefined;
  #sectionKind: SectionKind;
  #framing: Framing = { kind: 'none' };
  /** Bytes of the content, or of the chunk, that are still to come. */
  #left = 0;
  #isInChunkLine = false;
  /** What has to come next. Undefined between two messages, and within a section, which says it itself. */
  #next: Next | undefined;
  /** The method that the current response answers. */
  #method: string | undefined;
  #isInContent = false;
  /** The head of a message after which HTTP may end. Nothing more is read until `resume`. */
  paused: RequestHead | ResponseHead | undefined;
  /** The first rule that the bytes break. */
  error: HttpError | undefined;

  constructor(ledger: Ledger, options: MessagesOptions) {
    this.#ledger = ledger;
    this.#options = options;
    this.#sectionKind = options.kind;
    const { maxHeadBytes, maxFields, maxTargetBytes, maxChunkExtensionBytes, lenient } = options;
    const limits = { maxHeadBytes, maxFields, maxTargetBytes, maxChunkExtensionBytes, lenient };
    this.#parser =
      options.kind === 'request' ? new RequestParser(limits, this) : new ResponseParser(limits, this);
  }

  /** Enters what `bytes`, which stand in the ledger, complete. */
  receive(bytes: Uint8Array): void {
    this.#parser.receive(bytes);
    if (this.paused === undefined) this.#read();
  }

  /** The paused message was not the last one. */
  resume(): void {
    this.paused = undefined;
    this.#read();
  }

  /** The first byte after a paused message, if it has come. */
  get nextByte(): number | undefined {
    const first = this.#ledger.slice(this.#ledger.at, this.#ledger.at + 1);
    return first === '' ? undefined : first.charCodeAt(0);
  }

  /** The bytes after the paused message, if they are not HTTP. */
  leftover(): Uint8Array {
    return this.#parser.leftover();
  }

  /** A message has begun and is not complete. */
  get isInside(): boolean {
    return this.#section !== undefined || this.#isInContent || this.#parser.unread > 0;
  }

  #read(): void {
    try {
      while (this.paused === undefined) {
        this.#expect();
        const event = this.#parser.next();
        if (event === undefined) return;
        this.#enterEvent(event);
      }
    } catch (error) {
      this.#fail(error as HttpError);
    }
  }

  /** Tells the parser which request is answered next, once bytes of an answer are there. */
  #expect(): void {
    if (!(this.#parser instanceof ResponseParser) || this.#method !== undefined || this.#parser.unread === 0)
      return;
    this.#method = this.#options.nextMethod();
    if (this.#method !== undefined) this.#parser.expect(this.#method);
  }

  // ── What the parser reports ──

  section(section: Section): void {
    this.#section = section;
  }

  part(name: 'chunk-size' | 'chunk-ext' | 'CRLF', end: number, value: string): void {
    if (name === 'chunk-size') {
      this.#left = Number(value);
      this.#ledger.enter(this.#left === 0 ? terms.LAST_CHUNK : terms.CHUNK_SIZE, end, { value });
      this.#isInChunkLine = true;
      this.#next = CHUNK_LINE_END;
    } else if (name === 'chunk-ext') {
      this.#ledger.enter(terms.CHUNK_EXTENSION, end, { value });
    } else {
      this.#ledger.enter(this.#isInChunkLine ? terms.CHUNK_LINE_END : terms.CHUNK_END, end, { value });
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
      this.#ledger.annotate(terms.FINAL_FOLLOWS, {
        en: 'the final response comes later',
        ko: '최종 응답은 나중에',
      });
    }
  }

  #enterHead(head: RequestHead | ResponseHead): void {
    this.#enterSection();
    this.#sectionKind = 'trailers';
    this.#framing = head.framing;
    this.#isInContent = true;
    this.#annotateHead(head);
    if (head.framing.kind === 'chunked') this.#next = CHUNK_SIZE;
    else if (head.framing.kind === 'until-close') this.#next = CLOSE;
    else if (head.framing.kind === 'length') {
      this.#left = head.framing.length;
      this.#next = bytesOf('content', this.#left);
    }
    this.#lastHead = head;
    this.#options.onHead(head);
  }
  #lastHead: RequestHead | ResponseHead | undefined;

  #annotateHead(head: RequestHead | ResponseHead): void {
    const { framing } = head;
    const isRequest = head instanceof RequestHead;
    if (!isRequest && head.status === 101) {
      if (namesWebSocket(head))
        this.#ledger.annotate(terms.FRAMES_FOLLOW, { en: 'then frames', ko: '이어서 프레임' });
      else
        this.#ledger.annotate(terms.SWITCH_FOLLOWS, {
          en: 'then another protocol',
          ko: '이어서 다른 프로토콜',
        });
    } else if (isRequest ? head.method === 'CONNECT' : this.#method === 'CONNECT' && head.status < 300)
      this.#ledger.annotate(
        terms.TUNNEL_FOLLOWS,
        isRequest
          ? { en: 'then a tunnel, if a 2xx answers', ko: '2xx로 답하면 이어서 터널' }
          : { en: 'then a tunnel', ko: '이어서 터널' },
      );
    else if (framing.kind === 'chunked')
      this.#ledger.annotate(terms.CHUNKS_FOLLOW, { en: 'then chunks', ko: '이어서 청크' });
    else if (framing.kind === 'until-close')
      this.#ledger.annotate(terms.CLOSE_FOLLOWS, {
        en: 'then content until the connection closes',
        ko: '이어서 연결이 닫힐 때까지 본문',
      });
    else if (framing.kind === 'length') {
      const bytes = `${framing.length} byte${framing.length === 1 ? '' : 's'}`;
      this.#ledger.annotate(terms.LENGTH_FOLLOWS, {
        en: `then ${bytes} of content`,
        ko: `이어서 본문 ${framing.length}바이트`,
      });
    } else if (isRequest && namesWebSocket(head))
      this.#ledger.annotate(terms.FRAMES_MAY_FOLLOW, {
        en: 'then frames, if a 101 answers',
        ko: '101로 답하면 이어서 프레임',
      });
    else this.#ledger.annotate(terms.NO_CONTENT_FOLLOWS, { en: 'no content', ko: '본문 없음' });
  }

  #enterContent(size: number): void {
    const isChunked = this.#framing.kind === 'chunked';
    this.#ledger.extend(isChunked ? terms.CHUNK_DATA : terms.CONTENT, this.#ledger.at + size);
    if (this.#framing.kind === 'until-close') return;
    this.#left -= size;
    this.#next = this.#left === 0 ? CHUNK_END : bytesOf(isChunked ? 'chunk-data' : 'content', this.#left);
  }

  #enterEnd(): void {
    this.#enterSection();
    if (this.#framing.kind === 'chunked')
      this.#ledger.annotate(terms.TRAILERS_END, { en: 'the end of the message', ko: '메시지의 끝' });
    this.#sectionKind = this.#options.kind;
    this.#next = undefined;
    this.#isInContent = false;
    const head = this.#lastHead;
    if (head !== undefined && mayEnd(head, this.#method)) this.paused = head;
    this.#method = undefined;
  }

  // ── What is left ──

  /** Enters what has been read of the current section. @returns what has to come next */
  #enterSection(): Next | undefined {
    const section = this.#section;
    if (section === undefined) return this.#next;
    const size = section.text === '' ? section.line - section.base : section.text.length;
    enterSection(this.#ledger, section, section.offset + size, this.#sectionKind);
    this.#section = undefined;
    return nextLine(section, this.#sectionKind);
  }

  #fail(error: HttpError): void {
    this.error = error;
    this.#enterBegun(this.#enterSection(), Math.min(this.#ledger.end, error.offset ?? 0));
  }

  /** The bytes end here: enters what is left. @returns what has to come next, if that is within a message */
  finish(): Text | undefined {
    if (this.error !== undefined || this.paused !== undefined) return undefined;
    const awaitsClose = this.#next === CLOSE;
    let isIncomplete = awaitsClose;
    try {
      this.#parser.end(); // throws if an unfinished line is wrong already
    } catch (error) {
      // To end early is no fault of the bytes.
      isIncomplete ||= (error as HttpError).code === 'incomplete-message';
      if (!isIncomplete) {
        this.#fail(error as HttpError);
        return undefined;
      }
    }
    const expected = this.#enterSection();
    this.#enterBegun(expected, this.#ledger.end);
    return isIncomplete ? expected?.awaits : undefined;
  }

  /** Enters an unfinished line: the parser reports only lines that it has read to their end. */
  #enterBegun(expected: Next | undefined, end: number): void {
    if (this.#ledger.at >= end) return;
    this.#ledger.enter(terms.begun(expected?.name ?? 'message', expected?.rule ?? 'RFC 9112 2.1'), end);
  }
}

/** Whether the bytes after a message may be of another protocol: RFC 9110 7.8, 9.3.6. */
function mayEnd(head: RequestHead | ResponseHead, method: string | undefined): boolean {
  if (head instanceof RequestHead) return head.method === 'CONNECT' || head.upgrade.length > 0;
  return head.status === 101 || (method === 'CONNECT' && head.status < 300);
}

export function namesWebSocket(head: RequestHead | ResponseHead): boolean {
  const protocols = head instanceof RequestHead ? head.upgrade : [head.fields.get('upgrade') ?? ''];
  return protocols.some((protocol) => protocol.toLowerCase() === 'websocket');
}
