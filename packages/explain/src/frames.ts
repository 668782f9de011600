/**
 * Frames: the bytes of one direction after the opening handshake. ws-mini's FrameDecoder, MessageAssembler and decodeClose
 * read them, in the order in which its Protocol uses them, and what they report goes into a ledger. A test holds the outcome
 * to that of Protocol: `law 3: explain`.
 */
import {
  decodeClose,
  FrameDecoder,
  type FrameHeader,
  type FramePiece,
  MessageAssembler,
  Opcode,
  RSV1,
  WebSocketError,
} from 'ws-mini/wire';
import { enterBits, enterHeader, enterPayload } from './frame-fields.ts';
import { HEADER_BEGUN } from './frame-terms.ts';
import type { Ledger, Shown } from './ledger.ts';
import { octetsOf, textOf } from './octets.ts';
import type { Text } from './text.ts';

export interface FramesOptions {
  /** Whose bytes they are: a client's frames are masked, a server's are not (RFC 6455 5.1). */
  from: 'client' | 'server';
  /** permessage-deflate was agreed on: RSV1 may mark a message as compressed (RFC 7692). */
  compression?: boolean | undefined;
  /** Inflates the next compressed message (RFC 7692 7.2.2), so that its content can be shown. */
  inflate?: ((deflated: Uint8Array) => Uint8Array) | undefined;
  /** Bytes of the largest message, inclusive. Default 16 MiB. */
  maxMessage?: number | undefined;
}

export class Frames {
  readonly #ledger: Ledger;
  /** Offset of the first frame in all bytes of this direction. */
  readonly #base: number;
  readonly #decoder: FrameDecoder;
  readonly #messages: MessageAssembler;
  /** The header of the frame whose payload is coming. */
  #header: FrameHeader | undefined;
  /** Its payload so far, unmasked. */
  #payload: Uint8Array = new Uint8Array(0);
  #size = 0;
  /** Opcode of the message that has begun; 0 between two messages. */
  #message = 0;
  #isCompressed = false;
  readonly #inflate: FramesOptions['inflate'];
  /** The content of the compressed message that ends with this frame. */
  #inflated: Shown | undefined;
  #isClosed = false;
  /** The first rule that the bytes break; its offset is in all the bytes. */
  error: WebSocketError | undefined;

  constructor(ledger: Ledger, { from, compression = false, inflate, maxMessage }: FramesOptions) {
    this.#ledger = ledger;
    this.#inflate = inflate;
    this.#base = ledger.at;
    this.#decoder = new FrameDecoder({ masked: from === 'client', rsv: compression ? RSV1 : 0 });
    this.#messages = new MessageAssembler(maxMessage ?? 16 * 1024 * 1024);
  }

