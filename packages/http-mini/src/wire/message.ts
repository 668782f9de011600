/**
 * What a request and a response have in common when they are sent: the fields that the program gives, checked and as text;
 * where the content ends (RFC 9110 8.6, RFC 9112 6); the trailers; and what Connection says (RFC 9110 7.6.1).
 */
import { contentEncoder } from './content.ts';
import { shown, userError } from './errors.ts';
import { eachField, Fields, type FieldsInit, fieldLine } from './fields.ts';
import { CHUNKED, type Framing, NO_CONTENT, parseLength } from './framing.ts';

/**
 * The program's header section. Its text leaves out the fields that frame content and steer the connection, because those
 * depend on more than the program says; they are noted here, and the encoder writes them.
 */
export class GivenFields {
  /** The field lines, without Connection, Content-Length and Transfer-Encoding. */
  text = '';
  contentLength: number | undefined;
  /** The line that says so, as the program gave it. */
  lengthLine: string | undefined;
  transferEncoding: string | undefined;
  /** Connection options other than close and keep-alive, each followed by ", ". */
  options = '';
  saysClose = false;
  saysKeepAlive = false;
  hasDate = false;
  hasTrailer = false;
  hasUpgrade = false;
  host: string | undefined;
  expect: string | undefined;
  te: string | undefined;

  /** @throws HttpError `by: 'user'` for what must not be sent */
  constructor(headers?: FieldsInit) {
    if (headers !== undefined) eachField(headers, (name, value) => this.#add(name, value));
  }

  #add(name: string, value: string): void {
    const line = fieldLine(name, value);
    // The length of the name rules out most fields without a comparison.
    const known = KNOWN_LENGTHS[name.length] === true ? name.toLowerCase() : '';
    switch (known) {
      case 'te':
        this.te = this.#joined(this.te, value);
        break;
      case 'date':
        this.hasDate = true;
        break;
      case 'host':
        this.host = this.#joined(this.host, value);
        break;
      case 'expect':
        this.expect = this.#joined(this.expect, value);
        break;
      case 'trailer':
        this.hasTrailer = true;
        break;
      case 'upgrade':
        this.hasUpgrade = true;
        // "A sender of Upgrade MUST also send an upgrade connection option" (rfc9110/7.8/connection-upgrade)
        this.addOption('Upgrade');
        break;
      case 'connection':
        return this.#addConnection(value);
      case 'content-length':
        return this.#setContentLength(value, line);
      case 'transfer-encoding':
        this.transferEncoding = this.#joined(this.transferEncoding, value);
        return;
    }
    this.text += line;
  }

  /** Several lines make one list (RFC 9110 5.3). */
  #joined(before: string | undefined, value: string): string {
    return before === undefined ? value : `${before}, ${value}`;
  }

  #addConnection(value: string): void {
    for (const option of value.split(',')) {
      const lower = option.trim().toLowerCase();
      if (lower === 'close') this.saysClose = true;
      else if (lower === 'keep-alive') this.saysKeepAlive = true;
      // rfc9110/5.6.1/send-empty-element, rfc9110/7.6.1/hop-by-hop
      else if (lower !== '') this.addOption(option.trim());
    }
  }

  /** Adds a connection option, unless it is there. */
  addOption(option: string): void {
    if (!this.options.toLowerCase().split(', ').includes(option.toLowerCase())) this.options += `${option}, `;
  }

  #setContentLength(value: string, line: string): void {
    if (this.contentLength !== undefined) {
      throw userError('invalid-content-length', 'Content-Length is given twice'); // rfc9110/5.3/repeat
    }
    try {
      this.contentLength = parseLength(value);
    } catch {
      throw userError('invalid-content-length', `${shown(value)} is not a Content-Length`);
    }
    this.lengthLine = line;
  }

  /** Announces the trailers that are known in advance, unless the program did (rfc9110/6.6.2/trailer). */
  trailerField(trailers: Fields | undefined): string {
    if (trailers === undefined || trailers.size === 0 || this.hasTrailer) return '';
    return `Trailer: ${trailers
      .lines()
      .map(([name]) => name)
      .join(', ')}\r\n`;
  }

  /** Connection, with what it says of the connection beside the program's own options (RFC 9112 9.3, 9.6). */
  connectionField(closes: boolean, keepsAlive: boolean): string {
    if (closes) return `Connection: ${this.options}close\r\n`;
    if (keepsAlive) return `Connection: ${this.options}keep-alive\r\n`;
    return this.options === '' ? '' : `Connection: ${this.options.slice(0, -2)}\r\n`;
  }
}

const KNOWN_LENGTHS: boolean[] = [];
for (const name of 'te date host expect trailer upgrade connection content-length transfer-encoding'.split(
  ' ',
)) {
  KNOWN_LENGTHS[name.length] = true;
}

/** What a message without headers gives. */
export const NOTHING_GIVEN: GivenFields = new GivenFields();

/**
 * The framing of content that is sent: by its length if that is known, otherwise chunked.
 * @param size bytes of the content; undefined if the size is unknown
 * @throws HttpError `content-length-mismatch`
 */
export function framingOf(size: number | undefined, given: GivenFields, hasTrailers: boolean): Framing {
  const { contentLength } = given;
  if (contentLength !== undefined && size !== undefined && size !== contentLength) {
    const message = `Content-Length says ${contentLength} and the content has ${size} bytes`;
    throw userError('content-length-mismatch', message);
  }
  // rfc9110/8.6/known, rfc9112/6.3/prefer-length, rfc9112/6.3/send-length, rfc9112/6.3/send-known-length
  const mayGoByLength = !hasTrailers && given.transferEncoding === undefined;
  const length = contentLength ?? (mayGoByLength ? size : undefined);
  if (length === undefined) return CHUNKED;
  return length === 0 ? NO_CONTENT : { kind: 'length', length };
}

/** The field that says where the content ends. */
export function framingField(framing: Framing): string {
  if (framing.kind === 'until-close') return '';
  if (framing.kind === 'chunked') return 'Transfer-Encoding: chunked\r\n';
  return `Content-Length: ${framing.kind === 'length' ? framing.length : 0}\r\n`;
}

/** Checks trailers that are known in advance: before the head is sent, another message can still be sent instead. */
export function checkTrailers(trailers: FieldsInit | 'later' | undefined): Fields | undefined {
  if (trailers === undefined || trailers === 'later') return undefined;
  const fields = trailers instanceof Fields ? trailers : new Fields(trailers);
  contentEncoder(CHUNKED).end(fields);
  return fields;
}
