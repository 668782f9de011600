// Frames (RFC 6455 5.2), from bytes and to bytes:
//
//    0               1               2               3
//   +-+-+-+-+-------+-+-------------+-------------------------------+
//   |F|R|R|R|       |M|             |  Length of 16 bits if it says |
//   |I|S|S|S| Opcode|A|   Length    |  126, of 64 bits if it says   |
//   |N|V|V|V|       |S|             |  127, big-endian; then the    |
//   | |1|2|3|       |K|             |  mask key if MASK; payload    |
//   +-+-+-+-+-------+-+-------------+-------------------------------+
//
// FrameDecoder works on the received chunk itself: it hands on as much payload as the chunk holds,
// unmasked in place, and copies only a header that the end of a chunk has cut in two. A caller that
// copies the payload of a long frame anyway can get it masked, and unmask while it copies. The decoder
// checks the rules of one frame; message.ts checks those of a message. `writeHeader` is the one place that
// writes a header; `encodeFrame` builds any frame, right or wrong.

import { allocate, encodeUtf8 } from './bytes.ts';
import { WebSocketError, type WebSocketErrorCode } from './errors.ts';
import { mask, rotate } from './mask.ts';

/** RFC 6455 5.2 and 11.8; from 8 on they are control frames. */
export const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** RSV1 in `rsv`, the number of the three reserved bits: "this message is compressed" (RFC 7692 6). */
export const RSV1 = 4;

/** Two bytes, eight of length, four of key. */
const LONGEST_HEADER = 14;

const nothing = new Uint8Array(0);

export interface FrameHeader {
  /** Last frame of its message. */
  readonly fin: boolean;
  /** RSV1, RSV2, RSV3 as one number: 4, 2, 1. */
  readonly rsv: number;
  readonly opcode: number;
  /** Bytes of payload. */
  readonly length: number;
  /** 32 bits, the key's first byte as the highest; undefined if the frame is not masked. */
  readonly maskKey: number | undefined;
  /** Position of the frame's first byte, counted from the first byte received. */
  readonly offset: number;
  /** Bytes of the header: 2 to 14. */
  readonly size: number;
}

/** The part of a frame that has come: `bytes[start, end)` is payload, unmasked unless there is a `key`. */
export interface FramePiece {
  /** The same object for all pieces of a frame. */
  readonly header: FrameHeader;
  readonly first: boolean;
  /** The frame ends with this piece. */
  readonly last: boolean;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** Position of `start`, counted from the first byte received. */
  readonly offset: number;
  /** The key for the byte at `start`, if the payload is still masked; see `leavesMasked`. */
  readonly key: number | undefined;
}

export interface FrameRules {
  /** True (a server): every frame must be masked; false (a client): none may be. Default: both are taken. */
  masked?: boolean;
  /** Reserved bits that an extension uses on the first frame of a message. Default 0. */
  rsv?: number;
  /** Leaves the payload masked if a data frame comes in several pieces. Default false. */
  leavesMasked?: boolean;
}

export class FrameDecoder {
  readonly #masked: boolean | undefined;
  readonly #rsv: number;
  readonly #leavesMasked: boolean;
  #chunk: Uint8Array = nothing;
  #at = 0;
  /** Chunks that wait are joined here, with room for more behind them. It begins its buffer. */
  #joined: Uint8Array = nothing;
  /** Position of the chunk's first byte, counted from the first byte received. */
  #base = 0;
  /** The header of the frame whose payload is coming; undefined between frames. */
  #header: FrameHeader | undefined;
  #remaining = 0;
  #key = 0;
  /** If a chunk ends within a header, its bytes are gathered here. */
  #scratch: Uint8Array | undefined;
  #held = 0;

  constructor(rules: FrameRules = {}) {
    this.#masked = rules.masked;
    this.#rsv = rules.rsv ?? 0;
    this.#leavesMasked = rules.leavesMasked ?? false;
  }

  /** Takes over `bytes`, and unmasks them in place. */
  receive(bytes: Uint8Array): this {
    // If the caller calls `next` until it gives undefined, no chunks are ever joined.
    if (this.#at < this.#chunk.length) return this.#join(bytes);
    this.#base += this.#at;
    this.#chunk = bytes;
    this.#at = 0;
    return this;
  }

  /** Doubles the room, so that not every chunk copies all waiting bytes again (`frame.test.ts`, "chunks that wait"). */
  #join(bytes: Uint8Array): this {
    const waiting = this.#chunk.subarray(this.#at);
    const size = waiting.length + bytes.length;
    let start = waiting.buffer === this.#joined.buffer ? waiting.byteOffset : this.#joined.length;
    if (start + size > this.#joined.length) {
      this.#joined = allocate(2 * size);
      this.#joined.set(waiting);
      start = 0;
    }
    this.#joined.set(bytes, start + waiting.length);
    this.#chunk = this.#joined.subarray(start, start + size);
    this.#base += this.#at;
    this.#at = 0;
    return this;
  }