  /** Enters what `bytes`, which stand in the ledger, complete; they are not changed. */
  receive(bytes: Uint8Array): void {
    if (this.#isOver) return;
    this.#decoder.receive(Uint8Array.from(bytes)); // a copy, since it is unmasked in place
    while (!this.#isOver) {
      const piece = this.#next();
      if (piece === undefined) return;
      this.#enterPiece(piece);
    }
  }

  /** A Close has come: what follows has no meaning. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  get #isOver(): boolean {
    return this.#isClosed || this.error !== undefined;
  }

  #next(): FramePiece | undefined {
    try {
      return this.#decoder.next();
    } catch (error) {
      this.#fail(error);
      // The decoder refuses a header after two bytes of it, or after all of it.
      enterBits(this.#ledger);
      return undefined;
    }
  }

  #enterPiece(piece: FramePiece): void {
    const { header } = piece;
    if (piece.first) this.#begin(header);
    this.#keep(piece);
    try {
      if (header.opcode < 8) this.#receiveData(piece);
      else if (header.opcode === Opcode.close && piece.last) this.#receiveClose(header);
    } catch (error) {
      this.#fail(error);
      const start = this.#base + header.offset + header.size;
      this.#size = Math.min(this.#size, Math.max(0, (this.error?.offset ?? 0) - start));
    }
    if (piece.last || this.error !== undefined) this.#enterPayload();
  }

  #begin(header: FrameHeader): void {
    enterHeader(this.#ledger, header);
    this.#header = header;
    this.#size = 0;
    const { opcode } = header;
    if (opcode === Opcode.text || opcode === Opcode.binary) {
      this.#message = opcode;
      this.#isCompressed = (header.rsv & RSV1) !== 0;
    }
  }

  #keep({ bytes, start, end }: FramePiece): void {
    const needed = this.#size + end - start;
    if (needed > this.#payload.length) {
      const payload = new Uint8Array(needed * 2);
      payload.set(this.#payload.subarray(0, this.#size));
      this.#payload = payload;
    }
    this.#payload.set(bytes.subarray(start, end), this.#size);
    this.#size = needed;
  }

  #receiveData(piece: FramePiece): void {
    const message = this.#messages.receive(piece);
    if (message?.type !== 'message' || message.compressed === undefined || this.#inflate === undefined)
      return;
    const isText = message.compressed === 'text';
    try {
      const content = this.#inflate(message.data as Uint8Array);
      const shown = isText ? textOf(content) : octetsOf(content);
      const { length } = content;
      const value = {
        en: `inflates to ${length} byte${length === 1 ? '' : 's'}: ${shown}`,
        ko: `압축을 풀면 ${length}바이트: ${shown}`,
      };
      this.#inflated = { value, ...(isText && { isText }) };
    } catch (error) {
      if (!(error instanceof WebSocketError)) throw error;
      // The message as a whole is wrong, so the offset is its end.
      throw new WebSocketError(error.code, error.message, { offset: piece.offset + piece.end - piece.start });
    }
  }

  #receiveClose(header: FrameHeader): void {
    decodeClose(this.#payload.subarray(0, this.#size), header.offset + header.size);
    this.#isClosed = true;
  }

  #fail(error: unknown): void {
    if (!(error instanceof WebSocketError)) throw error;
    const { code, message, offset = 0 } = error;
    this.error = new WebSocketError(code, message, { offset: this.#base + offset });
  }

  #enterPayload(): void {
    const header = this.#header;
    if (header === undefined) return;
    const isControl = header.opcode >= 8;
    // Compressed text is not text yet.
    const ofMessage = this.#isCompressed ? Opcode.binary : this.#message;
    const payload = this.#payload.subarray(0, this.#size);
    enterPayload(this.#ledger, header, isControl ? header.opcode : ofMessage, payload, this.#inflated);
    this.#header = undefined;
    this.#inflated = undefined;
    if (!isControl && header.fin) this.#message = 0;
  }

  /** The bytes end here: enters what is left. @returns what has to come next, if that is within a message */
  finish(): Text | undefined {
    if (this.#isOver) return undefined;
    const { missing } = this.#decoder;
    const isInPayload = this.#header !== undefined;
    this.#enterPayload();
    if (isInPayload) return { en: `${more(missing)} of payload`, ko: `페이로드 ${missing}바이트` };
    if (missing > 0) return this.#enterBegun(missing);
    return this.#message === 0 ? undefined : { en: 'a continuation frame', ko: '연속 프레임(continuation)' };
  }

  #enterBegun(missing: number): Text {
    const ledger = this.#ledger;
    const isKnown = ledger.end - ledger.at >= 2;
    if (isKnown) enterBits(ledger);
    if (ledger.at < ledger.end) ledger.enter(HEADER_BEGUN, ledger.end);
    return isKnown
      ? { en: `${more(missing)} of the frame header`, ko: `프레임 헤더 ${missing}바이트` }
      : { en: 'the second byte of the frame header', ko: '프레임 헤더의 두 번째 바이트' };
  }
}

function more(bytes: number): string {
  return `${bytes} more byte${bytes === 1 ? '' : 's'}`;
}
