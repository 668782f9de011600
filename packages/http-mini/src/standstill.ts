/** How long a number stands still, such as that of the bytes that have left; as far as it was looked at. */
export class Standstill {
  #number = Number.NaN;
  #since = 0;

  /** Milliseconds since a look found another number. NaN never stands still. */
  lasts(number: number, now: number): number {
    if (number !== this.#number) {
      this.#number = number;
      this.#since = now;
    }
    return now - this.#since;
  }
}
