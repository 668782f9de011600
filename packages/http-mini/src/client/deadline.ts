/**
 * Deadlines: what a connection waits for at any moment, and the one timer that sees to it that it does not wait too long.
 * It never waits for the caller: how long the caller takes to make content, or to read it, is the caller's own business.
 *
 * Setting a deadline is two stores and a look at the clock: the timer behind it is left running, and only when it fires
 * is it seen whether the deadline has moved on since. A timer made and cleared for each request would cost more than the
 * request's head.
 */
import { HttpError } from '../wire/errors.ts';
import { limit } from '../wire/limit.ts';
import type { ReceivedContent } from './content.ts';
import type { ClientSettings } from './options.ts';
import type { RequestSender } from './sender.ts';

/** When an exchange that begins now has taken too long. @throws HttpError `invalid-option` */
export function dueOf({ totalTimeout }: { readonly totalTimeout?: number | undefined }): number {
  return totalTimeout === undefined
    ? Infinity
    : performance.now() + limit('totalTimeout', totalTimeout, Infinity);
}

/** The longest that a timer of Node can run. */
export const MAX_DELAY: number = 2 ** 31 - 1;

export class Deadline<Reason> {
  readonly #expired: (reason: Reason) => void;
  #due = Infinity;
  #reason: Reason | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** When the timer fires. */
  #firesAt = Infinity;

  constructor(expired: (reason: Reason) => void) {
    this.#expired = expired;
  }

  /** @param delay milliseconds from now */
  set(delay: number, reason: Reason): void {
    this.#due = performance.now() + delay;
    this.#reason = reason;
    if (this.#due < this.#firesAt) this.#arm(delay);
  }

  clear(): void {
    this.#due = Infinity;
  }

  /** Clears it for good. */
  stop(): void {
    this.#due = Infinity;
    clearTimeout(this.#timer);
  }

  #arm(delay: number): void {
    clearTimeout(this.#timer);
    const soon = Math.min(Math.ceil(delay), MAX_DELAY);
    this.#firesAt = performance.now() + soon;
    // Unref'd: what keeps a process alive is the socket, and an idle one must not.
    this.#timer = setTimeout(this.#fired, soon).unref();
  }

  readonly #fired = (): void => {
    this.#firesAt = Infinity;
    const left = this.#due - performance.now();
    if (left === Infinity) return;
    // A timer may fire a little before its time.
    if (left > 0) return this.#arm(left);
    this.#due = Infinity;
    this.#expired(this.#reason!);
  };
}

/** By the name of the option that says how long. */
export type Timeout = 'connectTimeout' | 'responseTimeout' | 'contentTimeout' | 'idleTimeout';

/**
 * @param load requests that are not answered whole
 * @param content of the response that is being received
 * @param isPaused whether the reader of that content has to catch up
 */
export function awaited(
  load: number,
  content: ReceivedContent | undefined,
  isPaused: boolean,
  sender: RequestSender['state'],
): Timeout | undefined {
  if (load === 0) return 'idleTimeout';
  // That nobody has begun to read is not the pace of a reader.
  if (content !== undefined) return isPaused && content.hasReader ? undefined : 'contentTimeout';
  if (sender === 'blocked') return 'contentTimeout';
  return sender === 'expecting' || sender === 'sending' ? undefined : 'responseTimeout';
}

export function timeoutError(timeout: Exclude<Timeout, 'idleTimeout'>, settings: ClientSettings): HttpError {
  const [code, message] = ERRORS[timeout];
  return new HttpError(code, `${message} ${settings[timeout]} ms`);
}

const ERRORS = {
  connectTimeout: ['connect-timeout', 'no connection within'],
  responseTimeout: ['response-timeout', 'no response within'],
  contentTimeout: ['content-timeout', 'the content stood still for'],
} as const;
