/**
 * The content of a message, in pairs: what a decoder takes off the wire, its encoder puts there. Of length known, and
 * until close, here; chunked in its own file. RFC 9112 6.2, 6.3.
 */
import { ChunkedDecoder, ChunkedEncoder } from './chunked.ts';
import { type HttpError, userError } from './errors.ts';
import type { Fields, FieldsInit } from './fields.ts';
import type { Framing } from './framing.ts';
import type { Input } from './input.ts';
import type { SectionRules } from './section.ts';

/** A part of the content, as it came: a view of the bytes received, valid as long as they are. */
export interface ContentPart {
  readonly type: 'content';
  readonly bytes: Uint8Array;
}

/** The extensions of a chunk that has some, before its content. Nothing has to be done about them (rfc9112/7.1.1/extensions). */
export interface ChunkExtensions {
  readonly type: 'chunk-extensions';
  readonly extensions: readonly (readonly [name: string, value: string | undefined])[];
}

export interface End {
  readonly type: 'end';
  /** Only chunked content has trailers, and only where some were sent. They are never merged into the fields. */
  readonly trailers: Fields | undefined;
}

export type ContentEvent = ContentPart | ChunkExtensions | End;

export const END: End = { type: 'end', trailers: undefined };

export interface ContentDecoder {
  /**
   * The next event out of the input, or undefined where more bytes are needed.
   * @throws HttpError at the first byte that breaks the coding
   */
  next(input: Input): ContentEvent | undefined;
  /**
   * Whether the content is complete when the peer closes now.
   * @throws HttpError where a byte of an unfinished line is to blame
   */
  endsAtClose(): boolean;
}

export interface ContentEncoder {
  /** The text that goes before a part of `size` bytes. @throws HttpError where the part is more than was announced */
  before(size: number): string;
  /** The text that goes after each part. */
  readonly after: string;
  /** Whether as much was sent as was announced, so that only `end` is left to be said. */
  readonly isComplete: boolean;
  /** The text that ends the content. @throws HttpError where less was sent than was announced */
  end(trailers?: FieldsInit): string;
}

const NO_CONTENT_DECODER: ContentDecoder = { next: () => END, endsAtClose: () => false };

export function contentDecoder(framing: Framing, rules: ChunkedRules): ContentDecoder {
  if (framing.kind === 'none') return NO_CONTENT_DECODER;
  if (framing.kind === 'length') return new LengthDecoder(framing.length);
  return framing.kind === 'chunked' ? new ChunkedDecoder(rules) : new UntilCloseDecoder(); // rfc9112/6.1/chunked
}

export function contentEncoder(framing: Framing): ContentEncoder {
  if (framing.kind === 'chunked') return new ChunkedEncoder();
  if (framing.kind === 'until-close') return new UntilCloseEncoder();
  return new LengthEncoder(framing.kind === 'length' ? framing.length : 0);
}

export interface ChunkedRules extends SectionRules {
  /** Bytes of chunk extensions, and of zeros before a chunk size beyond its 16th digit, in one message. */
  maxChunkExtensionBytes: number;
}

export class LengthDecoder implements ContentDecoder {
  #left: number;

  constructor(length: number) {
    this.#left = length;
  }

  next(input: Input): ContentEvent | undefined {
    if (this.#left === 0) return END; // whatever comes of the connection (rfc9112/9.8/complete)
    if (input.isEmpty) return undefined;
    const bytes = input.take(this.#left); // rfc9112/6.3/cl-body
    this.#left -= bytes.length;
    return { type: 'content', bytes };
  }

  endsAtClose(): boolean {
    return false;
  }
}

export class LengthEncoder implements ContentEncoder {
  readonly after = '';
  readonly #length: number;
  #left: number;

  constructor(length: number) {
    this.#length = length;
    this.#left = length;
  }

  get isComplete(): boolean {
    return this.#left === 0;
  }

  before(size: number): string {
    this.#left -= size;
    if (this.#left < 0) throw this.#mismatch(`at least ${this.#length - this.#left}`);
    return '';
  }

  end(): string {
    if (this.#left > 0) throw this.#mismatch(`only ${this.#length - this.#left}`);
    return '';
  }

  #mismatch(came: string): HttpError {
    const message = `the content was announced with ${this.#length} bytes and has ${came}`;
    return userError('content-length-mismatch', message); // rfc9110/8.6/forward-invalid
  }
}

export class UntilCloseDecoder implements ContentDecoder {
  next(input: Input): ContentEvent | undefined {
    return input.isEmpty ? undefined : { type: 'content', bytes: input.take(Infinity) };
  }

  endsAtClose(): boolean {
    return true;
  }
}

export class UntilCloseEncoder implements ContentEncoder {
  readonly after = '';
  readonly isComplete = false;

  before(): string {
    return '';
  }

  end(): string {
    return '';
  }
}
