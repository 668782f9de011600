// Pings that a program has sent and that wait for their Pongs (RFC 6455 5.5.2, 5.5.3). A Pong may stand behind messages
// that we do not read, because our own consumer is behind; if that consumer itself waits for the Pong, it would wait for ever.

interface WaitingPing {
  readonly data: string;
  readonly sentAt: number;
  readonly resolve: (roundTrip: number | undefined) => void;
}

export class Pings {
  readonly #clock: () => number;
  #count = 0;
  readonly #patience: number;
  #waiting: WaitingPing[] = [];
  /** Since when nothing was read, while Pings wait. */
  #unreadSince = 0;

  /** @param patience milliseconds without a read after which `check` gives up */
  constructor(clock: () => number, patience: number) {
    this.#clock = clock;
    this.#patience = patience;
  }

  /** Data that no other Ping of this connection has. */
  nextData(): Uint8Array {
    return new TextEncoder().encode(String(++this.#count));
  }

  /** Milliseconds until the Pong with this data; undefined if none can come any more. */
  pong(data: Uint8Array): Promise<number | undefined> {
    return new Promise((resolve) => {
      const sentAt = this.#clock();
      if (this.#waiting.length === 0) this.#unreadSince = sentAt;
      this.#waiting.push({ data: data.join(), sentAt, resolve });
    });
  }

  receivePong(data: Uint8Array): void {
    // Why not `String(data)`: for a Buffer, that decodes it as text.
    const text = data.join();
    // A Pong may answer only the latest of several Pings (5.5.3), which may have the same data; then those before it count
    // as answered too. A Pong that matches no Ping (index -1) removes none.
    const index = this.#waiting.findLastIndex((ping) => ping.data === text);
    for (const ping of this.#waiting.splice(0, index + 1)) ping.resolve(this.#clock() - ping.sentAt);
  }

  /**
   * Gives up if nothing is read.
   *
   * @param hasRead since the last call
   * @param isBehind our own consumer is why nothing is read
   */
  check(now: number, hasRead: boolean, isBehind: boolean): void {
    if (hasRead || !isBehind) this.#unreadSince = now;
    else if (now - this.#unreadSince >= this.#patience) this.end();
  }

  /** No Pong can come any more. */
  end(): void {
    for (const ping of this.#waiting.splice(0)) ping.resolve(undefined);
  }
}
