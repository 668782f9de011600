/**
 * ContentSender: sends the content of one request that does not go out with its head: a stream, large content, content
 * that waits for 100 (Continue), content with trailers. No faster than the server takes it, and no further than it wants it.
 *
 *     expecting ─▶ sending ◀─▶ blocked          each ─▶ stopped         sending ─▶ complete
 */
import { type ContentEncoder, contentEncoder } from '../wire/content.ts';
import { HttpError } from '../wire/errors.ts';
import type { OutgoingRequest } from './outgoing.ts';

/** What the sender needs of the connection. */
export interface ContentSink {
  /** Writes a part of the content with what its coding puts around it. Answers false where the server should take some first. */
  writePart(before: string, part: Uint8Array, after: string): boolean;
  writeText(text: string): void;
  /** The sender has gone on to another state. */
  senderMoved(sender: ContentSender): void;
  /** The content cannot be sent as it was announced. */
  senderFailed(sender: ContentSender, error: unknown): void;
}

export class ContentSender {
  state: 'expecting' | 'sending' | 'blocked' | 'complete' | 'stopped' = 'sending';
  readonly #sink: ContentSink;
  readonly #request: OutgoingRequest;
  readonly #encoder: ContentEncoder;
  #wake: (() => void) | undefined;

  constructor(sink: ContentSink, request: OutgoingRequest) {
    this.#sink = sink;
    this.#request = request;
    this.#encoder = contentEncoder(request.framing);
  }

  /** Never rejects: what goes wrong goes to the sink. */
  async start(continueTimeout: number): Promise<void> {
    try {
      if (this.#request.expectsContinue) await this.#expect(continueTimeout);
      // Asking the caller's iterable for its first part is using it up (test: `after 417`).
      if (!this.#isStopped) await this.#send();
    } catch (error) {
      if (this.#isStopped) return;
      this.state = 'stopped';
      this.#sink.senderFailed(this, error);
    }
  }

  /** The server has sent 100 (Continue). */
  proceed(): void {
    if (this.state === 'expecting') this.#go();
  }

  /** The server has taken what was written. */
  drained(): void {
    if (this.state === 'blocked') this.#go();
  }

  /** No more is wanted: the response has come, or the connection is gone. */
  stop(): void {
    if (this.state === 'complete') return;
    this.state = 'stopped';
    this.#wake?.();
  }

  get #isStopped(): boolean {
    return this.state === 'stopped';
  }

  #go(): void {
    this.state = 'sending';
    this.#wake?.();
  }

  #pause(state: 'expecting' | 'blocked'): Promise<void> {
    this.state = state;
    this.#sink.senderMoved(this);
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** "A client that sends a 100-continue expectation ... SHOULD NOT wait for an indefinite period" (RFC 9110 10.1.1). */
  async #expect(timeout: number): Promise<void> {
    const timer = timeout < 2 ** 31 ? setTimeout(() => this.proceed(), timeout) : undefined;
    await this.#pause('expecting');
    clearTimeout(timer);
  }

  async #send(): Promise<void> {
    for await (const part of this.#parts()) {
      // Leaving the loop tells the caller's iterable that no more is wanted.
      if (this.#isStopped) return;
      const bytes = typeof part === 'string' ? Buffer.from(part) : part;
      if (!(bytes instanceof Uint8Array)) throw new TypeError(`a part of the body is a ${typeof part}`);
      if (bytes.length === 0) continue; // a chunk of size 0 would end the content (RFC 9112 7.1)
      if (!this.#sink.writePart(this.#encoder.before(bytes.length), bytes, this.#encoder.after)) {
        await this.#pause('blocked');
        if (this.#isStopped) return;
      }
    }
    if (this.#isStopped) return;
    const { trailers } = this.#request;
    this.#sink.writeText(this.#encoder.end(typeof trailers === 'function' ? trailers() : trailers));
    this.state = 'complete';
    this.#sink.senderMoved(this);
  }

  #parts(): AsyncIterable<Uint8Array | string> | Iterable<Uint8Array> {
    const { content } = this.#request;
    if (content === undefined) return [];
    if (typeof content === 'string') return slices(Buffer.from(content));
    return content instanceof Uint8Array ? slices(content) : content;
  }
}

/** Whole content beyond this is sent in slices, so that it can be seen to move, and be stopped. */
export const SLICE: number = 64 * 1024;

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += SLICE) yield bytes.subarray(at, at + SLICE);
}

/** An error of the caller's own iterable, as ours. */
export function contentError(cause: unknown): HttpError {
  if (cause instanceof HttpError) return cause;
  return new HttpError('invalid-content', 'the body of the request failed', { by: 'user', cause });
}
