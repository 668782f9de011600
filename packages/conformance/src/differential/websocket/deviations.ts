/**
 * All that ws-mini and ws are known to part on, with the same frames. Each knows itself by the rule that ws-mini says was
 * broken and by what ws made of the rest; what both saw before that is equal (see difference.ts).
 */
import { Opcode } from 'ws-mini/wire';
import type { Difference } from './difference.ts';
import { deflate, encode, type Frame, type Stream } from './frames.ts';

export interface FrameDeviation {
  readonly id: string;
  /** The section that decides. */
  readonly rule: string;
  /** Who keeps it; both where it leaves a choice. */
  readonly right: 'ws-mini' | 'ws' | 'both';
  readonly why: string;
  /** Frames to a server that meet it. */
  readonly example: Omit<Stream, 'role' | 'pieces'>;
  isMet(difference: Difference): boolean;
}

export const FRAME_DEVIATIONS: readonly FrameDeviation[] = [
  {
    id: 'length-not-minimal',
    rule: 'RFC 6455 5.2',
    right: 'ws-mini',
    why: 'a length takes the fewest bytes that hold it; ws reads it in more',
    example: sent({ opcode: Opcode.binary, payload: text('a'), lengthBytes: 8 }),
    isMet: (it) => it.code === 'length-not-minimal' && it.mini.length === 0,
  },
  {
    id: 'length-top-bit-set',
    rule: 'RFC 6455 5.2',
    right: 'ws-mini',
    why: 'the top bit of a length of 64 bits is 0, or the frame is malformed (1002); ws says that it is too big (1009)',
    example: raw(0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    isMet: (it) =>
      it.code === 'length-top-bit-set' &&
      it.wsCode === 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH' &&
      isNothingMore(it),
  },
  {
    id: 'close-judged-by-its-length',
    rule: 'RFC 6455 5.5.1',
    right: 'both',
    why: 'a body of one byte cannot hold a code; ws says so before that byte is there, and it may never come',
    example: { ...raw(0x88, 0x81), ending: 'fin' },
    isMet: (it) =>
      it.code === 'connection-lost' &&
      it.wsCode === 'WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH' &&
      isNothingMore(it),
  },
  {
    id: 'text-checked-late',
    rule: 'RFC 6455 8.1',
    right: 'ws-mini',
    why: 'text that is not UTF-8 fails the connection; ws looks when the message is whole, and sees what comes before that',
    example: sent(
      { opcode: Opcode.text, payload: Uint8Array.of(0xff), fin: false },
      { opcode: Opcode.ping, payload: text('between') },
      { opcode: Opcode.text, payload: text('a message within a message') },
    ),
    isMet: (it) => it.code === 'text-not-utf8' && it.mini.length === 0 && it.ws.every(isControl),
  },
  {
    id: 'fragment-inflated-early',
    rule: 'RFC 7692 6.2',
    right: 'both',
    why: 'a message is inflated as a whole or part by part; ws does so, and fails before the frames that follow the first bad part',
    example: compressed(
      { opcode: Opcode.binary, rsv: 4, payload: Uint8Array.of(0xff), fin: false },
      { opcode: Opcode.ping, payload: text('between') },
      { opcode: Opcode.continuation, payload: Uint8Array.of(0) },
    ),
    isMet: (it) =>
      (it.wsCode === 'Z_DATA_ERROR' || it.wsCode === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') &&
      it.stream.compression !== 'none' &&
      it.ws.length === 0 &&
      it.mini.every(isControl),
  },
  {
    id: 'blocks-after-final-block',
    rule: 'RFC 7692 7.2.2',
    right: 'ws-mini',
    why: 'a message is all that was sent of it; ws drops what stands behind a block with BFINAL set, good or bad',
    example: compressed({
      opcode: Opcode.text,
      rsv: 4,
      payload: Buffer.concat([
        deflate(text('a'), 'final', text('')).subarray(0, -1),
        deflate(text('b'), 'plain', text('')),
      ]),
    }),
    isMet: (it) =>
      it.stream.hasFinalBlock &&
      it.stream.compression !== 'none' &&
      it.ws[0] !== undefined &&
      (it.code === 'message-not-deflate' || it.mini[0]?.startsWith(it.ws[0]) === true),
  },
  {
    id: 'window-after-final-block',
    rule: 'RFC 7692 7.2.3.2',
    right: 'ws-mini',
    why: 'the window is that of the messages before, whatever their blocks were; ws loses it, or reads on at a wrong place, after a block with BFINAL set',
    example: compressed(
      { opcode: Opcode.text, rsv: 4, payload: deflate(text('once more'), 'final', text('')) },
      { opcode: Opcode.text, rsv: 4, payload: deflate(text('once more'), 'plain', text('once more')) },
    ),
    isMet: (it) =>
      it.stream.hasFinalBlock &&
      it.stream.compression === 'context' &&
      it.shared.some((line) => !isControl(line)) &&
      (it.ws[0] === undefined ? it.wsCode !== undefined : !isControl(it.ws[0])),
  },
];

// ── What predicates and examples are made of ──

function isNothingMore({ mini, ws }: Difference): boolean {
  return mini.length === 0 && ws.length === 0;
}

function isControl(line: string): boolean {
  return line.startsWith('ping ') || line.startsWith('pong ');
}

type Part = Partial<Frame> & Pick<Frame, 'opcode' | 'payload'>;

function raw(...bytes: number[]): FrameDeviation['example'] {
  return { bytes: Uint8Array.from(bytes), compression: 'none', hasFinalBlock: false, ending: 'filler' };
}

function sent(...frames: Part[]): FrameDeviation['example'] {
  const whole = frames.map((frame) => ({ fin: true, rsv: 0, ...frame }));
  return raw(...encode(whole, 'server'));
}

function compressed(...frames: Part[]): FrameDeviation['example'] {
  return { ...sent(...frames), compression: 'context', hasFinalBlock: true };
}

function text(content: string): Uint8Array {
  return new Uint8Array(Buffer.from(content));
}
