// Whoever a socket's events are for. The listeners are the same few functions for all sockets, and find the
// owner on the socket: as closures they would be the largest thing that an idle connection holds.

import type { Socket } from 'node:net';

export interface SocketOwner {
  received(chunk: Uint8Array): void;
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

/** Starts the flow, where the socket is not paused. */
export function startReceiving(socket: Socket): void {
  socket.on('data', received);
}

export function stopReceiving(socket: Socket): void {
  socket.off('data', received).pause();
}

function received(this: Socket, chunk: Uint8Array): void {
  (this as Owned)[owner].received(chunk);
}

function ended(this: Socket): void {
  (this as Owned)[owner].peerEnded();
}

function broke(this: Socket, cause: Error): void {
  (this as Owned)[owner].broke(cause);
}

function closed(this: Socket): void {
  (this as Owned)[owner].socketClosed();
}

function drained(this: Socket): void {
  (this as Owned)[owner].drained();
}
