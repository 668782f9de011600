/**
 * Deadlines: what a connection waits for at any moment, and the one timer that sees to it that it does not wait too long.
 * It never waits for the caller: how long the caller takes to make content, or to read it, is the caller's own business.
 * And it counts time without progress: bytes that leave are progress, and so is what comes, but for parts of a head.
 *
 * Setting a deadline is two stores and a look at the clock: the timer behind it is left running, and only when it fires
 * is it seen whether the deadline has moved on since. A timer made and cleared for each request would cost more than the
 * request's head.
 */
import { HttpError } from '../wire/errors.ts';
import { limit } from '../wire/limit.ts';
import type { ReceivedContent } from './content.ts';
import type { ClientSettings } from './options.ts';
import type { Origin } from './origin.ts';
import type { RequestSender } from './sender.ts';

/** When an exchange that begins now has taken too long. @throws HttpError `invalid-option` */
export function dueOf({ totalTimeout }: { readonly totalTimeout?: number | undefined }): number {
  return totalTimeout === undefined
    ? Infinity
    : performance.now() + limit('totalTimeout', totalTimeout, Infinity);
}

/** The longest that a timer of Node can run. */
const MAX_DELAY = 2 ** 31 - 1;

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

/** What a connection can wait for, the option that says for how long, and what it means if that was too long. */
const WAITS = {
  connection: ['connectTimeout', 'connect-timeout', 'there is no connection to'],
  /** For bytes of requests to leave. */
  taking: ['contentTimeout', 'content-timeout', 'nothing of the request was taken by'],
  continue: ['continueTimeout'],
  response: ['responseTimeout', 'response-timeout', 'there is no response from'],
  content: ['contentTimeout', 'content-timeout', 'no content came from'],
  reader: ['contentTimeout', 'content-timeout', 'nobody began to read the content from'],
  /** For another request. */
  use: ['idleTimeout'],
  /** For the server to close, once this side has. */
  close: ['lingerTimeout'],
} as const;

export type Wait = keyof typeof WAITS;

/**
 * @param load requests that are not answered whole
 * @param content of the response that is being received
 * @param isPaused whether the reader of that content has to catch up
 * @param isBehind whether there are bytes that the server has to take yet
 */
export function awaited(
  load: number,
  content: ReceivedContent | undefined,
  isPaused: boolean,
  sender: RequestSender['state'],
  isBehind: boolean,
): Wait | undefined {
  // Content that nobody has begun to read counts as stalled; only an active reader may be slow.
  if (isPaused) return content?.hasReader === true ? undefined : 'reader';
  // The caller makes more of the request, and the response may wait for it.
  if (load > 0 && sender === 'sending') return undefined;
  if (isBehind) return 'taking';
  if (load === 0) return 'use';
  if (sender === 'expecting') return 'continue';
  return content === undefined ? 'response' : 'content';
}

export function delayOf(wait: Wait, settings: ClientSettings): number {
  return settings[WAITS[wait][0]];
}

export function timeoutError(wait: Wait, { authority }: Origin, settings: ClientSettings): HttpError {
  const [option, code = 'content-timeout', message] = WAITS[wait];
  return new HttpError(code, `${message} ${authority} within ${option}, ${settings[option]} ms`);
}
