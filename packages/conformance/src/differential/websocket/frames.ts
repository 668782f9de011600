/**
 * Bytes to compare two WebSocket ends on, after the opening handshake: most frames are sound, some break a rule of RFC 6455
 * 5 or RFC 7692 6, and a few bytes may be lost or added anywhere.
 */
import { deflateRawSync, constants as zlib } from 'node:zlib';
import fc from 'fast-check';
import { encodeFrame, Opcode } from 'ws-mini/wire';
import { anyCharacter } from '../../arbitraries/content.ts';
import { anyPieces, type Pieces } from '../../arbitraries/pieces.ts';

export type Role = 'client' | 'server';

/** What an end is sent, and how. */
export interface Stream {
  /** Of the end that reads it. */
  readonly role: Role;
  readonly bytes: Uint8Array;
  readonly pieces: Pieces;
  readonly compression: Compression;
  /** A compressed message in it ends in a block with BFINAL set, or is damaged. */
  readonly hasFinalBlock: boolean;
  /** See `FILLER`; `fin` is a half-close right behind the bytes. */
  readonly ending: 'filler' | 'fin';
}

export type Compression = 'none' | 'no context' | 'context';

/** Bytes of the largest message: small, so that the limit is met often. */
export const MAX_MESSAGE = 1000;

/**
 * What ends any stream without waiting for time to pass: it fills the frame that was cut off, and is then a header with all
 * reserved bits set.
 */
export const FILLER: Uint8Array = new Uint8Array(MAX_MESSAGE + 100).fill(0x7f);

// ── Frames, right and wrong ──

export interface Frame {
  readonly fin: boolean;
  readonly opcode: number;
  readonly rsv: number;
  readonly payload: Uint8Array;
  /** Not as the role demands (5.1). */
  readonly isMaskWrong?: boolean;
  readonly lengthBytes?: 2 | 8;
}

const bytesOf = (...parts: number[]): Uint8Array => Uint8Array.from(parts);
const utf8 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

const binary = fc.oneof(
  fc.uint8Array({ maxLength: 20 }),
  fc.constantFrom(125, 126, 127, MAX_MESSAGE, MAX_MESSAGE + 1).map((length) => new Uint8Array(length)),
);
const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: anyCharacter, maxLength: 12 }).map(utf8) },
  // What a window makes shorter the second time.
  fc.constant(utf8('once more, and once more')),
  // Cut off, overlong, a surrogate, beyond U+10FFFF, and no UTF-8 at all (RFC 3629 3).
  fc.constantFrom(
    ...[bytesOf(0x61, 0xc3), bytesOf(0xc0, 0x80), bytesOf(0xed, 0xa0, 0x80), bytesOf(0xf4, 0x90, 0x80, 0x80)],
    bytesOf(0x61, 0xff, 0x62),
  ),
);

/** The ways to compress that RFC 7692 7.2.3 shows, and some that are none. */
type Deflation = 'plain' | 'stored' | 'final' | 'broken' | 'bomb';
const deflation = fc.constantFrom<Deflation>('plain', 'plain', 'plain', 'stored', 'final', 'broken', 'bomb');

export function deflate(payload: Uint8Array, how: Deflation, window: Uint8Array): Uint8Array {
  if (how === 'broken') return bytesOf(0xff, ...payload.subarray(0, 5));
  const content = how === 'bomb' ? new Uint8Array(MAX_MESSAGE * 2) : payload;
  const dictionary = window.length === 0 ? {} : { dictionary: window };
  const level = how === 'stored' ? 0 : 6;
  // A block with BFINAL set, and the empty one behind it whose end is left off (7.2.3.4).
  if (how === 'final') return bytesOf(...deflateRawSync(content, dictionary), 0);
  const finishFlush = zlib.Z_SYNC_FLUSH;
  return Uint8Array.from(deflateRawSync(content, { ...dictionary, level, finishFlush }).subarray(0, -4));
}

/** A message as it is told to `framesOf`, which knows what was agreed on. */
interface MessagePlan {
  readonly type: 'text' | 'binary';
  readonly payload: Uint8Array;
  readonly compress: Deflation | undefined;
  /** Where it is cut into fragments, modulo its length. */
  readonly cuts: readonly number[];
  /** Behind the first fragment. */
  readonly between: readonly Frame[];
}

const control = fc.record<Frame>({
  fin: fc.constant(true),
  opcode: fc.constantFrom<number>(Opcode.ping, Opcode.pong),
  rsv: fc.constant(0),
  payload: fc.oneof(fc.uint8Array({ maxLength: 10 }), fc.constant(new Uint8Array(125))),
});
const message: fc.Arbitrary<MessagePlan> = fc
  .tuple(
    fc.oneof(fc.tuple(fc.constant('text' as const), text), fc.tuple(fc.constant('binary' as const), binary)),
    fc.option(deflation, { nil: undefined }),
    fc.array(fc.nat({ max: 1000 }), { maxLength: 3 }),
    fc.array(control, { maxLength: 1 }),
  )
  .map(([[type, payload], compress, cuts, between]) => ({ type, payload, compress, cuts, between }));

