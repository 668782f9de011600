/**
 * The chunked transfer coding, RFC 9112 7.1: the decoder, a machine with a named state for each part of the grammar, and the
 * encoder.
 *
 *     size ─▶ extension ─▶ size-end ─▶ data ─▶ data-end ─▶ size ...
 *                              └─ size 0 ─▶ trailers ─▶ done
 */
import { CR, HEX_VALUE, isFieldValueByte, LF, latin1 } from './characters.ts';
import type { ContentDecoder, ContentEncoder, ContentEvent } from './content.ts';
import { HttpError, shown, shownByte, userError } from './errors.ts';
import { eachField, type FieldsInit, fieldLine, QUOTED_STRING, unquote } from './fields.ts';
import { hold, type Input, NOTHING } from './input.ts';
import { type ParserObserver, type ParserRules, Section } from './section.ts';

type State = 'size' | 'extension' | 'size-end' | 'data' | 'data-end' | 'data-end-lf' | 'trailers';

/** Enough for every size, with the leading zeros that some servers write. More digits are legal, but they count as surplus. */
const USUAL_SIZE_DIGITS = 16;

export class ChunkedDecoder implements ContentDecoder {
  readonly #rules: ParserRules;
  #trailers: Section | undefined;
  readonly #observer: ParserObserver | undefined;
  #state: State = 'size';
  #digits = 0;
  /** First the size that is being read; then how many bytes of the chunk are left. */
  #left = 0;
  /** What has come of the extensions of this chunk line. */
  #extension: Uint8Array = NOTHING;
  #extensionLength = 0;
  /** How many bytes of all chunk lines so far carried no content: extensions, and digits beyond the usual number. */
  #surplusBytes = 0;

  constructor(rules: ParserRules) {
    this.#rules = rules;
    this.#observer = rules.observer;
  }

