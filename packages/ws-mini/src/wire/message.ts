// Makes messages out of frames (rfc6455/5.4/fragmented): joins fragments in order, takes the type from the first
// (rfc6455/6.2/join), and checks text as it comes. A message in one piece is handed on without a copy; any other
// grows one buffer, so that a million one-byte fragments cost about a million bytes. If the caller wants parts, no
// message is put together: each part is handed on as it comes.

import { allocateAlike, decodeUtf8, isUtf8 } from './bytes.ts';
import { WebSocketError } from './errors.ts';
import { type FrameHeader, type FramePiece, Opcode, RSV1 } from './frame.ts';
import { mask } from './mask.ts';
import { Utf8Validator } from './utf8.ts';

export interface Message {
  readonly type: 'message';
  /** Text as a string, binary as bytes; compressed: bytes in either case. */
  readonly data: string | Uint8Array;
  /** Set if `data` is text all the same: bytes that are UTF-8, which nobody has decoded (`textAs`). */
  readonly isText?: true;
  /** Set if the caller must still inflate `data` (RFC 7692): the type of the result. */
  readonly compressed?: 'text' | 'binary';
}

/** A piece of a message that is handed on as it comes. */
export interface MessagePart {
  readonly type: 'part';
  /** The type of the message. */
  readonly of: 'text' | 'binary';
  /** Text is checked, and may be cut within a character. If `compressed`, the caller must inflate it, and check it then. */
  readonly data: Uint8Array;
  readonly compressed: boolean;
  /** The message ends here. */
  readonly last: boolean;
}

/** Up to this size, allocate on the header's word; beyond it, in proportion to what has arrived. */
const FIRST_BUFFER = 0x1_0000;
/**
 * That proportion, up to BELIEVED_AT_MOST: the first read of 64 KiB, header included, is enough to allocate for 1 MiB.
 * Why not double: that would copy a message of 1 MiB again, and touch twice the memory. A peer that lies costs little:
 * until we write to new memory, the system gives us only addresses.
 */
const BELIEVED = 20;
const BELIEVED_AT_MOST = 16 * 1024 * 1024;

/** A fragment with fewer bytes is small. Larger ones need no limit of their own: `limit` has one for their bytes. */
const SMALL_FRAGMENT = 64;

const nothing = new Uint8Array(0);

export class MessageAssembler {
  readonly #limit: number;
  readonly #decodes: boolean;
  readonly #mostFragments: number;
  /** The opcode of the message that has begun; 0 between two messages. */
  #opcode = 0;
  #compressed = false;
  #buffer: Uint8Array = nothing;
  #length = 0;
  /** The length that the message will have at the end of this frame. */
  #announced = 0;
  /** How many small fragments have followed the first. */
  #smallFragments = 0;
  /** Checks the text of a message that comes in pieces. */
  #validator: Utf8Validator | undefined;
  /** Give parts instead of messages, from the next message on. */
  inParts = false;
  /** The message that has begun is given in parts. */
  #isInParts = false;

  /**
   * @param limit bytes of the largest message, inclusive
   * @param textAs what text becomes: a string, or bytes that are checked
   * @param mostFragments small ones that may follow the first of a message. Default: any number
   */
  constructor(limit: number, textAs: 'string' | 'bytes' = 'string', mostFragments: number = Infinity) {
    this.#limit = limit;
    this.#mostFragments = mostFragments;
    this.#decodes = textAs === 'string';
  }

