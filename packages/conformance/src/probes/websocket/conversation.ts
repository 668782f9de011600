/**
 * One WebSocket connection of a probe after its opening handshake: sends frames as the role that the probe plays, and takes
 * down what the peer says, message by message. It reads leniently, because a probe asks about one thing: what else is odd
 * about the peer's frames is for the probes that ask about that.
 */
import { encodeFrame, FrameDecoder, type FrameHeader, WebSocketError } from 'ws-mini/wire';
import type { WireLine } from '../wire-line.ts';
import { Deflation } from './deflation.ts';
import { bytesOf, type Frame, isFrame, type Role, type Said } from './frame.ts';

/** What the peer said, with the frames that it took. `unreadable`: from here on nothing can be understood. */
export interface Heard extends Omit<Said, 'type'> {
  readonly type: Said['type'] | 'unreadable';
  readonly frames: readonly FrameHeader[];
  /** The payload as it came: compressed, where it was. */
  readonly payload: Uint8Array;
}

/** Changes from frame to frame, and none of its octets is 0: a peer that does not unmask, or by a wrong octet, is seen. */
const FIRST_KEY = 0x9ac3_51f7;

export class Conversation {
  readonly asked: Role;
  readonly line: WireLine;
  /** Messages, Pongs that we asked for; not Pings, nor Pongs that the peer sends of its own accord. */
  readonly heard: Heard[] = [];
  /** All frames, of control too. */
  readonly frames: FrameHeader[] = [];
  /** The payload of the peer's Close, once there was one. */
  closeBody: Uint8Array | undefined;
  /** What came after the peer's Close, in octets. */
  afterClose = 0;
  /** We have sent a Close, so that one from the peer is an answer. */
  hasSentClose = false;
  /** The peer closed, by a Close or by TCP, before we did: it has failed the connection. */
  hasFailed = false;
  /** The peer was silent, or gone, when the probe waited for something before it went on. */
  waitedInVain = false;
  readonly #deflation: Deflation | undefined;
  readonly #decoder: FrameDecoder = new FrameDecoder({ rsv: 7 });
  readonly #pongs = new Set<string>();
  /** Octets of the head, which is no frame. */
  #skip: number;
  /** How many of the line's passages have been taken. */
  #taken = 0;
  #key = FIRST_KEY;
  #parts: Uint8Array[] = [];
  #message: FrameHeader[] = [];
  #control: Uint8Array[] = [];

  /**
   * @param start where in all that was received the frames begin
   * @param extension what was agreed on: the value of Sec-WebSocket-Extensions in the 101
   */
  constructor(line: WireLine, asked: Role, start: number, extension?: string) {
    this.line = line;
    this.asked = asked;
    this.#skip = start;
    this.#deflation = extension === undefined ? undefined : new Deflation(extension, asked);
  }

  /** Whether the peer can be sent messages that refer to the ones before. */
  get takesContextOver(): boolean {
    return this.#deflation?.ours.takeover ?? false;
  }

  /** The status code of the peer's Close: 1005 where it has none, undefined where there was no Close. */
  get closeCode(): number | undefined {
    const body = this.closeBody;
    return body === undefined ? undefined : body.length < 2 ? 1005 : (body[0]! << 8) | body[1]!;
  }

  get hasEnded(): boolean {
    return this.line.end !== 'open';
  }

  /** Takes back what an echo server says to everybody: it is no answer. */
  forget(greetings: readonly Heard[]): void {
    const isGreeting = ({ type, data }: Heard): boolean =>
      greetings.some((greeting) => greeting.type === type && Buffer.compare(greeting.data, data) === 0);
    this.heard.splice(0, this.heard.length, ...this.heard.filter((heard) => !isGreeting(heard)));
  }

