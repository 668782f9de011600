/**
 * The ticker: the one source of data of this lab. It makes a numbered, timestamped update every `interval`
 * milliseconds and gives the same text to every subscriber; `text` is for those who ask. It knows no network.
 */

export interface Update {
  /** Counts up by one, so that a receiver can tell what it missed and what it saw twice. */
  readonly number: number;
  /** When it was made: milliseconds since 1970, with fractions. */
  readonly at: number;
  readonly price: number;
}

export type Subscriber = (text: string, update: Update) => void;

/** Milliseconds since 1970 like Date.now(), but with fractions: on loopback an update's age is well below 1 ms. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

export class Ticker {
  readonly interval: number;
  readonly #random: () => number;
  readonly #clock: () => number;
  readonly #subscribers = new Set<Subscriber>();
  #update: Update;
  #text = '';
  #timer: NodeJS.Timeout | undefined;

  /** @param interval milliseconds between two updates */
  constructor(interval: number, random: () => number = Math.random, clock: () => number = now) {
    this.interval = interval;
    this.#random = random;
    this.#clock = clock;
    this.#update = { number: 0, at: clock(), price: 100 };
    this.#text = JSON.stringify(this.#update);
  }

  /** The latest update. */
  get update(): Update {
    return this.#update;
  }

  /** The latest update as every protocol carries it: a line of JSON. */
  get text(): string {
    return this.#text;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.tick(), this.interval);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Calls back for every update from now on. @returns ends the subscription */
  subscribe(subscriber: Subscriber): () => void {
    this.#subscribers.add(subscriber);
    return () => void this.#subscribers.delete(subscriber);
  }

  /** Makes the next update, as `start` does at every interval. */
  tick(): void {
    const price = Math.max(1, this.#update.price + this.#random() - 0.5);
    this.#update = {
      number: this.#update.number + 1,
      at: this.#clock(),
      price: Math.round(price * 100) / 100,
    };
    this.#text = JSON.stringify(this.#update);
    for (const subscriber of [...this.#subscribers]) subscriber(this.#text, this.#update);
    // Take turns: the ways subscribe together, and the first to be served would look faster by the time that it takes to
    // write to the others (test: "takes turns").
    const [first] = this.#subscribers;
    if (first !== undefined && this.#subscribers.delete(first)) this.#subscribers.add(first);
  }
}
