/**
 * HttpRequest: a request as a handler sees it. Its head is complete and valid; its content comes part by part, while the
 * handler reads it. If the handler does not read, the server stops reading from the socket, and so holds the client back
 * (rfc9112/9.5/flow-control).
 */
import { parseJson } from '../io/body.ts';
import type { Fields, FieldsInit } from '../wire/fields.ts';
import type { Version } from '../wire/framing.ts';
import type { RequestHead } from '../wire/head.ts';
import type { ServerExchange } from './exchange.ts';

/** An end of a connection. */
export interface Remote {
  readonly address: string;
  readonly port: number;
}

export class HttpRequest {
  /** As sent: methods are case-sensitive, and any token may be a method (rfc9110/9.1/case, rfc9110/9.1/get-head). */
  readonly method: string;
  /** As sent, in one of four forms (RFC 9112 3.2). */
  readonly target: string;
  readonly #head: RequestHead;
  readonly #exchange: ServerExchange;
  #body: AsyncIterable<Uint8Array> | undefined;

  constructor(head: RequestHead, exchange: ServerExchange) {
    this.method = head.method;
    this.target = head.target;
    this.#head = head;
    this.#exchange = exchange;
  }

  /** The target's path, as sent: not decoded, dot segments not removed; "*" for `OPTIONS *` and "" for CONNECT. */
  get path(): string {
    return this.#head.form.path;
  }

  /** What follows the target's first "?", as sent; undefined if there is no "?". */
  get query(): string | undefined {
    return this.#head.form.query;
  }

  /** The scheme that an absolute target names, or else `http` or `https`: see the server's option `scheme` (rfc9112/3.3/scheme). */
  get scheme(): string {
    return this.#head.scheme ?? this.#exchange.connection.scheme;
  }

  /** host[:port]: from the target if it names one, else from Host (RFC 9112 3.2.2, 3.3). */
  get authority(): string {
    return this.#head.authority;
  }

  /**
   * The client's end of the connection, as the system says it; behind a gateway that is the gateway. Undefined if the transport
   * is no socket with an address, or is gone.
   */
  get remote(): Remote | undefined {
    return this.#exchange.connection.remote;
  }

  /** 1.0, or 1.1 for that and every later 1.x (RFC 9110 2.5). */
  get version(): Version {
    return this.#head.version;
  }

  /** The header section: order and case as sent; look-up ignores case. */
  get headers(): Fields {
    return this.#head.fields;
  }

  /** The trailer section, once the content has been read to its end; undefined if there was none (RFC 9110 6.5). */
  get trailers(): Fields | undefined {
    return this.#exchange.trailers;
  }

  /** The protocols that the client offers to change to (RFC 9110 7.8); see `switchProtocols`. */
  get upgrade(): string[] {
    return this.#head.upgrade;
  }

  /** Aborted if the client goes away or breaks a rule before it has its answer. */
  get signal(): AbortSignal {
    return this.#exchange.signal;
  }

  /**
   * The content, part by part as it comes; it can be read once. A client that waits for 100 (Continue) gets it when you begin
   * to read. A part is a view of memory that the parser still uses until you ask for the next: copy it to give it away.
   * @throws HttpError if the client breaks a rule in it or goes away
   */
  get body(): AsyncIterable<Uint8Array> {
    const exchange = this.#exchange;
    return (this.#body ??= { [Symbol.asyncIterator]: () => exchange.content() });
  }

  /**
   * The whole content.
   * @param limit bytes; `maxContentBytes` of the server unless said otherwise
   * @throws HttpError `content-too-large`, `invalid-option` for an invalid limit, and as `body`
   */
  bytes(limit?: number): Promise<Uint8Array> {
    return this.#exchange.readAll(limit);
  }

  /** The whole content as UTF-8; invalid bytes become U+FFFD. @throws HttpError as `bytes` */
  async text(limit?: number): Promise<string> {
    return UTF_8.decode(await this.#exchange.readAll(limit));
  }

  /** The whole content, parsed. @throws HttpError as `bytes`; `invalid-content` if it is not JSON */
  async json(limit?: number): Promise<unknown> {
    return parseJson(await this.text(limit));
  }

  /**
   * Sends an interim response, such as 103 (Early Hints). Sends nothing to an HTTP/1.0 client (RFC 9110 15.2).
   * @param status 102 to 199: 100 is sent when the content is first read, 101 by `switchProtocols`
   */
  inform(status: number, headers: FieldsInit = []): void {
    this.#exchange.inform(status, headers);
  }
}

const UTF_8 = new TextDecoder();
