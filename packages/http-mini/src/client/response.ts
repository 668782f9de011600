/**
 * ClientResponse: a final response as the caller gets it, as soon as its head has come. The content follows: read it,
 * or `discard` it; what nobody begins to read within `contentTimeout` costs the connection.
 */
import type { Socket } from 'node:net';
import { parseJson } from '../body.ts';
import type { Fields } from '../wire/fields.ts';
import type { Version } from '../wire/framing.ts';
import type { ResponseHead } from '../wire/head.ts';
import type { ReceivedContent } from './content.ts';

export class ClientResponse {
  /** 100 to 999; treat one that you do not know as the x00 of its class (rfc9110/15/unknown-class). */
  readonly status: number;
  /** The URL that was answered in the end, after redirects, with its fragment; undefined from a `Client`. */
  url: string | undefined = undefined;
  /**
   * After 101, and after 2xx to CONNECT: the socket, which speaks another protocol now. It is paused, and yours: of the
   * client's listeners only one for `error` is left, so that an error ends the socket and not the process.
   */
  socket: Socket | undefined = undefined;
  /** What came with the response and belongs to the other protocol already. */
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

  /** As sent; it says nothing that the status does not (RFC 9112 4). */
  get reason(): string {
    return this.#head.reason;
  }

  get version(): Version {
    return this.#head.version;
  }

  /** The header section: order and case as sent, look-up without case. */
  get headers(): Fields {
    return this.#head.fields;
  }

  /** The trailer section, once the content has come to its end; undefined where there was none (RFC 9110 6.5). */
  get trailers(): Fields | undefined {
    return this.#content.trailers;
  }

  /**
   * The content, part by part as it comes; it can be read once. A reader who leaves before its end gives the connection up.
   * @throws HttpError where the response breaks off, breaks a rule, or stands still
   */
  get body(): AsyncIterable<Uint8Array> {
    return this.#content;
  }

  /** @param limit bytes, 1 MiB unless the client was told otherwise. @throws HttpError `content-too-large`, `invalid-option`, and as `body` */
  bytes(limit: number = this.#maxContentBytes): Promise<Uint8Array> {
    return this.#content.bytes(limit);
  }

  /** The content as UTF-8; bytes that are not become U+FFFD, a byte order mark goes. @throws HttpError as `bytes` */
  async text(limit: number = this.#maxContentBytes): Promise<string> {
    const text = (await this.#content.bytes(limit)).toString();
    return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
  }

  /** @throws HttpError as `bytes`; `invalid-content` where it is not JSON */
  async json(limit?: number): Promise<unknown> {
    return parseJson(await this.text(limit));
  }

  /** Drops the content: the connection is kept where at most 64 KiB of it are still to come, else closed. */
  discard(): void {
    this.#content.discard();
  }
}

const BYTE_ORDER_MARK = 0xfeff;
