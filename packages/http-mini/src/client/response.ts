/**
 * ClientResponse: a final response. The caller gets it as soon as its head has come; the content follows. Read it or `discard`
 * it: if you begin neither within `contentTimeout`, the connection may be closed.
 */
import type { Duplex } from 'node:stream';
import { aboutServer } from '../io/blame.ts';
import { parseJson } from '../io/body.ts';
import { HttpError, userError } from '../wire/errors.ts';
import type { Fields } from '../wire/fields.ts';
import type { Framing, Version } from '../wire/framing.ts';
import type { ResponseHead } from '../wire/head.ts';
import { limit as checkLimit } from '../wire/options.ts';
import type { ClientConnection } from './connection.ts';

export class ClientResponse {
  /** 100 to 999; treat one that you do not know as the x00 of its class (rfc9110/15/unknown-class). */
  readonly status: number;
  /** The URL that gave this response, after redirects, with its fragment; undefined from a `Client`. */
  url: string | undefined = undefined;
  /**
   * After 101, and after 2xx to CONNECT: the transport, which now speaks another protocol; a net.Socket unless the option
   * `connect` gave another. It is paused, and yours. The client leaves one listener, for `error`, so that an error ends the
   * transport and not the process.
   */
  socket: Duplex | undefined = undefined;
  /** The bytes that came with the response and already belong to the other protocol. */
  leftover: Uint8Array | undefined = undefined;
  readonly #head: ResponseHead;
  readonly #content: ReceivedContent;
  readonly #maxContentBytes: number;

  constructor(head: ResponseHead, content: ReceivedContent, maxContentBytes: number) {
    this.status = head.status;
    this.#head = head;
    this.#content = content;
    this.#maxContentBytes = maxContentBytes;
  }

  /** Whether the status is 200 to 299: the request was received, understood and accepted (RFC 9110 15.3). */
  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  /** The reason phrase as sent; ignore it, and look at the status (RFC 9112 4). */
  get reason(): string {
    return this.#head.reason;
  }

  get version(): Version {
    return this.#head.version;
  }

  /** The header section: order and case as sent; look-up ignores case. */
  get headers(): Fields {
    return this.#head.fields;
  }

  /** The trailer section, once the content has come to its end; undefined if there was none (RFC 9110 6.5). */
  get trailers(): Fields | undefined {
    return this.#content.trailers;
  }

  /**
   * The content, part by part as it comes; it can be read once. If you stop before its end, the connection is closed.
   * @throws HttpError if the response breaks off, breaks a rule, or stands still
   */
  get body(): AsyncIterable<Uint8Array> {
    return this.#content;
  }

  /** @param limit bytes, 1 MiB unless the client was told otherwise. @throws HttpError `content-too-large`, `invalid-option`, and as `body` */
  bytes(limit: number = this.#maxContentBytes): Promise<Uint8Array> {
    return this.#content.bytes(limit);
  }

  /** The content as UTF-8; invalid bytes become U+FFFD, and a byte order mark is removed. @throws HttpError as `bytes` */
  async text(limit: number = this.#maxContentBytes): Promise<string> {
    const text = (await this.#content.bytes(limit)).toString();
    return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
  }

  /** @throws HttpError as `bytes`; `invalid-content` if it is not JSON */
  async json(limit?: number): Promise<unknown> {
    const text = await this.text(limit);
    try {
      return parseJson(text);
    } catch (error) {
      throw aboutServer(error);
    }
  }

  /** Drops the content. Keeps the connection if at most 64 KiB are still to come, and closes it otherwise. */
  discard(): void {
    this.#content.discard();
  }
}

const BYTE_ORDER_MARK = 0xfeff;

/** Smaller parts are joined, so that even a body of one-byte chunks takes memory in proportion to its bytes. */
const SMALL = 1024;
const BLOCK = 4096;
/** How much `discard` reads to keep a connection: reading more would cost more than a new connection. */
const MAX_DISCARDED = 64 * 1024;

type State = 'receiving' | 'complete' | 'failed';

/**
 * A response's content between the connection, which fills it, and its one reader, who empties it. If more than
 * `maxBufferedBytes` wait, the connection stops reading until the reader has caught up. The content is complete as soon as its
 * last byte has come, read or not, so that a small response frees its connection at once.
 */
export class ReceivedContent implements AsyncIterable<Uint8Array> {
  readonly #connection: ClientConnection;
  /** Content-Length, or undefined if the length is not known. */
  readonly #length: number | undefined;
  readonly #maxBuffered: number;
  #state: State = 'receiving';
  #reader: 'none' | 'parts' | 'whole' | 'discard' = 'none';
  #parts: Buffer[] = [];
  #size = 0;
  /** The block that holds the last part, if that part can still grow. */
  #block: Buffer | undefined;
  #error: HttpError | undefined;
  #wake: (() => void) | undefined;
  trailers: Fields | undefined;

