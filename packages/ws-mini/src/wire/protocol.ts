// The WebSocket protocol after its opening handshake (RFC 6455 5 to 7), for both roles and without
// I/O: bytes received become events, and what is sent becomes bytes that wait in one output.
//
//     open -- close() --------------------> closing -- Close received -----> closed
//      |                                        '------ a rule is broken ----> failed
//      '-- Close received, rule broken ----> ending --- answer() -----------> closed | failed
//
// In `ending` our Close is still to be sent, so what came before the peer's can be answered; `answer` follows by itself
// unless `holdsAnswer` is set. From `ending` on nothing is taken in: `next` has nothing to give, whatever comes
// (rfc6455/7.1.7/nothing-more).

import { isUint8Array } from './bytes.ts';
import { ABNORMAL, closeReason, decodeClose, encodeClose } from './close.ts';
import { WebSocketError } from './errors.ts';
import { FrameDecoder, type FramePiece, Opcode, RSV1 } from './frame.ts';
import { type Message, MessageAssembler, type MessagePart } from './message.ts';
import { Output, SMALL } from './output.ts';

export type ProtocolEvent =
  | Message
  /** Instead of messages, after `receiveInParts`. */
  | MessagePart
  /** A Ping; its Pong waits in the output already. */
  | { readonly type: 'ping'; readonly data: Uint8Array }
  | { readonly type: 'pong'; readonly data: Uint8Array }
  /** The peer's Close; ours waits in the output, unless it was sent before or `holdsAnswer` is set. */
  | { readonly type: 'close'; readonly code: number; readonly reason: string }
  /** The peer broke a rule; a Close with its code waits in the output, with the same exceptions. */
  | { readonly type: 'failed'; readonly error: WebSocketError };

export type ProtocolState = 'open' | 'ending' | 'closing' | 'closed' | 'failed';

export interface ProtocolOptions {
  role: 'client' | 'server';
  /**
   * For a client: 32 fresh bits per frame, which nobody can foretell (RFC 6455 5.3 and 10.3). Required
   * there, because this floor has no source of randomness.
   */
  maskKey?: (() => number) | undefined;
  /** Bytes of the largest message, inclusive. Default 16 MiB; Infinity: no limit. */
  maxMessage?: number | undefined;
  /** permessage-deflate was agreed on: RSV1 may mark a message as compressed (RFC 7692). */
  compression?: boolean | undefined;
}

const FIN = 0x80;

export class Protocol {
  readonly #decoder: FrameDecoder;
  readonly #messages: MessageAssembler;
  readonly #output: Output;
  #state: ProtocolState = 'open';
  /** Of a control frame that comes in pieces: at most 125 bytes. */
  #control: Uint8Array | undefined;
  #isFragmenting = false;
  /** The Pong that waits for a peer that does not read. */
  #pong: Uint8Array | undefined;
  /** Pings and Pongs that wait for one; they go ahead of the messages. */
  #urgent: Output | undefined;
  readonly #maskKey: (() => number) | undefined;
  /** In `ending`: the body of the Close that is to be sent, and what comes then. */
  #answer: { readonly body: Uint8Array; readonly state: 'closed' | 'failed' } | undefined;

  /** 1006 until the peer's Close is in; then its code, or 1005 (rfc6455/7.1.5/code). */
  closeCode: number = ABNORMAL;
  /** The peer's (7.1.6); it is not meant for users' eyes (rfc6455/7.1.6/reason). */
  closeReason = '';
  /**
   * Set while the peer does not read what it is sent: then only the latest Ping is answered, when that
   * is over (rfc6455/5.5.3/latest-only). So a flood of Pings costs one Pong's memory.
   */
  isCongested = false;
  /**
   * Set if the user of this class calls `answer` when what came before the peer's Close, or before a broken rule, is
   * dealt with. Otherwise the Close is answered as it comes.
   */
  holdsAnswer = false;

  constructor(options: ProtocolOptions) {
    const { role, maskKey, maxMessage = 16 * 1024 * 1024, compression = false } = options;
    if (role === 'client' && maskKey === undefined)
      throw new WebSocketError('option-invalid', 'a client needs a source of mask keys: maskKey');
    const rsv = compression ? RSV1 : 0;
    this.#decoder = new FrameDecoder({ masked: role === 'server', rsv, leavesMasked: true });
    this.#messages = new MessageAssembler(maxMessage);
    this.#maskKey = role === 'client' ? maskKey : undefined; // rfc6455/5.1/mask, rfc6455/5.1/server-mask
    this.#output = new Output(this.#maskKey);
  }

  get state(): ProtocolState {
    return this.#state;
  }

