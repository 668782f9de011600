// What comes, and who asks for it, whichever is first.

/** The next of something; or the end, which may be a failure. */
type Result<T> = IteratorResult<T, undefined> | Promise<never>;

const done = { value: undefined, done: true } as const;

export class Queue<T> {
  #held: T[] | undefined;
  #waiters: ((result: Result<T>) => void)[] | undefined;
  #end: Result<never> | undefined;

  /** Somebody waits for the next one. */
  get isAwaited(): boolean {
    return this.#waiters !== undefined && this.#waiters.length > 0;
  }

  /** For whoever waits longest, or to be held until somebody asks. */
  push(value: T): void {
    if (this.isAwaited) this.#waiters!.shift()!({ value, done: false });
    else if (this.#held === undefined) this.#held = [value];
    else this.#held.push(value);
  }

  /** The oldest that is held. */
  shift(): T | undefined {
    return this.#held?.shift();
  }

  /** The oldest that is held, or the next to come, or the end. */
  next(): Promise<IteratorResult<T, undefined>> {
    const value = this.shift();
    if (value !== undefined) return Promise.resolve({ value, done: false });
    if (this.#end !== undefined) return Promise.resolve(this.#end);
    return new Promise((resolve) => {
      // One at a time, mostly; an array that begins empty makes room for sixteen.
      if (this.#waiters === undefined) this.#waiters = [resolve];
      else this.#waiters.push(resolve);
    });
  }

  /** Nothing comes any more; what is held may still be taken. */
  end(result: Result<never> = done): void {
    this.#end = result;
    for (const resolve of this.#waiters?.splice(0) ?? []) resolve(result);
  }
}
