// Messages as a browser's tasks (WHATWG WebSockets 4, HTML 8.1.7): each comes alone, and all promises settle before the
// next one, so that a handler which is replaced by one of them gets the next message.

import type { Connection } from '../connection/connection.ts';
import type { CloseInfo } from '../connection/options.ts';

/** Why not queueMicrotask: Node makes an AsyncResource for each. */
const settled = Promise.resolve();

export class MessageTasks {
  /** All messages that have come are delivered. */
  isWaiting = true;
  readonly #connection: Connection;
  readonly #deliver: (message: string | Uint8Array) => void;

  constructor(connection: Connection, deliver: (message: string | Uint8Array) => void) {
    this.#connection = connection;
    this.#deliver = deliver;
  }

  /** Delivers all messages. Why not by `for await` alone: its promises cost as much as all else of a small message. */
  async run(): Promise<CloseInfo> {
    const connection = this.#connection;
    connection.on('message', this.#hear);
    const info = await connection.closed;
    connection.off('message', this.#hear).pause();
    // Messages may be left whose turn has not come.
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

  /** The tick comes after all promises, also those that are made by others. */
  readonly #settle = (): void => process.nextTick(this.#hearNext);

  readonly #hearNext = (): void => {
    this.isWaiting = true;
    if (this.#connection.closeInfo === undefined) this.#connection.resume();
  };
}