  /**
   * Takes a piece of a data frame.
   *
   * @returns the message if it ends here, or the part
   * @throws WebSocketError if fragments are out of order, the message is too long, or text is not UTF-8
   */
  receive(piece: FramePiece): Message | MessagePart | undefined {
    const { header } = piece;
    if (piece.first) this.#begin(piece);
    if (this.#isInParts) return this.#part(piece);
    const ends = piece.last && header.fin;
    // In one piece, or with nothing before its last piece.
    if (ends && this.#length === 0 && !this.#compressed && this.#validator === undefined) {
      const isText = this.#opcode === Opcode.text;
      this.#opcode = 0;
      const { bytes, start, end } = piece;
      if (!isText) return { type: 'message', data: bytes.subarray(start, end) };
      return this.#text(bytes, start, end) ?? refuseText(piece);
    }
    this.#append(piece);
    return ends ? this.#finish(piece) : undefined;
  }

  /** A text that has come whole; undefined if it is not UTF-8. */
  #text(bytes: Uint8Array, start: number, end: number): Message | undefined {
    if (this.#decodes) {
      const data = decodeUtf8(bytes, start, end);
      return data === undefined ? undefined : { type: 'message', data };
    }
    if (!isUtf8(bytes, start, end)) return undefined;
    return { type: 'message', data: bytes.subarray(start, end), isText: true };
  }

  /**
   * The message that the caller has inflated.
   *
   * @throws WebSocketError `text-not-utf8`
   */
  inflated(bytes: Uint8Array, type: 'text' | 'binary'): Message {
    if (type === 'binary') return { type: 'message', data: bytes };
    const message = this.#text(bytes, 0, bytes.length);
    if (message !== undefined) return message;
    throw new WebSocketError('text-not-utf8', 'a compressed text message is not UTF-8');
  }

  #begin({ header }: FramePiece): void {
    const { opcode, offset } = header;
    if (opcode === Opcode.continuation) {
      if (this.#opcode === 0)
        // rfc6455/5.4/continuation
        throw new WebSocketError('continuation-unexpected', 'a continuation, but no message has begun', {
          offset,
        });
      if (header.length < SMALL_FRAGMENT && ++this.#smallFragments > this.#mostFragments)
        throw new WebSocketError(
          'too-many-fragments', // rfc6455/10.4/limits
          `a message in more small fragments than maxFragments, which is ${this.#mostFragments}`,
          { offset },
        );
    } else {
      if (this.#opcode !== 0)
        throw new WebSocketError('continuation-expected', 'a message begins inside another', { offset });
      this.#opcode = opcode;
      this.#smallFragments = 0;
      this.#compressed = (header.rsv & RSV1) !== 0; // rfc7692/6/receive-uncompressed
      this.#isInParts = this.inParts;
    }
    // Check before the payload comes, and so before we allocate memory for it.
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
    this.#validator ??= new Utf8Validator();
    const bad = this.#validator.push(bytes, start, end);
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

  /** Allocates what this frame announces, as far as we believe it; or twice as much as before if fragments may follow. */
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
    if (!isText) return { type: 'message', data };
    if (this.#decodes) return { type: 'message', data: decodeUtf8(data, 0, data.length)! };
    return { type: 'message', data, isText };
  }

  #end({ offset, start, end }: FramePiece): void {
    if (this.#validator?.isComplete === false) throw notUtf8(offset + end - start);
    this.#opcode = 0;
    this.#compressed = false;
    this.#buffer = nothing;
    this.#length = 0;
    this.#validator = undefined;
  }
}

/** The user's limit may be larger than the largest possible buffer, or than the memory that is left. */
function memoryFor(size: number, address: number, { offset }: FrameHeader): Uint8Array {
  try {
    return allocateAlike(size, address);
  } catch (cause) {
    throw new WebSocketError('message-too-big', `there is no memory for ${size} bytes`, { offset, cause });
  }
}

function refuseText({ bytes, start, end, offset }: FramePiece): never {
  const bad = new Utf8Validator().push(bytes, start, end);
  throw notUtf8(bad < 0 ? offset + end - start : offset + bad - start);
}

function notUtf8(offset: number): WebSocketError {
  return new WebSocketError('text-not-utf8', 'a text message is not UTF-8', { offset }); // rfc6455/8.1/bad-utf8
}
