// One timer for all the deadlines of a server, instead of one or two per connection: it goes round every
// now and then and asks each whether its time has come. A deadline is kept to a quarter of the shortest
// one, which is exact enough for what deadlines are for, and an idle server has no timer at all.

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
   * @param deadlines milliseconds; the shortest sets the pace
   * @param clock what `check` is told
   */
  constructor(deadlines: readonly number[], clock: () => number) {
    // Not above one second, so that no deadline of minutes is a quarter of that late; and not below 5 ms.
    this.#interval = Math.max(5, Math.min(1000, ...deadlines.map((deadline) => deadline / 4)));
    this.#clock = clock;
  }

  add(member: Deadlined): void {
    this.#members.add(member);
    // It does not keep the process alive: sockets do, where there are any.
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

/** What setTimeout is to be given, whose longest is 2^31 - 1 ms, some 25 days: what is longer would be over at once. */
export function timerFor(milliseconds: number): number {
  return Math.min(milliseconds, 2 ** 31 - 1);
}

/**
 * A user's clock that from here on neither throws nor goes back: while it fails, no time passes.
 *
 * @throws WebSocketError `option-invalid`: it fails already
 */
export function steady(clock: () => number): () => number {
  let latest = Number.NEGATIVE_INFINITY;
  const ask = (): number => {
    try {
      const now: unknown = clock();
      if (typeof now === 'number' && now > latest) latest = now;
    } catch {
      // `latest` it is.
    }
    return latest;
  };
  if (ask() === Number.NEGATIVE_INFINITY)
    throw new WebSocketError('option-invalid', 'clock must tell a number of milliseconds');
  return ask;
}
