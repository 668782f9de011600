/** The closing handshake (RFC 6455 5.5.1, 7.1, 7.4): who answers, with what, what comes after it, who ends TCP. */
import {
  binary,
  bytesOf,
  close,
  continuation,
  hex,
  ping,
  type Said,
  saidBinary,
  saidText,
  text,
} from './frame.ts';
import type { FrameRow } from './frame-probe.ts';
import { filler } from './framing.ts';
import { answersClose, doesNotSay, ends, endsSilent, type Outcome, refusesClose, says } from './outcome.ts';

/** Registered, or free for libraries (3000) and applications (4000) to use: 7.4.1, 7.4.2, and IANA's registry. */
const VALID_CODES = [
  1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
];

/** They stand for what is not there, and MUST NOT be in a Close (7.4.1). */
const UNSENDABLE: readonly [code: number, why: string][] = [
  [1005, 'It stands for no code, and is never sent, not even back.'],
  [1006, 'It stands for no Close, and is never sent, not even back.'],
  [1015, 'It stands for a failure of TLS, and is never sent, not even back.'],
];

/** In no range that may be used (7.4.2). No sentence says that a receiver refuses them; but to give one back is to send it. */
const UNUSED: readonly [code: number, why: string][] = [
  [0, 'Codes below 1000 are not used.'],
  [1, 'Codes below 1000 are not used.'],
  [999, 'Codes below 1000 are not used.'],
  [1004, 'Reserved: its meaning might be defined in the future.'],
  [1016, 'Not registered.'],
  [1100, 'Not registered.'],
  [2000, 'For extensions to this protocol: there is none.'],
  [2999, 'For extensions to this protocol: there is none.'],
  [5000, 'In no range.'],
  [65_535, 'In no range.'],
];

const codes: FrameRow[] = [
  ...VALID_CODES.map(
    (code): FrameRow => ({
      name: `close-codes/${code}`,
      requirements: ['rfc6455/5.5.1/answer', 'rfc6455/7.4.2/ranges'],
      // Those that came after RFC 6455 (IANA's registry) are of a range that an older endpoint may take for reserved.
      level: code >= 1012 && code <= 1014 ? 'should' : 'must',
      why: 'It may be sent, so it is taken and answered.',
      sends: [close(code)],
      // 1002, where it is echoed, is no complaint.
      allows: [answersClose(), answersClose(code)],
    }),
  ),
  ...UNSENDABLE.map(
    ([code, why]): FrameRow => ({
      name: `close-codes/not-${code}`,
      requirements: ['rfc6455/7.4.1/reserved', 'rfc6455/7.4.2/ranges'],
      why,
      sends: [close(code)],
      allows: [doesNotSay(code)],
    }),
  ),
  ...UNUSED.map(
    ([code, why]): FrameRow => ({
      name: `close-codes/not-${code}`,
      requirements: ['rfc6455/7.4.2/ranges', 'rfc6455/10.7/validate'],
      level: 'should',
      why,
      sends: [close(code)],
      allows: [doesNotSay(code)],
    }),
  ),
];

const bodies: FrameRow[] = [
  {
    name: 'close-body/empty',
    requirements: ['rfc6455/5.5.1/answer', 'rfc6455/5.5.1/body'],
    why: 'A Close may say nothing. The answer must not say 1005, which means just that.',
    sends: [close()],
    allows: [answersClose(), answersClose(1005)].map((outcome) => ({
      ...outcome,
      isCase: (seen) => outcome.isCase(seen) && seen.closeBody?.length !== 1,
    })),
  },
  {
    name: 'close-body/one-octet',
    requirements: ['rfc6455/5.5.1/body'],
    level: 'should',
    why: 'Half a code is none.',
    sends: [close(undefined, 'x')],
    allows: [refusesClose(0)],
  },
  {
    name: 'close-body/code-is-given-back',
    requirements: ['rfc6455/5.5.1/echo-code'],
    level: 'may',
    why: '"When sending a Close frame in response, the endpoint typically echos the status code it received."',
    sends: [close(4321, 'why')],
    allows: [answersClose(4321)],
  },
  ...(
    [
      ['short', 'a reason'],
      ['of-123', filler(123)],
      ['hangul', '끝'],
      ['cut-in-bytes', '😀'],
    ] as const
  ).map(
    ([name, reason]): FrameRow => ({
      name: `close-body/reason-${name}`,
      requirements: ['rfc6455/5.5.1/answer', 'rfc6455/5.5.1/reason-utf8'],
      why: 'The reason is UTF-8 of 123 octets at most.',
      sends: [close(1000, reason)],
      allows: [answersClose()],
      byteByByte: true,
    }),
  ),
  ...(
    [
      ['ff', 'ff'],
      ['surrogate', 'ed a0 80'],
      ['overlong', 'c0 80'],
      ['cut-off', '61 e2 82'],
    ] as const
  ).map(
    ([name, digits]): FrameRow => ({
      name: `close-body/reason-not-utf8-${name}`,
      requirements: ['rfc6455/8.1/bad-utf8', 'rfc6455/5.5.1/reason-utf8'],
      level: 'should',
      why: 'The reason is handed to an application as text: it must be some.',
      sends: [close(1000, hex(digits))],
      allows: [refusesClose(1000)],
    }),
  ),
];

