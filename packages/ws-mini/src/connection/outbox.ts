// What goes out, and when. Everything sent in a turn leaves in one write: at the end of the chunk that
// is being handled, or, outside of one, when all microtasks that are ready have had their say. A write
// costs what a thousand small frames cost, so this is where the speed of small messages comes from.
//
// While the system takes no more, the rest stays in the Protocol, and goes out piece by piece: so a Pong need not
// stand behind megabytes, and one can see from here whether the peer takes anything at all.

import type { Socket } from 'node:net';
import type { Protocol } from '../wire/index.ts';
import type { ConnectionTap } from './options.ts';

/** More than this is written at once: waiting for the end of the turn saves nothing any more. */
const WRITE_AT = 0x1_0000;
/** What the socket is given at a time. What is in it cannot be overtaken, and counts as taken only when all of it is. */
const PIECE = 0x4_0000;

// Most sends need no waiting; they get this one.
const accepted = Promise.resolve(true);

const nothing = new Uint8Array(0);

export class Outbox {
  readonly #socket: Socket;
  readonly #wire: Protocol;
  readonly #tap: ConnectionTap | undefined;
  /** A chunk is being handled, and its end will write. */
  isInTurn = false;
  #isScheduled = false;
  /** Nothing follows what waits: TCP ends behind it. */
  #endsTcp = false;
  /** When it was last asked, the system had no room for all. */
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
   * Says that something waits; fulfilled when the peer can take more, or with false when it never will.
   *
   * @param isBorrowed its memory is the caller's: not before the system has taken all of it
   */
  added(isBorrowed: boolean = false): Promise<boolean> {
    if (this.#wire.pending >= WRITE_AT) this.flush();
    else this.schedule();
    if (isBorrowed ? this.size === 0 : !this.#wire.isCongested) return accepted;
    return new Promise((resolve) => (this.#waiters ??= []).push(resolve));
  }

  /** So many bytes would wait for others of the same turn, and for a moment that is not ours to choose. */
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
      this.#write(this.#wire.takeOutput(PIECE));
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
    // There is no 'drain' for so little; but the end of a write that stands behind it.
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
   * Asked every now and then: whether the peer has taken something since. That the system has is no sign of it as long as
   * it has room; once it had none, there is new room only because the peer took something.
   */
  hasMoved(): boolean {
    const hasMoved = this.#wasFull && this.#hasDrained;
    this.#wasFull = this.#socket.writableLength > 0;
    this.#hasDrained = false;
    return hasMoved;
  }

  /** The connection is over: whoever waits, waits in vain. */
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
