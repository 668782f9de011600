/**
 * RequestParser and ResponseParser: bytes in, events out, without a socket (RFC 9112 2.2). The caller hands over bytes with
 * `receive` and pulls events with `next`, so the caller decides how far the parser reads:
 *
 *     parser.receive(bytes);
 *     for (let event; (event = parser.next()); ) ...      head, (content | chunk-extensions)*, end, head, ...
 *
 * However the bytes are cut, the events are the same, except that content may be cut elsewhere
 * (test: `law 1: http-mini requests`). At the first broken rule, `next` throws an HttpError. From then on the parser is
 * `failed` and gives nothing more, because what follows cannot be trusted.
 */
import { ChunkedDecoder } from './chunked.ts';
import {
  type ContentDecoder,
  type ContentEvent,
  END,
  type End,
  LengthDecoder,
  UntilCloseDecoder,
} from './content.ts';
import type { HttpError, HttpErrorCode } from './errors.ts';
import type { Framing } from './framing.ts';
import { RequestHead, ResponseHead } from './head.ts';
import { Input } from './input.ts';
import { readRequestLine, readStatusLine, type StartLineReader } from './lines.ts';
import { limitsOf, type OptionNames, refuseUnknown } from './options.ts';
import { LENIENCIES, type Leniency, type ParserObserver, type ParserRules, Section } from './section.ts';

export interface ParserOptions {
  /** The most bytes that a head or a trailer section may have. 16 KiB unless said otherwise. */
  maxHeadBytes?: number | undefined;
  /** The most field lines that a head or a trailer section may have. 100 unless said otherwise. */
  maxFields?: number | undefined;
  /** The most bytes that a request target may have. 8 KiB unless said otherwise. */
  maxTargetBytes?: number | undefined;
  /**
   * The most bytes of chunk extensions in one message. 4 KiB unless said otherwise. The digits of a chunk size count too,
   * from the 17th on.
   */
  maxChunkExtensionBytes?: number | undefined;
  /**
   * What to forgive, rule by rule. Unless said otherwise, a server forgives nothing, and a client forgives `foldedLines`,
   * `whitespaceBeforeColon` and `missingReasonSpace`.
   */
  lenient?: Leniency | undefined;
}

const LIMITS = {
  maxHeadBytes: 16 * 1024, // rfc9110/2.3/lengths
  maxFields: 100,
  maxTargetBytes: 8 * 1024, // rfc9112/3/line-8000, rfc9110/4.1/uri-8000
  maxChunkExtensionBytes: 4 * 1024,
};

export const PARSER_OPTIONS: OptionNames<ParserOptions> = { ...LIMITS, lenient: true };

export type RequestEvent = RequestHead | ContentEvent;
export type ResponseEvent = ResponseHead | ContentEvent;

/** What both parsers do: heads and contents in turn. */
abstract class MessageParser<Head extends RequestHead | ResponseHead> {
  readonly #rules: ParserRules;
  readonly #readStartLine: StartLineReader;
  #input = new Input();
  #state: 'head' | 'content' | 'failed' = 'head';
  /** The head that has begun to come, or that broke a rule. */
  protected section: Section | undefined;
  /** Undefined for a message without content. */
  #content: ContentDecoder | undefined;

  constructor(options: ParserOptions, observer: ParserObserver | undefined, readStartLine: StartLineReader) {
    const { lenient = {} } = options;
    refuseUnknown(lenient, LENIENCIES, 'lenient.');
    const { maxHeadBytes, maxFields, maxTargetBytes, maxChunkExtensionBytes } = limitsOf(options, LIMITS);
    this.#rules = { maxHeadBytes, maxFields, maxTargetBytes, maxChunkExtensionBytes, lenient, observer };
    this.#readStartLine = readStartLine;
  }

