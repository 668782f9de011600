/** Measures how long a number stands still, such as the count of bytes that have left. It sees only what `lasts` is given. */
export class Standstill {
  #number = Number.NaN;
  #since = 0;

  /** Milliseconds since the number last changed, as seen by these calls. NaN never stands still. */
  lasts(number: number, now: number): number {
    if (number !== this.#number) {
      this.#number = number;
      this.#since = now;
    }
    return now - this.#since;
  }
}