  /** The bytes that `next` has not given yet, still masked. */
  leftover(): Uint8Array {
    return this.#chunk.subarray(this.#at);
  }

  /** Copies those bytes, so that the caller can reuse the memory that it gave to `receive`. */
  keep(copyOf: (bytes: Uint8Array) => Uint8Array): void {
    if (this.#at === this.#chunk.length) return;
    this.#base += this.#at;
    this.#chunk = copyOf(this.#chunk.subarray(this.#at));
    this.#at = 0;
  }

  /** How many bytes would complete the header or the payload that has begun; 0 between two frames. */
  get missing(): number {
    if (this.#header !== undefined) return this.#remaining;
    if (this.#held === 0) return 0;
    return this.#held === 1 ? 1 : headerSize(this.#scratch![1]!) - this.#held;
  }

  /**
   * The next piece, or undefined until more is received. A frame gives at least one piece, and the
   * first as soon as its header is complete, so that the caller can refuse it before its payload comes.
   *
   * @throws WebSocketError if the peer broke the framing; no bytes after that can be understood
   */
  next(): FramePiece | undefined {
    const first = this.#header === undefined;
    const header = this.#header ?? this.#readHeader();
    const bytes = this.#chunk;
    const start = this.#at;
    if (header === undefined || (!first && start === bytes.length)) {
      // The chunk is used up: let it go, so that an idle connection holds no memory.
      this.#base += start;
      this.#at = 0;
      this.#chunk = this.#joined = nothing;
      return undefined;
    }
    if (first) {
      this.#remaining = header.length;
      this.#key = header.maskKey ?? 0;
    }
    const end = Math.min(start + this.#remaining, bytes.length);
    let key: number | undefined;
    // rfc6455/6.2/unmask
    if (header.maskKey !== undefined && end > start) {
      if (this.#leavesMasked && end - start < header.length && header.opcode < 8) {
        key = this.#key;
        this.#key = rotate(key, end - start);
      } else this.#key = mask(bytes, start, end, this.#key);
    }
    this.#at = end;
    this.#remaining -= end - start;
    const last = this.#remaining === 0;
    this.#header = last ? undefined : header;
    return { header, first, last, bytes, start, end, offset: this.#base + start, key };
  }

  /** Reads a header where it lies; if the end of a chunk has cut it, gathers it byte by byte. */
  #readHeader(): FrameHeader | undefined {
    if (this.#held === 0) {
      const header = this.#parseHeader(this.#chunk, this.#at, this.#chunk.length, this.#base + this.#at);
      if (header !== undefined) {
        this.#at += header.size;
        return header;
      }
    }
    while (this.#at < this.#chunk.length) {
      const scratch = (this.#scratch ??= allocate(LONGEST_HEADER));
      scratch[this.#held++] = this.#chunk[this.#at++]!;
      const header = this.#parseHeader(scratch, 0, this.#held, this.#base + this.#at - this.#held);
      if (header === undefined) continue;
      this.#held = 0;
      return header;
    }
    return undefined;
  }

  /**
   * Reads the header that begins at `at`; undefined if `end` cuts it.
   *
   * @param offset position of `at`, counted from the first byte received
   */
  #parseHeader(bytes: Uint8Array, at: number, end: number, offset: number): FrameHeader | undefined {
    if (end - at < 2) return undefined;
    const first = bytes[at]!;
    const second = bytes[at + 1]!;
    this.#check(first, second, offset);
    const size = headerSize(second);
    if (end - at < size) return undefined;
    // rfc6455/5.2/lengths
    let length = second & 0x7f;
    if (length === 126) {
      length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
      if (length < 126) fail('length-not-minimal', `${length} fits in 7 bits, sent in 16`, offset + 2);
    } else if (length === 127) {
      const high = uint32(bytes, at + 2);
      if (high > 0x7fff_ffff) fail('length-top-bit-set', 'a length has at most 63 bits', offset + 2); // rfc6455/5.2/length-top-bit
      // Beyond 2^53 this rounds, which does no harm: no message can be that long.
      length = high * 0x1_0000_0000 + uint32(bytes, at + 6);
      if (length < 0x1_0000) fail('length-not-minimal', `${length} fits in 16 bits, sent in 64`, offset + 2);
    }
    const maskKey = second > 0x7f ? uint32(bytes, at + size - 4) : undefined;
    return { fin: first > 0x7f, rsv: (first >> 4) & 7, opcode: first & 0x0f, length, maskKey, offset, size };
  }

  /** Checks every rule that the first two bytes of a frame can break. */
  #check(first: number, second: number, offset: number): void {
    const opcode = first & 0x0f;
    const isControl = opcode >= 8;
    const rsv = (first >> 4) & 7;
    // An extension's bit belongs on the first frame of a message; permessage-deflate forbids it on
    // control frames and continuations (rfc7692/6/not-on-others).
    const allowed = opcode === Opcode.text || opcode === Opcode.binary ? this.#rsv : 0;
    if ((rsv & ~allowed) !== 0)
      // rfc6455/5.2/rsv, rfc6455/5.8/extensions
      fail('reserved-bit-set', `reserved bits ${rsv} on opcode ${opcode} mean nothing here`, offset);
    if ((opcode > 2 && opcode < 8) || opcode > 10)
      fail('opcode-unknown', `opcode ${opcode} is not defined`, offset); // rfc6455/5.2/opcode
    const isMasked = second > 0x7f;
    if (this.#masked === true && !isMasked)
      fail('frame-not-masked', 'a client must mask every frame', offset + 1); // rfc6455/5.1/unmasked
    if (this.#masked === false && isMasked) fail('frame-masked', 'a server must not mask', offset + 1); // rfc6455/5.1/masked
    if (!isControl) return;
    if (first < 0x80)
      fail('control-frame-fragmented', `a control frame (opcode ${opcode}) without FIN`, offset); // rfc6455/5.5/control-size
    if ((second & 0x7f) > 125)
      fail('control-frame-too-long', 'a control frame has at most 125 bytes of payload', offset + 1);
  }
}

/** Bytes of the header whose second byte this is. */
function headerSize(second: number): number {
  const length = second & 0x7f;
  return 2 + (length < 126 ? 0 : length === 126 ? 2 : 8) + (second > 0x7f ? 4 : 0);
}

function uint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

function fail(code: WebSocketErrorCode, message: string, offset: number): never {
  throw new WebSocketError(code, message, { offset });
}

// ---- Values in, frames out -----------------------------------------------------------------------

/** Bytes of the header of a frame with `length` bytes of payload, in its shortest form (rfc6455/5.2/length-minimal). */
export function headerSizeFor(length: number, isMasked: boolean): number {
  return 2 + (length < 126 ? 0 : length < 0x1_0000 ? 2 : 8) + (isMasked ? 4 : 0);
}

/**
 * Writes a header at `at`; the payload comes behind it, at `at + size`.
 *
 * @param size bytes of the header, which say in what form it has the length; only the shortest is legal
 * @param firstByte FIN, RSV1 to RSV3 and the opcode
 * @param maskKey 32 bits, or undefined for a frame without mask
 */
export function writeHeader(
  bytes: Uint8Array,
  at: number,
  size: number,
  firstByte: number,
  length: number,
  maskKey: number | undefined,
): void {
  const maskBit = maskKey === undefined ? 0 : 0x80;
  const lengthBytes = size - (maskKey === undefined ? 2 : 6);
  bytes[at] = firstByte;
  if (lengthBytes === 0) bytes[at + 1] = maskBit | length;
  else if (lengthBytes === 2) {
    bytes[at + 1] = maskBit | 126;
    bytes[at + 2] = length >>> 8;
    bytes[at + 3] = length;
  } else {
    bytes[at + 1] = maskBit | 127;
    writeUint32(bytes, at + 2, Math.floor(length / 0x1_0000_0000));
    writeUint32(bytes, at + 6, length);
  }
  if (maskKey !== undefined) writeUint32(bytes, at + size - 4, maskKey);
}

// Storing in a Uint8Array keeps the low eight bits; `>>>` takes any number modulo 2^32 first.
function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
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
    typeof init.payload === 'string' ? encodeUtf8(init.payload) : (init.payload ?? new Uint8Array(0));
  const length = init.length ?? payload.length;
  const lengthBytes = init.lengthBytes ?? headerSizeFor(length, false) - 2;
  const size = 2 + lengthBytes + (maskKey === undefined ? 0 : 4);
  requireInteger('opcode', opcode, 15);
  requireInteger('rsv', rsv, 7);
  requireInteger('length', length, lengthBytes === 0 ? 127 : lengthBytes === 2 ? 0xffff : 2 ** 64);
  const bytes = new Uint8Array(size + payload.length);
  writeHeader(bytes, 0, size, (fin ? 0x80 : 0) | (rsv << 4) | opcode, length, maskKey);
  bytes.set(payload, size);
  if (maskKey !== undefined) mask(bytes, size, bytes.length, maskKey);
  return bytes;
}

function requireInteger(name: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= most) return;
  throw new WebSocketError('frame-invalid', `${name} ${value} is not an integer from 0 to ${most}`);
}
