/** Lines and their lengths: a stream has no messages (RFC 9293 2.2), so a server finds them itself, wherever TCP has cut. */
import { type Chapter, chapter, type Step } from './row.ts';

const MESSAGES = 'laws/1/messages';
/** 안녕 and LF, in UTF-8. */
const HANGUL = Buffer.from('안녕\n');
const LONGEST = 65_536;

/** Once another client is answered, what the first has sent before is with the server: it has come by itself. */
function meanwhile(): Step[] {
  return [
    { client: 2, sends: 'x\n' },
    { client: 2, hears: '1\n' },
  ];
}

export const lengths: Chapter = chapter('lengths', [
  {
    name: 'two-lines-in-one',
    requirements: [MESSAGES],
    why: 'one write of the client may be two messages: one read is not one message',
    steps: [
      { client: 1, sends: 'a\nbc\n' },
      { client: 1, hears: '1\n2\n' },
    ],
  },
  {
    name: 'line-in-three',
    requirements: [MESSAGES],
    why: 'and one message may be three reads, the first of which ends another one',
    steps: [
      { client: 1, sends: 'ab\nc' },
      { client: 1, hears: '2\n' },
      { client: 1, sends: 'd' },
      ...meanwhile(),
      { client: 1, sends: 'ef\n' },
      { client: 1, hears: '4\n' },
    ],
  },
  {
    name: 'hangul-cut',
    requirements: [MESSAGES],
    why: 'TCP cuts between bytes, so also within a character: a piece of one is no text yet',
    steps: [
      { client: 1, sends: HANGUL.subarray(0, 1) },
      ...meanwhile(),
      { client: 1, sends: HANGUL.subarray(1, 4) },
      ...meanwhile(),
      { client: 1, sends: HANGUL.subarray(4) },
      { client: 1, hears: '6\n' },
    ],
  },
  {
    name: 'empty-line',
    requirements: [MESSAGES],
    why: 'a message of no bytes is one, too',
    steps: [
      { client: 1, sends: '\n\na\n' },
      { client: 1, hears: '0\n0\n1\n' },
    ],
  },
  {
    name: 'long-line',
    requirements: [MESSAGES],
    why: 'a limit is for what is over it: the longest line that is allowed is answered, however many reads it takes',
    steps: [
      { client: 1, sends: `${'x'.repeat(LONGEST)}\n` },
      { client: 1, hears: `${LONGEST}\n` },
    ],
  },
  {
    name: 'line-over-limit',
    requirements: ['laws/4/bounded'],
    why: 'a line without end is memory that each client can take',
    steps: [
      { client: 1, sends: 'x'.repeat(16 * LONGEST) },
      { client: 1, sees: 'ended' },
    ],
  },
]);
