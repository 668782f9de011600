// The WebSocket protocol after its opening handshake (RFC 6455 5 to 7), for both roles and without
// I/O: `receive` takes bytes and `next` gives events; what the caller sends waits as bytes in one output.
//
//     open -- close() --------------------> closing -- Close received -----> closed
//      |                                        '------ a rule is broken ----> failed
//      '-- Close received, rule broken ----> ending --- releaseClose() -----> closed | failed
//
// In `ending` we have not sent our Close yet, so the caller can still answer messages that came before the peer's Close.
// Unless `holdsClose` is set, our Close follows at once. From `ending` on the protocol has no decoder: whatever the peer
// sends is ignored, and `next` gives no more events (rfc6455/7.1.7/nothing-more).
//
// Left to the caller: the opening handshake, compression, the clock (when to ping, how long to wait for a Close), and
// TCP: to write `takeOutput`, to say when the peer does not read (`isCongested`), and to end it after the last Close.

import { isUint8Array } from './bytes.ts';
import { ABNORMAL, cutReason, decodeClose, encodeClose } from './close.ts';
import { WebSocketError } from './errors.ts';
import { FrameDecoder, type FramePiece, Opcode, RSV1 } from './frame.ts';
import { type Message, MessageAssembler, type MessagePart } from './message.ts';
import { Output, SMALL } from './output.ts';

export type ProtocolEvent =
  | Message
  /** Instead of messages, after `receiveInParts`. */
  | MessagePart
  /** A Ping; its Pong is already in the output. */
  | { readonly type: 'ping'; readonly data: Uint8Array }
  | { readonly type: 'pong'; readonly data: Uint8Array }
  /** The peer's Close. Our Close is in the output, unless we sent it before or `holdsClose` is set. */
  | { readonly type: 'close'; readonly code: number; readonly reason: string }
  /** The peer broke a rule; a Close with the error's code is in the output, with the same exceptions. */
  | { readonly type: 'failed'; readonly error: WebSocketError };

export type ProtocolState = 'open' | 'ending' | 'closing' | 'closed' | 'failed';

export interface ProtocolOptions {
  role: 'client' | 'server';
  /**
   * Gives 32 fresh, unpredictable bits for each frame (RFC 6455 5.3 and 10.3). A client must pass it,
   * because `wire/` has no source of randomness; a server does not use it.
   */
  maskKey?: (() => number) | undefined;
  /** Bytes of the largest message, inclusive. Default 16 MiB; Infinity: no limit. */
  maxMessage?: number | undefined;
  /**
   * How many small fragments, with fewer than 64 bytes, may follow the first of a message (close code 1008): they cost
   * us far more than their bytes. Default 16,384; Infinity: no limit.
   */
  maxFragments?: number | undefined;
  /**
   * What the text of a message becomes: a string, or bytes that are UTF-8 (`isText` then tells them from binary).
   * Default 'string'.
   */
  textAs?: 'string' | 'bytes' | undefined;
  /** Both sides agreed on permessage-deflate: RSV1 may mark a message as compressed (RFC 7692). Default false. */
  compression?: boolean | undefined;
}

const FIN = 0x80;

export class Protocol {
  /** Undefined from `ending` on: then nothing can be received any more. */
  #decoder: FrameDecoder | undefined;
  readonly #messages: MessageAssembler;
  readonly #output: Output;
  #state: ProtocolState = 'open';
  /** The payload so far of a control frame that comes in pieces: at most 125 bytes. */
  #control: Uint8Array | undefined;
  #isFragmenting = false;
  /** The Pong to send once the peer reads again. */
  #pong: Uint8Array | undefined;
  /** Pings and Pongs for a peer that does not read; they go ahead of the messages. */
  #urgent: Output | undefined;
  readonly #maskKey: (() => number) | undefined;
  /** In `ending`: the body of our Close, and the state after it. */
  #heldClose: { readonly body: Uint8Array; readonly state: 'closed' | 'failed' } | undefined;

  /** 1006 until the peer's Close has come; then its code, or 1005 if it had none (rfc6455/7.1.5/code). */
  closeCode: number = ABNORMAL;
  /** The reason in the peer's Close (7.1.6); do not show it to end users (rfc6455/7.1.6/reason). */
  closeReason = '';
  /**
   * The caller sets it while the peer does not read. Then we answer only the latest Ping, once the peer reads
   * again (rfc6455/5.5.3/latest-only), so that a flood of Pings costs the memory of one Pong.
   */
  isCongested = false;
  /**
   * Set if the caller wants to deal first with what came before the peer's Close, or before a broken rule, and then
   * calls `releaseClose` itself. Otherwise our Close follows at once.
   */
  holdsClose = false;

