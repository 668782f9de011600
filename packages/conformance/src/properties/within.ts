/** A bound for what might never settle; its timer is gone when it has. */

/** @throws Error if it takes longer */
export function within<Value>(milliseconds: number, value: Value | Promise<Value>): Promise<Value> {
  const error = new Error(`nothing happened for ${milliseconds} ms`); // its stack says who waited
  return withinOr(milliseconds, value, () => {
    throw error;
  });
}

/** @returns what `late` returns, if it takes longer */
export async function withinOr<Value, Late>(
  milliseconds: number,
  value: Value | Promise<Value>,
  late: () => Late,
): Promise<Value | Late> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  try {
    return await Promise.race([value, expired.then(late)]);
  } finally {
    clearTimeout(timer);
  }
}
