/** One input, and what came of comparing two programs on it. */
export interface Compared {
  readonly bytes: Uint8Array;
  /** Of the known deviations that explain how they differ; none if they do not. */
  readonly names: readonly string[];
  /** What no rule explains. */
  readonly unnamed: unknown;
}