  encode(step: Frame | Uint8Array): Uint8Array {
    if (!isFrame(step)) return step;
    const { wronglyMasked = false, compress = false, ...frame } = step;
    const isMasked = (this.asked === 'server') !== wronglyMasked;
    const payload = bytesOf(frame.payload ?? '');
    if (frame.opcode === 8) this.hasSentClose = true;
    if (frame.opcode === 9 || frame.opcode === 10) this.#pongs.add(Buffer.from(payload).toString('latin1'));
    this.#key = (this.#key + 0x1357_9bdf) >>> 0;
    const { maskKey = this.#key, ...rest } = frame;
    return encodeFrame({
      ...rest,
      ...(compress && { payload: this.#deflation!.compress(payload), rsv: 4 }),
      ...(isMasked && { maskKey }),
    });
  }

  /** Waits until `isEnough`, or until the peer has ended the connection or is silent. */
  async until(isEnough: () => boolean): Promise<'enough' | 'ended' | 'silent'> {
    const why = await this.line.receive(() => {
      this.#take();
      return isEnough();
    });
    this.#take();
    if (this.hasEnded && !this.hasSentClose) this.hasFailed = true;
    return why;
  }

  /** Passage by passage, and not out of all that was received, which would be joined again for each of them. */
  #take(): void {
    const { transcript } = this.line;
    for (; this.#taken < transcript.length; this.#taken++) {
      const { way, bytes } = transcript[this.#taken]!;
      if (way === 'sent') continue;
      const skipped = Math.min(this.#skip, bytes.length);
      this.#skip -= skipped;
      this.#takeBytes(Uint8Array.from(bytes.subarray(skipped))); // a copy: it is unmasked in place
    }
  }

  #takeBytes(bytes: Uint8Array): void {
    if (this.closeBody !== undefined || this.heard.at(-1)?.type === 'unreadable') {
      this.afterClose += bytes.length;
      return;
    }
    try {
      this.#decoder.receive(bytes);
      this.#takeFrames();
    } catch (error) {
      if (!(error instanceof WebSocketError)) throw error;
      this.#unreadable(error.message);
    }
  }

  #takeFrames(): void {
    for (let piece = this.#decoder.next(); piece !== undefined; piece = this.#decoder.next()) {
      const { header, bytes, start, end, first, last } = piece;
      if (this.closeBody !== undefined) this.afterClose += (first ? header.size : 0) + end - start;
      if (first) this.frames.push(header);
      const isControl = header.opcode >= 8;
      const parts = isControl ? this.#control : this.#parts;
      parts.push(bytes.subarray(start, end));
      if (!isControl && first) this.#message.push(header);
      if (!last || !header.fin) continue;
      const data = Buffer.concat(parts);
      parts.length = 0;
      if (isControl) this.#hearControl(header, data);
      else this.#hearMessage(data);
    }
  }

  #hearControl(header: FrameHeader, data: Uint8Array): void {
    if (header.opcode === 8 && this.closeBody === undefined) {
      this.closeBody = data;
      this.hasFailed ||= !this.hasSentClose;
    } else if (header.opcode === 10 && this.#pongs.has(Buffer.from(data).toString('latin1')))
      this.heard.push({ type: 'pong', data, frames: [header], payload: data });
  }

  #hearMessage(joined: Uint8Array): void {
    const frames = this.#message;
    this.#message = [];
    const { opcode, rsv } = frames[0]!;
    if (opcode === 0) return this.#unreadable('a continuation of no message');
    const type = opcode === 1 ? 'text' : 'binary';
    try {
      const isCompressed = (rsv & 4) !== 0 && this.#deflation !== undefined;
      this.heard.push({
        type,
        data: isCompressed ? this.#deflation.inflate(joined) : joined,
        frames,
        payload: joined,
      });
    } catch (error) {
      this.#unreadable(`a message that cannot be inflated: ${(error as Error).message}`);
    }
  }

  #unreadable(why: string): void {
    this.heard.push({ type: 'unreadable', data: bytesOf(why), frames: [], payload: bytesOf('') });
  }

  /** All that was seen, in words. */
  get observed(): string {
    const words = this.heard.map(({ type, data }) => describe(type, data));
    if (this.closeBody !== undefined) words.push(describeClose(this.closeCode!));
    if (this.afterClose > 0) words.push(`${this.afterClose} octets after it`);
    if (words.length === 0) words.push('nothing');
    if (this.line.end !== 'open') words.push(this.line.end === 'closed' ? 'TCP closed' : 'TCP reset');
    return words.join(', ');
  }
}

export function describeClose(code: number): string {
  return code === 1005 ? 'Close without a code' : `Close ${code}`;
}

export function describe(type: Heard['type'], data: Uint8Array): string {
  if (type === 'unreadable') return `unreadable (${Buffer.from(data).toString()})`;
  if (data.length > 24) return `${type} of ${data.length.toLocaleString('en')} octets`;
  return `${type} ${type === 'binary' ? `<${Buffer.from(data).toString('hex')}>` : JSON.stringify(Buffer.from(data).toString())}`;
}
