/**
 * ContentSender: sends the content of one request that does not go out with its head: a stream, large content, content
 * that waits for 100 (Continue), content with trailers. No faster than the server takes it, and no further than it
 * wants it.
 *
 *     expecting ─▶ sending ◀─▶ blocked          each ─▶ stopped         sending ─▶ complete
 */
import { type ContentEncoder, contentEncoder } from '../wire/content.ts';
import { HttpError } from '../wire/errors.ts';
import { MAX_DELAY } from './deadline.ts';
import type { RequestBody } from './options.ts';
import type { OutgoingRequest } from './outgoing.ts';
import type { Transport } from './transport.ts';

/** What the sender tells the connection. */
export interface SenderOwner {
  /** It is in another state. */
  senderMoved(sender: ContentSender): void;
  /** The content cannot be sent as it was announced. */
  senderFailed(sender: ContentSender, error: HttpError): void;
}

/** Whole content beyond this is sent in slices, so that it can be seen to move, and be stopped. */
export const SLICE: number = 64 * 1024;

export class ContentSender {
  state: 'expecting' | 'sending' | 'blocked' | 'complete' | 'stopped' = 'sending';
  readonly #owner: SenderOwner;
  readonly #transport: Transport;
  readonly request: OutgoingRequest;
  readonly #encoder: ContentEncoder;
  #wake: (() => void) | undefined;

  constructor(owner: SenderOwner, transport: Transport, request: OutgoingRequest) {
    this.#owner = owner;
    this.#transport = transport;
    this.request = request;
    this.#encoder = contentEncoder(request.framing);
  }

  /** Never rejects: what goes wrong goes to the owner. */
  async start(continueTimeout: number): Promise<void> {
    try {
      if (this.request.expectsContinue) await this.#expect(continueTimeout);
      // To ask the caller's iterable for its first part is to use it up (test: `after 417`).
      if (!this.#isStopped) await this.#send();
    } catch (cause) {
      if (this.#isStopped) return;
      this.state = 'stopped';
      const error =
        cause instanceof HttpError
          ? cause
          : new HttpError('invalid-content', 'the body of the request failed', { by: 'user', cause });
      this.#owner.senderFailed(this, error);
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

  #wait(state: 'expecting' | 'blocked'): Promise<void> {
    this.state = state;
    this.#owner.senderMoved(this);
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** "A client that sends a 100-continue expectation ... SHOULD NOT wait for an indefinite period" (RFC 9110 10.1.1). */
  async #expect(timeout: number): Promise<void> {
    const timer =
      timeout === Infinity ? undefined : setTimeout(() => this.proceed(), Math.min(timeout, MAX_DELAY));
    await this.#wait('expecting');
    clearTimeout(timer);
  }

  async #send(): Promise<void> {
    for await (const part of parts(this.request.content!)) {
      // Leaving the loop tells the caller's iterable that no more is wanted.
      if (this.#isStopped) return;
      const bytes = typeof part === 'string' ? Buffer.from(part) : part;
      if (!(bytes instanceof Uint8Array)) throw new TypeError(`a part of the body is a ${typeof part}`);
      if (bytes.length === 0) continue; // a chunk of size 0 would end the content (RFC 9112 7.1)
      if (!this.#transport.part(this.#encoder.before(bytes.length), bytes, this.#encoder.after)) {
        await this.#wait('blocked');
        if (this.#isStopped) return;
      }
    }
    if (this.#isStopped) return;
    const { trailers } = this.request;
    this.#transport.text(this.#encoder.end(typeof trailers === 'function' ? trailers() : trailers));
    this.state = 'complete';
    this.#owner.senderMoved(this);
  }
}

function parts(content: RequestBody): AsyncIterable<Uint8Array | string> | Iterable<Uint8Array> {
  if (typeof content === 'function') return content();
  if (typeof content === 'string') return slices(Buffer.from(content));
  return content instanceof Uint8Array ? slices(content) : content;
}

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += SLICE) yield bytes.subarray(at, at + SLICE);
}
