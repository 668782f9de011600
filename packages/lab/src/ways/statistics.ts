/** A percentile by nearest rank: always a value that occurred, never one in between. @param sorted the least first */
export function percentile(sorted: ArrayLike<number>, percent: number): number | undefined {
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
}
