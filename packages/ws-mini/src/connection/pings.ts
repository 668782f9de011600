// Pings that a program has sent and that wait for their Pongs (RFC 6455 5.5.2, 5.5.3).

interface WaitingPing {
  readonly data: string;
  readonly sentAt: number;
  readonly resolve: (roundTrip: number | undefined) => void;
}

export class Pings {
  readonly #clock: () => number;
  #count = 0;
  #waiting: WaitingPing[] = [];

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Data that no other Ping of this connection has. */
  nextData(): Uint8Array {
    return new TextEncoder().encode(String(++this.#count));
  }

  /** Milliseconds until the Pong with this data; undefined if none can come any more. */
  pong(data: Uint8Array): Promise<number | undefined> {
    return new Promise((resolve) => {
      this.#waiting.push({ data: data.join(), sentAt: this.#clock(), resolve });
    });
  }

  receivePong(data: Uint8Array): void {
    // Why not `String(data)`: for a Buffer, that decodes it as text.
    const text = data.join();
    const index = this.#waiting.findIndex((ping) => ping.data === text);
    // A Pong may answer only the latest of several Pings (5.5.3); then those before it count as answered too. A
    // Pong that matches no Ping (index -1) removes none.
    for (const ping of this.#waiting.splice(0, index + 1)) ping.resolve(this.#clock() - ping.sentAt);
  }

  end(): void {
    for (const ping of this.#waiting.splice(0)) ping.resolve(undefined);
  }
}
