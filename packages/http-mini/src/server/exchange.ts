/**
 * An exchange: one request and the response to it, as the handler sees them. The request's content is pulled: what
 * nobody reads is not read from the socket either, and that is the whole of back-pressure on this side. Nothing is
 * made before it is asked for: no stream, no AbortSignal, no promise for a request that only wants an answer.
 */
import type { ContentEvent } from '../wire/content.ts';
import { HttpError } from '../wire/errors.ts';
import type { Fields, FieldsInit } from '../wire/fields.ts';
import type { Version } from '../wire/framing.ts';
import type { RequestHead } from '../wire/head.ts';

/** What an exchange needs of the connection below it. */
export interface ExchangeConnection {
  /** The next event of the content, or undefined where it has not come yet; `Exchange.arrived` tells when to ask again. */
  nextContent(): ContentEvent | undefined;
  /** Sends an interim response at once. */
  sendInformation(status: number, fields: FieldsInit): void;
  /** Limit of `text`, `json` and `bytes`. */
  readonly maxContentBytes: number;
}

type ContentState = 'untouched' | 'reading' | 'complete' | 'failed';

export class Exchange {
  readonly head: RequestHead;
  readonly request: HttpRequest;
  readonly #connection: ExchangeConnection;
  #state: ContentState;
  #trailers: Fields | undefined;
  #error: HttpError | undefined;
  #controller: AbortController | undefined;
  /** Tells the one reader of the content that there is something to read, or that it failed. */
  #wake: (() => void) | undefined;

  constructor(connection: ExchangeConnection, head: RequestHead) {
    this.head = head;
    this.#connection = connection;
    this.#state = head.framing.kind === 'none' ? 'complete' : 'untouched';
    this.request = new HttpRequest(this, head);
  }

  /** Whether a client that waits for 100 (Continue) still has not got it. */
  get awaitsContinue(): boolean {
    return this.#state === 'untouched' && this.head.expectsContinue;
  }

  get contentIsComplete(): boolean {
    return this.#state === 'complete';
  }

  get trailers(): Fields | undefined {
    return this.#trailers;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#error !== undefined) this.#controller.abort(this.#error);
    }
    return this.#controller.signal;
  }

  /** The connection has more bytes. */
  arrived(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  /** The rest will not come: the client is gone, or broke a rule in its content. */
  fail(error: HttpError): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    if (this.#state !== 'complete') this.#state = 'failed';
    this.#controller?.abort(error);
    this.arrived();
  }

  /** Takes the next part of the content; undefined at its end. */
  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const part = this.take();
      if (part !== undefined || this.#state === 'complete') return part;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The next part of the content as far as it has come; undefined at the end, or where the next part is still to come. */
  take(): Uint8Array | undefined {
    if (this.awaitsContinue) this.#connection.sendInformation(100, []); // the handler wants it: only now (RFC 9110 10.1.1)
    if (this.#state === 'untouched') this.#state = 'reading';
    while (this.#state === 'reading') {
      const event = this.#connection.nextContent();
      if (event === undefined) break;
      if (event.type === 'content') return event.bytes;
      if (event.type === 'end') {
        this.#trailers = event.trailers;
        this.#state = 'complete';
      }
    }
    if (this.#state === 'failed') throw this.#error;
    return undefined;
  }

  /** All of the content in one piece. @throws HttpError `content-too-large` */
  async readAll(limit: number = this.#connection.maxContentBytes): Promise<Uint8Array> {
    const { framing } = this.head;
    // Refused before a 100 (Continue) has invited the client to send it.
    if (framing.kind === 'length' && framing.length > limit) throw tooLarge(limit);
    const parts: Uint8Array[] = [];
    let size = 0;
    for (let part = await this.read(); part !== undefined; part = await this.read()) {
      size += part.length;
      if (size > limit) throw tooLarge(limit);
      parts.push(part);
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts, size);
  }

  inform(status: number, fields: FieldsInit): void {
    if (status < 102 || status > 199) {
      throw new HttpError('invalid-status', `${status} is not an interim status that a handler sends`, {
        by: 'user',
      });
    }
    // "A server MUST NOT send a 1xx response to an HTTP/1.0 client" (RFC 9110 15.2)
    if (this.head.version !== '1.0' && this.#error === undefined)
      this.#connection.sendInformation(status, fields);
  }
}

function tooLarge(limit: number): HttpError {
  return new HttpError('content-too-large', `the content is larger than ${limit} bytes`);
}

/** A request, as a handler gets it. */
export class HttpRequest {
  /** As sent: methods are case-sensitive, and any token is one (RFC 9110 9.1). */
  readonly method: string;
  /** As sent, in one of four forms (RFC 9112 3.2). */
  readonly target: string;
  readonly #exchange: Exchange;
  readonly #head: RequestHead;

  constructor(exchange: Exchange, head: RequestHead) {
    this.method = head.method;
    this.target = head.target;
    this.#exchange = exchange;
    this.#head = head;
  }

  /** The target's path, as sent: not decoded, dot segments not removed; "*" and "" for targets that have none. */
  get path(): string {
    return this.#head.form.path;
  }

  /** What follows the target's first "?", as sent. */
  get query(): string | undefined {
    return this.#head.form.query;
  }

  /** host[:port], from the target where it names one, else from Host (RFC 9112 3.2.2, 3.3). */
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
    return this.#exchange.trailers;
  }

  /** The protocols that the client would change to (RFC 9110 7.8); for `switchProtocols`. */
  get upgrade(): string[] {
    return this.#head.upgrade;
  }

  /** Aborted when the client goes away before it has its answer. */
  get signal(): AbortSignal {
    return this.#exchange.signal;
  }

  /**
   * The content, part by part as it comes; it can be read once, by one reader.
   * @throws HttpError where the client breaks a rule in it or goes away
   */
  get body(): AsyncIterable<Uint8Array> {
    return contentOf(this.#exchange);
  }

  /** @param limit bytes, 1 MiB unless the server was told otherwise. @throws HttpError `content-too-large` */
  bytes(limit?: number): Promise<Uint8Array> {
    return this.#exchange.readAll(limit);
  }

  /** The content as UTF-8; bytes that are not become U+FFFD. @throws HttpError as `bytes` */
  async text(limit?: number): Promise<string> {
    return UTF_8.decode(await this.#exchange.readAll(limit));
  }

  /** @throws HttpError as `bytes`; `invalid-content` where it is not JSON */
  async json(limit?: number): Promise<unknown> {
    const text = await this.text(limit);
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new HttpError('invalid-content', 'the content is not JSON', { cause });
    }
  }

  /** Sends an interim response, such as 103 (Early Hints); nothing to an HTTP/1.0 client (RFC 9110 15.2). */
  inform(status: number, headers: FieldsInit = []): void {
    this.#exchange.inform(status, headers);
  }
}

const UTF_8 = new TextDecoder();

async function* contentOf(exchange: Exchange): AsyncGenerator<Uint8Array, void, void> {
  for (let part = await exchange.read(); part !== undefined; part = await exchange.read()) yield part;
}