  constructor(options: ProtocolOptions) {
    const { role, maskKey, maxMessage = 16 * 1024 * 1024, maxFragments = 16_384 } = options;
    const { textAs, compression = false } = options;
    if (role === 'client' && maskKey === undefined)
      throw new WebSocketError('option-invalid', 'a client needs a source of mask keys: maskKey');
    const rsv = compression ? RSV1 : 0;
    this.#decoder = new FrameDecoder({ masked: role === 'server', rsv, leavesMasked: true });
    this.#messages = new MessageAssembler(maxMessage, textAs, maxFragments);
    this.#maskKey = role === 'client' ? maskKey : undefined; // rfc6455/5.1/mask, rfc6455/5.1/server-mask
    this.#output = new Output(this.#maskKey);
  }

  get state(): ProtocolState {
    return this.#state;
  }

  /** Takes over `bytes`: the protocol unmasks them in place, and messages may be views of them. */
  receive(bytes: Uint8Array): this {
    this.#decoder?.receive(bytes);
    return this;
  }

  /** Copies the bytes that are not handled yet, so that the caller can reuse the memory that it gave to `receive`. */
  keep(copyOf: (bytes: Uint8Array) => Uint8Array): void {
    this.#decoder?.keep(copyOf);
  }

  /** From the next message on, gives each message part by part as it comes, and keeps nothing. There is no way back. */
  receiveInParts(): void {
    this.#messages.inParts = true;
  }

