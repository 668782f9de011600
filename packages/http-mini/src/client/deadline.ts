/**
 * Deadlines: what a connection waits for at any moment, and the one timer that ends a wait that is too long. The caller may
 * take any time to make content, or to read it: no deadline runs then. Progress starts the time anew: bytes that leave are
 * progress, and so are bytes that come, except parts of a head.
 *
 * Setting a deadline only notes the time and leaves the running timer alone. When the timer fires, it checks whether the
 * deadline has moved. To make and clear a timer for each request would cost more than the request's head.
 */
import { HttpError } from '../wire/errors.ts';
import { limit } from '../wire/limit.ts';
import type { ReceivedContent } from './content.ts';
import type { ClientSettings } from './options.ts';
import type { Origin } from './origin.ts';
import type { RequestSender } from './sender.ts';

/** When `totalTimeout` of an exchange that begins now is over. @throws HttpError `invalid-option` */
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
    // Unref'd: the socket keeps the process alive, and an idle connection must not.
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

/** What a connection can wait for, the option that says how long, and the error if that was too long. */
const WAITS = {
  connection: ['connectTimeout', 'connect-timeout', 'there is no connection to'],
  /** Waits for bytes of requests to leave. */
  taking: ['contentTimeout', 'content-timeout', 'nothing of the request was taken by'],
  continue: ['continueTimeout'],
  response: ['responseTimeout', 'response-timeout', 'there is no response from'],
  content: ['contentTimeout', 'content-timeout', 'no content came from'],
  reader: ['contentTimeout', 'content-timeout', 'nobody began to read the content from'],
  /** Waits for another request. */
  use: ['idleTimeout'],
  /** Waits for the server to close, after this side has closed. */
  close: ['lingerTimeout'],
} as const;

export type Wait = keyof typeof WAITS;

/**
 * @param load how many requests have no complete response yet
 * @param content of the response that is being received
 * @param isPaused whether the reader of that content has to catch up
 * @param isBehind whether there are bytes that the server has not taken yet
 */
export function awaited(
  load: number,
  content: ReceivedContent | undefined,
  isPaused: boolean,
  sender: RequestSender['state'],
  isBehind: boolean,
): Wait | undefined {
  // Content that the caller has not begun to read counts as stalled; only an active reader may be slow.
  if (isPaused) return content?.hasReader === true ? undefined : 'reader';
  // The caller is making more of the request, and the server may wait for it.
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
