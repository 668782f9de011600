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
import {
  type ChunkedRules,
  type ContentDecoder,
  type ContentEvent,
  contentDecoder,
  END,
  type End,
} from './content.ts';
import { HttpError } from './errors.ts';
import { RequestHead, ResponseHead } from './head.ts';
import { Input } from './input.ts';
import { limit } from './limit.ts';
import { readRequestLine, readStatusLine } from './lines.ts';
import { type OptionNames, refuseUnknown } from './options.ts';
import { LENIENCIES, type Leniency, type Trace } from './section.ts';
import { SectionReader } from './section-reader.ts';

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

export const PARSER_OPTIONS: OptionNames<ParserOptions> = {
  maxHeadBytes: true,
  maxFields: true,
  maxTargetBytes: true,
  maxChunkExtensionBytes: true,
  lenient: true,
};

export type RequestEvent = RequestHead | ContentEvent;
export type ResponseEvent = ResponseHead | ContentEvent;

type State = 'head' | 'content' | 'failed';

export class RequestParser {
  readonly #rules: ChunkedRules;
  readonly #input = new Input();
  readonly #heads: SectionReader;
  /** Undefined for a message without content. */
  #content: ContentDecoder | undefined;
  #state: State = 'head';

  /** @param trace hears where each part of the message lies */
  constructor(options: ParserOptions = {}, trace?: Trace) {
    this.#rules = rulesOf(options, trace);
    this.#heads = new SectionReader(readRequestLine, this.#rules);
  }

