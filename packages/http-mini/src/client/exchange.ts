/**
 * Exchange: one request, followed from the line in which it waits, through one connection (or a second, if the first was
 * stale), to the end of its response.
 *
 *     waiting ─▶ answered ─▶ over          waiting ─▶ over, by an error
 */
import { setMaxListeners } from 'node:events';
import { discard } from '../io/body.ts';
import { guarded } from '../io/callback.ts';
import { HttpError, reasonOf, userError } from '../wire/errors.ts';
import type { ResponseHead } from '../wire/head.ts';
import { Deadline } from './deadline.ts';
import type { RequestOptions } from './options.ts';
import type { OutgoingRequest } from './outgoing.ts';
import type { ClientResponse } from './response.ts';

/** The current holder of the exchange: the pool's line, or a connection. */
export interface ExchangeHolder {
  /** The exchange ends early: fail it with the error and release it. */
  drop(exchange: Exchange, error: HttpError): void;
}

export class Exchange {
  readonly request: OutgoingRequest;
  holder: ExchangeHolder;
  state: 'waiting' | 'answered' | 'over' = 'waiting';
  /** "A client SHOULD NOT automatically retry a failed automatic retry" (rfc9112/9.3.1/retry-twice). */
  isRetried = false;
  /** How many 1xx responses have come. */
  informations = 0;
  response: ClientResponse | undefined;
  readonly #resolve: (response: ClientResponse) => void;
  readonly #reject: (error: unknown) => void;
  readonly #onInformation: RequestOptions['onInformation'] | undefined;
  #signal: AbortSignal | undefined;
  #deadline: Deadline<'total-timeout'> | undefined;

  /** @param due when `totalTimeout` is over; redirects and second tries share it */
  constructor(
    request: OutgoingRequest,
    options: RequestOptions,
    due: number,
    holder: ExchangeHolder,
    resolve: (response: ClientResponse) => void,
    reject: (error: unknown) => void,
  ) {
    this.request = request;
    this.holder = holder;
    this.#resolve = resolve;
    this.#reject = reject;
    if (options.onInformation) this.#onInformation = guarded(options.onInformation, this.#informingFailed);
    if (options.signal) this.#watch(options.signal);
    if (due === Infinity) return;
    const message = `the exchange took longer than totalTimeout, ${options.totalTimeout} ms`;
    this.#deadline = new Deadline((timeout) => this.abandon(new HttpError(timeout, message)));
    this.#deadline.set(due - performance.now(), 'total-timeout');
  }

  /** Whether the request may be sent on another connection, if no response has begun on this one. */
  get canBeSentAgain(): boolean {
    return this.state === 'waiting' && !this.isRetried && this.request.isRepeatable;
  }

  inform(head: ResponseHead): void {
    if (this.state === 'waiting') this.#onInformation?.(head);
  }

  readonly #informingFailed = (thrown: unknown): void =>
    this.abandon(userError('handler-failed', `onInformation failed: ${reasonOf(thrown)}`, thrown));

  answer(response: ClientResponse): void {
    if (this.state === 'over') return response.discard(); // the caller no longer waits for it
    this.state = 'answered';
    this.response = response;
    this.#resolve(response);
    this.#letGo();
  }

  /** Releases content whose sending has not begun: after the answer, or the end, it will not be sent. */
  #letGo(): void {
    if (!this.request.isBegun) discard(this.request.content);
    this.request.isBegun = true;
  }

  /** Called when the response is complete, or when the reader of its content will get the error. */
  finish(): void {
    this.state = 'over';
    this.#deadline?.stop();
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }

  fail(error: unknown): void {
    if (this.state === 'waiting') this.#reject(error);
    this.#letGo();
    this.finish();
  }

  /** Ends the exchange from this side, in any state. */
  abandon(error: HttpError): void {
    if (this.state !== 'over') this.holder.drop(this, error);
  }

  #watch(signal: AbortSignal): void {
    if (signal.aborted) throw abortError(signal);
    this.#signal = signal;
    // Many requests may share one signal. Node need not warn of a leak: each listener is removed with its request.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => this.abandon(abortError(this.#signal!));
}

function abortError(signal: AbortSignal): HttpError {
  return userError('aborted', `the request was aborted: ${reasonOf(signal.reason)}`, signal.reason);
}
