// Messages out of frames (rfc6455/5.4/fragmented): fragments joined in order, the type taken from the first
// (rfc6455/6.2/join), text checked as it comes. A message that came in one piece is handed on without a copy;
// any other grows one buffer, so that a million one-byte fragments cost a million bytes and no more. Or a
// message is not put together at all, but handed on in parts as it comes.

import { allocateAlike } from './bytes.ts';
import { WebSocketError } from './errors.ts';
import { type FrameHeader, type FramePiece, Opcode, RSV1 } from './frame.ts';
import { mask } from './mask.ts';
import { decodeUtf8, Utf8Validator } from './utf8.ts';

export interface Message {
  readonly type: 'message';
  /** Text as a string, binary as bytes; compressed: bytes in either case. */
  readonly data: string | Uint8Array;
  /** Set if `data` is yet to be inflated (RFC 7692), and says what comes out. */
  readonly compressed?: 'text' | 'binary';
}

/** A piece of a message that is handed on as it comes. */
export interface MessagePart {
  readonly type: 'part';
  /** What the message is. */
  readonly of: 'text' | 'binary';
  /** Checked where it is text, and cut anywhere, also within a character; compressed: yet to be inflated. */
  readonly data: Uint8Array;
  readonly compressed: boolean;
  /** The message ends here. */
  readonly last: boolean;
}

/** So much a frame's length is believed however little has come: it is a claim until its bytes are there. */
const FIRST_BUFFER = 0x1_0000;
/**
 * And so many times what has come, up to BELIEVED_AT_MOST; with the first read of 64 KiB, header included, a MiB is.
 * Growing by doubling would copy that MiB once more, and touch twice the memory, which costs more than the copying. Of
 * memory that is not written yet the system has given nothing but addresses.
 */
const BELIEVED = 20;
const BELIEVED_AT_MOST = 16 * 1024 * 1024;

const nothing = new Uint8Array(0);

export class MessageAssembler {
  readonly #limit: number;
  /** Of the message that has begun; 0 between two messages. */
  #opcode = 0;
  #compressed = false;
  #buffer: Uint8Array = nothing;
  #length = 0;
  /** What the length will be at the end of the frame that is coming. */
  #announced = 0;
  /** Follows the text of a message that comes in pieces. */
  #text: Utf8Validator | undefined;
  /** From the next message on, parts instead of messages. */
  inParts = false;
  #isInParts = false;

