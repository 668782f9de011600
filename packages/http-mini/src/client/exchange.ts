/**
 * Exchange: one request, followed from the line in which it waits, through one connection (or a second, if the first was
 * stale), to the end of its response.
 *
 *     waiting ─▶ answered ─▶ over          waiting ─▶ over, by an error
 */
import { setMaxListeners } from 'node:events';
import { Readable } from 'node:stream';
import { aboutServer } from '../io/blame.ts';
import { discard, isWhole, Parts } from '../io/body.ts';
import { guarded } from '../io/callback.ts';
import { sendContent, type TransportWriter } from '../io/writer.ts';
import type { ClientProtocol } from '../wire/client-protocol.ts';
import { HttpError, isHttpError, reasonOf, userError } from '../wire/errors.ts';
import type { ResponseHead } from '../wire/head.ts';
import { limit } from '../wire/options.ts';
import type { EncodedRequest } from '../wire/request.ts';
import { isStream, type RequestBody, type RequestOptions } from './options.ts';
import type { ClientResponse } from './response.ts';

/** When `totalTimeout` of an exchange that begins now is over. @throws HttpError `invalid-option` */
export function dueOf({ totalTimeout }: { readonly totalTimeout?: number | undefined }): number {
  return totalTimeout === undefined
    ? Infinity
    : performance.now() + limit('totalTimeout', totalTimeout, Infinity);
}

/** The longest that a timer of Node can run. */
const MAX_DELAY = 2 ** 31 - 1;

export class Exchange {
  readonly request: EncodedRequest;
  /** The pool's line, or the connection, in which it is now. `drop` fails it and releases it. */
  holder: { drop(exchange: Exchange, error: HttpError): void };
  /** "A client SHOULD NOT automatically retry a failed automatic retry" (rfc9112/9.3.1/retry-twice). */
  isRetried = false;
  response: ClientResponse | undefined;
  #state: 'waiting' | 'answered' | 'over' = 'waiting';
  readonly #content: RequestBody | undefined;
  readonly #trailers: RequestOptions['trailers'];
  /** Whether sending of the content has begun, or another exchange has taken it over: they release it. */
  #isBegun = false;
  /** The parts of the content that is being sent. */
  #parts: Parts | undefined;
  #wake: (() => void) | undefined;
  readonly #resolve: (response: ClientResponse) => void;
  readonly #reject: (error: unknown) => void;
  readonly #onInformation: RequestOptions['onInformation'] | undefined;
  #signal: AbortSignal | undefined;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param content if it is a string, it is ASCII
   * @param due when `totalTimeout` is over; redirects and second tries share it
   */
  constructor(
    request: EncodedRequest,
    content: RequestBody | undefined,
    options: RequestOptions,
    due: number,
    holder: Exchange['holder'],
    resolve: (response: ClientResponse) => void,
    reject: (error: unknown) => void,
  ) {
    this.request = request;
    this.holder = holder;
    this.#content = content;
    this.#trailers = options.trailers;
    this.#resolve = resolve;
    this.#reject = reject;
    if (options.onInformation) this.#onInformation = guarded(options.onInformation, this.#informingFailed);
    if (options.signal) this.#watch(options.signal);
    if (due !== Infinity) this.#setTimer(due, options.totalTimeout);
  }

  // ── The request ──

  /** Sends the head, and the content with it if that is small. Returns whether that is the whole request. */
  sendHead(protocol: ClientProtocol, atOnce: number): boolean {
    const { request } = this;
    const content = this.#content;
    const isSmall = content === undefined || (isWhole(content) && content.length <= atOnce);
    if (isSmall && !request.expectsContinue && typeof this.#trailers !== 'function') {
      protocol.request(request, content);
      return true;
    }
    protocol.begin(request);
    return false;
  }

