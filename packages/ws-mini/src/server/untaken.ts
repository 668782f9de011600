// Connections that no listener and no loop has taken yet. One that is open waits for the first of them. One that has
// ended is kept, with its messages, only while a loop is under way: that loop will ask for the next connection, and nobody
// else may ever ask.

import type { Connection } from '../connection/connection.ts';
import { Loop, type LoopCalls, Queue } from '../connection/queue.ts';
import type { OpeningRequest } from '../wire/index.ts';

export class Untaken {
  readonly #requests = new Map<Connection, OpeningRequest>();
  /** Those of them that have ended. */
  readonly #ended = new Set<Connection>();
  /** How many loops have begun and were not left. */
  #loops = 0;
  /** Loops that wait for a connection, and the end of all loops. */
  readonly #queue = new Queue<Connection>();

  get size(): number {
    return this.#requests.size;
  }

  /** How many have ended. */
  get ended(): number {
    return this.#ended.size;
  }

  /** Whether a loop waits. */
  get isAwaited(): boolean {
    return this.#queue.isAwaited;
  }

  /** Gives the connection to a loop that waits. @returns whether there was one */
  give(connection: Connection): boolean {
    if (!this.#queue.isAwaited) return false;
    this.#queue.push(connection);
    return true;
  }

  /** @param isTaken the user already has it from `handleUpgrade`: only a loop that is under way may take it, too */
  add(connection: Connection, request: OpeningRequest, isTaken: boolean): void {
    if (!isTaken || this.#loops > 0) this.#requests.set(connection, request);
  }

  /** Takes the one that has waited longest. */
  take(): [Connection, OpeningRequest] | undefined {
    const [next] = this.#requests;
    if (next !== undefined) this.#drop(next[0]);
    return next;
  }

  /** The connection has ended. */
  end(connection: Connection): void {
    if (!this.#requests.has(connection)) return;
    if (this.#loops > 0) this.#ended.add(connection);
    else this.#drop(connection);
  }

  /** No connection comes any more. @param result what loops get instead of their end */
  close(result?: Promise<never>): void {
    this.#queue.end(result);
  }

  loop(): AsyncIterableIterator<Connection, undefined> {
    this.#loops++;
    return new Loop(this, Untaken.#loopCalls);
  }

  static readonly #loopCalls: LoopCalls<Untaken, Connection> = {
    next: (untaken, loop) => {
      const [connection] = untaken.take() ?? [];
      return connection === undefined
        ? untaken.#queue.next(loop)
        : Promise.resolve({ value: connection, done: false });
    },
    left: (untaken, loop) => {
      untaken.#queue.leave(loop);
      if (--untaken.#loops > 0) return;
      for (const connection of untaken.#ended) untaken.#drop(connection);
    },
  };

  #drop(connection: Connection): void {
    this.#requests.delete(connection);
    this.#ended.delete(connection);
  }
}