  /** @param limit bytes of the largest message, inclusive */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Takes a piece of a data frame.
   *
   * @returns the message, if that was the last of it; or the part
   * @throws WebSocketError fragments out of order, too long a message, text that is not UTF-8
   */
  receive(piece: FramePiece): Message | MessagePart | undefined {
    const { header } = piece;
    if (piece.first) this.#begin(piece);
    if (this.#isInParts) return this.#part(piece);
    const ends = piece.last && header.fin;
    if (ends && this.#length === 0 && !this.#compressed && this.#text === undefined) {
      const isText = this.#opcode === Opcode.text;
      this.#opcode = 0;
      return whole(piece, isText);
    }
    this.#append(piece);
    return ends ? this.#finish(piece) : undefined;
  }

  #begin({ header }: FramePiece): void {
    const { opcode, offset } = header;
    if (opcode === Opcode.continuation) {
      if (this.#opcode === 0)
        // rfc6455/5.4/continuation
        throw new WebSocketError('continuation-unexpected', 'a continuation, but no message has begun', {
          offset,
        });
    } else {
      if (this.#opcode !== 0)
        throw new WebSocketError('continuation-expected', 'a message begins inside another', { offset });
      this.#opcode = opcode;
      this.#compressed = (header.rsv & RSV1) !== 0; // rfc7692/6/receive-uncompressed
      this.#isInParts = this.inParts;
    }
    // Asked before a byte of the payload is there, and so before any memory is given to it.
    const length = this.#length + header.length;
    if (length > this.#limit)
      throw new WebSocketError(
        'message-too-big', // rfc6455/10.4/limits
        `a message of ${length} bytes or more: maxMessage is ${this.#limit}`,
        { offset },
      );
    this.#announced = length;
  }

  #append(piece: FramePiece): void {
    const { bytes, start, end, offset, key } = piece;
    if (end === start) return;
    const at = this.#length;
    const needed = at + end - start;
    if (needed > this.#buffer.length) this.#grow(needed, piece);
    if (key !== undefined) mask(bytes, start, end, key, this.#buffer, at);
    else this.#buffer.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), at);
    this.#length = needed;
    this.#checkText(this.#buffer, at, needed, offset);
  }

  #checkText(bytes: Uint8Array, start: number, end: number, offset: number): void {
    if (this.#opcode !== Opcode.text || this.#compressed) return;
    this.#text ??= new Utf8Validator();
    const bad = this.#text.push(bytes, start, end);
    if (bad >= 0) throw notUtf8(offset + bad - start);
  }

  #part(piece: FramePiece): MessagePart | undefined {
    const { bytes, start, end, offset, key } = piece;
    if (key !== undefined) mask(bytes, start, end, key);
    this.#checkText(bytes, start, end, offset);
    this.#length += end - start;
    const of = this.#opcode === Opcode.text ? 'text' : 'binary';
    const compressed = this.#compressed;
    const last = piece.last && piece.header.fin;
    if (last) this.#end(piece);
    if (start === end && !last) return undefined;
    return { type: 'part', of, data: bytes.subarray(start, end), compressed, last };
  }

  /** What this frame announces, as far as that is believed; or twice what there was, as many small fragments may follow. */
  #grow(needed: number, { header, bytes, start }: FramePiece): void {
    const believed = Math.max(needed * 2, FIRST_BUFFER, Math.min(needed * BELIEVED, BELIEVED_AT_MOST));
    const doubled = header.fin ? 0 : this.#buffer.length * 2;
    const size = Math.max(Math.min(this.#announced, believed), doubled);
    const buffer = memoryFor(size, bytes.byteOffset + start - this.#length, header);
    buffer.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = buffer;
  }

  #finish(piece: FramePiece): Message {
    const isText = this.#opcode === Opcode.text;
    const data = this.#buffer.subarray(0, this.#length);
    const compressed = this.#compressed;
    this.#end(piece);
    if (compressed) return { type: 'message', data, compressed: isText ? 'text' : 'binary' };
    return { type: 'message', data: isText ? decodeUtf8(data, 0, data.length)! : data };
  }

  #end({ offset, start, end }: FramePiece): void {
    if (this.#text?.isComplete === false) throw notUtf8(offset + end - start);
    this.#opcode = 0;
    this.#compressed = false;
    this.#buffer = nothing;
    this.#length = 0;
    this.#text = undefined;
  }
}

/** A limit may be larger than a buffer can be here, or than there is memory. */
function memoryFor(size: number, address: number, { offset }: FrameHeader): Uint8Array {
  try {
    return allocateAlike(size, address);
  } catch (cause) {
    throw new WebSocketError('message-too-big', `there is no memory for ${size} bytes`, { offset, cause });
  }
}

/** A message in one piece, or with nothing before its last piece. */
function whole({ bytes, start, end, offset }: FramePiece, isText: boolean): Message {
  if (!isText) return { type: 'message', data: bytes.subarray(start, end) };
  const data = decodeUtf8(bytes, start, end);
  if (data !== undefined) return { type: 'message', data };
  const bad = new Utf8Validator().push(bytes, start, end);
  throw notUtf8(bad < 0 ? offset + end - start : offset + bad - start);
}

function notUtf8(offset: number): WebSocketError {
  return new WebSocketError('text-not-utf8', 'a text message is not UTF-8', { offset }); // rfc6455/8.1/bad-utf8
}
