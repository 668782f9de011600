/**
 * Counts what really went through sockets: every TCP socket that an action connects, with the bytes that Node counted on
 * it (`bytesRead`, `bytesWritten`), and every datagram of a UDP socket. It does not ask the packages that are measured: Node
 * announces each socket (diagnostics channels `net.client.socket`, `udp.socket`), and the asynchronous context says which
 * action made it, so several actions can be counted at the same time.
 *
 * Bytes are those of the stream, or of the datagrams' content. What is below (headers of IP, TCP and UDP, three packets to
 * open a connection, four to close it, acknowledgements) cannot be seen here, and comes on top.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Socket as UdpSocket } from 'node:dgram';
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

const current = new AsyncLocalStorage<SocketCounter>();

subscribe('net.client.socket', (message) => {
  current.getStore()?.add((message as { socket: Socket }).socket);
});

subscribe('udp.socket', (message) => {
  current.getStore()?.addUdp((message as { socket: UdpSocket }).socket);
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

  /** @internal A UDP socket has no counters, so what it is told to send is listened to. */
  addUdp(socket: UdpSocket): void {
    socket.on('message', (datagram) => {
      this.#received += datagram.length;
    });
    const send = socket.send as (content: unknown, ...rest: unknown[]) => void;
    socket.send = (content: unknown, ...rest: unknown[]) => {
      // What was sent before the socket had its address is sent by Node again through here, as a list.
      if (!Array.isArray(content)) this.#sent += Buffer.byteLength(content as string | Uint8Array);
      send.call(socket, content, ...rest);
    };
  }
}
