/** Framing: lengths in every form, masks, reserved bits and opcodes (RFC 6455 5.1 to 5.3), in any cut of the bytes. */
import { binary, bytesOf, continuation, hex, ping, saidBinary, saidPong, saidText, text } from './frame.ts';
import type { FrameRow } from './frame-probe.ts';
import { endsSilent, fails, failsWith, refusesClose, says, saysSo } from './outcome.ts';

/** Different at each place, so that a part that is lost or comes twice is seen; ASCII, so that it may be text. */
export function filler(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = 0x20 + ((i * 7 + (i >> 8)) % 95);
  return bytes;
}

/** On both sides of where the form of the length changes (5.2), and where a size is larger than one read of a socket. */
const SIZES = [0, 1, 2, 124, 125, 126, 127, 128, 65_535, 65_536, 65_537, 1_048_576];

const sizes: FrameRow[] = SIZES.flatMap((size) =>
  (['text', 'binary'] as const).map((type) => {
    const [build, said] = type === 'text' ? [text, saidText] : [binary, saidBinary];
    return {
      name: `sizes/${type}-of-${size}`,
      requirements: ['rfc6455/5.2/lengths', 'rfc6455/6.2/join'],
      why: 'The length takes 7, 16 or 64 bits; the payload is what it says, no octet less or more.',
      sends: [build(filler(size))],
      allows: [says(said(filler(size)))],
    };
  }),
);

/** In the form that takes more octets than needed. */
const NOT_MINIMAL: readonly [length: number, lengthBytes: 2 | 8][] = [
  [0, 2],
  [1, 2],
  [125, 2],
  [0, 8],
  [1, 8],
  [125, 8],
  [126, 8],
  [65_535, 8],
];

const lengths: FrameRow[] = [
  ...NOT_MINIMAL.map(
    ([length, lengthBytes]): FrameRow => ({
      name: `length/${length}-in-${lengthBytes * 8}-bits`,
      requirements: ['rfc6455/5.2/length-minimal', 'rfc6455/10.7/validate'],
      // That the fewest octets MUST be used binds who writes; who reads MAY drop the connection (10.7).
      level: 'may',
      why: 'Two ways to write one length let two readers differ, and a filter be passed by.',
      sends: [binary(filler(length), { lengthBytes })],
      allows: [fails()],
    }),
  ),
  // Behind the top bit stands a small number: who takes it off waits for so much.
  ...[2 ** 63, 2 ** 63 + 2 ** 11, 2 ** 63 + 2 ** 16].map(
    (length): FrameRow => ({
      name: `length/top-bit-${length.toString(16)}`,
      requirements: ['rfc6455/5.2/length-top-bit'],
      why: 'The top bit of a 64-bit length must be 0; taken for a sign it has made lengths negative.',
      sends: [binary('', { length, lengthBytes: 8 })],
      allows: [fails()],
    }),
  ),
  {
    name: 'length/more-than-can-be',
    requirements: ['rfc6455/10.4/limits'],
    why: 'Nobody can hold a message of 2^62 octets: a limit refuses it when it is announced, before memory is given to it.',
    sends: [binary('', { length: 2 ** 62, lengthBytes: 8 })],
    allows: [fails()],
  },
];

const KEYS: readonly [name: string, key: number][] = [
  ['zero', 0],
  ['ones', 0xffff_ffff],
  ['ascending', 0x0102_0304],
  ['one-octet', 0xff00_0000],
  ['last-octet', 0x0000_00ff],
];

