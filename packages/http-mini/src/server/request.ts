/**
 * HttpRequest: a request as a handler sees it. Its head is complete and valid; its content comes part by part, while the
 * handler reads it. If the handler does not read, the server stops reading from the socket, and so holds the client back
 * (rfc9112/9.5/flow-control).
 */
import { parseJson } from '../io/body.ts';
import { HttpError, userError } from '../wire/errors.ts';
import type { Fields, FieldsInit } from '../wire/fields.ts';
import type { Version } from '../wire/framing.ts';
import type { RequestHead } from '../wire/head.ts';
import { limit as checkLimit } from '../wire/options.ts';
import type { ServerConnection } from './connection.ts';

export class HttpRequest {
  /** As sent: methods are case-sensitive, and any token may be a method (rfc9110/9.1/case, rfc9110/9.1/get-head). */
  readonly method: string;
  /** As sent, in one of four forms (RFC 9112 3.2). */
  readonly target: string;
  readonly #head: RequestHead;
  readonly #incoming: Incoming;

  constructor(head: RequestHead, incoming: Incoming) {
    this.method = head.method;
    this.target = head.target;
    this.#head = head;
    this.#incoming = incoming;
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
    return this.#head.scheme ?? this.#incoming.connection.scheme;
  }

  /** host[:port]: from the target if it names one, else from Host (RFC 9112 3.2.2, 3.3). */
  get authority(): string {
    return this.#head.authority;
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
    return this.#incoming.trailers;
  }

  /** The protocols that the client offers to change to (RFC 9110 7.8); see `switchProtocols`. */
  get upgrade(): string[] {
    return this.#head.upgrade;
  }

  /** Aborted if the client goes away or breaks a rule before it has its answer. */
  get signal(): AbortSignal {
    return this.#incoming.signal;
  }

  /**
   * The content, part by part as it comes; it can be read once. A client that waits for 100 (Continue) gets it when you begin
   * to read.
   * @throws HttpError if the client breaks a rule in it or goes away
   */
  get body(): AsyncIterable<Uint8Array> {
    return this.#incoming;
  }

  /**
   * The whole content.
   * @param limit bytes; `maxContentBytes` of the server unless said otherwise
   * @throws HttpError `content-too-large`, `invalid-option` for an invalid limit, and as `body`
   */
  async bytes(limit?: number): Promise<Uint8Array> {
    const { maxContentBytes } = this.#incoming.connection.settings;
    return this.#incoming.readAll(checkLimit('limit', limit, maxContentBytes));
  }

  /** The whole content as UTF-8; invalid bytes become U+FFFD. @throws HttpError as `bytes` */
  async text(limit?: number): Promise<string> {
    return UTF_8.decode(await this.bytes(limit));
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
    this.#incoming.inform(status, headers);
  }
}

const UTF_8 = new TextDecoder();

/**
 * Incoming: the content of a request as it comes, and its end or failure. It makes streams and promises only when the handler
 * asks for them: a handler that reads no content pays for none.
 */
export class Incoming {
  readonly connection: ServerConnection;
  readonly #head: RequestHead;
  #isTaken = false;
  #isComplete: boolean;
  #isAnswered = false;
  /** Known once the content is complete; never merged into the header section (rfc9112/7.1.2/merge). */
  trailers: Fields | undefined;
  #failure: HttpError | undefined;
  /** Wakes the reader: there is something to read, or nothing more will come. */
  #wake: (() => void) | undefined;
  #controller: AbortController | undefined;

  constructor(connection: ServerConnection, head: RequestHead) {
    this.connection = connection;
    this.#head = head;
    this.#isComplete = head.framing.kind === 'none';
  }

  /** Whether the reader waits for the client to send more. */
  get isAwaited(): boolean {
    return this.#wake !== undefined;
  }

  /** The connection has more bytes. */
  arrived(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  /** From now on the connection's bytes belong to the next request (test: `a reader that comes after the answer`). */
  answered(): void {
    this.#isAnswered = true;
    this.#wake?.();
  }

  /** The client is gone, or broke a rule. */
  fail(error: HttpError): void {
    this.#failure = error;
    this.arrived();
    this.#controller?.abort(error);
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#failure !== undefined) this.#controller.abort(this.#failure);
    return this.#controller.signal;
  }

  inform(status: number, fields: FieldsInit): void {
    if (this.#isAnswered) return;
    this.connection.protocol.inform(status, fields);
    this.connection.writer.flush();
  }

  /** Waits for the next part; undefined at the end. @throws HttpError if it will not come */
  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const part = this.#take();
      if (part !== undefined || this.#isComplete) return part;
      await this.#more();
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /**
   * The whole content in one piece.
   * @throws HttpError `content-too-large`, `content-already-read`, or if the rest will not come
   */
  async readAll(limit: number): Promise<Uint8Array> {
    this.#beginReading();
    const { framing } = this.#head;
    const length = framing.kind === 'length' ? framing.length : undefined;
    // Refuse it before a 100 (Continue) asks the client to send it.
    if (length !== undefined && length > limit) throw tooLarge(limit);
    let whole: Uint8Array = NOTHING;
    let size = 0;
    // Not by `read`: small content is usually here already, and a promise for each part would slow it down.
    for (;;) {
      const part = this.#take();
      if (this.#isComplete && part === undefined) return whole.subarray(0, size);
      if (part === undefined) {
        await this.#more();
        continue;
      }
      const end = size + part.length;
      if (end > limit) throw tooLarge(limit);
      if (size === 0) {
        whole = part; // usually the only part: do not copy it
      } else {
        // Not a list of parts: the object around a tiny chunk is far larger than its bytes (test: `tiny chunks`).
        if (end > whole.length) whole = enlarged(whole, size, Math.min(2 * end, length ?? Infinity));
        whole.set(part, size);
      }
      size = end;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    this.#beginReading();
    for (let part = await this.read(); part !== undefined; part = await this.read()) yield part;
  }

  /** Refuses a second reader: each would get only some of the parts, and one of them would wait for ever. */
  #beginReading(): void {
    if (this.#isTaken) throw userError('content-already-read', 'the content can be read once');
    this.#isTaken = this.#head.framing.kind !== 'none';
  }

  /** The next part, if it has come. */
  #take(): Uint8Array | undefined {
    while (!this.#isComplete) {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#isAnswered) throw alreadyAnswered();
      const event = this.connection.nextContent();
      if (event === undefined) break;
      if (event.type === 'content') return event.bytes;
      if (event.type === 'end') {
        this.trailers = event.trailers;
        this.#isComplete = true;
      }
    }
    return undefined;
  }
}

const NOTHING = new Uint8Array(0);

function alreadyAnswered(): HttpError {
  const message = 'the request has been answered, and the rest of its content is dropped';
  return userError('content-already-read', message);
}

function enlarged(bytes: Uint8Array, size: number, capacity: number): Uint8Array {
  const larger = Buffer.allocUnsafe(capacity);
  larger.set(bytes.subarray(0, size));
  return larger;
}

function tooLarge(limit: number): HttpError {
  return new HttpError('content-too-large', `the content is larger than ${limit} bytes`);
}
