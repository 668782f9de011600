// What `for await` needs, where leaving the loop ends nothing: another loop goes on from there. Why no
// generator: it would be over with its first loop, and costs a hot path more.

export function loop<T>(
  next: () => Promise<IteratorResult<T, undefined>>,
): AsyncIterableIterator<T, undefined> {
  const iterator: AsyncIterableIterator<T, undefined> = {
    next,
    return: () => Promise.resolve({ value: undefined, done: true }),
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