const masks: FrameRow[] = [
  ...KEYS.map(
    ([name, maskKey]): FrameRow => ({
      name: `masking/key-${name}`,
      requirements: ['rfc6455/5.3/xor', 'rfc6455/6.2/unmask'],
      why: 'Octet i is masked by octet i modulo 4 of the key, whatever the key is.',
      sends: [binary(filler(131), { maskKey })],
      allows: [says(saidBinary(filler(131)))],
      only: 'server',
    }),
  ),
  ...[1, 2, 3, 5, 7, 9, 31, 33].map(
    (length): FrameRow => ({
      name: `masking/phase-${length}`,
      requirements: ['rfc6455/5.3/xor', 'rfc6455/6.2/unmask'],
      why: 'The key begins anew in each frame; one that unmasks by words must get the rest right.',
      sends: [binary(filler(length), { fin: false }), continuation(filler(length))],
      allows: [says(saidBinary(Buffer.concat([filler(length), filler(length)])))],
      byteByByte: true,
      only: 'server',
    }),
  ),
  ...(
    [
      ['text', text('not masked', { wronglyMasked: true })],
      ['empty', text('', { wronglyMasked: true })],
      ['ping', ping('not masked', { wronglyMasked: true })],
      ['close', { opcode: 8, payload: hex('03e8'), wronglyMasked: true }],
    ] as const
  ).map(
    ([name, frame]): FrameRow => ({
      name: `masking/unmasked-${name}`,
      requirements: ['rfc6455/5.1/unmasked'],
      level: name === 'close' ? 'should' : 'must',
      why: 'Masks keep proxies from taking what a script sends for HTTP; a server that lets them go helps the attack.',
      sends: [frame],
      allows: [name === 'close' ? refusesClose(1000) : fails()],
      only: 'server',
    }),
  ),
  ...(
    [
      ['text', text('masked', { wronglyMasked: true })],
      ['empty', text('', { wronglyMasked: true })],
      ['ping', ping('masked', { wronglyMasked: true })],
      ['key-zero', text('masked', { wronglyMasked: true, maskKey: 0 })],
    ] as const
  ).map(
    ([name, frame]): FrameRow => ({
      name: `masking/masked-${name}`,
      requirements: ['rfc6455/5.1/masked'],
      why: 'A server must not mask; a client that takes it has lost track of who speaks.',
      sends: [frame],
      allows: [fails()],
      only: 'client',
    }),
  ),
  {
    name: 'masking/server-does-not-mask',
    requirements: ['rfc6455/5.1/server-mask'],
    why: 'A client must fail on a masked frame, so a server that masks can speak with nobody.',
    sends: [ping('p'), text('m')],
    allows: [
      saysSo([saidPong('p'), saidText('m')], 'no frame masked', (seen) =>
        seen.frames.every(({ maskKey }) => maskKey === undefined),
      ),
    ],
    only: 'server',
  },
  {
    name: 'masking/client-masks',
    requirements: ['rfc6455/5.1/mask', 'rfc6455/5.3/key', 'rfc6455/10.3/new-key'],
    why: 'Every frame, with a key of its own that nobody can predict: two frames with one key let the next be foretold.',
    sends: [ping('p'), text('a'), text('b'), text('c')],
    allows: [
      saysSo(
        [saidPong('p'), saidText('a'), saidText('b'), saidText('c')],
        'each frame masked by another key',
        ({ frames }) => {
          const keys = new Set(frames.map(({ maskKey }) => maskKey));
          return !keys.has(undefined) && keys.size === frames.length;
        },
      ),
    ],
    only: 'client',
  },
];

const RSV: readonly [bits: string, rsv: number][] = [
  ['rsv1', 4],
  ['rsv2', 2],
  ['rsv3', 1],
  ['rsv1-2-3', 7],
];

const reserved: FrameRow[] = [
  ...RSV.flatMap(([bits, rsv]) =>
    (
      [
        ['text', [text('reserved', { rsv })]],
        ['binary', [binary('reserved', { rsv })]],
        ['ping', [ping('reserved', { rsv })]],
        ['close', [{ opcode: 8, payload: hex('03e8'), rsv }]],
        ['continuation', [text('a', { fin: false }), continuation('b', { rsv })]],
      ] as const
    ).map(
      ([on, sends]): FrameRow => ({
        name: `reserved/${bits}-on-${on}`,
        requirements: ['rfc6455/5.2/rsv'],
        level: on === 'close' ? 'should' : 'must',
        why: 'A bit that no extension has given a meaning is a mistake, or an extension that was not negotiated.',
        sends,
        allows: [on === 'close' ? refusesClose(1000) : fails()],
      }),
    ),
  ),
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].flatMap((opcode) =>
    (['', 'reserved'] as const).map(
      (payload): FrameRow => ({
        name: `reserved/opcode-${opcode}${payload === '' ? '-empty' : ''}`,
        requirements: ['rfc6455/5.2/opcode'],
        why: 'What a frame of an unknown opcode says is not known, so it can be neither used nor skipped.',
        sends: [{ opcode, payload }],
        allows: [fails()],
      }),
    ),
  ),
];

const broken = bytesOf('not taken');
const nothingMore: FrameRow[] = [
  {
    name: 'failing/1002-for-a-broken-frame',
    requirements: ['rfc6455/7.1.7/send-close', 'rfc6455/10.7/say-why'],
    why: 'The other side should learn that it has broken the protocol.',
    sends: [{ opcode: 3, payload: 'x' }],
    allows: [failsWith(1002)],
  },
  ...(
    [
      ['message', text(broken)],
      ['ping', ping(broken)],
    ] as const
  ).map(
    ([name, frame]): FrameRow => ({
      name: `failing/no-${name}-after-a-broken-frame`,
      requirements: ['rfc6455/7.1.7/nothing-more'],
      why: 'After a failure nothing means what it seems to: what an attacker appends must not be processed.',
      sends: [{ opcode: 3, payload: 'x' }, frame, 'half-close'],
      allows: [endsSilent],
    }),
  ),
];

export const framing: readonly FrameRow[] = [...sizes, ...lengths, ...masks, ...reserved, ...nothingMore];
