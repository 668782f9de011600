// A queue between values that come and consumers that ask for them: the one that is early waits for the other.

/** The next value; or the end, which may be a failure. */
type Result<T> = IteratorResult<T, undefined> | Promise<never>;

const done = { value: undefined, done: true } as const;

export class Queue<T> {
  #held: T[] | undefined;
  #waiters: ((result: Result<T>) => void)[] | undefined;
  #end: Result<never> | undefined;

  /** Whether a consumer waits for the next value. */
  get isAwaited(): boolean {
    return this.#waiters !== undefined && this.#waiters.length > 0;
  }

  /** Gives `value` to the consumer that has waited longest, or holds it until one asks. */
  push(value: T): void {
    if (this.isAwaited) this.#waiters!.shift()!({ value, done: false });
    else if (this.#held === undefined) this.#held = [value];
    else this.#held.push(value);
  }

  /** Takes the oldest held value. */
  shift(): T | undefined {
    return this.#held?.shift();
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
