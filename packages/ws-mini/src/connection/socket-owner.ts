// The owner of a socket gets its events. The listeners are the same few functions for all sockets, and find the
// owner on the socket: closures would be the largest thing that an idle connection holds. This file also has the
// read buffer of clients: `net.connect` takes a buffer to read into; accepted sockets cannot have one.

import type { OnReadOpts, Socket } from 'node:net';

export interface SocketOwner {
  /** @param isLent the next read overwrites `chunk`: use `kept` for bytes that must last */
  received(chunk: Uint8Array, isLent: boolean): void;
  /** The peer's FIN. */
  peerEnded(): void;
  broke(cause: Error): void;
  socketClosed(): void;
  drained(): void;
}

const owner = Symbol('owner');

type Owned = Socket & { [owner]: SocketOwner };

/** Sends the socket's events to `by` instead of its former owner. For 'data', call `startReceiving` too. */
export function own(socket: Socket, by: SocketOwner): void {
  const hasListeners = owner in socket;
  (socket as Owned)[owner] = by;
  if (!hasListeners) socket.on('end', ended).on('error', broke).on('close', closed).on('drain', drained);
}

export function isOwned(socket: Socket): boolean {
  return owner in socket;
}

/**
 * All clients' sockets read into this one buffer: Node hands over one read at a time, and we copy what must last
 * (`shared-reads.test.ts`). A new buffer for each read costs more than the read itself.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(0x1_0000);

/** The option `onread` of `net.connect`: the socket reads into the shared buffer, and emits no 'data'. */
export function sharedReads(socketOf: () => Socket): OnReadOpts {
  const callback = (size: number): boolean => {
    (socketOf() as Owned)[owner].received(READ_BUFFER.subarray(0, size), true);
    return true;
  };
  return { buffer: READ_BUFFER, callback };
}

/** Bytes that last beyond this turn: a copy if `bytes` lie in the shared buffer. */
export function kept(bytes: Uint8Array): Uint8Array {
  return bytes.buffer === READ_BUFFER.buffer ? Buffer.from(bytes) : bytes;
}

/** Starts the flow, unless the socket is paused. */
export function startReceiving(socket: Socket): void {
  socket.on('data', received);
}

export function stopReceiving(socket: Socket): void {
  socket.off('data', received).pause();
}

function received(this: Socket, chunk: Uint8Array): void {
  (this as Owned)[owner].received(chunk, false);
}

function ended(this: Socket): void {
  (this as Owned)[owner].peerEnded();
}

function broke(this: Socket, cause: Error): void {
  (this as Owned)[owner].broke(cause);
  // Node usually destroys a socket that failed, but not if the peer renegotiates TLS too often: then we must.
  this.destroy();
}

function closed(this: Socket): void {
  (this as Owned)[owner].socketClosed();
}

function drained(this: Socket): void {
  (this as Owned)[owner].drained();
}
