/** Functions that a program hands over: whatever they throw, it neither ends the process nor stops what called them. */

/** @param failed is given what the callback throws, at once or, if it is an asynchronous function, by its promise */
export function guarded<Arguments extends unknown[]>(
  callback: (...values: Arguments) => unknown,
  failed: (thrown: unknown) => void,
): (...values: Arguments) => void {
  return (...values) => {
    try {
      const result = callback(...values) as Promise<unknown> | undefined;
      if (typeof result?.then === 'function') result.then(undefined, failed);
    } catch (thrown) {
      failed(thrown);
    }
  };
}
