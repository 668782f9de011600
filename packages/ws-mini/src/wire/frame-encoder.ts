// Values in, frames out (RFC 6455 5.2). `writeHeader` is the one place that knows how a header is
// written; `encodeFrame` is for experiments and tests: it builds any frame, right or wrong.

import { allocate, writeText } from './bytes.ts';
import { WebSocketError } from './errors.ts';
import { mask } from './mask.ts';

/** Bytes of the header of a frame with `length` bytes of payload, in its shortest form (rfc6455/5.2/length-minimal). */
export function headerSizeFor(length: number, isMasked: boolean): number {
  return 2 + extendedSize(length) + (isMasked ? 4 : 0);
}

function extendedSize(length: number): 0 | 2 | 8 {
  return length < 126 ? 0 : length < 0x1_0000 ? 2 : 8;
}

/**
 * Writes a header at `at`.
 *
 * @param first the frame's first byte: FIN, RSV1 to RSV3 and the opcode
 * @param maskKey 32 bits, or undefined for a frame without mask
 * @param lengthBytes how many bytes of extended length to use; the shortest form is the only legal one
 * @returns the index of the first byte of payload
 */
export function writeHeader(
  bytes: Uint8Array,
  at: number,
  first: number,
  length: number,
  maskKey: number | undefined,
  lengthBytes: 0 | 2 | 8 = extendedSize(length),
): number {
  const maskBit = maskKey === undefined ? 0 : 0x80;
  let next = at + 2;
  bytes[at] = first;
  if (lengthBytes === 0) bytes[at + 1] = maskBit | length;
  else if (lengthBytes === 2) {
    bytes[at + 1] = maskBit | 126;
    bytes[next++] = length >>> 8;
    bytes[next++] = length;
  } else {
    bytes[at + 1] = maskBit | 127;
    next = writeUint32(bytes, next, Math.floor(length / 0x1_0000_0000));
    next = writeUint32(bytes, next, length);
  }
  return maskKey === undefined ? next : writeUint32(bytes, next, maskKey);
}

// Storing in a Uint8Array keeps the low eight bits; `>>>` takes any number modulo 2^32 first.
function writeUint32(bytes: Uint8Array, at: number, value: number): number {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
  return at + 4;
}

export interface FrameInit {
  /** 0 to 15; see Opcode. */
  opcode: number;
  payload?: string | Uint8Array;
  /** Default true. */
  fin?: boolean;
  /** RSV1, RSV2, RSV3 as one number: 4, 2, 1. Default 0. */
  rsv?: number;
  /** 32 bits, the key's first byte as the highest. Default: not masked. */
  maskKey?: number;
  /** The length that the header claims. Default: that of the payload. */
  length?: number;
  /** Bytes of extended length: 0, 2 or 8. Default: the fewest. */
  lengthBytes?: 0 | 2 | 8;
}

/**
 * One frame as bytes. It only checks that the values fit the bits of their fields: an experiment may want
 * opcode 15, a fragmented Ping, or a length in too many bytes.
 *
 * @throws WebSocketError `frame-invalid`: a value does not fit the bits of its field
 */
export function encodeFrame(init: FrameInit): Uint8Array {
  const { opcode, fin = true, rsv = 0, maskKey } = init;
  const payload =
    typeof init.payload === 'string' ? encodeText(init.payload) : (init.payload ?? new Uint8Array(0));
  const length = init.length ?? payload.length;
  const lengthBytes = init.lengthBytes ?? extendedSize(length);
  requireInteger('opcode', opcode, 15);
  requireInteger('rsv', rsv, 7);
  requireInteger('length', length, lengthBytes === 0 ? 127 : lengthBytes === 2 ? 0xffff : 2 ** 64);
  const bytes = new Uint8Array(2 + lengthBytes + (maskKey === undefined ? 0 : 4) + payload.length);
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  const start = writeHeader(bytes, 0, first, length, maskKey, lengthBytes);
  bytes.set(payload, start);
  if (maskKey !== undefined) mask(bytes, start, bytes.length, maskKey);
  return bytes;
}

/** `text` as UTF-8, in memory of its own. */
export function encodeText(text: string): Uint8Array {
  const bytes = allocate(text.length * 3);
  return bytes.subarray(0, writeText(bytes, 0, text));
}

function requireInteger(name: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= most) return;
  throw new WebSocketError('frame-invalid', `${name} ${value} is not an integer from 0 to ${most}`);
}
