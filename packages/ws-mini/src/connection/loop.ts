// An iterator for `for await` that does not end when the caller leaves the loop: another loop goes on from
// there. Why no generator: it ends with its first loop, and is slower on this hot path.

/** @param left called when the caller leaves a loop before its end */
export function loop<T>(
  next: () => Promise<IteratorResult<T, undefined>>,
  left?: () => void,
): AsyncIterableIterator<T, undefined> {
  return new Loop(next, left);
}

/** Why no object literal: its methods would be three closures for each loop. */
class Loop<T> implements AsyncIterableIterator<T, undefined> {
  readonly next: () => Promise<IteratorResult<T, undefined>>;
  readonly #left: (() => void) | undefined;

  constructor(next: () => Promise<IteratorResult<T, undefined>>, left: (() => void) | undefined) {
    this.next = next;
    this.#left = left;
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#left?.();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
