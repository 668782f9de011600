/**
 * Content that a program sends, in a handler's response or a caller's request: text, bytes, parts that come one after the
 * other, or one of the platform's objects, which bring their type along.
 */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { types } from 'node:util';
import { HttpError, reasonOf, userError } from '../wire/errors.ts';
import { Fields, type FieldsInit } from '../wire/fields.ts';

/** Content that brings its type along. Its length is known, and it can be sent more than once. */
export type TypedBody = Blob | FormData | URLSearchParams;

export type Body =
  | string
  | Uint8Array
  | AsyncIterable<Uint8Array | string>
  | Iterable<Uint8Array | string>
  | TypedBody;

/** Whether the whole body is here already. */
export function isWhole(body: unknown): body is string | Uint8Array {
  return typeof body === 'string' || types.isUint8Array(body); // not instanceof, which fails across realms (node:vm)
}

/**
 * How many bytes a whole body has; undefined for an iterable.
 * @throws HttpError `invalid-response` if it is not a body
 */
export function sizeOf(body: Body): number | undefined {
  if (typeof body === 'string') return Buffer.byteLength(body);
  if (isWhole(body)) return body.length;
  if (isBlob(body)) return body.size;
  // Refuse it here, while the server can still answer 500. Other views are iterable too, but they give numbers.
  if (typeof body !== 'object' || ArrayBuffer.isView(body) || !isIterable(body)) {
    throw userError('invalid-response', 'the content is neither text nor a Uint8Array nor iterable');
  }
  return undefined;
}

/** Not instanceof: it may come from a polyfill. */
export function isBlob(body: unknown): body is Blob {
  return /^(Blob|File)$/.test(tagOf(body)) && typeof (body as Partial<Blob>).stream === 'function';
}

function tagOf(body: unknown): string {
  return String(Object(body)[Symbol.toStringTag]);
}

function isIterable(body: object): boolean {
  return Symbol.asyncIterator in body || Symbol.iterator in body;
}

/** Gives the parts of a body. */
interface PartsIterator {
  next(): IteratorResult<unknown, unknown> | Promise<IteratorResult<unknown, unknown>>;
  return?(reason?: unknown): unknown;
}

/** The parts of a body, one after the other; a whole body is one part. */
export class Parts {
  readonly #iterator: PartsIterator;
  #isLetGo = false;

  /** @throws what the body's iterator method throws */
  constructor(body: Body) {
    this.#iterator = iteratorOf(body);
  }

  next(): IteratorResult<unknown, unknown> | Promise<IteratorResult<unknown, unknown>> {
    return this.#iterator.next();
  }

  /**
   * Releases the parts that will not be sent, so that the body closes what it holds, such as a file. Does not wait for a part
   * that was asked for. Never throws.
   */
  letGo(reason?: unknown): void {
    if (this.#isLetGo) return;
    this.#isLetGo = true;
    try {
      Promise.resolve(this.#iterator.return?.(reason)).catch(() => {});
    } catch {
      // Nothing more is sent, so an error of the body no longer matters.
    }
  }
}

/**
 * Does not use a stream's own `return`: it would wait for the part that was asked for, which may never come
 * (test: `is let go at once`).
 */
function iteratorOf(body: Body): PartsIterator {
  if (isWhole(body)) return [body].values();
  const stream = isBlob(body) ? body.stream() : body;
  if (isReadableStream(stream)) {
    const reader = stream.getReader();
    return { next: () => reader.read(), return: (reason) => reader.cancel(reason) };
  }
  const iterable = body as Partial<AsyncIterable<unknown> & Iterable<unknown>>;
  const iterator: PartsIterator = iterable[Symbol.asyncIterator]?.() ?? iterable[Symbol.iterator]!();
  if (!(body instanceof Readable)) return iterator;
  // An error before the first part is asked for, or after the last, would find no listener and end the process.
  return { next: () => iterator.next(), return: () => body.on('error', () => {}).destroy() };
}

/** Not instanceof: it may come from another realm or a polyfill. */
function isReadableStream(body: object): body is ReadableStream<unknown> {
  return typeof (body as Partial<ReadableStream>).getReader === 'function';
}

/** Releases a body that was never begun to be sent. Never throws, even if it is not a body. */
export function discard(body: unknown): void {
  try {
    if (typeof body !== 'object' || body === null || !isIterable(body) || ArrayBuffer.isView(body)) return;
    new Parts(body as Body).letGo();
  } catch {
    // As above.
  }
}

// ── Content that brings its type along ──

/** What a program says of a message. */
interface Draft {
  readonly headers?: FieldsInit | undefined;
  readonly body?: unknown;
}

/**
 * The same message, ready for the wire: text or a Blob instead of a URLSearchParams or FormData, and Content-Type unless the
 * headers have one (RFC 9110 8.3).
 */
export function withTypedBody<Message extends Draft>(message: Message): Message {
  const { body } = message;
  if (body === undefined || body === null || isWhole(body)) return message;
  if (isBlob(body)) return body.type === '' ? message : withType(message, body, body.type);
  const tag = tagOf(body);
  if (tag === 'URLSearchParams') return withType(message, String(body), FORM_TYPE);
  if (tag !== 'FormData' || !isIterable(body)) return message;
  const form = blobOf(body as FormData);
  return withType(message, form, form.type);
}

const FORM_TYPE = 'application/x-www-form-urlencoded;charset=UTF-8';

/** The same message with this content, and with this type unless its headers have one. */
export function withType<Message extends Draft>(
  message: Message,
  body: string | Blob,
  type: string,
): Message {
  const { headers = [] } = message;
  const fields = new Fields(headers);
  const isGiven = fields.has('content-type');
  return { ...message, body, headers: isGiven ? fields : [...fields, ['Content-Type', type]] };
}

/**
 * A form as multipart/form-data (RFC 7578), encoded as browsers do. A Blob holds the files as they are, knows the length of
 * all, and can be read more than once.
 */
function blobOf(form: FormData): Blob {
  const boundary = `form-${randomUUID()}`; // in lower case, as a Blob's type always is
  const parts: (string | Blob)[] = [];
  for (const [name, value] of form) {
    parts.push(`--${boundary}\r\nContent-Disposition: form-data; name="${quoted(withCrlf(name))}"`);
    if (typeof value === 'string') parts.push(`\r\n\r\n${withCrlf(value)}\r\n`);
    else {
      const type = value.type || 'application/octet-stream';
      parts.push(`; filename="${quoted(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`, value, '\r\n');
    }
  }
  parts.push(`--${boundary}--\r\n`);
  return new Blob(parts, { type: `multipart/form-data; boundary=${boundary}` });
}

/** "replace every occurrence of U+000D (CR) not followed by U+000A (LF) ... by ... CR LF" (WHATWG HTML 4.10.21.8). */
function withCrlf(text: string): string {
  return text.replace(/\r\n?|\n/g, '\r\n');
}

/** A quotation mark or a line end would end the parameter (RFC 7578 2, 4.2). */
function quoted(text: string): string {
  return text.replace(/[\r\n"]/g, encodeURIComponent);
}

/** @throws HttpError `invalid-content` */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new HttpError('invalid-content', `the content is not JSON: ${reasonOf(cause)}`, { cause });
  }
}