  constructor(connection: ClientConnection, framing: Framing, maxBuffered: number) {
    this.#connection = connection;
    this.#length = framing.kind === 'length' ? framing.length : undefined;
    this.#maxBuffered = maxBuffered;
  }

  // ── The side of the socket ──

  /** Copies the bytes: they lie in a buffer that the next read overwrites. */
  push(bytes: Uint8Array): void {
    this.#size += bytes.length;
    if (this.#reader === 'discard') {
      if (this.#size > MAX_DISCARDED) this.#cancel();
      return;
    }
    if (bytes.length >= SMALL || !this.#append(bytes)) {
      this.#block = undefined;
      this.#parts.push(Buffer.from(bytes));
    }
    this.#notify();
  }

  /** Adds a small part to the last waiting one, if that is small too or already has a block. */
  #append(bytes: Uint8Array): boolean {
    const last = this.#parts.at(-1);
    if (last === undefined || (this.#block === undefined && last.length >= SMALL)) return false;
    const length = last.length + bytes.length;
    if (length > BLOCK) return false;
    if (this.#block === undefined) {
      this.#block = Buffer.allocUnsafe(BLOCK);
      this.#block.set(last);
    }
    this.#block.set(bytes, last.length);
    this.#parts[this.#parts.length - 1] = this.#block.subarray(0, length);
    return true;
  }

  complete(trailers: Fields | undefined): void {
    this.trailers = trailers;
    this.#state = 'complete';
    this.#notify();
  }

  /** The rest will not come. What has come can still be read; after it, the reader gets the error. */
  fail(error: HttpError): void {
    if (this.#state !== 'receiving') return;
    this.#error = aboutServer(error);
    this.#state = 'failed';
    this.#notify();
  }

  get isFull(): boolean {
    return this.#reader !== 'whole' && this.#reader !== 'discard' && this.#size >= this.#maxBuffered;
  }

  /** Whether a reader has begun: from then on, a pause is the reader's own business. */
  get hasReader(): boolean {
    return this.#reader !== 'none';
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  // ── The side of the reader ──

  /** A reader that leaves early does not want the rest, even if it leaves before the first part (test: `nobody began`). */
  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    const parts = this.#read();
    const leave = parts.return.bind(parts);
    // A generator that has not begun runs no `finally`.
    parts.return = (value) => {
      if (this.#reader === 'none') {
        this.#reader = 'parts';
        this.#cancel();
      }
      return leave(value);
    };
    return parts;
  }

  async *#read(): AsyncGenerator<Uint8Array, void, void> {
    this.#take('parts');
    try {
      for (;;) {
        const part = this.#shift();
        if (part !== undefined) yield part;
        else if (this.#state === 'receiving') await this.#more();
        else break;
      }
      if (this.#error !== undefined) throw this.#error;
    } finally {
      this.#cancel();
    }
  }

  /** The whole content in one piece. @throws HttpError `invalid-option` for an invalid limit, `content-too-large` */
  async bytes(most: number): Promise<Buffer> {
    const limit = checkLimit('limit', most, most); // with NaN, the loop below would end at once and return half the content
    this.#take('whole');
    // If the length says that it is too large, read nothing.
    if (this.#length !== undefined && this.#length > limit) throw this.#refuse(limit);
    while (this.#size <= limit && this.#state === 'receiving') await this.#more();
    if (this.#size > limit) throw this.#refuse(limit);
    if (this.#error !== undefined) throw this.#error;
    const parts = this.#parts;
    this.#parts = [];
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts, this.#size);
  }

  /** Drops the content; keeps the connection if little of it is still to come. */
  discard(): void {
    if (this.#reader !== 'none') return;
    this.#reader = 'discard';
    this.#parts = [];
    this.#size = 0;
    if (this.#state !== 'receiving') return;
    if (this.#length === undefined || this.#length <= MAX_DISCARDED) this.#connection.resume();
    else this.#cancel();
  }

  #take(reader: 'parts' | 'whole'): void {
    if (this.#reader !== 'none') throw userError('content-already-read', 'the content can be read once');
    this.#reader = reader;
    // From now on a pause is the reader's own business (test: `a slow reader who comes late`).
    if (this.#state === 'receiving') this.#connection.resume();
  }

  #shift(): Uint8Array | undefined {
    const part = this.#parts.shift();
    if (part === undefined) return undefined;
    if (this.#parts.length === 0) this.#block = undefined;
    const wasFull = this.isFull;
    this.#size -= part.length;
    if (wasFull && !this.isFull && this.#state === 'receiving') this.#connection.resume();
    return part;
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #refuse(limit: number): HttpError {
    const error = new HttpError(
      'content-too-large',
      `the content is larger than ${limit} bytes: give a larger limit, or read body part by part`,
    );
    this.#parts = [];
    this.#cancel(error);
    return aboutServer(error);
  }

  #cancel(error: HttpError = userError('aborted', 'the content was not read to its end')): void {
    if (this.#state !== 'receiving') return;
    this.fail(error);
    this.#connection.cutOff(error);
  }
}