  /**
   * Sends the content no faster than the server takes it, until it ends or the protocol stops it.
   * @throws HttpError if the content fails, or is not what was announced
   */
  async sendContent(protocol: ClientProtocol, writer: TransportWriter): Promise<void> {
    const isWanted = (): boolean => protocol.sending === 'content';
    const content = this.#content!;
    try {
      if (protocol.sending === 'expecting') await new Promise<void>((resolve) => (this.#wake = resolve));
      // Do not ask for the first part if stopped: that would use up the caller's iterable (test: `after 417`).
      if (!isWanted()) return this.#letGo();
      this.#isBegun = true;
      const parts = new Parts(typeof content === 'function' ? await content() : content);
      if (!isWanted()) return parts.letGo(); // stopped while the caller made the content; a second try may be under way
      this.#parts = parts;
      const late = typeof this.#trailers === 'function' ? this.#trailers : undefined;
      await sendContent(writer, protocol, parts, late, isWanted);
    } catch (thrown) {
      if (isHttpError(thrown)) throw thrown;
      // If a stream failed before we asked for a part, it throws only that it is closed: `errored` has the reason.
      const cause = (content instanceof Readable && content.errored) || thrown;
      throw userError('invalid-content', `the body of the request failed: ${reasonOf(cause)}`, cause);
    }
  }

  /** Content that waits for 100 need not wait any longer. */
  goOn(): void {
    this.#wake?.();
  }

  /** The rest of the content will not be sent. */
  stopContent(): void {
    this.#parts?.letGo();
    this.#wake?.();
  }

  /** Whether the caller still waits for it, and it may be sent once more. */
  get canBeSentAgain(): boolean {
    return this.#state === 'waiting' && !this.isRetried;
  }

  /** Gives the content away, to be sent by another exchange. Returns false if it is a stream that has been read. */
  giveContent(): boolean {
    if (this.#isBegun && isStream(this.#content)) return false;
    this.#isBegun = true;
    return true;
  }

  // ── The response ──

  inform(head: ResponseHead): void {
    if (this.#state === 'waiting') this.#onInformation?.(head);
  }

  readonly #informingFailed = (thrown: unknown): void =>
    this.#abandon(userError('handler-failed', `onInformation failed: ${reasonOf(thrown)}`, thrown));

  /** @param isSending whether its content is still to be sent, even if that has not begun yet */
  answer(response: ClientResponse, isSending: boolean): void {
    if (this.#state === 'over') return response.discard(); // the caller no longer waits for it
    this.#state = 'answered';
    this.response = response;
    this.#resolve(response);
    if (!isSending) this.#letGo();
  }

  /** Releases content whose sending has not begun, and will not. */
  #letGo(): void {
    if (!this.#isBegun) discard(this.#content);
    this.#isBegun = true;
  }

  // ── The end ──

  /** Called when the response is complete, or when the reader of its content will get the error. */
  finish(): void {
    this.#state = 'over';
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }

  fail(error: unknown): void {
    if (this.#state === 'waiting') this.#reject(aboutServer(error));
    this.#letGo();
    this.finish();
  }

  /** Ends the exchange from this side, in any state. */
  #abandon(error: HttpError): void {
    if (this.#state !== 'over') this.holder.drop(this, error);
  }

  #setTimer(due: number, totalTimeout: number | undefined): void {
    const left = due - performance.now();
    const expired = (): void => {
      if (left > MAX_DELAY) return this.#setTimer(due, totalTimeout);
      const message = `the exchange took longer than totalTimeout, ${totalTimeout} ms`;
      this.#abandon(new HttpError('total-timeout', message));
    };
    this.#timer = setTimeout(expired, Math.min(Math.ceil(left), MAX_DELAY));
  }

  #watch(signal: AbortSignal): void {
    if (signal.aborted) throw abortError(signal);
    this.#signal = signal;
    // Many requests may share one signal. Node need not warn of a leak: each listener is removed with its request.
    if (signal instanceof EventTarget) setMaxListeners(0, signal); // it may be of another make
    signal.addEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => this.#abandon(abortError(this.#signal!));
}

function abortError(signal: AbortSignal): HttpError {
  return userError('aborted', `the request was aborted: ${reasonOf(signal.reason)}`, signal.reason);
}
