// Whoever a socket's events are for. The listeners are the same few functions for all sockets, and find the
// owner on the socket: as closures they would be the largest thing that an idle connection holds. And what a
// client's socket reads: `net.connect` takes a buffer to read into, which accepted sockets cannot be given.

import type { OnReadOpts, Socket } from 'node:net';

export interface SocketOwner {
  /** @param isLent the next read overwrites it: whatever is to last is to be `kept` */
  received(chunk: Uint8Array, isLent: boolean): void;
  /** The peer's FIN. */
  peerEnded(): void;
  broke(cause: Error): void;
  socketClosed(): void;
  drained(): void;
}

const owner = Symbol('owner');

type Owned = Socket & { [owner]: SocketOwner };

/** From here on its events are for `by`, and no longer for whoever owned it before; but for 'data', see below. */
export function own(socket: Socket, by: SocketOwner): void {
  const hasListeners = owner in socket;
  (socket as Owned)[owner] = by;
  if (!hasListeners) socket.on('end', ended).on('error', broke).on('close', closed).on('drain', drained);
}

export function isOwned(socket: Socket): boolean {
  return owner in socket;
}

/**
 * All clients' sockets read into this one buffer: Node hands over one read at a time, and of it nothing is kept that
 * was not copied (`shared-reads.test.ts`). A buffer for each read costs more than reading it.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(0x1_0000);

/** For `net.connect`: the socket reads into the shared buffer, and has no 'data' events. */
export function sharedReads(socketOf: () => Socket): OnReadOpts {
  const callback = (size: number): boolean => {
    (socketOf() as Owned)[owner].received(READ_BUFFER.subarray(0, size), true);
    return true;
  };
  return { buffer: READ_BUFFER, callback };
}

/** For whoever is to have `bytes` for longer than this turn: a copy, where they lie in the shared buffer. */
export function kept(bytes: Uint8Array): Uint8Array {
  return bytes.buffer === READ_BUFFER.buffer ? Buffer.from(bytes) : bytes;
}

/** Starts the flow, where the socket is not paused. */
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
  // Node usually destroys what has failed, but not if TLS is renegotiated too often: that is left to us.
  this.destroy();
}

function closed(this: Socket): void {
  (this as Owned)[owner].socketClosed();
}

function drained(this: Socket): void {
  (this as Owned)[owner].drained();
}
