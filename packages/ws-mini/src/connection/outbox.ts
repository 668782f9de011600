// What goes out, and when. Everything sent in a turn leaves in one write: at the end of the chunk that
// is being handled, or, outside of one, when all microtasks that are ready have had their say. A write
// costs what a thousand small frames cost, so this is where the speed of small messages comes from.

import type { Socket } from 'node:net';
import type { Protocol } from '../wire/index.ts';
import type { ConnectionTap } from './options.ts';

/** More than this is written at once: waiting for the end of the turn saves nothing any more. */
const WRITE_AT = 0x1_0000;

// Most sends need no waiting; they get this one.
const accepted = Promise.resolve(true);

export class Outbox {
  readonly #socket: Socket;
  readonly #wire: Protocol;
  readonly #tap: ConnectionTap | undefined;
  /** A chunk is being handled, and its end will write. */
  isInTurn = false;
  #isScheduled = false;
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

  /** Says that something waits; fulfilled when the peer can take more, or with false when it never will. */
  added(): Promise<boolean> {
    if (this.#wire.pending >= WRITE_AT) this.flush();
    else this.schedule();
    if (!this.#wire.isCongested) return accepted;
    return new Promise((resolve) => (this.#waiters ??= []).push(resolve));
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
    if (this.#wire.pending > 0) this.#write(this.#wire.takeOutput());
  }

  #write(parts: readonly Uint8Array[]): void {
    const socket = this.#socket;
    if (!socket.writable) return;
    // Several parts in one system call.
    if (parts.length > 1) socket.cork();
    for (const part of parts) {
      this.#tap?.sent(part);
      if (!socket.write(part)) this.#wire.isCongested = true;
    }
    if (parts.length > 1) socket.uncork();
  }

  /** The operating system has taken all. */
  drained(): void {
    this.#wire.isCongested = false;
    // A Pong may have waited for this.
    this.#write(this.#wire.takeOutput());
    this.#release(true);
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
