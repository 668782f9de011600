/**
 * Openings: what responses begin with, the status line and Date (RFC 9110 6.6.1). For one status it is the same text
 * until Date changes, so it is made once and used again: that takes a tenth off a pipelined small GET.
 */
import { latin1, octets } from './characters.ts';
import { formatDate } from './date.ts';
import { statusLine } from './encoder.ts';

export class Openings {
  readonly #clock: (() => number) | undefined;
  #dateLine = '';
  readonly #byStatus = new Map<number, string>();

  /** @param clock milliseconds since 1970; a server without one sends no Date (RFC 9110 6.6.1) */
  constructor(clock?: () => number) {
    this.#clock = clock;
  }

  /** The field line of Date (rfc9110/6.6.1/date-of-now). */
  get dateLine(): string {
    if (this.#clock !== undefined) this.#dateLine ||= `Date: ${formatDate(this.#clock())}\r\n`;
    return this.#dateLine;
  }

  /** The status line, with the usual reason, and Date. @throws HttpError `invalid-status` */
  of(status: number): string {
    return this.#byStatus.get(status) ?? this.#make(status);
  }

  #make(status: number): string {
    const parts = statusLine(status, undefined) + this.dateLine;
    // As one string: of one that is joined, V8 goes over the parts again with each response that is written.
    const opening = latin1(octets(parts), 0, parts.length);
    this.#byStatus.set(status, opening);
    return opening;
  }

  /** Forgets the time: to be called once a second, or more often. A handler that blocks the event loop puts that off. */
  expire(): void {
    this.#dateLine = '';
    this.#byStatus.clear();
  }
}