  /** Hands over `bytes`; they are unmasked in place, and messages may be views of them. */
  receive(bytes: Uint8Array): this {
    if (this.#isReceiving) this.#decoder.receive(bytes);
    return this;
  }

  /** Has what was received and is not handled yet copied: the memory of `bytes` is somebody else's from here on. */
  keep(copyOf: (bytes: Uint8Array) => Uint8Array): void {
    this.#decoder.keep(copyOf);
  }

  /** From the next message on, each is given part by part, as it comes and without being kept. For good. */
  receiveInParts(): void {
    this.#messages.inParts = true;
  }

  /** The next event, or undefined until more is received. Never throws. */
  next(): ProtocolEvent | undefined {
    try {
      while (this.#isReceiving) {
        const piece = this.#decoder.next();
        if (piece === undefined) return undefined;
        // rfc6455/5.4/control-between, rfc6455/6.2/control
        const event = piece.header.opcode < 8 ? this.#messages.receive(piece) : this.#receiveControl(piece);
        if (event !== undefined) return event;
      }
    } catch (error) {
      if (!(error instanceof WebSocketError)) throw error;
      this.fail(error);
      return { type: 'failed', error };
    }
    return undefined;
  }

  get #isReceiving(): boolean {
    return this.#state === 'open' || this.#state === 'closing';
  }

