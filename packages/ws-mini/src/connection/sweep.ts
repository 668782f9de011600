// One timer for all deadlines of a server, instead of one or two per connection: it regularly asks each member
// to check its own. A deadline may be late by a quarter of the shortest one, which is exact enough for
// deadlines. An idle server has no timer at all.

import { WebSocketError } from '../wire/index.ts';

export interface Deadlined {
  check(now: number): void;
}

export class Sweep {
  readonly #interval: number;
  readonly #clock: () => number;
  readonly #members = new Set<Deadlined>();
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param deadlines milliseconds; the shortest sets the interval
   * @param clock gives the time that `check` gets
   */
  constructor(deadlines: readonly number[], clock: () => number) {
    // At most one second, so that a deadline of minutes is not late by a quarter of that; at least 5 ms.
    this.#interval = Math.max(5, Math.min(1000, ...deadlines.map((deadline) => deadline / 4)));
    this.#clock = clock;
  }

  add(member: Deadlined): void {
    this.#members.add(member);
    // The timer does not keep the process alive: sockets do, if there are any.
    this.#timer ??= setInterval(() => this.#go(), this.#interval).unref();
  }

  delete(member: Deadlined): void {
    this.#members.delete(member);
    if (this.#members.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #go(): void {
    const now = this.#clock();
    for (const member of this.#members) member.check(now);
  }
}

/** A delay that setTimeout can take: with more than 2^31 - 1 ms (25 days) it would fire at once. */
export function timerFor(milliseconds: number): number {
  return Math.min(milliseconds, 2 ** 31 - 1);
}

/**
 * Makes a user's clock safe: it never throws and never goes back. While the user's clock fails, no time passes.
 *
 * @throws WebSocketError `option-invalid` if it fails at once
 */
export function steady(clock: () => number): () => number {
  let latest = Number.NEGATIVE_INFINITY;
  const ask = (): number => {
    try {
      const now: unknown = clock();
      if (typeof now === 'number' && now > latest) latest = now;
    } catch {
      // Then `latest` counts.
    }
    return latest;
  };
  if (ask() === Number.NEGATIVE_INFINITY)
    throw new WebSocketError('option-invalid', 'clock must tell a number of milliseconds');
  return ask;
}
