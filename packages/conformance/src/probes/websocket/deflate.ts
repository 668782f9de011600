/**
 * permessage-deflate at work (RFC 7692 6, 7.2): messages as zlib and as the RFC's own examples write them, windows, and
 * what is broken. Put to a peer that has agreed to it; who declines is not asked.
 */
import { constants, deflateRawSync } from 'node:zlib';
import { deflate } from './deflation.ts';
import {
  binary,
  bytesOf,
  close,
  continuation,
  hex,
  ping,
  pong,
  type Step,
  saidBinary,
  saidPong,
  saidText,
  text,
} from './frame.ts';
import type { FrameRow } from './frame-probe.ts';
import { filler } from './framing.ts';
import { fails, failsWith, refusesClose, says, saysSo } from './outcome.ts';

const DEFLATE = 'permessage-deflate';
const rsv1 = { rsv: 4 } as const;
const compress = { compress: true } as const;
const part = { fin: false } as const;

const said = saidText('Hello');
const LONG = 'the quick brown fox jumps over the lazy dog, '.repeat(20);
const HELLO = hex('f2 48 cd c9 c9 07 00');

const blocks: readonly [name: string, section: string, sends: Step[], messages: string[]][] = [
  ['hello', 'rfc7692/6.2/inflate', [text(HELLO, rsv1)], ['Hello']],
  [
    'hello-in-two-frames',
    'rfc7692/6.2/inflate',
    [text(HELLO.subarray(0, 3), { ...rsv1, fin: false }), continuation(HELLO.subarray(3))],
    ['Hello'],
  ],
  [
    'hello-behind-an-empty-frame',
    'rfc7692/6.2/inflate',
    [text('', { ...rsv1, fin: false }), continuation(HELLO)],
    ['Hello'],
  ],
  [
    'hello-before-an-empty-frame',
    'rfc7692/6.2/inflate',
    [text(HELLO, { ...rsv1, fin: false }), continuation('')],
    ['Hello'],
  ],
  ['stored', 'rfc7692/7.2.3/block-types', [text(hex('00 05 00 fa ff 48 65 6c 6c 6f 00'), rsv1)], ['Hello']],
  ['bfinal', 'rfc7692/7.2.3.4/bfinal', [text(hex('f3 48 cd c9 c9 07 00 00'), rsv1)], ['Hello']],
  [
    'bfinal-then-another',
    'rfc7692/7.2.3.4/bfinal',
    [text(hex('f3 48 cd c9 c9 07 00 00'), rsv1), text(HELLO, rsv1)],
    ['Hello', 'Hello'],
  ],
  [
    'two-blocks',
    'rfc7692/7.2.3/block-types',
    [text(hex('f2 48 05 00 00 00 ff ff ca c9 c9 07 00'), rsv1)],
    ['Hello'],
  ],
  ['fixed', 'rfc7692/7.2.3/block-types', [text(zlib({ strategy: constants.Z_FIXED }), rsv1)], [LONG]],
  ['dynamic', 'rfc7692/7.2.3/block-types', [text(zlib({ level: 9 }), rsv1)], [LONG]],
  ['stored-by-zlib', 'rfc7692/7.2.3/block-types', [text(zlib({ level: 0 }), rsv1)], [LONG]],
  [
    'huffman-only',
    'rfc7692/7.2.3/block-types',
    [text(zlib({ strategy: constants.Z_HUFFMAN_ONLY }), rsv1)],
    [LONG],
  ],
  [
    'many-empty-blocks',
    'rfc7692/7.2.3/block-types',
    [text(Buffer.concat([...Array.from({ length: 50 }, () => hex('00 00 00 ff ff')), HELLO]), rsv1)],
    ['Hello'],
  ],
  ['empty', 'rfc7692/7.2.3.6/empty', [text(hex('00'), rsv1)], ['']],
  ['empty-then-another', 'rfc7692/7.2.3.6/empty', [text(hex('00'), rsv1), text(HELLO, rsv1)], ['', 'Hello']],
  ['not-compressed', 'rfc7692/6/receive-uncompressed', [text('Hello')], ['Hello']],
  [
    'not-compressed-between',
    'rfc7692/6/receive-uncompressed',
    [text(HELLO, rsv1), text('plain'), text(HELLO, rsv1)],
    ['Hello', 'plain', 'Hello'],
  ],
];

