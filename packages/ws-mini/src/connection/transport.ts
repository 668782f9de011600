// A transport carries the bytes of one connection: any Duplex, such as a TCP, TLS or Unix socket, or one end of a pair in
// memory. Its owner gets its events. The listeners are the same few functions for all transports, and find the owner on
// the transport: closures would be the largest thing that an idle connection holds. This file also has the read buffer of
// clients: `net.connect` takes a buffer to read into; other transports cannot have one.

import { type OnReadOpts, Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { WebSocketError } from '../wire/index.ts';

/** What an owner does with the events of its transport. There is one such object for all owners of a kind. */
export interface TransportEvents<Owner> {
  /** @param isLent the next read overwrites `chunk`: use `kept` for bytes that must last */
  data?(owner: Owner, chunk: Uint8Array, isLent: boolean): void;
  /** The peer sends no more; in TCP, its FIN. */
  end?(owner: Owner): void;
  /** Always comes at the end; `errored` of the transport says what broke it, if anything did. */
  close?(owner: Owner): void;
  /** The transport has taken all that it was given. */
  drain?(owner: Owner): void;
}

const owner = Symbol('owner');
const events = Symbol('events');

type Owned = Duplex & { [owner]: unknown; [events]: TransportEvents<unknown> };

/** Sends the transport's events to `by` instead of its former owner. For 'data', call `startReceiving` too. */
export function own<Owner>(transport: Duplex, by: Owner, its: TransportEvents<Owner>): void {
  const hasListeners = owner in transport;
  (transport as Owned)[owner] = by;
  (transport as Owned)[events] = its as TransportEvents<unknown>;
  if (!hasListeners) transport.on('end', ended).on('error', broke).on('close', closed).on('drain', drained);
}

export function isOwned(transport: Duplex): boolean {
  return owner in transport;
}

/** @throws WebSocketError `transport-taken`: a WebSocket has it, or had it; `transport-not-usable`: it is no Duplex of bytes */
export function checkTransport(transport: unknown): asserts transport is Duplex {
  const refuse = (why: string): never => {
    throw new WebSocketError('transport-not-usable', `the transport ${why}`);
  };
  if (!isDuplex(transport)) return refuse('must be a Duplex');
  if (isOwned(transport))
    throw new WebSocketError('transport-taken', 'the transport was handed over before: use each one once');
  if (transport.readableObjectMode || transport.writableObjectMode)
    refuse('is in object mode, but must carry bytes');
  if (transport.readableEncoding !== null)
    refuse('decodes text, but must give bytes: do not set an encoding');
}

/** Not `instanceof` alone: it may come from another realm, or from the package `readable-stream`. */
function isDuplex(value: unknown): value is Duplex {
  if (value instanceof Duplex) return true;
  const { read, write } = (value ?? {}) as Partial<Duplex>;
  return typeof read === 'function' && typeof write === 'function';
}

/**
 * All clients' sockets read into this one buffer: Node hands over one read at a time, and we copy what must last
 * (`shared-reads.test.ts`). A new buffer for each read costs more than the read itself.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(0x1_0000);

/** The option `onread` of `net.connect`: the socket reads into the shared buffer, and emits no 'data'. */
export function sharedReads(socketOf: () => Duplex): OnReadOpts {
  const callback = (size: number): boolean => {
    const socket = socketOf() as Owned;
    socket[events].data?.(socket[owner], READ_BUFFER.subarray(0, size), true);
    return true;
  };
  return { buffer: READ_BUFFER, callback };
}

/** Bytes that last beyond this turn: a copy if `bytes` lie in the shared buffer. */
export function kept(bytes: Uint8Array): Uint8Array {
  return bytes.buffer === READ_BUFFER.buffer ? Buffer.from(bytes) : bytes;
}

/** Starts the flow, unless the transport is paused. */
export function startReceiving(transport: Duplex): void {
  transport.on('data', ownsMemory(transport) ? received : receivedByReference);
}

export function stopReceiving(transport: Duplex): void {
  transport.off('data', received).off('data', receivedByReference).pause();
}

/**
 * Whether bytes change hands by a copy. A socket reads into memory of its own; a transport within the process may pass on
 * the very memory that its peer wrote, which is not ours to unmask in, and may keep what we write
 * (`transport.test.ts`, "memory").
 */
export function ownsMemory(transport: Duplex): boolean {
  return transport instanceof Socket;
}

function receivedByReference(this: Owned, chunk: Uint8Array): void {
  this[events].data?.(this[owner], Buffer.from(chunk), false);
}

function received(this: Owned, chunk: Uint8Array): void {
  this[events].data?.(this[owner], chunk, false);
}

function ended(this: Owned): void {
  this[events].end?.(this[owner]);
}

function broke(this: Owned, cause: Error): void {
  // Node usually destroys a socket that failed, but not if the peer renegotiates TLS too often: then we must.
  this.destroy(cause);
}

function closed(this: Owned): void {
  this[events].close?.(this[owner]);
}

function drained(this: Owned): void {
  this[events].drain?.(this[owner]);
}
