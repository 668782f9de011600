/** Messages in several frames, in order and out of it (RFC 6455 5.4). */
import { binary, continuation, type Frame, ping, saidBinary, saidPong, saidText, text } from './frame.ts';
import type { FrameRow } from './frame-probe.ts';
import { filler } from './framing.ts';
import { fails, says, saysSo } from './outcome.ts';

const part = { fin: false } as const;

const taken: readonly [name: string, why: string, sends: readonly Frame[], said: string][] = [
  ['two', 'The type is that of the first frame.', [text('ab', part), continuation('cd')], 'abcd'],
  ['three', 'FIN is on the last.', [text('a', part), continuation('b', part), continuation('c')], 'abc'],
  ['empty-first', 'A fragment may be empty.', [text('', part), continuation('abc')], 'abc'],
  [
    'empty-between',
    'A fragment may be empty.',
    [text('a', part), continuation('', part), continuation('b')],
    'ab',
  ],
  ['empty-last', 'As is sent where the end is known late.', [text('abc', part), continuation('')], 'abc'],
  [
    'all-empty',
    'A message of nothing is a message.',
    [text('', part), continuation('', part), continuation('')],
    '',
  ],
  [
    'octet-by-octet',
    'Each octet of a message in a frame of its own.',
    octets('in single octets'),
    'in single octets',
  ],
  [
    '256-empty',
    'Empty fragments cost nothing, but are no end.',
    [text('', part), ...Array.from({ length: 256 }, () => continuation('', part)), continuation('x')],
    'x',
  ],
];

function octets(message: string): Frame[] {
  return [text('', part), ...[...message].map((octet) => continuation(octet, part)), continuation('')];
}

const fragmented: FrameRow[] = [
  ...taken.flatMap(([name, why, sends, said]) =>
    [false, true].map(
      (byteByByte): FrameRow => ({
        name: `fragments/${name}${byteByByte ? '-byte-by-byte' : ''}`,
        requirements: ['rfc6455/5.4/fragmented', 'rfc6455/6.2/join'],
        why,
        sends,
        allows: [says(saidText(said))],
        ...(byteByByte && { byteByByte }),
      }),
    ),
  ),
  ...[125, 126, 65_535, 65_536].map(
    (size): FrameRow => ({
      name: `fragments/binary-of-three-times-${size}`,
      requirements: ['rfc6455/5.4/fragmented', 'rfc6455/6.2/join', 'rfc6455/5.2/lengths'],
      why: 'Each fragment has a length of its own form; what is joined is longer than any of them.',
      sends: [binary(filler(size), part), continuation(filler(size), part), continuation(filler(size))],
      allows: [says(saidBinary(Buffer.concat([filler(size), filler(size), filler(size)])))],
    }),
  ),
  {
    name: 'fragments/two-messages',
    requirements: ['rfc6455/5.4/fragmented', 'rfc6455/6.2/join'],
    why: 'The second message has a type of its own, and nothing of the first.',
    sends: [text('a', part), continuation('b'), binary('c', part), continuation('d'), text('e')],
    allows: [says(saidText('ab'), saidBinary('cd'), saidText('e'))],
  },
  {
    name: 'fragments/echo-is-well-formed',
    requirements: [
      'rfc6455/6.1/opcode-fin',
      'rfc6455/5.4/order',
      'rfc6455/5.4/interleave',
      'rfc6455/5.2/length-minimal',
    ],
    why: 'Whoever sends a message gives its first frame the type, its last FIN, and writes lengths in the fewest octets.',
    sends: [text(filler(300)), text('b', part), continuation('c'), ping('p')],
    allows: [
      saysSo([saidText(filler(300)), saidText('bc'), saidPong('p')], 'frames in order', ({ heard }) =>
        heard.every(({ frames }) =>
          frames.every(({ fin, opcode }, i) => fin === (i === frames.length - 1) && (opcode === 0) === i > 0),
        ),
      ),
    ],
  },
];

const disordered: FrameRow[] = (
  [
    [
      'continuation-of-nothing',
      'rfc6455/5.4/continuation',
      [continuation('a')],
      'There is no message that it could continue.',
    ],
    [
      'unfinished-continuation-of-nothing',
      'rfc6455/5.4/continuation',
      [continuation('a', part)],
      'There is no message that it could continue.',
    ],
    [
      'empty-continuation-of-nothing',
      'rfc6455/5.4/continuation',
      [continuation('')],
      'Though it carries nothing.',
    ],
    [
      'continuation-after-the-end',
      'rfc6455/5.4/continuation',
      [text('a', part), continuation('b'), continuation('c')],
      'FIN was the end.',
    ],
    [
      'continuation-after-a-whole',
      'rfc6455/5.4/continuation',
      [text('a'), continuation('b')],
      'FIN was the end.',
    ],
    [
      'text-within-text',
      'rfc6455/5.4/interleave',
      [text('a', part), text('b')],
      'Messages may not be interleaved.',
    ],
    [
      'binary-within-text',
      'rfc6455/5.4/interleave',
      [text('a', part), binary('b')],
      'Messages may not be interleaved.',
    ],
    [
      'text-within-binary',
      'rfc6455/5.4/interleave',
      [binary('a', part), text('b')],
      'Messages may not be interleaved.',
    ],
    [
      'fragments-within-fragments',
      'rfc6455/5.4/interleave',
      [text('a', part), text('b', part), continuation('c')],
      'Messages may not be interleaved.',
    ],
    [
      'text-within-empty',
      'rfc6455/5.4/interleave',
      [text('', part), text('b')],
      'A message has begun, though with nothing in it.',
    ],
  ] as const
).map(([name, id, sends, why]): FrameRow => {
  // What came whole before the break may be echoed.
  const before =
    name === 'continuation-after-the-end'
      ? [saidText('ab')]
      : name === 'continuation-after-a-whole'
        ? [saidText('a')]
        : [];
  return {
    name: `order/${name}`,
    requirements: [id],
    why,
    sends,
    allows: [fails(...before)],
  };
});

export const fragmentation: readonly FrameRow[] = [...fragmented, ...disordered];
