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

/** Listens to all but 'data', which would start the flow. */
export function listenTo(socket: Socket, by: SocketOwner): void {
  (socket as Owned)[owner] = by;
  socket.on('end', ended).on('error', broke).on('close', closed).on('drain', drained);
}

export function listenToData(socket: Socket): void {
  socket.on('data', received);
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
