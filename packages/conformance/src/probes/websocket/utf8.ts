/**
 * Text is UTF-8 (RFC 6455 5.6, 8.1), at every octet where that can be decided wrongly: the ends of each range, overlong
 * forms, surrogates, what is cut off; whole, and cut between frames.
 */
import { binary, continuation, hex, saidBinary, saidText, text } from './frame.ts';
import type { FrameRow } from './frame-probe.ts';
import { fails, failsWith, says } from './outcome.ts';

/** First and last of each length and range (RFC 3629 4), and what has been taken for wrong. */
const VALID = {
  nul: '00',
  'last-of-one': '7f',
  'first-of-two': 'c2 80',
  'last-of-two': 'df bf',
  'first-of-three': 'e0 a0 80',
  'before-surrogates': 'ed 9f bf',
  'after-surrogates': 'ee 80 80',
  'replacement-character': 'ef bf bd',
  noncharacter: 'ef bf bf',
  'first-of-four': 'f0 90 80 80',
  'noncharacter-in-plane-1': 'f0 9f bf bf',
  'last-of-four': 'f4 8f bf bf',
  'byte-order-mark': 'ef bb bf 61',
  greek: 'ce ba e1 bd b9 cf 83 ce bc ce b5',
  'each-length': '24 c2 a2 e2 82 ac f0 90 8d 88',
};

const INVALID = {
  'lone-80': '80',
  'lone-bf': 'bf',
  'overlong-slash-in-two': 'c0 af',
  'overlong-nul-in-two': 'c0 80',
  'overlong-last-in-two': 'c1 bf',
  'overlong-nul-in-three': 'e0 80 80',
  'overlong-last-in-three': 'e0 9f bf',
  'overlong-nul-in-four': 'f0 80 80 80',
  'overlong-last-in-four': 'f0 8f bf bf',
  'first-surrogate': 'ed a0 80',
  'last-high-surrogate': 'ed af bf',
  'first-low-surrogate': 'ed b0 80',
  'last-surrogate': 'ed bf bf',
  'surrogate-pair': 'ed a0 bd ed b8 80',
  'above-10ffff': 'f4 90 80 80',
  'lead-f5': 'f5 80 80 80',
  'lead-f8': 'f8 88 80 80 80',
  'lead-fc': 'fc 84 80 80 80 80',
  'lead-fe': 'fe',
  'lead-ff': 'ff',
  'cut-two': 'c3',
  'cut-three-after-one': 'e2',
  'cut-three-after-two': 'e2 82',
  'cut-four-after-one': 'f0',
  'cut-four-after-two': 'f0 9f',
  'cut-four-after-three': 'f0 9f 98',
  'ascii-after-lead-of-two': 'c3 28',
  'ascii-after-lead-of-three': 'e2 28 a1',
  'ascii-within-three': 'e2 82 28',
  'ascii-within-four': 'f0 9f 98 28',
  'one-too-many': 'c3 a9 a9',
};

const join = (...parts: Uint8Array[]): Uint8Array => Buffer.concat(parts);
const long = Buffer.from('a'.repeat(200));
const half = (bytes: Uint8Array): number => Math.ceil(bytes.length / 2);

const taken: FrameRow[] = Object.entries(VALID).flatMap(([name, digits]) => {
  const data = hex(digits);
  const common = { requirements: ['rfc6455/5.6/text-utf8'] } as const;
  const cut = half(data);
  return [
    {
      ...common,
      name: `utf8/${name}`,
      why: 'It is UTF-8: taken, and given back as it is.',
      sends: [text(data)],
      allows: [says(saidText(data))],
    },
    ...(data.length === 1
      ? []
      : [
          {
            ...common,
            name: `utf8/${name}-in-two-frames`,
            why: 'A character may be cut by the end of a fragment; the whole message is UTF-8.',
            sends: [text(data.subarray(0, cut), { fin: false }), continuation(data.subarray(cut))],
            allows: [says(saidText(data))],
            byteByByte: true,
          } satisfies FrameRow,
        ]),
  ] satisfies FrameRow[];
});

const refused: FrameRow[] = Object.entries(INVALID).flatMap(([name, digits]) => {
  const data = hex(digits);
  const common = {
    requirements: ['rfc6455/8.1/bad-utf8', 'rfc6455/5.6/text-utf8'],
    allows: [fails()],
  } as const;
  const cut = half(data);
  return [
    {
      ...common,
      name: `not-utf8/${name}`,
      why: 'What is no UTF-8 must not reach an application as text, not even with U+FFFD in its place.',
      sends: [text(data)],
    },
    {
      ...common,
      name: `not-utf8/${name}-within-text`,
      why: 'Behind valid text, where those who look at words and not at octets may pass it.',
      sends: [text(join(long, data, name.startsWith('cut') ? new Uint8Array() : long))],
    },
    ...(data.length === 1
      ? []
      : [
          {
            ...common,
            name: `not-utf8/${name}-in-two-frames`,
            why: 'Each frame alone cannot tell: the message can.',
            sends: [text(data.subarray(0, cut), { fin: false }), continuation(data.subarray(cut))],
          } satisfies FrameRow,
        ]),
  ] satisfies FrameRow[];
});

const early = {
  requirements: ['rfc6455/8.1/bad-utf8'],
  level: 'may',
  why: 'No octet that follows can mend it: to fail at once spares the rest.',
  allows: [fails()],
} as const;
const rest: FrameRow[] = [
  {
    name: 'not-utf8/says-1007',
    requirements: ['rfc6455/7.1.7/send-close', 'rfc6455/8.1/bad-utf8'],
    why: '1007 is the code for a message that is not what its type says.',
    sends: [text(hex('61 ff'))],
    allows: [failsWith(1007)],
  },
  { ...early, name: 'not-utf8/at-once-in-a-fragment', sends: [text(hex('61 ff'), { fin: false })] },
  {
    ...early,
    name: 'not-utf8/at-once-in-a-later-fragment',
    sends: [text('valid', { fin: false }), continuation(hex('ed a0'), { fin: false })],
  },
  {
    ...early,
    name: 'not-utf8/at-once-within-a-frame',
    sends: [text(hex('61 ff'), { length: 1000, lengthBytes: 2 })],
  },
  {
    name: 'utf8/binary-is-octets',
    requirements: ['rfc6455/5.6/text-utf8', 'rfc6455/6.2/join'],
    why: 'What is no UTF-8 is a message all the same, if it says that it is binary.',
    sends: [binary(hex('61 ff c0 80 ed a0 80'), { fin: false }), continuation(hex('f0 9f'))],
    allows: [says(saidBinary(hex('61 ff c0 80 ed a0 80 f0 9f')))],
  },
  {
    name: 'utf8/one-message-does-not-continue-another',
    requirements: ['rfc6455/8.1/bad-utf8', 'rfc6455/5.6/text-utf8'],
    why: 'A character that one message begins cannot end in the next.',
    sends: [text(hex('f0 9f')), text(hex('98 80'))],
    allows: [fails()],
  },
];

export const utf8: readonly FrameRow[] = [...taken, ...refused, ...rest];
