// Delivers messages as a browser's tasks do (WHATWG WebSockets 4, HTML 8.1.7): one at a time, and all microtasks run
// before the next one. So if a microtask replaces the handler, the new handler gets the next message.

import type { Connection } from '../connection/connection.ts';
import type { CloseInfo } from '../connection/options.ts';

/** Why not queueMicrotask: Node makes an AsyncResource for each. */
const settled = Promise.resolve();

export class MessageTasks {
  /** All messages that have come are delivered: waiting for the next. */
  isWaiting = true;
  readonly #connection: Connection;
  readonly #deliver: (message: string | Uint8Array) => void;

  constructor(connection: Connection, deliver: (message: string | Uint8Array) => void) {
    this.#connection = connection;
    this.#deliver = deliver;
  }

  /** Delivers all messages. Why not `for await` alone: for a small message, its promises cost as much as all the rest. */
  async run(): Promise<CloseInfo> {
    const connection = this.#connection;
    connection.on('message', this.#hear);
    const info = await connection.closed;
    connection.off('message', this.#hear).pause();
    // Some messages may not be delivered yet.
    await new Promise(process.nextTick);
    for await (const message of connection) {
      this.isWaiting = false;
      this.#deliver(message);
      await new Promise(process.nextTick);
      this.isWaiting = true;
    }
    return info;
  }

  readonly #hear = (message: string | Uint8Array): void => {
    this.#connection.pause();
    this.isWaiting = false;
    this.#deliver(message);
    settled.then(this.#settle);
  };

  /** A tick from a microtask comes after all microtasks, even those that others add. */
  readonly #settle = (): void => process.nextTick(this.#hearNext);

  readonly #hearNext = (): void => {
    this.isWaiting = true;
    if (this.#connection.closeInfo === undefined) this.#connection.resume();
  };
}
