// Decides when bytes go out. All frames of a turn leave in one write: at the end of the chunk that we are
// handling, or else after all microtasks that are ready. A write costs far more than a small frame, so this is
// where the speed of small messages comes from.
//
// While the system takes no more, the rest stays in the Protocol and goes out piece by piece. So a Pong need not
// wait behind megabytes, and we can see whether the peer takes anything at all.

import type { Socket } from 'node:net';
import type { Protocol } from '../wire/index.ts';
import type { ConnectionTap } from './options.ts';

/** From this many bytes on, write at once: waiting for the end of the turn would save nothing any more. */
const WRITE_AT = 0x1_0000;
/**
 * What the socket is given at a time. What is in it cannot be overtaken, and counts as taken only when all of it is: so a
 * link that was found full gets smaller pieces. On one that is not, each write more of a large message costs.
 */
const PIECE = 0x10_0000;
const PIECE_IF_FULL = 0x4_0000;

// Most sends need not wait: they all get this promise.
const accepted = Promise.resolve(true);

const nothing = new Uint8Array(0);

export class Outbox {
  readonly #socket: Socket;
  readonly #wire: Protocol;
  readonly #tap: ConnectionTap | undefined;
  /** The receiver is handling a chunk, and will flush at its end. */
  isInTurn = false;
  #isScheduled = false;
  /** End TCP as soon as nothing waits. */
  #endsTcp = false;
  /** The system had no room for all bytes when `hasMoved` was last called. */
  #wasFull = false;
  #hasDrained = false;
  #waiters: ((accepted: boolean) => void)[] | undefined;

  constructor(socket: Socket, wire: Protocol, tap: ConnectionTap | undefined) {
    this.#socket = socket;
    this.#wire = wire;
    this.#tap = tap;
  }

  /** Bytes that the operating system has not taken yet. */
  get size(): number {
    return this.#wire.pending + this.#socket.writableLength;
  }

  /**
   * Writes what was added to the Protocol, now or at the end of the turn. The promise is fulfilled when the peer can take
   * more, or with false when the connection is over.
   *
   * @param isBorrowed the caller owns the memory: wait until the system has taken all of it
   */
  added(isBorrowed: boolean = false): Promise<boolean> {
    if (this.#wire.pending >= WRITE_AT) this.flush();
    else this.schedule();
    if (isBorrowed ? this.size === 0 : !this.#wire.isCongested) return accepted;
    return new Promise((resolve) => (this.#waiters ??= []).push(resolve));
  }

  /** Whether `size` bytes would wait for the end of the turn, and so for a moment that the caller cannot know. */
  gathers(size: number): boolean {
    return !this.isInTurn && size < WRITE_AT;
  }

  schedule(): void {
    if (this.isInTurn || this.#isScheduled || this.#wire.pending === 0) return;
    this.#isScheduled = true;
    // Why not queueMicrotask: a `for await` that answers message after message is a chain of
    // microtasks, and the tick comes after all of them (`connection.test.ts`, "one write per turn").
    process.nextTick(Outbox.#flushLater, this);
  }

  static #flushLater(outbox: Outbox): void {
    outbox.#isScheduled = false;
    outbox.flush();
  }

  flush(): void {
    while (this.#wire.pending > 0 && !this.#wire.isCongested && this.#socket.writable)
      this.#write(this.#wire.takeOutput(this.#wasFull ? PIECE_IF_FULL : PIECE));
    if (this.#waiters !== undefined && !this.#wire.isCongested) this.#releaseWhenTaken();
    if (this.#endsTcp && this.#wire.pending === 0) this.#socket.end();
  }

  #write(parts: readonly Uint8Array[]): void {
    const socket = this.#socket;
    // Several parts in one system call.
    if (parts.length > 1) socket.cork();
    for (const part of parts) {
      this.#tap?.sent(part);
      if (!socket.write(part)) this.#wire.isCongested = true;
    }
    if (parts.length > 1) socket.uncork();
  }

  /** The operating system has taken all that it was given. */
  drained(): void {
    this.#wire.isCongested = false;
    this.#hasDrained = true;
    this.flush();
  }

  #releaseWhenTaken(): void {
    if (this.size === 0) this.#release(true);
    // For so few bytes Node emits no 'drain'; the callback of an empty write behind them tells us instead.
    else if (this.#socket.writable)
      this.#socket.write(nothing, (error) => {
        if (!error && this.size === 0) this.#release(true);
      });
  }

  /** Ends TCP behind all that waits. */
  endTcp(): void {
    this.#endsTcp = true;
    this.flush();
  }

  /**
   * Whether the peer has taken bytes since the last call. If the system takes bytes while it has room, that proves
   * nothing; but once its buffers were full, it has new room only because the peer took some.
   */
  hasMoved(): boolean {
    const hasMoved = this.#wasFull && this.#hasDrained;
    this.#wasFull = this.#socket.writableLength > 0;
    this.#hasDrained = false;
    return hasMoved;
  }

  /** The connection is over: all sends that wait are fulfilled with false. */
  end(): void {
    this.#release(false);
  }

  #release(wasAccepted: boolean): void {
    const waiters = this.#waiters;
    if (waiters === undefined) return;
    this.#waiters = undefined;
    for (const resolve of waiters) resolve(wasAccepted);
  }
}
