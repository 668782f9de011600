/** What a probe sends once the connection is open: frames right and wrong, masked by the role that the probe plays. */
import type { FrameInit } from 'ws-mini/wire';

/** Who is asked. The probe plays the other one. */
export type Role = 'server' | 'client';

export interface Frame extends FrameInit {
  /** Masks where it must not, and does not where it must. */
  readonly wronglyMasked?: true;
  /** The payload is deflated on its way, as was agreed, and RSV1 set (RFC 7692 7.2.1). */
  readonly compress?: true;
}

/** Waits until the peer has said all of this, or has sent a Close, or is silent. */
export interface Await {
  readonly awaits: readonly Said[] | 'close' | 'silence';
}

/** Frames next to each other leave in one write, unless the probe says otherwise. Bytes go out as they are.
 * `read late`: nothing is read until `read on` has found that the peer takes no more. */
export type Step = Frame | Uint8Array | Await | 'half-close' | 'read late' | 'read on';

/** A message or control frame of the peer. */
export interface Said {
  readonly type: 'text' | 'binary' | 'pong';
  readonly data: Uint8Array;
}

type Data = string | Uint8Array;
type More = Omit<Frame, 'opcode' | 'payload'>;

export const continuation = (payload: Data, more: More = {}): Frame => ({ opcode: 0, payload, ...more });
export const text = (payload: Data, more: More = {}): Frame => ({ opcode: 1, payload, ...more });
export const binary = (payload: Data, more: More = {}): Frame => ({ opcode: 2, payload, ...more });
export const ping = (payload: Data = '', more: More = {}): Frame => ({ opcode: 9, payload, ...more });
export const pong = (payload: Data = '', more: More = {}): Frame => ({ opcode: 10, payload, ...more });

/** @param code none: an empty body */
export function close(code?: number, reason: Data = '', more: More = {}): Frame {
  const head = code === undefined ? [] : [code >>> 8, code & 0xff];
  return { opcode: 8, payload: Buffer.concat([Buffer.from(head), bytesOf(reason)]), ...more };
}

export const bytesOf = (data: Data): Uint8Array => (typeof data === 'string' ? Buffer.from(data) : data);

/** Bytes as they are read: `hex('ed a0 80')`. */
export const hex = (digits: string): Uint8Array => Buffer.from(digits.replaceAll(' ', ''), 'hex');

export const saidText = (data: Data): Said => ({ type: 'text', data: bytesOf(data) });
export const saidBinary = (data: Data): Said => ({ type: 'binary', data: bytesOf(data) });
export const saidPong = (data: Data): Said => ({ type: 'pong', data: bytesOf(data) });

/** Whether a step is a frame. */
export function isFrame(step: Step): step is Frame {
  return typeof step === 'object' && 'opcode' in step;
}
