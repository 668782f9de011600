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
  /** What makes it as long as it should be; absent if nothing was said of that. */
  readonly pad?: string;
}

export interface TickerOptions {
  /** Bytes of an update's text, 80 at least; as long as it comes by itself, unless given. */
  readonly payload?: number | undefined;
  readonly random?: (() => number) | undefined;
  readonly clock?: (() => number) | undefined;
}

export type Subscriber = (text: string, update: Update) => void;

/** Milliseconds since 1970 like Date.now(), but with fractions: on loopback an update's age is well below 1 ms. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Milliseconds: Node rounds its timers to them, so one may fire that much before its time. */
const EARLY = 1;
/** Milliseconds: who slept longer does not make up for it. */
const MOST_BEHIND = 1000;

export class Ticker {
  readonly interval: number;
  readonly #payload: number | undefined;
  readonly #random: () => number;
  readonly #clock: () => number;
  readonly #subscribers = new Set<Subscriber>();
  #update: Update;
  #text = '';
  #timer: NodeJS.Timeout | undefined;

  /** @param interval milliseconds between two updates; below one, several are made at a time */
  constructor(interval: number, { payload, random = Math.random, clock = now }: TickerOptions = {}) {
    this.interval = interval;
    this.#payload = payload;
    this.#random = random;
    this.#clock = clock;
    this.#update = { number: 0, at: clock(), price: 100 };
    this.#text = padded(this.#update, payload);
  }

  /** The latest update. */
  get update(): Update {
    return this.#update;
  }

  /** The latest update as every protocol carries it: a line of JSON. */
  get text(): string {
    return this.#text;
  }

  /** @param interval milliseconds, if another from now on */
  start(interval: number = this.interval): void {
    if (this.#timer !== undefined) return;
    let due = performance.now() + interval;
    // What is due by the clock, not one for each call: a timer of 1 ms comes late by nearly as much.
    const timer = setInterval(
      () => {
        const time = performance.now() + EARLY;
        if (time - due > MOST_BEHIND) due = time;
        for (; due <= time && this.#timer === timer; due += interval) this.tick();
      },
      Math.max(1, interval),
    );
    this.#timer = timer;
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
    this.#text = padded(this.#update, this.#payload);
    for (const subscriber of [...this.#subscribers]) subscriber(this.#text, this.#update);
    // Take turns: the ways subscribe together, and the first to be served would look faster by the time that it takes to
    // write to the others (test: "takes turns").
    const [first] = this.#subscribers;
    if (first !== undefined && this.#subscribers.delete(first)) this.#subscribers.add(first);
  }
}

function padded(update: Update, bytes: number | undefined): string {
  const text = JSON.stringify(update);
  if (bytes === undefined) return text;
  const room = bytes - text.length - ',"pad":""'.length;
  return JSON.stringify({ ...update, pad: '.'.repeat(Math.max(0, room)) });
}