const closeBody = fc.oneof(
  fc.constant(new Uint8Array(0)),
  fc
    .tuple(
      fc.constantFrom(0, 999, 1000, 1001, 1004, 1005, 1006, 1007, 1014, 1015, 1016, 2999, 3000, 4999, 5000),
      text,
    )
    .map(([code, reason]) => bytesOf(code >>> 8, code & 0xff, ...reason)),
  fc.constant(bytesOf(3)),
);
const close = closeBody.map((payload): Frame => ({ fin: true, opcode: Opcode.close, rsv: 0, payload }));

/** Each of them a rule of 5.2 to 5.5, and many of them no fault at all. */
const strange: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ fin: fc.boolean(), opcode: fc.nat({ max: 15 }), rsv: fc.nat({ max: 7 }), payload: text }),
  control.map((frame) => ({ ...frame, isMaskWrong: true })),
  control.map((frame) => ({ ...frame, fin: false })),
  control.map((frame) => ({ ...frame, payload: new Uint8Array(126) })),
  fc
    .tuple(control, fc.constantFrom(2 as const, 8 as const))
    .map(([frame, lengthBytes]) => ({ ...frame, lengthBytes })),
  fc
    .tuple(binary, fc.constantFrom(2 as const, 8 as const))
    .map(([payload, lengthBytes]) => ({ fin: true, opcode: 2, rsv: 0, payload, lengthBytes })),
);

function framesOf(plans: readonly (MessagePlan | Frame)[], compression: Compression): Frame[] {
  let window: Uint8Array = new Uint8Array(0);
  return plans.flatMap((plan) => {
    if ('opcode' in plan) return plan;
    const { type, payload, compress, cuts, between } = plan;
    const isCompressed = compress !== undefined && compression !== 'none';
    const content = isCompressed ? deflate(payload, compress, window) : payload;
    if (isCompressed && compression === 'context') window = Buffer.concat([window, payload]);
    const places = cuts.map((at) => at % (content.length + 1)).sort((a, b) => a - b);
    const fragments = [...places, content.length].map((end, i): Frame => {
      const start = places[i - 1] ?? 0;
      const opcode = i > 0 ? Opcode.continuation : Opcode[type];
      const rsv = isCompressed && i === 0 ? 4 : 0;
      return { fin: i === places.length, opcode, rsv, payload: content.subarray(start, end) };
    });
    return [fragments[0]!, ...between, ...fragments.slice(1)];
  });
}

export function encode(frames: readonly Frame[], role: Role): Uint8Array {
  return Buffer.concat(
    frames.map(({ isMaskWrong = false, ...frame }, i) => {
      const isMasked = (role === 'server') !== isMaskWrong;
      return encodeFrame(isMasked ? { ...frame, maskKey: (0x9e37_79b9 * (i + 1)) >>> 0 } : frame);
    }),
  );
}

/** At a place, bytes lost and bytes added. */
type Loss = [place: number, removed: number, added: Uint8Array];
const loss: fc.Arbitrary<Loss> = fc.tuple(fc.nat(), fc.nat({ max: 3 }), fc.uint8Array({ maxLength: 2 }));

function damage(bytes: Uint8Array, [place, removed, added]: Loss): Uint8Array {
  const at = place % (bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]);
}

export function anyStream(role: Role): fc.Arbitrary<Stream> {
  return fc
    .record({
      plans: fc.array(
        fc.oneof(
          { weight: 5, arbitrary: message },
          { weight: 2, arbitrary: control },
          { weight: 2, arbitrary: close },
          { weight: 1, arbitrary: strange },
        ),
        { minLength: 1, maxLength: 6 },
      ),
      losses: fc.oneof(
        { weight: 3, arbitrary: fc.constant<Loss[]>([]) },
        { weight: 1, arbitrary: fc.array(loss, { minLength: 1, maxLength: 2 }) },
      ),
      pieces: anyPieces,
      compression: fc.constantFrom<Compression>('none', 'no context', 'context'),
      ending: fc.constantFrom('filler' as const, 'fin' as const),
    })
    .map(({ plans, losses, pieces, compression, ending }) => ({
      role,
      // ws reads the rest of a block that was cut off from the next message, where it keeps the context; ws-mini has
      // forgotten it. That is neither's fault, and hard to tell from a window that was lost.
      bytes: (compression === 'context' ? [] : losses).reduce(
        damage,
        encode(framesOf(plans, compression), role),
      ),
      pieces,
      compression,
      hasFinalBlock:
        plans.some((plan) => 'compress' in plan && plan.compress === 'final') || losses.length > 0,
      // ws does not answer what it is still inflating when the FIN comes: which that is, is a matter of time.
      ending: compression === 'none' ? ending : 'filler',
    }));
}