  next(input: Input): ContentEvent | undefined {
    while (!input.isEmpty) {
      switch (this.#state) {
        case 'size':
          this.#readSize(input);
          break;
        case 'extension':
          this.#readExtension(input);
          break;
        case 'size-end': {
          // A bare LF never ends a chunk line: if one recipient took it for a line end and another did not, an attacker
          // could smuggle a request between them (RFC 9112 2.2 allows a bare LF in start lines and field lines only).
          this.#expect(input, LF, 'invalid-chunk-size', 'a chunk line');
          this.#state = this.#left === 0 ? 'trailers' : 'data';
          const end = input.offset(input.at);
          if (this.#extensionLength === 0) {
            this.#observer?.part('CRLF', end, '');
            break;
          }
          const text = latin1(this.#extension, 0, this.#extensionLength);
          const extensions = parseExtensions(text, end - '\r\n'.length - text.length, this.#observer);
          this.#extension = NOTHING;
          this.#extensionLength = 0;
          this.#observer?.part('CRLF', end, '');
          return { type: 'chunk-extensions', extensions };
        }
        case 'data': {
          const bytes = input.take(this.#left);
          this.#left -= bytes.length;
          if (this.#left === 0) this.#state = 'data-end';
          return { type: 'content', bytes };
        }
        case 'data-end':
          this.#expect(input, CR, 'invalid-chunk-end', "a chunk's content");
          this.#state = 'data-end-lf';
          break;
        case 'data-end-lf':
          this.#expect(input, LF, 'invalid-chunk-end', "a chunk's content");
          this.#state = 'size';
          this.#observer?.part('CRLF', input.offset(input.at), '');
          break;
        case 'trailers': {
          this.#trailers ??= new Section(input, undefined, this.#rules);
          if (!this.#trailers.read(input)) return undefined; // rfc9112/7.1.2/trailers
          return {
            type: 'end',
            trailers: this.#trailers.marks.length > 0 ? this.#trailers.fields : undefined,
          };
        }
      }
    }
    return undefined;
  }

  endsAtClose(): boolean {
    this.#trailers?.end();
    return false;
  }

  /** chunk-size = 1*HEXDIG (rfc9112/7.1/chunk-size), and nothing else (rfc9112/7.1/chunk-size-only). */
  #readSize(input: Input): void {
    const { bytes, end } = input;
    let at = input.at;
    for (; at < end; at++) {
      const value = HEX_VALUE[bytes[at]!]!;
      if (value > 15) break;
      this.#left = this.#left * 16 + value;
      // Limit the number, not its digits: leading zeros do not change it (test: `zeros change nothing`).
      if (this.#left > Number.MAX_SAFE_INTEGER) {
        throw input.error('chunk-size-too-large', 'the chunk size is beyond 2^53 - 1', at); // rfc9112/7.1/chunk-overflow
      }
      if (++this.#digits > USUAL_SIZE_DIGITS) this.#countSurplus(input, at);
    }
    input.at = at;
    if (at === end) return;
    if (this.#digits === 0)
      throw input.error('invalid-chunk-size', `${shownByte(bytes[at]!)} is no chunk size`, at);
    this.#digits = 0;
    this.#observer?.part('chunk-size', input.offset(at), String(this.#left));
    if (bytes[at] === CR) {
      input.at++;
      this.#state = 'size-end';
    } else this.#state = 'extension';
  }

  /** Reads everything between the size and the CR. Its grammar is checked when the line is complete (rfc9112/7.1/chunked-grammar). */
  #readExtension(input: Input): void {
    const { bytes, end, at: start } = input;
    const isBegun = this.#extensionLength > 0;
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === CR) {
        this.#holdExtension(input, at);
        input.at = at + 1;
        this.#state = 'size-end';
        return;
      }
      const isFirst = at === start && !isBegun;
      if (!isFieldValueByte(byte) || (isFirst && !/[; \t]/.test(String.fromCharCode(byte)))) {
        const code = isFirst ? 'invalid-chunk-size' : 'invalid-chunk-extension';
        throw input.error(code, `a chunk line must not hold ${shownByte(byte)} here`, at);
      }
      this.#countSurplus(input, at);
    }
    this.#holdExtension(input, end);
    input.at = end;
  }

  #holdExtension({ bytes, at }: Input, end: number): void {
    if (at === end) return;
    const most = this.#rules.maxChunkExtensionBytes;
    this.#extension = hold(this.#extension, this.#extensionLength, bytes.subarray(at, end), most);
    this.#extensionLength += end - at;
  }

  // rfc9112/7.1.1/extensions-cap
  #countSurplus(input: Input, at: number): void {
    const limit = this.#rules.maxChunkExtensionBytes;
    if (++this.#surplusBytes <= limit) return;
    const message = `more than ${limit} bytes of chunk extensions and leading zeros`;
    throw input.error('chunk-extensions-too-large', message, at);
  }

  // rfc9112/7.1/chunk-crlf
  #expect(input: Input, byte: number, code: 'invalid-chunk-size' | 'invalid-chunk-end', after: string): void {
    const found = input.bytes[input.at]!;
    if (found !== byte) {
      throw input.error(code, `${shownByte(found)} where the line end after ${after} should stand`, input.at);
    }
    input.at++;
  }
}

const TOKEN = "[!#$%&'*+.^_`|~\\w-]+";
// rfc9110/5.6.3/bad-space
const EXTENSION = new RegExp(`[ \\t]*;[ \\t]*(${TOKEN})(?:[ \\t]*=[ \\t]*(${TOKEN}|${QUOTED_STRING}))?`, 'y');

type Extension = [name: string, value: string | undefined];

/**
 * chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] ), RFC 9112 7.1.1
 * @param start where the text lies in the stream
 */
function parseExtensions(text: string, start: number, observer: ParserObserver | undefined): Extension[] {
  const extensions: Extension[] = [];
  EXTENSION.lastIndex = 0;
  let end = 0;
  for (let match = EXTENSION.exec(text); match !== null; match = EXTENSION.exec(text)) {
    const [, name, written] = match;
    const value = written?.startsWith('"') ? unquote(written) : written;
    extensions.push([name!, value]);
    end = EXTENSION.lastIndex;
    observer?.part('chunk-ext', start + end, value === undefined ? name! : `${name}=${value}`);
  }
  if (end !== text.length) {
    const message = `${shown(text.slice(end))} is not a chunk extension`;
    throw new HttpError('invalid-chunk-extension', message, { offset: start + end });
  }
  return extensions;
}

export class ChunkedEncoder implements ContentEncoder {
  readonly after = '\r\n';
  readonly isComplete = false;

  /** @param size bytes of the part, above 0: a chunk of size 0 would end the content */
  before(size: number): string {
    return `${size.toString(16)}\r\n`;
  }

  /** last-chunk, trailer section, empty line */
  end(trailers: FieldsInit = []): string {
    let text = '0\r\n';
    eachField(trailers, (name, value) => {
      const line = fieldLine(name, value);
      if (NOT_IN_TRAILERS.has(name.toLowerCase())) {
        const message = `${name} decides how a message is read and comes too late in trailers`;
        throw userError('field-not-allowed-in-trailers', message);
      }
      text += line;
    });
    return `${text}\r\n`;
  }
}

/** The fields for framing, routing, authentication, request modifiers and content format, rfc9110/6.5.1/send-trailers. */
const NOT_IN_TRAILERS = new Set(
  `transfer-encoding content-length host trailer te connection keep-alive upgrade expect max-forwards cache-control
   if-match if-none-match if-modified-since if-unmodified-since if-range range authorization www-authenticate
   proxy-authenticate proxy-authorization cookie set-cookie content-encoding content-type content-range
   age expires date location retry-after vary`.split(/\s+/),
);
