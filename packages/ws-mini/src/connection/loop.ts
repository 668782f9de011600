// What `for await` needs, where leaving the loop ends nothing: another loop goes on from there. Why no
// generator: it would be over with its first loop, and costs a hot path more.

/** @param left called when a loop is left before its end */
export function loop<T>(
  next: () => Promise<IteratorResult<T, undefined>>,
  left?: () => void,
): AsyncIterableIterator<T, undefined> {
  return new Loop(next, left);
}

/** Why no object literal: its methods would be three closures for each. */
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
