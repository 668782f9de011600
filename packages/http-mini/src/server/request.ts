/**
 * HttpRequest: a request as a handler sees it. Its head is complete and sound; its content comes while it is read.
 */
import { parseJson } from '../body.ts';
import type { Fields, FieldsInit } from '../wire/fields.ts';
import type { Version } from '../wire/framing.ts';
import type { RequestHead } from '../wire/head.ts';
import { limit as checkLimit } from '../wire/limit.ts';
import type { RequestContent } from './content.ts';

/** What a request needs of the exchange that it belongs to. */
export interface RequestContext {
  readonly content: RequestContent;
  readonly maxContentBytes: number;
  readonly scheme: 'http' | 'https';
  readonly signal: AbortSignal;
  inform(status: number, fields: FieldsInit): void;
}

export class HttpRequest {
  /** As sent: methods are case-sensitive, and any token is one (rfc9110/9.1/case, rfc9110/9.1/get-head). */
  readonly method: string;
  /** As sent, in one of four forms (RFC 9112 3.2). */
  readonly target: string;
  readonly #head: RequestHead;
  readonly #context: RequestContext;

  constructor(head: RequestHead, context: RequestContext) {
    this.method = head.method;
    this.target = head.target;
    this.#head = head;
    this.#context = context;
  }

  /** The target's path, as sent: not decoded, dot segments not removed; "*" for `OPTIONS *` and "" for CONNECT. */
  get path(): string {
    return this.#head.form.path;
  }

  /** What follows the target's first "?", as sent. */
  get query(): string | undefined {
    return this.#head.form.query;
  }

  /** `http` or `https`, or what an absolute target names: see the server's option `scheme` (rfc9112/3.3/scheme). */
  get scheme(): string {
    return this.#head.scheme ?? this.#context.scheme;
  }

  /** host[:port]: from the target where it names one, else from Host (RFC 9112 3.2.2, 3.3). */
  get authority(): string {
    return this.#head.authority;
  }

  /** 1.0, or 1.1 for that and every later 1.x (RFC 9110 2.5). */
  get version(): Version {
    return this.#head.version;
  }

  /** The header section: order and case as sent, look-up without case. */
  get headers(): Fields {
    return this.#head.fields;
  }

  /** The trailer section, once the content has been read to its end; undefined where there was none (RFC 9110 6.5). */
  get trailers(): Fields | undefined {
    return this.#context.content.trailers;
  }

  /** The protocols that the client would change to (RFC 9110 7.8); see `switchProtocols`. */
  get upgrade(): string[] {
    return this.#head.upgrade;
  }

  /** Aborted when the client goes away, or breaks a rule, before it has its answer. */
  get signal(): AbortSignal {
    return this.#context.signal;
  }

  /**
   * The content, part by part as it comes; it can be read once. A client that waits for 100 (Continue) gets it now.
   * @throws HttpError where the client breaks a rule in it or goes away
   */
  get body(): AsyncIterable<Uint8Array> {
    return this.#context.content;
  }

  /**
   * All of the content.
   * @param limit bytes; `maxContentBytes` of the server unless said otherwise
   * @throws HttpError `content-too-large`, `invalid-option` for a limit that is none, and as `body`
   */
  async bytes(limit?: number): Promise<Uint8Array> {
    return this.#context.content.readAll(checkLimit('limit', limit, this.#context.maxContentBytes));
  }

  /** All of the content as UTF-8; bytes that are not become U+FFFD. @throws HttpError as `bytes` */
  async text(limit?: number): Promise<string> {
    return UTF_8.decode(await this.bytes(limit));
  }

  /** All of the content, parsed. @throws HttpError as `bytes`; `invalid-content` where it is not JSON */
  async json(limit?: number): Promise<unknown> {
    return parseJson(await this.text(limit));
  }

  /**
   * Sends an interim response, such as 103 (Early Hints); nothing to an HTTP/1.0 client (RFC 9110 15.2).
   * @param status 102 to 199: 100 is sent when the content is first read, 101 by `switchProtocols`
   */
  inform(status: number, headers: FieldsInit = []): void {
    this.#context.inform(status, headers);
  }
}

const UTF_8 = new TextDecoder();