  #receiveControl(piece: FramePiece): ProtocolEvent | undefined {
    const { header, bytes, start, end } = piece;
    // A copy in any case: a Ping's data goes into the output and the chunk belongs to whoever gets the event.
    this.#control ??= new Uint8Array(header.length);
    const length = header.length;
    const remaining = length - (piece.offset - header.offset - header.size);
    this.#control.set(bytes.subarray(start, end), length - remaining);
    if (!piece.last) return undefined;
    const data = this.#control;
    this.#control = undefined;
    if (header.opcode === Opcode.ping) {
      this.#answerPing(data);
      return { type: 'ping', data };
    }
    if (header.opcode === Opcode.pong) return { type: 'pong', data };
    return this.#receiveClose(data, header.offset + header.size);
  }

  #answerPing(data: Uint8Array): void {
    // rfc6455/5.5.2/pong, rfc6455/5.5.2/promptly
    // After our Close nothing may follow it (rfc6455/5.5.1/after-close).
    if (!this.canSend) return;
    if (this.isCongested) this.#pong = data;
    else this.#output.addBytes(FIN | Opcode.pong, data); // rfc6455/5.5.3/same-data
  }

  #receiveClose(body: Uint8Array, offset: number): ProtocolEvent {
    const { code, reason } = decodeClose(body, offset);
    this.closeCode = code;
    this.closeReason = reason;
    // rfc6455/5.5.1/answer, rfc6455/5.5.1/answer-promptly, rfc6455/5.5.1/echo-code
    // The same body back: "typically echos the status code it received" (5.5.1).
    this.#end(body, 'closed');
    return { type: 'close', code, reason };
  }

  /** The peer sends no more that counts: our Close, if it is still to be sent, is the last thing that we send. */
  #end(body: Uint8Array, state: 'closed' | 'failed'): void {
    if (this.#state !== 'open') {
      this.#state = state;
      return;
    }
    this.#answer = { body, state };
    this.#state = 'ending';
    if (!this.holdsAnswer) this.answer();
  }

  /** Sends the Close that `holdsAnswer` has held back; before and after that, nothing happens. */
  answer(): void {
    if (this.#answer === undefined) return;
    const { body, state } = this.#answer;
    this.#answer = undefined;
    this.#output.addBytes(FIN | Opcode.close, body);
    this.#state = state;
  }

  /** Bytes that wait to be taken. */
  get pending(): number {
    return (
      this.#output.size + (this.#urgent?.size ?? 0) + (this.#pong === undefined ? 0 : this.#pong.length + 2)
    );
  }

  /**
   * What is to be written, in order.
   *
   * @param most about so many bytes, when the rest may wait; control frames that come meanwhile then go ahead of the
   * next frame. Default: all of it
   */
  takeOutput(most: number = Number.POSITIVE_INFINITY): Uint8Array[] {
    if (this.#pong !== undefined && !this.isCongested) {
      if (this.canSend) this.#urgentOutput.addBytes(FIN | Opcode.pong, this.#pong);
      this.#pong = undefined;
    }
    if (this.#urgent === undefined) return this.#output.take(most);
    // Control frames stand between frames, never within one (rfc6455/5.4/interleave).
    if (this.#output.isInFrame) return this.#output.take(most, true);
    const urgent = this.#urgent.take();
    this.#urgent = undefined;
    return [...urgent, ...this.#output.take(most)];
  }

  get #urgentOutput(): Output {
    this.#urgent ??= new Output(this.#maskKey);
    return this.#urgent;
  }

  /** Whether `data` is not copied when it is sent. */
  borrows(data: string | Uint8Array): boolean {
    return this.#maskKey === undefined && typeof data !== 'string' && data.length > SMALL;
  }

  /** Messages may be sent. */
  get canSend(): boolean {
    return this.#state === 'open' || this.#state === 'ending';
  }

  /** @throws WebSocketError `not-open`; `fragment-unexpected` while a message is sent in fragments */
  sendText(text: string): void {
    this.#requireIdle();
    if (typeof text !== 'string') throw new WebSocketError('data-not-supported', 'sendText takes a string');
    this.#output.addText(FIN | Opcode.text, text);
  }

  /**
   * Large payloads are not copied by a server: leave `bytes` alone until they are written.
   *
   * @throws WebSocketError as sendText does
   */
  sendBinary(bytes: Uint8Array): void {
    this.#requireIdle();
    this.#output.addBytes(FIN | Opcode.binary, requireBytes(bytes));
  }

  /** A message that was deflated by the caller (rfc7692/6/first-frame). */
  sendCompressed(type: 'text' | 'binary', deflated: Uint8Array): void {
    this.#requireIdle();
    this.#output.addBytes(FIN | (RSV1 << 4) | Opcode[type], requireBytes(deflated));
  }

  /**
   * A part of a message (5.4): the first carries its type, the last says so, and only control frames may come in
   * between (rfc6455/5.4/order, rfc6455/5.4/interleave, rfc6455/6.1/opcode-fin). The parts of a text may be cut anywhere
   * between two characters.
   */
  sendFragment(data: string | Uint8Array, last: boolean): void {
    this.#requireOpen();
    const isText = typeof data === 'string';
    const opcode = this.#isFragmenting ? Opcode.continuation : isText ? Opcode.text : Opcode.binary;
    this.#isFragmenting = !last;
    const first = (last ? FIN : 0) | opcode;
    if (isText) this.#output.addText(first, data);
    else this.#output.addBytes(first, requireBytes(data));
  }

  /** A whole frame made by `encodeFrame` for many connections; a server's, as a client's keys are fresh. */
  sendFrame(frame: Uint8Array): void {
    this.#requireIdle();
    this.#output.addFrame(frame);
  }

  /** @param data at most 125 bytes (rfc6455/5.4/control-fragmented) */
  ping(data: Uint8Array): void {
    this.#sendControl(Opcode.ping, data);
  }

  /** A Pong that nobody asked for: a heartbeat in one direction (5.5.3). */
  pong(data: Uint8Array): void {
    this.#sendControl(Opcode.pong, data);
  }

  #sendControl(opcode: number, data: Uint8Array): void {
    this.#requireOpen();
    if (requireBytes(data).length > 125)
      throw new WebSocketError(
        'control-data-too-long',
        `${data.length} bytes, but a control frame has at most 125`,
      );
    // Behind megabytes that wait for a slow peer, a Ping would tell how slow it is and not whether it is there.
    const output = this.isCongested ? this.#urgentOutput : this.#output;
    output.addBytes(FIN | opcode, data);
  }

  /**
   * Starts the closing handshake (7.1.2), or answers the peer's; after the first time nothing happens
   * (rfc6455/7.1.2/send-close).
   *
   * @throws WebSocketError a code that may not be sent, a reason of more than 123 bytes
   */
  close(code?: number, reason?: string): void {
    const body = encodeClose(code, reason);
    if (this.#answer !== undefined) {
      this.#answer = { ...this.#answer, body };
      this.answer();
    }
    if (this.#state !== 'open') return;
    this.#output.addBytes(FIN | Opcode.close, body);
    this.#state = 'closing';
  }

  /**
   * Fails the connection (7.1.7): says why in a Close if none was sent, by code and in words, and takes nothing in any more.
   * (rfc6455/7.1.7/send-close, rfc6455/10.7/say-why)
   */
  fail(error: WebSocketError): void {
    this.#end(encodeClose(error.closeCode ?? 1011, closeReason(error.message)), 'failed');
  }

  #requireOpen(): void {
    if (!this.canSend)
      throw new WebSocketError('not-open', `the connection is ${this.#state}: nothing can be sent`); // rfc6455/6.1/open
  }

  #requireIdle(): void {
    this.#requireOpen();
    if (this.#isFragmenting)
      throw new WebSocketError(
        'fragment-unexpected',
        'a message is being sent in fragments: finish it first',
      );
  }
}

// Nothing else has bytes to send: given a number, allocating code has sent uninitialised memory
// before ("ping(100)"; `protocol.test.ts`, "refuses what is not bytes").
function requireBytes(data: Uint8Array): Uint8Array {
  if (isUint8Array(data)) return data;
  throw new WebSocketError('data-not-supported', `expected a Uint8Array, got ${typeof data}`);
}
