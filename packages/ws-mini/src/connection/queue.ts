// A queue between values that come and consumers that ask for them, such as `for await` loops: the one that is early
// waits for the other.

/** The next value; or the end, which may be a failure. */
type Result<T> = IteratorResult<T, undefined> | Promise<never>;

const done = { value: undefined, done: true } as const;

/** A value that waits, and the one that came after it. */
interface Link<T> {
  readonly value: T;
  next: Link<T> | undefined;
}

export class Queue<T> {
  /** Why links and no array: `shift` moves all that is behind, and took a sixth of an echo by `for await`. */
  #first: Link<T> | undefined;
  #last: Link<T> | undefined;
  #waiters: ((result: Result<T>) => void)[] | undefined;
  #end: Result<never> | undefined;

  /** Whether a consumer waits for the next value. */
  get isAwaited(): boolean {
    return this.#waiters !== undefined && this.#waiters.length > 0;
  }

  /** Gives `value` to the consumer that has waited longest, or holds it until one asks. */
  push(value: T): void {
    if (this.isAwaited) return this.#waiters!.shift()!({ value, done: false });
    const link = { value, next: undefined };
    if (this.#last === undefined) this.#first = link;
    else this.#last.next = link;
    this.#last = link;
  }

  /** Takes the oldest held value. */
  shift(): T | undefined {
    const first = this.#first;
    if (first === undefined) return undefined;
    this.#first = first.next;
    if (first.next === undefined) this.#last = undefined;
    return first.value;
  }

  /** The oldest held value, or the next to come, or the end. */
  next(): Promise<IteratorResult<T, undefined>> {
    const value = this.shift();
    if (value !== undefined) return Promise.resolve({ value, done: false });
    if (this.#end !== undefined) return Promise.resolve(this.#end);
    return new Promise((resolve) => {
      // Usually one consumer waits; V8 gives an array that begins empty room for many at its first push.
      if (this.#waiters === undefined) this.#waiters = [resolve];
      else this.#waiters.push(resolve);
    });
  }

  /** Nothing comes any more; consumers may still take what is held. */
  end(result: Result<never> = done): void {
    this.#end = result;
    for (const resolve of this.#waiters?.splice(0) ?? []) resolve(result);
  }
}

/**
 * An iterator for `for await` that does not end when the caller leaves the loop: another loop goes on from there. Why no
 * generator: it ends with its first loop, and is slower on this hot path. Why no object literal: its methods would be
 * three closures for each loop.
 */
export class Loop<T> implements AsyncIterableIterator<T, undefined> {
  readonly next: () => Promise<IteratorResult<T, undefined>>;
  readonly #left: (() => void) | undefined;

  /** @param left called when the caller leaves the loop before its end */
  constructor(next: () => Promise<IteratorResult<T, undefined>>, left?: () => void) {
    this.next = next;
    this.#left = left;
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#left?.();
    return Promise.resolve(done);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
