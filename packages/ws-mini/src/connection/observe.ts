// What `observe` sees: the opening handshake, the bytes of a connection and the frames in them, in both
// directions. An observer has its own decoders, which get copies. So a connection without an observer pays
// nothing, and one with an observer behaves the same.

import { reasonOf } from 'http-mini/wire';
import { FrameDecoder, type FrameHeader, WebSocketError } from '../wire/index.ts';
import type { BytesObserver } from './options.ts';

export type Observation =
  /** A head of the opening handshake; not the request's if another server (node:http, http-mini) has read it. */
  | { readonly type: 'handshake'; readonly direction: 'in' | 'out'; readonly bytes: Uint8Array }
  | { readonly type: 'bytes'; readonly direction: 'in' | 'out'; readonly bytes: Uint8Array }
  /** After the bytes that end it; the payload is unmasked, and still compressed if RSV1 says so. */
  | {
      readonly type: 'frame';
      readonly direction: 'in' | 'out';
      readonly header: FrameHeader;
      readonly payload: Uint8Array;
    }
  /** The bytes from here on cannot be read as frames any more. */
  | { readonly type: 'error'; readonly direction: 'in' | 'out'; readonly error: WebSocketError };

export type Observer = (observation: Observation) => void;

/**
 * Wraps `observe` so that its errors, thrown or by a rejected promise, do not disturb the connection. `failed` gets them in
 * a later tick.
 *
 * @param name the option, for the message
 */
export function guarded<Arguments extends unknown[]>(
  observe: (...values: Arguments) => unknown,
  failed: (error: WebSocketError) => void,
  name: string = 'observe',
): (...values: Arguments) => void {
  const report = (cause: unknown): void => {
    const error = new WebSocketError('callback-failed', `${name} failed: ${reasonOf(cause)}`, { cause });
    process.nextTick(failed, error);
  };
  return (...values) => {
    try {
      const result = observe(...values) as Promise<unknown> | undefined;
      if (typeof result?.then === 'function') result.then(undefined, report);
    } catch (cause) {
      report(cause);
    }
  };
}

export function bytesObserver(observe: Observer): BytesObserver {
  return { received: observeOne('in', observe), sent: observeOne('out', observe) };
}

function observeOne(direction: 'in' | 'out', observe: Observer): (bytes: Uint8Array) => void {
  // Allow all reserved bits: the observer shows frames, it does not judge them.
  const decoder = new FrameDecoder({ rsv: 7 });
  let payload: Uint8Array[] = [];
  let hasFailed = false;
  return (bytes) => {
    observe({ type: 'bytes', direction, bytes: Uint8Array.from(bytes) });
    if (hasFailed) return;
    decoder.receive(Uint8Array.from(bytes));
    try {
      for (let piece = decoder.next(); piece !== undefined; piece = decoder.next()) {
        payload.push(piece.bytes.subarray(piece.start, piece.end));
        if (!piece.last) continue;
        observe({
          type: 'frame',
          direction,
          header: piece.header,
          payload: Uint8Array.from(Buffer.concat(payload)),
        });
        payload = [];
      }
    } catch (error) {
      if (!(error instanceof WebSocketError)) throw error;
      hasFailed = true;
      observe({ type: 'error', direction, error });
    }
  };
}
