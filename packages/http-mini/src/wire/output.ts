/**
 * Output: what waits to be sent, in order. Text and small parts are joined into one string, since to write a string costs
 * less than to write many buffers; large parts stand beside it and are not copied.
 */
import { latin1, utf8, utf8Length } from './characters.ts';
import type { ContentEncoder } from './content.ts';

/** Up to this many bytes, a copy into the string costs less than a buffer of its own in the write. */
const SMALL = 4 * 1024;

export class Output {
  /** One character for each octet. */
  #text = '';
  /** What stands before it, once there is a large part. */
  #parts: (string | Uint8Array)[] | undefined;
  /** Bytes that wait. */
  size = 0;

  /** Adds text that has one character for each octet. */
  text(text: string): void {
    this.#text += text;
    this.size += text.length;
  }

  /** Adds content: a string as UTF-8. Large bytes are not copied: leave them alone until they are sent. */
  content(content: string | Uint8Array): void {
    if (typeof content === 'string') {
      // Of one byte for each character, a string is ASCII and can be joined as it is.
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

  /** Adds a part of content as its framing says. @throws HttpError where the part is more than was announced */
  part(encoder: ContentEncoder, part: Uint8Array): void {
    if (part.length === 0) return; // a chunk of size 0 would end the content (rfc9112/7/send-chunk)
    this.text(encoder.before(part.length));
    this.content(part);
    this.text(encoder.after);
  }

  /** All that waits: one string, or several parts if there are large ones among them. */
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
