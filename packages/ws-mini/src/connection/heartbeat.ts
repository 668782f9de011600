// Is the peer still there? (RFC 6455 5.5.2, 5.5.3) A connection can be dead for hours before TCP says
// so. After some silence a Ping is sent, and after as much silence again the peer is given up. Any
// byte that comes counts as a sign of life, not only the Pong; and so does any that the peer takes (`Outbox.hasMoved`).

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

  /** Something came, or went. A flag and not a time, because it is set for every chunk and read every second. */
  hear(): void {
    this.#hasHeard = true;
  }

  /** Whether something came since this was last asked, or `check`. */
  takeHeard(): boolean {
    const hasHeard = this.#hasHeard;
    this.#hasHeard = false;
    return hasHeard;
  }

  /**
   * What to do now.
   *
   * @param isExcused it is not the peer's fault that nothing is heard
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
    // Not `String(data)`: of a Buffer, that is its text.
    const text = data.join();
    const index = this.#waiting.findIndex((ping) => ping.data === text);
    // A Pong may answer the latest of several Pings (5.5.3): those before it are answered too. One that
    // answers none of them (index -1) takes none away.
    for (const ping of this.#waiting.splice(0, index + 1)) ping.resolve(this.#settings.clock() - ping.sentAt);
  }

  end(): void {
    for (const ping of this.#waiting?.splice(0) ?? []) ping.resolve(undefined);
  }
}
