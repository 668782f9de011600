/**
 * The content of a message (RFC 9112 6.2, 6.3): for each framing, a decoder that reads content from the wire and the encoder
 * that writes it. Known length and until-close are here; chunked has its own file.
 */
import { ChunkedEncoder } from './chunked.ts';
import { type HttpError, userError } from './errors.ts';
import type { Fields, FieldsInit } from './fields.ts';
import type { Framing } from './framing.ts';
import type { Input } from './input.ts';

/** A part of the content: a view of the received bytes, valid as long as the caller leaves them alone. */
export interface ContentPart {
  readonly type: 'content';
  readonly bytes: Uint8Array;
}

/** The extensions of a chunk that has some, before its content. The caller may ignore them (rfc9112/7.1.1/extensions). */
export interface ChunkExtensions {
  readonly type: 'chunk-extensions';
  readonly extensions: readonly (readonly [name: string, value: string | undefined])[];
}

export interface End {
  readonly type: 'end';
  /** Undefined unless the content is chunked and the peer sent some. They are never merged into the fields. */
  readonly trailers: Fields | undefined;
}

export type ContentEvent = ContentPart | ChunkExtensions | End;

export const END: End = { type: 'end', trailers: undefined };

export interface ContentDecoder {
  /**
   * The next event from the input, or undefined if more bytes are needed.
   * @throws HttpError at the first byte that breaks the coding
   */
  next(input: Input): ContentEvent | undefined;
  /**
   * Whether the content is complete if the peer closes now.
   * @throws HttpError at a wrong byte in an unfinished line
   */
  endsAtClose(): boolean;
}

export interface ContentEncoder {
  /** The text that goes before a part of `size` bytes. @throws HttpError if the content gets longer than announced */
  before(size: number): string;
  /** The text that goes after each part. */
  readonly after: string;
  /** Whether all announced bytes were sent, so that only `end` is left to call. */
  readonly isComplete: boolean;
  /** The text that ends the content. @throws HttpError if less was sent than announced */
  end(trailers?: FieldsInit): string;
}

export function contentEncoder(framing: Framing): ContentEncoder {
  if (framing.kind === 'chunked') return new ChunkedEncoder();
  if (framing.kind === 'until-close') return new UntilCloseEncoder();
  return new LengthEncoder(framing.kind === 'length' ? framing.length : 0);
}

export class LengthDecoder implements ContentDecoder {
  #left: number;

  constructor(length: number) {
    this.#left = length;
  }

  next(input: Input): ContentEvent | undefined {
    if (this.#left === 0) return END; // even if the connection breaks now (rfc9112/9.8/complete)
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
