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

/** A call of `next` that waits, and who has made it. */
interface Waiter<T> {
  readonly by: unknown;
  readonly resolve: (result: Result<T>) => void;
}

export class Queue<T> {
  /** Why links and no array: `shift` moves all that is behind, and took a sixth of an echo by `for await`. */
  #first: Link<T> | undefined;
  #last: Link<T> | undefined;
  #waiters: Waiter<T>[] | undefined;
  #end: Result<never> | undefined;

  /** Whether a consumer waits for the next value. */
  get isAwaited(): boolean {
    return this.#waiters !== undefined && this.#waiters.length > 0;
  }

  /** Gives `value` to the consumer that has waited longest, or holds it until one asks. */
  push(value: T): void {
    if (this.isAwaited) return this.#waiters!.shift()!.resolve({ value, done: false });
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

  /**
   * The oldest held value, or the next to come, or the end.
   *
   * @param by who asks: see `leave`
   */
  next(by?: unknown): Promise<IteratorResult<T, undefined>> {
    const value = this.shift();
    if (value !== undefined) return Promise.resolve({ value, done: false });
    if (this.#end !== undefined) return Promise.resolve(this.#end);
    return new Promise((resolve) => {
      // Usually one consumer waits; V8 gives an array that begins empty room for many at its first push.
      if (this.#waiters === undefined) this.#waiters = [{ by, resolve }];
      else this.#waiters.push({ by, resolve });
    });
  }

  /**
   * Ends the calls of `next` by this consumer that still wait: it would drop the values that they got.
   *
   * @returns whether there was one
   */
  leave(by: unknown): boolean {
    const waiters = this.#waiters ?? [];
    const left = waiters.filter((waiter) => waiter.by === by);
    if (left.length > 0) this.#waiters = waiters.filter((waiter) => waiter.by !== by);
    for (const { resolve } of left) resolve(done);
    return left.length > 0;
  }

  /** Nothing comes any more; consumers may still take what is held. */
  end(result: Result<never> = done): void {
    this.#end = result;
    for (const { resolve } of this.#waiters?.splice(0) ?? []) resolve(result);
  }
}

/** How an owner serves its loops. Why functions that exist once, and no closures: there may be a loop for each connection. */
export interface LoopCalls<Owner, T> {
  next(owner: Owner, loop: Loop<Owner, T>): Promise<IteratorResult<T, undefined>>;
  /** The caller has left the loop before its end: the owner ends its calls of `next` that still wait. */
  left(owner: Owner, loop: Loop<Owner, T>): void;
}

/**
 * An iterator for `for await`. What the caller has not taken when it leaves the loop stays with the owner: another loop goes
 * on from there. Why no generator: its `return` waits until its last `next` has its value, and it is slower on this hot path.
 */
export class Loop<Owner, T> implements AsyncIterableIterator<T, undefined> {
  readonly #owner: Owner;
  readonly #calls: LoopCalls<Owner, T>;
  /** `new`: has not asked yet. */
  state: 'new' | 'going' | 'left' = 'new';

  constructor(owner: Owner, calls: LoopCalls<Owner, T>) {
    this.#owner = owner;
    this.#calls = calls;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    // A Readable that is destroyed while it emits asks once more.
    if (this.state === 'left') return Promise.resolve(done);
    const result = this.#calls.next(this.#owner, this);
    this.state = 'going';
    return result;
  }

  return(): Promise<IteratorResult<T, undefined>> {
    if (this.state !== 'left') this.#calls.left(this.#owner, this);
    this.state = 'left';
    return Promise.resolve(done);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
