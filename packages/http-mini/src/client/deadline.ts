/**
 * Deadline: the one thing that a connection waits for and must not wait for too long. Setting it is two stores and a
 * look at the clock: the timer behind it is left running, and only when it fires is it seen whether the deadline has
 * moved on since. A timer made and cleared for each request would cost more than the request's head.
 */

import { limit } from '../wire/limit.ts';

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
