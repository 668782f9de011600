/**
 * Windows (RFC 7692 7.1, 7.2): what a message may refer to, with every set of parameters. A peer that declines one is not
 * asked.
 */
import { binary, hex, type Role, saidBinary, saidText, text } from './frame.ts';
import type { FrameRow } from './frame-probe.ts';
import { filler } from './framing.ts';
import { fails, says } from './outcome.ts';

const DEFLATE = 'permessage-deflate';
const NO_TAKEOVER = `${DEFLATE}; server_no_context_takeover; client_no_context_takeover`;
const rsv1 = { rsv: 4 } as const;
const compress = { compress: true } as const;
const said = saidText('Hello');
const HELLO = hex('f2 48 cd c9 c9 07 00');

/** Nothing in it comes twice, so that only what is repeated on purpose can be referred to. */
function noise(length: number): Uint8Array {
  let state = 12345;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return 0x21 + ((state >>> 16) % 94);
  });
}

/** The parameter of one direction: of what the peer sends, or of what it receives. */
const theirs = (parameter: string) => (asked: Role) => `${DEFLATE}; ${asked}_${parameter}`;
const ours = (parameter: string) => (asked: Role) =>
  `${DEFLATE}; ${asked === 'server' ? 'client' : 'server'}_${parameter}`;

const once = noise(2000);
/** Fits into the smallest window, so that the next message can refer to it. */
const near = noise(200);
const far = noise(32_000);

export const windows: readonly FrameRow[] = [
  {
    name: 'window/as-in-the-rfc',
    requirements: ['rfc7692/7.2.2/takeover'],
    why: 'The second Hello of RFC 7692 7.2.3.2 refers to the first one.',
    extension: DEFLATE,
    needsTakeover: true,
    sends: [text(HELLO, rsv1), text(hex('f2 00 11 00 00'), rsv1)],
    allows: [says(said, said)],
  },
  {
    name: 'window/all-32-kib',
    requirements: ['rfc7692/7.2.2/takeover'],
    why: 'A window is kept whole: the second message refers to what lies 32,000 octets back.',
    extension: DEFLATE,
    needsTakeover: true,
    sends: [text(far, compress), text(far, compress)],
    allows: [says(saidText(far), saidText(far))],
  },
  {
    name: 'window/over-an-uncompressed-message',
    requirements: ['rfc7692/7.2.2/takeover', 'rfc7692/6/receive-uncompressed'],
    why: 'What is not compressed does not go through the window.',
    extension: DEFLATE,
    needsTakeover: true,
    sends: [text(once, compress), binary(filler(40_000)), text(once, compress)],
    allows: [says(saidText(once), saidBinary(filler(40_000)), saidText(once))],
  },
  ...(
    [
      ['default', 'rfc7692/7.2.2/takeover', () => DEFLATE],
      ['ours-empty', 'rfc7692/6.2/inflate', ours('no_context_takeover')],
      ['theirs-empty', 'rfc7692/7.2.1/empty-window', theirs('no_context_takeover')],
      ['both-empty', 'rfc7692/7.2.1/empty-window', () => NO_TAKEOVER],
      ...[8, 9, 12, 15].map(
        (bits) => [`ours-${bits}-bits`, 'rfc7692/7.2.2/takeover', ours(`max_window_bits=${bits}`)] as const,
      ),
      [
        'all-parameters',
        'rfc7692/7.2.1/empty-window',
        () => `${NO_TAKEOVER}; server_max_window_bits=12; client_max_window_bits=12`,
      ],
    ] as const
  ).map(([name, id, extension]): FrameRow => {
    const data = name.startsWith('ours') ? near : once;
    return {
      name: `window/${name}`,
      requirements: [id, 'rfc7692/7.1.1.1/keep', 'rfc7692/7.1.1.2/keep'],
      why: 'Both sides keep to what was agreed: the same message three times, each refers to the one before only where it may.',
      extension,
      sends: [text(data, compress), text(data, compress), text(data, compress)],
      allows: [says(saidText(data), saidText(data), saidText(data))],
    };
  }),
  ...[8, 9, 10, 11, 12, 13, 14].map((bits): FrameRow => {
    const block = noise(2 ** bits + 100);
    const data = Buffer.concat([block, block, block]);
    return {
      name: `window/theirs-${bits}-bits`,
      requirements: ['rfc7692/7.1.2.1/keep', 'rfc7692/7.1.2.2/keep'],
      why: `Repeats what lies 2^${bits} + 100 octets back, which is not in the window that was agreed on: a small receiver would read garbage.`,
      extension: theirs(`max_window_bits=${bits}`),
      sends: [text(data, compress)],
      // zlib has no window of 8 bits, and a client may fail on what it does not support (7).
      allows: bits === 8 ? [says(saidText(data)), fails()] : [says(saidText(data))],
    };
  }),
];