const after: FrameRow[] = (
  [
    ['ping', [ping('late')]],
    ['text', [text('late')]],
    ['close', [close(1001)]],
    ['broken-frame', [{ opcode: 3, payload: 'late' }]],
    ['fragments', [text('late', { fin: false }), continuation('late')]],
    ['octets', [bytesOf('\0'.repeat(1000))]],
  ] as const
).map(
  ([name, late]): FrameRow => ({
    name: `closing/no-answer-to-${name}-after-close`,
    requirements: ['rfc6455/5.5.1/after-close', 'rfc6455/7.1.1/clean'],
    why: 'A Close is the last that a side says; what comes behind it is dropped.',
    sends: [close(1000), ...late, 'half-close'],
    allows: [endsSilent],
  }),
);

const LARGE = filler(2_000_000);

/** All of this, whole, and then a Close. */
function whole(...expected: readonly Said[]): Outcome {
  const said = says(...expected);
  return { ...said, says: said.says.replace('goes on', 'then a Close') };
}

const ending: FrameRow[] = [
  {
    name: 'closing/within-a-message',
    requirements: ['rfc6455/5.5.1/answer', 'rfc6455/5.4/control-between'],
    why: 'A Close may come between fragments; the message that was not finished is lost, of which the answer may complain.',
    sends: [text('unfinished', { fin: false }), close(1000)],
    allows: [answersClose(), answersClose(1002)],
  },
  {
    name: 'closing/answers-once',
    requirements: ['rfc6455/5.5.1/answer', 'rfc6455/5.5.1/after-close'],
    why: 'One Close from each side.',
    sends: [close(1000), close(1000), 'half-close'],
    allows: [endsSilent],
  },
  {
    name: 'closing/server-ends-tcp',
    requirements: ['rfc6455/5.5.1/server-first', 'rfc6455/5.5.1/close-tcp', 'rfc6455/7.1.1/server-first'],
    why: 'At once, after a Close went both ways; so it is the server that holds TIME_WAIT.',
    sends: [close(1000)],
    allows: [ends('ends TCP', ({ closeBody, hasEnded }) => closeBody !== undefined && hasEnded)],
    only: 'server',
  },
  {
    name: 'closing/client-ends-tcp-after-the-server',
    requirements: ['rfc6455/5.5.1/close-tcp', 'rfc6455/7.1.1/clean'],
    why: "After a Close both ways and the server's FIN, nothing is left to wait for.",
    sends: [close(1000), { awaits: 'close' }, 'half-close'],
    allows: [ends('ends TCP', ({ closeBody, hasEnded }) => closeBody !== undefined && hasEnded)],
    only: 'client',
  },
  {
    name: 'closing/client-waits-for-the-server',
    requirements: ['rfc6455/5.5.1/client-waits'],
    why: 'It is the server that should hold TIME_WAIT: the client gives it the time to close first.',
    sends: [close(1000), { awaits: 'close' }, { awaits: 'silence' }],
    allows: [ends('leaves TCP open', ({ closeBody, hasEnded }) => closeBody !== undefined && !hasEnded)],
    only: 'client',
  },
  {
    name: 'closing/after-messages',
    requirements: ['rfc6455/5.5.1/answer'],
    why: 'The closing handshake ends a connection on which something was said as well.',
    sends: [
      text('a'),
      { awaits: [saidText('a')] },
      text('b'),
      { awaits: [saidText('a'), saidText('b')] },
      close(1001),
    ],
    allows: [answersClose()],
  },
  {
    name: 'closing/behind-messages',
    requirements: ['rfc6455/5.5.1/current-message', 'rfc6455/5.5.1/answer'],
    why: 'What came before a Close came in time: it can still be answered, and then comes the Close.',
    sends: [text('a'), text('b'), close(1000)],
    allows: [whole(saidText('a'), saidText('b'))],
  },
  {
    name: 'closing/behind-large-messages',
    requirements: ['rfc6455/5.5.1/current-message', 'rfc6455/5.5.1/answer'],
    why: 'And so over a slow link, where megabytes of the answer still wait when the Close comes.',
    sends: ['read late', binary(LARGE), binary(LARGE), close(1000), 'read on'],
    allows: [whole(saidBinary(LARGE), saidBinary(LARGE))],
  },
  {
    name: 'closing/late-reader',
    requirements: ['rfc6455/5.5.1/answer', 'rfc6455/6.2/join'],
    why: 'A peer that reads late is one that reads: what it is sent waits, and the Close behind it, too.',
    sends: ['read late', binary(LARGE), 'read on', { awaits: [saidBinary(LARGE)] }, close(1000)],
    allows: [whole(saidBinary(LARGE))],
  },
  {
    name: 'closing/without-close',
    requirements: ['rfc6455/7.1.7/close-tcp', 'rfc6455/7.2.1/lost'],
    why: 'A FIN without a Close: the transport is lost, and is not kept half open.',
    sends: ['half-close'],
    allows: [ends('ends TCP', ({ hasEnded }) => hasEnded)],
  },
  {
    name: 'closing/within-a-frame',
    requirements: ['rfc6455/7.1.7/close-tcp', 'rfc6455/7.2.1/lost'],
    why: 'A FIN in the middle of a frame, and what came of it is no message.',
    sends: [text('cut', { length: 100 }), 'half-close'],
    allows: [
      ends(
        'ends TCP, and takes what came for no message',
        ({ hasEnded, heard }) => hasEnded && heard.length === 0,
      ),
    ],
  },
  {
    name: 'closing/failure-ends-tcp',
    requirements: ['rfc6455/7.1.7/close-tcp'],
    why: 'To fail a connection is to end TCP, and not to wait for a Close of whoever has broken the protocol.',
    sends: [{ opcode: 3, payload: 'x' }, { awaits: 'close' }],
    allows: [ends('ends TCP', ({ hasEnded }) => hasEnded)],
    only: 'server',
  },
];

export const closing: readonly FrameRow[] = [...codes, ...bodies, ...after, ...ending];
