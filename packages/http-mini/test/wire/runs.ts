import type { Parameters } from 'fast-check';

/** How much a property is run: FC_RUNS scales it, FC_SEED repeats a failure. */
export function runs(numRuns = 100): Parameters<unknown> {
  const { FC_RUNS, FC_SEED } = process.env;
  return {
    numRuns: FC_RUNS === undefined ? numRuns : Number(FC_RUNS),
    ...(FC_SEED !== undefined && { seed: Number(FC_SEED) }),
  };
}
