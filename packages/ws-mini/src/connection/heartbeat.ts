// Is the peer still there? (RFC 6455 5.5.2, 5.5.3) A connection can be dead for hours before TCP says so.
// After some silence we send a Ping, and after as much silence again we give the peer up. Every byte that
// comes counts as a sign of life, not only the Pong; so does every byte that the peer takes (`Outbox.hasMoved`).

import type { ConnectionSettings } from './options.ts';

interface WaitingPing {
  readonly data: string;
  readonly sentAt: number;
  readonly resolve: (roundTrip: number | undefined) => void;
}

export class Heartbeat {
  readonly #settings: ConnectionSettings;
  #hasHeard = true;
  #hasPinged = false;
  #due = 0;
  #count = 0;
  #waiting: WaitingPing[] | undefined;

  constructor(settings: ConnectionSettings) {
    this.#settings = settings;
  }

  /** Bytes came, or the peer took some. Why a flag and not a time: it is set for every chunk, and read only now and then. */
  hear(): void {
    this.#hasHeard = true;
  }

  /** Whether `hear` was called since the last call of this or of `check`. */
  takeHeard(): boolean {
    const hasHeard = this.#hasHeard;
    this.#hasHeard = false;
    return hasHeard;
  }

  /**
   * Says what to do now.
   *
   * @param isExcused the silence is not the peer's fault
   */
  check(now: number, isExcused: boolean): 'nothing' | 'ping' | 'give up' {
    if (this.takeHeard()) this.#hasPinged = false;
    else if (now < this.#due) return 'nothing';
    else if (this.#hasPinged && !isExcused) return 'give up';
    else this.#hasPinged = true;
    this.#due = now + this.#settings.heartbeat;
    return this.#hasPinged ? 'ping' : 'nothing';
  }

  /** Data that no other Ping of this connection has. */
  nextPing(): Uint8Array {
    return new TextEncoder().encode(String(++this.#count));
  }

  /** Milliseconds until the Pong with this data; undefined if none can come any more. */
  pong(data: Uint8Array): Promise<number | undefined> {
    return new Promise((resolve) => {
      this.#waiting ??= [];
      this.#waiting.push({ data: data.join(), sentAt: this.#settings.clock(), resolve });
    });
  }

  receivePong(data: Uint8Array): void {
    if (this.#waiting === undefined || this.#waiting.length === 0) return;
    // Why not `String(data)`: for a Buffer, that decodes it as text.
    const text = data.join();
    const index = this.#waiting.findIndex((ping) => ping.data === text);
    // A Pong may answer only the latest of several Pings (5.5.3); then those before it count as answered too. A
    // Pong that matches no Ping (index -1) removes none.
    for (const ping of this.#waiting.splice(0, index + 1)) ping.resolve(this.#settings.clock() - ping.sentAt);
  }

  end(): void {
    for (const ping of this.#waiting?.splice(0) ?? []) ping.resolve(undefined);
  }
}
