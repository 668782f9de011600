/** A logarithmic scale for ages, from a power of ten to another: tenths of a millisecond and seconds are on one picture. */

export interface Scale {
  /** The powers of ten from end to end. */
  readonly powers: readonly number[];
  /** Where a value stands: 0 at one end, 1 at the other. */
  share(value: number): number;
}

/** Milliseconds: less is the clock's noise. */
const LEAST = 0.01;

export function scaleOf(values: readonly number[]): Scale {
  const power = (value: number) => Math.log10(Math.max(LEAST, value));
  const least = Math.floor(values.reduce((low, value) => Math.min(low, power(value)), values.length ? 9 : 0));
  const most = Math.max(
    least + 1,
    Math.ceil(values.reduce((high, value) => Math.max(high, power(value)), -9)),
  );
  return {
    powers: Array.from({ length: most - least + 1 }, (_, i) => Number((10 ** (least + i)).toPrecision(1))),
    share: (value) => Math.max(0, power(value) - least) / (most - least),
  };
}