  /** Takes the next bytes of the stream. Content is views of them, so the caller must not change them before it is used. */
  receive(bytes: Uint8Array): this {
    if (this.#state !== 'failed') this.#input.receive(bytes);
    return this;
  }

  /**
   * The next event, or undefined if more bytes are needed.
   * @throws HttpError at the first broken rule
   */
  next(): Head | ContentEvent | undefined {
    if (this.#state === 'failed') return undefined;
    try {
      for (;;) {
        let event: Head | ContentEvent | undefined;
        if (this.#state === 'head') event = this.#nextHead();
        else {
          event = this.#content === undefined ? END : this.#content.next(this.#input);
          if (event?.type === 'end') this.#state = 'head';
        }
        if (event !== undefined || !this.#input.advance()) return event;
      }
    } catch (error) {
      this.#state = 'failed';
      throw error;
    }
  }

  #nextHead(): Head | undefined {
    const input = this.#input;
    if (input.isEmpty) return undefined;
    this.section ??= new Section(input, this.#readStartLine, this.#rules);
    if (!this.section.read(input)) return undefined;
    const head = this.headOf(this.section);
    this.section = undefined;
    if (head.type === 'information') return head; // and another head follows
    this.#content = head.framing.kind === 'none' ? undefined : contentDecoder(head.framing, this.#rules);
    this.#state = 'content';
    return head;
  }

  /** @throws HttpError if the fields together break a rule */
  protected abstract headOf(section: Section): Head;

  /**
   * Tells the parser that the peer will send no more. Call it when `next` has nothing more to give. Returns the end of
   * content that lasts until close.
   * @throws HttpError `incomplete-message` if a message is unfinished or a response missing (rfc9112/8/incomplete-response)
   */
  end(): End | undefined {
    if (this.#state === 'failed' || this.isBetweenMessages) return undefined;
    const isInHead = this.#state === 'head';
    this.#state = 'failed';
    if (isInHead) this.section?.end();
    else if (this.#content?.endsAtClose()) return END;
    // rfc9112/6.3/cl-short, rfc9112/7.1/incomplete
    throw this.fail('incomplete-message', 'the peer closed the connection within a message');
  }

  /** Whether no message is unfinished. */
  protected get isBetweenMessages(): boolean {
    return this.#state === 'head' && !this.section?.isBegun;
  }

  /** An error about the next byte to read; after it, the parser gives nothing more. */
  protected fail(code: HttpErrorCode, message: string): HttpError {
    this.#state = 'failed';
    return this.#input.error(code, message, this.#input.at);
  }

  /** Drops what was received and not read, and all that comes. */
  stop(): void {
    this.#state = 'failed';
    this.#input = new Input();
  }

  /**
   * Takes the bytes that were received and not read: after an Upgrade or a CONNECT they belong to another protocol. Call it
   * after that message's `end` event and before `next`, which would read them as another message.
   */
  leftover(): Uint8Array {
    return this.#input.takeRest();
  }

  /** How many bytes were received and not yet read. */
  get unread(): number {
    return this.#input.unread;
  }
}

export class RequestParser extends MessageParser<RequestHead> {
  /** @param observer sees where each part of the message lies */
  constructor(options: ParserOptions = {}, observer?: ParserObserver) {
    super(options, observer, readRequestLine);
  }

  protected override headOf(section: Section): RequestHead {
    return new RequestHead(section);
  }

  /**
   * Whether the unfinished or broken head starts with the method HEAD: a refusal of it must have no content
   * (rfc9110/9.3.2/head-content). For a complete head, look at its `method`.
   */
  get methodIsHead(): boolean {
    try {
      this.section?.end(); // of a start line that comes in pieces, only the first piece has been read
    } catch {
      // `next` and `end` throw it
    }
    return this.section?.methodIsHead ?? false;
  }

  /** Whether no byte of a next request has come. */
  get isBetweenRequests(): boolean {
    return this.isBetweenMessages && this.unread === 0;
  }
}

export class ResponseParser extends MessageParser<ResponseHead> {
  /** The methods of the requests that have not been answered, in the order in which they were sent (rfc9112/9.2/order). */
  readonly #methods: string[] = [];

  /** @param observer sees where each part of the message lies */
  constructor(options: ParserOptions = {}, observer?: ParserObserver) {
    // A user agent must unfold lines (rfc9112/5.2/response-fold) and remove whitespace before a colon
    // (rfc9112/5.1/response-space); a server refuses both. Many servers leave out the space before an empty reason, and
    // that cannot be misread (rfc9110/2.4/recover).
    const lenient = { foldedLines: true, whitespaceBeforeColon: true, missingReasonSpace: true };
    super({ ...options, lenient: { ...lenient, ...options.lenient } }, observer, readStatusLine);
  }

  /** Tells the parser that a request was sent: its method decides how the response is read. */
  expect(method: string): this {
    this.#methods.push(method);
    return this;
  }

  override next(): ResponseEvent | undefined {
    if (this.isBetweenMessages && this.unread > 0) {
      // Such bytes must never pass for the response to the next request (rfc9112/9.2/unsolicited, rfc9112/6.3/surplus,
      // rfc9112/9.2/stray-crlf).
      throw this.fail('unsolicited-response', 'the server sent bytes that answer no request');
    }
    return super.next();
  }

  protected override headOf(section: Section): ResponseHead {
    const head = new ResponseHead(section, this.#methods[0]!);
    if (head.type === 'head') this.#methods.shift();
    return head;
  }

  /** Between messages, and no request waits for its response. */
  protected override get isBetweenMessages(): boolean {
    return this.#methods.length === 0 && super.isBetweenMessages;
  }
}

export function contentDecoder(framing: Framing, rules: ParserRules): ContentDecoder {
  if (framing.kind === 'chunked') return new ChunkedDecoder(rules); // rfc9112/6.1/chunked
  if (framing.kind === 'until-close') return new UntilCloseDecoder();
  return new LengthDecoder(framing.kind === 'length' ? framing.length : 0);
}
