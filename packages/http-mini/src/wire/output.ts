/**
 * Output: what waits to be sent, in order. It joins text and small parts into one string, because one string is cheaper to
 * write than many buffers. It keeps large parts beside the string, without a copy.
 */
import { latin1, utf8, utf8Length } from './characters.ts';
import type { ContentEncoder } from './content.ts';

/** Up to this many bytes, copying a part into the string costs less than writing it as a buffer of its own. */
const SMALL = 4 * 1024;

export class Output {
  /** One character for each octet. */
  #text = '';
  /** What goes before `#text`; undefined until there is a large part. */
  #parts: (string | Uint8Array)[] | undefined;
  /** How many bytes wait. */
  size = 0;

  /** Adds text that has one character for each octet. */
  text(text: string): void {
    this.#text += text;
    this.size += text.length;
  }

  /** Adds content; a string becomes UTF-8. A large part is not copied: the caller must not change it until it is sent. */
  content(content: string | Uint8Array): void {
    if (typeof content === 'string') {
      // If each character takes one byte, the string is ASCII and can be joined as it is.
      if (content.length <= SMALL && utf8Length(content) === content.length) return this.text(content);
      content = utf8(content);
    }
    if (content.length <= SMALL) return this.text(latin1(content, 0, content.length));
    this.#parts ??= [];
    if (this.#text !== '') this.#parts.push(this.#text);
    this.#parts.push(content);
    this.#text = '';
    this.size += content.length;
  }

  /** Adds a part of content with the text that its framing needs. @throws HttpError if the content gets longer than announced */
  part(encoder: ContentEncoder, part: Uint8Array): void {
    if (part.length === 0) return; // a chunk of size 0 would end the content (rfc9112/7/send-chunk)
    this.text(encoder.before(part.length));
    this.content(part);
    this.text(encoder.after);
  }

  /** Takes everything that waits: one string, or several parts if some are large. */
  take(): string | (string | Uint8Array)[] {
    const text = this.#text;
    const parts = this.#parts;
    this.#text = '';
    this.#parts = undefined;
    this.size = 0;
    if (parts === undefined) return text;
    if (text !== '') parts.push(text);
    return parts;
  }
}
