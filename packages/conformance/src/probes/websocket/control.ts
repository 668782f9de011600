/** Control frames: alone, between the fragments of a message, too long, fragmented (RFC 6455 5.5). */
import { continuation, ping, pong, saidPong, saidText, text } from './frame.ts';
import type { FrameRow } from './frame-probe.ts';
import { filler } from './framing.ts';
import { fails, inTime, refusesClose, says } from './outcome.ts';

const part = { fin: false } as const;

export const control: readonly FrameRow[] = [
  ...[0, 1, 2, 124, 125].flatMap((size) =>
    [false, true].map(
      (byteByByte): FrameRow => ({
        name: `ping/of-${size}${byteByByte ? '-byte-by-byte' : ''}`,
        requirements: ['rfc6455/5.5.2/pong', 'rfc6455/5.5.3/same-data'],
        why: 'A Pong has the octets of the Ping, all of them and no more: memory has leaked out here.',
        sends: [ping(filler(size))],
        allows: [says(saidPong(filler(size)))],
        ...(byteByByte && { byteByByte }),
      }),
    ),
  ),
  {
    name: 'ping/not-utf8',
    requirements: ['rfc6455/5.5.3/same-data'],
    why: 'What a Ping carries is octets, no text.',
    sends: [ping(Uint8Array.of(0, 0xff, 0xfe, 0xc0, 0x80))],
    allows: [says(saidPong(Uint8Array.of(0, 0xff, 0xfe, 0xc0, 0x80)))],
  },
  {
    name: 'ping/ten-at-once',
    requirements: ['rfc6455/5.5.2/pong', 'rfc6455/5.5.3/latest-only'],
    why: 'Each is answered, or only the latest of those that wait: so the last one is, and no answer overtakes another.',
    sends: Array.from({ length: 10 }, (_, i) => ping(`ping ${i}`)),
    allows: [
      says(...Array.from({ length: 10 }, (_, i) => saidPong(`ping ${i}`))),
      {
        ...says(saidPong('ping 9')),
        says: 'some of them, in order, the last one among them',
        isCase: ({ heard, hasFailed }) => {
          const data = heard.map((said) => Buffer.from(said.data).toString());
          return (
            !hasFailed && data.at(-1) === 'ping 9' && data.every((said, i) => i === 0 || said > data[i - 1]!)
          );
        },
      },
    ],
  },
  {
    name: 'pong/unasked',
    requirements: ['rfc6455/5.5.3/unsolicited'],
    level: 'must',
    why: 'It is a heartbeat in one direction: no answer, and no end.',
    sends: [pong('unasked')],
    allows: [says()],
  },
  {
    name: 'pong/unasked-then-ping',
    requirements: ['rfc6455/5.5.3/unsolicited', 'rfc6455/5.5.2/pong'],
    level: 'must',
    why: 'A Pong that nobody asked for changes nothing.',
    sends: [pong(''), pong('unasked'), ping('asked')],
    allows: [says(saidPong('asked'))],
  },
  ...(
    [
      ['ping', [ping('p')], [saidPong('p')]],
      ['pings', [ping('p'), ping('q')], [saidPong('p'), saidPong('q')]],
      ['pong', [pong('p')], []],
    ] as const
  ).map(
    ([name, between, pongs]): FrameRow => ({
      name: `between/${name}`,
      requirements: ['rfc6455/5.4/control-between', 'rfc6455/6.2/control'],
      why: 'Else a long message would keep the peers from knowing whether the other is still there.',
      sends: [text('fragment 1, ', part), ...between, continuation('fragment 2')],
      allows: [says(...pongs, saidText('fragment 1, fragment 2'))],
    }),
  ),
  {
    name: 'between/answered-before-the-end',
    requirements: ['rfc6455/5.5.2/promptly', 'rfc6455/5.4/control-between'],
    why: 'As soon as is practical: not only when the message is complete.',
    sends: [
      text('a', part),
      ping('p'),
      { awaits: [saidPong('p')] },
      continuation('b', part),
      ping('q'),
      { awaits: [saidPong('p'), saidPong('q')] },
      continuation('c'),
    ],
    allows: [inTime(says(saidPong('p'), saidPong('q'), saidText('abc')))],
  },
  ...(
    [
      ['ping', 9],
      ['pong', 10],
      ['close', 8],
    ] as const
  ).flatMap(([name, opcode]) => [
    ...[126, 127, 65_536].map(
      (size): FrameRow => ({
        name: `control/${name}-of-${size}`,
        requirements: ['rfc6455/5.5/control-size'],
        level: opcode === 8 ? 'should' : 'must',
        why: 'A control frame has 125 octets at most, so that it can be handled without a buffer that grows.',
        sends: [
          {
            opcode,
            payload: opcode === 8 ? Buffer.concat([Uint8Array.of(3, 232), filler(size - 2)]) : filler(size),
          },
        ],
        allows: [opcode === 8 ? refusesClose(1000) : fails()],
      }),
    ),
    {
      name: `control/fragmented-${name}`,
      requirements: ['rfc6455/5.4/control-fragmented', 'rfc6455/5.5/control-size'],
      level: opcode === 8 ? 'should' : 'must',
      why: 'A control frame is whole, so that it can come between the fragments of a message.',
      sends: [{ opcode, payload: opcode === 8 ? Uint8Array.of(3, 232) : 'p', fin: false }],
      allows: [opcode === 8 ? refusesClose(1000) : fails()],
    } satisfies FrameRow,
  ]),
];
