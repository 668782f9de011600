/**
 * ClientResponse: a final response. The caller gets it as soon as its head has come; the content follows. Read it or `discard`
 * it: if you begin neither within `contentTimeout`, the connection may be closed.
 */
import type { Socket } from 'node:net';
import { parseJson } from '../io/body.ts';
import type { Fields } from '../wire/fields.ts';
import type { Version } from '../wire/framing.ts';
import type { ResponseHead } from '../wire/head.ts';
import type { ReceivedContent } from './content.ts';

export class ClientResponse {
  /** 100 to 999; treat one that you do not know as the x00 of its class (rfc9110/15/unknown-class). */
  readonly status: number;
  /** The URL that gave this response, after redirects, with its fragment; undefined from a `Client`. */
  url: string | undefined = undefined;
  /**
   * After 101, and after 2xx to CONNECT: the socket, which now speaks another protocol. It is paused, and yours. The client
   * leaves one listener, for `error`, so that an error ends the socket and not the process.
   */
  socket: Socket | undefined = undefined;
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
    return parseJson(await this.text(limit));
  }

  /** Drops the content. Keeps the connection if at most 64 KiB are still to come, and closes it otherwise. */
  discard(): void {
    this.#content.discard();
  }
}

const BYTE_ORDER_MARK = 0xfeff;
