// Messages that take their time: one that is being compressed in a thread, one whose parts are still
// being made. Whatever is sent after it stands in line here, so that all goes out in the order in which
// it was sent. Mostly nobody stands here, and then nothing waits.

/** Puts its frames into the output, at once or in a while; never rejects. */
export type Job = () => undefined | Promise<void>;

export class Line {
  #last: Promise<void> | undefined;
  /** Bytes that stand in line. */
  size = 0;

  get isEmpty(): boolean {
    return this.#last === undefined;
  }

  /** @returns undefined if it is done already; else fulfilled when it is */
  run(size: number, job: Job): Promise<void> | undefined {
    const running = this.#last === undefined ? job() : this.#last.then(job);
    if (running === undefined) return undefined;
    this.size += size;
    const last: Promise<void> = running.then(() => {
      this.size -= size;
      if (this.#last === last) this.#last = undefined;
    });
    this.#last = last;
    return last;
  }
}
