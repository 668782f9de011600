/**
 * Counts what really went through sockets: every TCP socket that an action connects, with the bytes that Node counted on
 * it (`bytesRead`, `bytesWritten`). It does not ask the packages that are measured: Node announces each socket (diagnostics
 * channel `net.client.socket`), and the asynchronous context says which action made it, so several actions can be
 * counted at the same time.
 *
 * Bytes are those of the stream. What IP and TCP add below it (headers, three packets to open a connection, four
 * to close it, acknowledgements) cannot be seen here, and comes on top.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

const current = new AsyncLocalStorage<SocketCounter>();

subscribe('net.client.socket', (message) => {
  current.getStore()?.add((message as { socket: Socket }).socket);
});

export class SocketCounter {
  readonly #open = new Set<Socket>();
  #connections = 0;
  #received = 0;
  #sent = 0;

  /** Runs the action, and counts each socket that it connects, now or later. */
  run<Result>(action: () => Result): Result {
    return current.run(this, action);
  }

  /** Connections that were established. */
  get connections(): number {
    return this.#connections;
  }

  get received(): number {
    let bytes = this.#received;
    for (const socket of this.#open) bytes += socket.bytesRead;
    return bytes;
  }

  get sent(): number {
    let bytes = this.#sent;
    for (const socket of this.#open) bytes += socket.bytesWritten;
    return bytes;
  }

  /** @internal */
  add(socket: Socket): void {
    this.#open.add(socket);
    socket.once('connect', () => this.#connections++);
    socket.once('close', () => {
      this.#open.delete(socket);
      this.#received += socket.bytesRead;
      this.#sent += socket.bytesWritten;
    });
  }
}