  /**
   * Takes the next bytes of the stream. Content is views of them, so the caller must not change them before it is used.
   */
  receive(bytes: Uint8Array): this {
    if (this.#state !== 'failed') this.#input.receive(bytes);
    return this;
  }

  /**
   * The next event, or undefined if more bytes are needed.
   * @throws HttpError at the first broken rule
   */
  next(): RequestEvent | undefined {
    if (this.#state === 'failed') return undefined;
    try {
      for (;;) {
        const event = this.#state === 'head' ? this.#nextHead() : this.#nextOfContent();
        if (event !== undefined || !this.#input.advance()) return event;
      }
    } catch (error) {
      this.#state = 'failed';
      throw error;
    }
  }

  #nextOfContent(): ContentEvent | undefined {
    const event = this.#content === undefined ? END : this.#content.next(this.#input);
    if (event?.type === 'end') this.#state = 'head';
    return event;
  }

  #nextHead(): RequestHead | undefined {
    const section = this.#heads.read(this.#input);
    if (section === undefined) return undefined;
    const head = new RequestHead(section);
    this.#heads.forget();
    this.#content = head.framing.kind === 'none' ? undefined : contentDecoder(head.framing, this.#rules);
    this.#state = 'content';
    return head;
  }

  /**
   * Whether the unfinished or broken head starts with the method HEAD: a refusal of it must have no content
   * (rfc9110/9.3.2/head-content). For a complete head, look at its `method`.
   */
  get methodIsHead(): boolean {
    return this.#heads.methodIsHead;
  }

  /**
   * Tells the parser that the peer will send no more. Call it when `next` has nothing more to give.
   * @throws HttpError `incomplete-message` if a request is unfinished (RFC 9112 8)
   */
  end(): void {
    const state = this.#state;
    if (state === 'failed' || (state === 'head' && !this.#heads.isInside)) return;
    this.#state = 'failed';
    if (state === 'head') this.#heads.end();
    else this.#content?.endsAtClose();
    throw incomplete(this.#input);
  }

  /**
   * Takes the bytes that were received and not read: after an Upgrade or a CONNECT they belong to another protocol. Call it
   * after that request's `end` event and before `next`, which would read them as another request.
   */
  leftover(): Uint8Array {
    return this.#input.takeRest();
  }

  /** How many bytes were received and not yet read. */
  get unread(): number {
    return this.#input.unread;
  }

  /** Whether no byte of a next request has come. */
  get isBetweenRequests(): boolean {
    return this.#state === 'head' && !this.#heads.isInside && this.#input.unread === 0;
  }
}

export class ResponseParser {
  readonly #rules: ChunkedRules;
  readonly #input = new Input();
  readonly #heads: SectionReader;
  /** The methods of the requests that have not been answered, in the order in which they were sent (rfc9112/9.2/order). */
  readonly #methods: string[] = [];
  /** Undefined for a message without content. */
  #content: ContentDecoder | undefined;
  #state: State = 'head';

  /** @param trace hears where each part of the message lies */
  constructor(options: ParserOptions = {}, trace?: Trace) {
    // A user agent must unfold lines (rfc9112/5.2/response-fold) and remove whitespace before a colon
    // (rfc9112/5.1/response-space); a server refuses both. Many servers leave out the space before an empty reason, and
    // that cannot be misread (rfc9110/2.4/recover).
    const lenient = {
      foldedLines: true,
      whitespaceBeforeColon: true,
      missingReasonSpace: true,
      ...options.lenient,
    };
    this.#rules = rulesOf({ ...options, lenient }, trace);
    this.#heads = new SectionReader(readStatusLine, this.#rules);
  }

  /** Tells the parser that a request was sent: its method decides how the response is read. */
  expect(method: string): this {
    this.#methods.push(method);
    return this;
  }

  /** Takes the next bytes of the stream, see RequestParser. */
  receive(bytes: Uint8Array): this {
    if (this.#state !== 'failed') this.#input.receive(bytes);
    return this;
  }

  /**
   * The next event, or undefined if more bytes are needed.
   * @throws HttpError at the first broken rule
   */
  next(): ResponseEvent | undefined {
    if (this.#state === 'failed') return undefined;
    try {
      for (;;) {
        const event = this.#state === 'head' ? this.#nextHead() : this.#nextOfContent();
        if (event !== undefined || !this.#input.advance()) return event;
      }
    } catch (error) {
      this.#state = 'failed';
      throw error;
    }
  }

  #nextOfContent(): ContentEvent | undefined {
    const event = this.#content === undefined ? END : this.#content.next(this.#input);
    if (event?.type === 'end') this.#state = 'head';
    return event;
  }

  #nextHead(): ResponseHead | undefined {
    const method = this.#methods[0];
    if (method === undefined) {
      // Such bytes must never pass for the response to the next request (rfc9112/9.2/unsolicited, rfc9112/6.3/surplus).
      if (this.#input.isEmpty) return undefined;
      const offset = this.#input.offset(this.#input.at);
      // rfc9112/9.2/stray-crlf
      throw new HttpError('unsolicited-response', 'the server sent bytes that answer no request', { offset });
    }
    const section = this.#heads.read(this.#input);
    if (section === undefined) return undefined;
    const head = new ResponseHead(section, method);
    if (head.type === 'information') return head;
    this.#methods.shift();
    this.#content = head.framing.kind === 'none' ? undefined : contentDecoder(head.framing, this.#rules);
    this.#state = 'content';
    return head;
  }

  /**
   * Tells the parser that the peer will send no more, see RequestParser. Returns the end of content that lasts until close.
   * @throws HttpError `incomplete-message` if a response is unfinished or missing (rfc9112/8/incomplete-response)
   */
  end(): End | undefined {
    const state = this.#state;
    const isComplete =
      state === 'failed' || (state === 'head' && !this.#heads.isInside && this.#methods.length === 0);
    if (isComplete) return undefined;
    this.#state = 'failed';
    if (state === 'head') this.#heads.end();
    else if (this.#content?.endsAtClose()) return END;
    throw incomplete(this.#input);
  }

  /** Takes the bytes that were received and not read, see RequestParser. */
  leftover(): Uint8Array {
    return this.#input.takeRest();
  }

  get unread(): number {
    return this.#input.unread;
  }
}

function rulesOf(options: ParserOptions, trace: Trace | undefined): ChunkedRules {
  const { lenient = {} } = options;
  refuseUnknown(lenient, LENIENCIES, 'lenient.');
  return {
    maxHeadBytes: limit('maxHeadBytes', options.maxHeadBytes, 16 * 1024), // rfc9110/2.3/lengths
    maxFields: limit('maxFields', options.maxFields, 100),
    maxTargetBytes: limit('maxTargetBytes', options.maxTargetBytes, 8 * 1024), // rfc9112/3/line-8000, rfc9110/4.1/uri-8000
    maxChunkExtensionBytes: limit('maxChunkExtensionBytes', options.maxChunkExtensionBytes, 4 * 1024),
    lenient,
    trace,
  };
}

function incomplete(input: Input): HttpError {
  const offset = input.offset(input.end);
  // rfc9112/6.3/cl-short, rfc9112/7.1/incomplete
  return new HttpError('incomplete-message', 'the peer closed the connection within a message', { offset });
}