function zlib(options: { level?: number; strategy?: number }): Uint8Array {
  return deflateRawSync(LONG, { ...options, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
}

const inflated: FrameRow[] = [
  ...blocks.map(
    ([name, id, sends, messages]): FrameRow => ({
      name: `inflate/${name}`,
      requirements: [id, 'rfc7692/7.2.2/append'],
      why: 'RFC 7692 7.2.3 shows such payloads: all block types, BFINAL set or not, several blocks, in any frames.',
      extension: DEFLATE,
      sends,
      allows: [says(...messages.map(saidText))],
    }),
  ),
  ...[0, 1, 125, 126, 127, 1024, 65_535, 65_536, 1_048_576].flatMap((size) =>
    ([text, binary] as const).map(
      (build): FrameRow => ({
        name: `inflate/${build === text ? 'text' : 'binary'}-of-${size}`,
        requirements: ['rfc7692/6.2/inflate', 'rfc7692/7.2.2/append'],
        why: 'The payload length is that of what is compressed, the message is what comes out.',
        extension: DEFLATE,
        sends: [build(filler(size), compress)],
        allows: [says((build === text ? saidText : saidBinary)(filler(size)))],
      }),
    ),
  ),
  {
    name: 'inflate/byte-by-byte',
    requirements: ['rfc7692/6.2/inflate'],
    why: 'In any cut of the bytes.',
    extension: DEFLATE,
    sends: [
      text(HELLO.subarray(0, 3), { ...rsv1, fin: false }),
      ping('between'),
      continuation(HELLO.subarray(3)),
    ],
    allows: [says(saidPong('between'), said)],
    byteByByte: true,
  },
  {
    name: 'inflate/not-utf8',
    requirements: ['rfc6455/8.1/bad-utf8', 'rfc7692/6.2/inflate'],
    why: 'It is what comes out that is text.',
    extension: DEFLATE,
    sends: [text(hex('61 ed a0 80 62'), compress)],
    allows: [fails()],
  },
  {
    name: 'inflate/bomb',
    requirements: ['rfc6455/10.4/limits'],
    level: 'may',
    why: '17 MiB out of 17 KiB: a limit on what comes in is none on what comes out.',
    extension: DEFLATE,
    sends: [binary(deflate(new Uint8Array(17 * 2 ** 20)), rsv1)],
    allows: [failsWith(1009), fails()],
  },
];

const broken: FrameRow[] = (
  [
    ['ping', 'rfc7692/6/not-on-others', [ping('x', rsv1)]],
    ['pong', 'rfc7692/6/not-on-others', [pong('x', rsv1)]],
    ['close', 'rfc7692/6/not-on-others', [close(1000, '', rsv1)]],
    [
      'continuation',
      'rfc7692/6/not-on-others',
      [text(HELLO.subarray(0, 3), { ...rsv1, fin: false }), continuation(HELLO.subarray(3), rsv1)],
    ],
    ['continuation-only', 'rfc7692/6/not-on-others', [text('a', part), continuation('b', rsv1)]],
    [
      'stray-continuation-after-a-message',
      'rfc6455/5.4/continuation',
      [text(HELLO, rsv1), continuation('x')],
    ],
    ['rsv2', 'rfc6455/5.2/rsv', [text(HELLO, { rsv: 6 })]],
    ['rsv3', 'rfc6455/5.2/rsv', [text(HELLO, { rsv: 5 })]],
    ['reserved-block-type', 'rfc7692/6.2/inflate', [text(hex('07 00'), rsv1)]],
    ['stored-length-wrong', 'rfc7692/6.2/inflate', [text(hex('00 05 00 fb ff 48 65 6c 6c 6f 00'), rsv1)]],
    ['refers-to-nothing', 'rfc7692/6.2/inflate', [text(hex('f2 00 11 00 00'), rsv1)]],
    [
      'plain-text-marked',
      'rfc7692/6.2/inflate',
      [text(bytesOf('not compressed at all, and marked so'), rsv1)],
    ],
  ] as const
).map(
  ([name, id, sends]): FrameRow => ({
    name: `deflate-broken/${name}`,
    requirements: [id, 'rfc6455/7.1.7/close-tcp'],
    level: name === 'close' ? 'should' : 'must',
    why: 'RSV1 says on the first frame of a message that it is compressed, and means nothing elsewhere; what cannot be inflated is no message.',
    extension: DEFLATE,
    sends,
    allows: [name === 'close' ? refusesClose(1000) : name.startsWith('stray') ? fails(said) : fails()],
  }),
);

const wellFormed: FrameRow = {
  name: 'deflate/echo-is-well-formed',
  requirements: ['rfc7692/6/first-frame', 'rfc7692/7.2.1/tail', 'rfc6455/5.8/extensions'],
  why: 'RSV1 stands on the first frame, and the last four octets of a compressed message are left off.',
  extension: DEFLATE,
  sends: [text(filler(5000), compress), binary(filler(5000), compress)],
  allows: [
    saysSo(
      [saidText(filler(5000)), saidBinary(filler(5000))],
      'RSV1 on first frames only, no 00 00 ff ff at the end',
      ({ heard }) =>
        heard.every(
          ({ frames, payload }) =>
            frames.every(({ rsv }, i) => rsv === 0 || (rsv === 4 && i === 0)) &&
            !(frames[0]?.rsv === 4 && Buffer.from(payload.subarray(-4)).toString('hex') === '0000ffff'),
        ),
    ),
  ],
};

const unagreed: FrameRow = {
  name: 'deflate/not-without-agreement',
  requirements: ['rfc6455/9.1/unaccepted', 'rfc6455/5.8/extensions'],
  why: 'To offer an extension, or to know one, is not to have agreed on it: the reserved bits stay 0.',
  sends: [text(LONG), binary(LONG)],
  allows: [
    saysSo([saidText(LONG), saidBinary(LONG)], 'no reserved bit set', ({ frames }) =>
      frames.every(({ rsv }) => rsv === 0),
    ),
  ],
};

export const deflateRows: readonly FrameRow[] = [...inflated, ...broken, wellFormed, unagreed];
