/** Guards functions of the program: if one throws, that neither ends the process nor stops our code that called it. */

/** @param failed gets what the callback throws, or what its promise rejects with */
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