  /** The next event, or undefined until more is received. Never throws. */
  next(): ProtocolEvent | undefined {
    try {
      for (let piece = this.#decoder?.next(); piece !== undefined; piece = this.#decoder?.next()) {
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

  #receiveControl(piece: FramePiece): ProtocolEvent | undefined {
    const { header, bytes, start, end } = piece;
    // Always a copy: a Ping's data also goes into the output, and the chunk is reused or given away.
    this.#control ??= new Uint8Array(header.length);
    this.#control.set(bytes.subarray(start, end), piece.offset - header.offset - header.size);
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
    // No frame may follow our Close (rfc6455/5.5.1/after-close).
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

  /** Nothing that the peer still sends counts. If we have not sent our Close yet, it is the last frame that we send. */
  #end(body: Uint8Array, state: 'closed' | 'failed'): void {
    this.#decoder = undefined;
    if (!this.canSend) {
      this.#state = state;
      return;
    }
    // A failure replaces the answer to the peer's Close, which would call the end clean; of two failures the first counts.
    if (this.#heldClose?.state !== 'failed') this.#heldClose = { body, state };
    this.#state = 'ending';
    if (!this.holdsClose) this.releaseClose();
  }

  /** Sends the Close that `holdsClose` held back, if there is one. */
  releaseClose(): void {
    if (this.#heldClose === undefined) return;
    const { body, state } = this.#heldClose;
    this.#heldClose = undefined;
    this.#output.addBytes(FIN | Opcode.close, body);
    this.#state = state;
  }

  /**
   * The message that the caller has inflated.
   *
   * @throws WebSocketError `text-not-utf8`
   */
  inflated(bytes: Uint8Array, type: 'text' | 'binary'): Message {
    return this.#messages.inflated(bytes, type);
  }

  /** How many bytes `takeOutput` would give. */
  get pending(): number {
    return (
      this.#output.size + (this.#urgent?.size ?? 0) + (this.#pong === undefined ? 0 : this.#pong.length + 2)
    );
  }

  /**
   * The bytes to write, in order.
   *
   * @param most about how many bytes to take now; control frames that are sent before the next call then go ahead of
   * the next frame. Default: all
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

  /** Whether sending `data` passes it on without a copy. */
  borrows(data: string | Uint8Array): boolean {
    return this.#maskKey === undefined && typeof data !== 'string' && data.length > SMALL;
  }

  /** Whether the caller may send messages. */
  get canSend(): boolean {
    return this.#state === 'open' || this.#state === 'ending';
  }

  /**
   * @param text a string, or bytes that are UTF-8: the caller has checked them
   * @throws WebSocketError `not-open`; `fragment-unexpected` between two fragments of a message; `data-not-supported`
   */
  sendText(text: string | Uint8Array): void {
    this.#requireOpen('message');
    if (typeof text === 'string') this.#output.addText(FIN | Opcode.text, text);
    else this.#output.addBytes(FIN | Opcode.text, requireBytes(text));
  }

  /**
   * A server does not copy a large payload: do not change `bytes` until they are written.
   *
   * @throws WebSocketError as sendText does
   */
  sendBinary(bytes: Uint8Array): void {
    this.#requireOpen('message');
    this.#output.addBytes(FIN | Opcode.binary, requireBytes(bytes));
  }

  /** Sends a message that the caller has deflated (rfc7692/6/first-frame). */
  sendCompressed(type: 'text' | 'binary', deflated: Uint8Array): void {
    this.#requireOpen('message');
    this.#output.addBytes(FIN | (RSV1 << 4) | Opcode[type], requireBytes(deflated));
  }

  /**
   * Sends a fragment of a message (5.4): the first carries the type, the last has FIN set, and only control frames may
   * come between them (rfc6455/5.4/order, rfc6455/5.4/interleave, rfc6455/6.1/opcode-fin). Do not cut a text within a
   * character.
   */
  sendFragment(data: string | Uint8Array, last: boolean): void {
    this.#requireOpen('fragment');
    const isText = typeof data === 'string';
    const opcode = this.#isFragmenting ? Opcode.continuation : isText ? Opcode.text : Opcode.binary;
    this.#isFragmenting = !last;
    const firstByte = (last ? FIN : 0) | opcode;
    if (isText) this.#output.addText(firstByte, data);
    else this.#output.addBytes(firstByte, requireBytes(data));
  }

  /** Sends a frame that `encodeFrame` made for many connections. Only for servers: a client masks each frame anew. */
  sendFrame(frame: Uint8Array): void {
    this.#requireOpen('message');
    this.#output.addFrame(frame);
  }

  /** @param data at most 125 bytes (rfc6455/5.4/control-fragmented) */
  ping(data: Uint8Array): void {
    this.#sendControl(Opcode.ping, data);
  }

  /** Sends an unsolicited Pong: a heartbeat in one direction (5.5.3). */
  pong(data: Uint8Array): void {
    this.#sendControl(Opcode.pong, data);
  }

  #sendControl(opcode: number, data: Uint8Array): void {
    this.#requireOpen('control frame');
    if (requireBytes(data).length > 125)
      throw new WebSocketError(
        'control-data-too-long',
        `${data.length} bytes, but a control frame has at most 125`,
      );
    // Behind megabytes that wait for a slow peer, a Ping would measure how slow the peer is, not whether it is there.
    const output = this.isCongested ? this.#urgentOutput : this.#output;
    output.addBytes(FIN | opcode, data);
  }

  /**
   * Starts the closing handshake (7.1.2), or answers the peer's; does nothing if our Close was sent before
   * (rfc6455/7.1.2/send-close).
   *
   * @throws WebSocketError if the code may not be sent, or the reason has more than 123 bytes
   */
  close(code?: number, reason?: string): void {
    const body = encodeClose(code, reason);
    if (this.#heldClose !== undefined) {
      this.#heldClose = { ...this.#heldClose, body };
      this.releaseClose();
    }
    if (this.#state !== 'open') return;
    this.#output.addBytes(FIN | Opcode.close, body);
    this.#state = 'closing';
  }

  /**
   * Fails the connection (7.1.7): says why in a Close, by code and in words, unless one was sent before, and ignores
   * whatever comes from then on. (rfc6455/7.1.7/send-close, rfc6455/10.7/say-why)
   */
  fail(error: WebSocketError): void {
    this.#end(encodeClose(error.closeCode ?? 1011, cutReason(error.message)), 'failed');
  }

  /** @param what is to be sent: a message may not begin between two fragments of another */
  #requireOpen(what: 'message' | 'fragment' | 'control frame'): void {
    if (!this.canSend)
      throw new WebSocketError('not-open', `the connection is ${this.#state}: nothing can be sent`); // rfc6455/6.1/open
    if (what === 'message' && this.#isFragmenting)
      throw new WebSocketError(
        'fragment-unexpected',
        'a message is being sent in fragments: finish it first',
      );
  }
}

// Why check: other libraries, given a number ("ping(100)"), have allocated that many bytes and sent
// uninitialised memory (`protocol.test.ts`, "refuses what is not bytes").
function requireBytes(data: Uint8Array): Uint8Array {
  if (isUint8Array(data)) return data;
  throw new WebSocketError('data-not-supported', `expected a Uint8Array, got ${typeof data}`);
}
