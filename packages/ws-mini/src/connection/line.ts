// The line for messages behind a slow one: a message that is being compressed in a thread, or whose parts are
// still being made. Messages that the user sends after it wait here, so that all go out in the order of the
// calls. Usually the line is empty, and nothing waits.

/** Puts frames into the output, at once or later; never rejects. */
export type Job = () => undefined | Promise<void>;

export class Line {
  #last: Promise<void> | undefined;
  /** Bytes of the jobs that are not done. */
  size = 0;

  get isEmpty(): boolean {
    return this.#last === undefined;
  }

  /** @returns undefined if the job is already done; else a promise, fulfilled when it is */
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
