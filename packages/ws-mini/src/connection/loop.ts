// What `for await` needs, where leaving the loop ends nothing: another loop goes on from there. Why no
// generator: it would be over with its first loop, and costs a hot path more.

export function loop<T>(
  next: () => Promise<IteratorResult<T, undefined>>,
): AsyncIterableIterator<T, undefined> {
  return new Loop(next);
}

/** Why no object literal: its methods would be three closures for each. */
class Loop<T> implements AsyncIterableIterator<T, undefined> {
  readonly next: () => Promise<IteratorResult<T, undefined>>;

  constructor(next: () => Promise<IteratorResult<T, undefined>>) {
    this.next = next;
  }

  return(): Promise<IteratorResult<T, undefined>> {
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
