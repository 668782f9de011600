// Who gets the next message: a 'message' listener, whoever waits in a `for await`, or nobody yet. In
// the last case the message is held here and nothing behind it is read, which is how a slow consumer
// slows its peer down. At most one message is held.

type Data = string | Uint8Array;
type Result = IteratorResult<Data, undefined>;

const done = { value: undefined, done: true } as const;

export class Inbox {
  readonly #emit: (data: Data) => void;
  #isFlowing = false;
  #isDiscarding = false;
  #hasEnded = false;
  #held: Data | undefined;
  readonly #waiters: ((result: Result) => void)[] = [];

  /** @param emit calls the listeners */
  constructor(emit: (data: Data) => void) {
    this.#emit = emit;
  }

  /** A message is held: read no further. */
  get isFull(): boolean {
    return this.#held !== undefined;
  }

  deliver(data: Data): void {
    if (this.#isDiscarding) return;
    if (this.#isFlowing) this.#emit(data);
    else if (this.#waiters.length > 0) this.#waiters.shift()!({ value: data, done: false });
    else this.#held = data;
  }

  /** Messages go to the listeners from here on, first the one that is held. */
  flow(): void {
    this.#isFlowing = true;
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.deliver(held);
  }

  pause(): void {
    this.#isFlowing = false;
  }

  /** The held message, or the next to come, or that there is none any more. */
  next(): Promise<Result> {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) return Promise.resolve({ value: held, done: false });
    if (this.#hasEnded) return Promise.resolve(done);
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** No message comes any more; the one that is held may still be taken. */
  end(): void {
    this.#hasEnded = true;
    for (const resolve of this.#waiters.splice(0)) resolve(done);
  }

  /** Nobody shall have a message any more, not even the one that is held. */
  discard(): void {
    this.#isDiscarding = true;
    this.#held = undefined;
  }
}
