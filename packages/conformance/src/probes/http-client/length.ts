/** The length of a response: RFC 9112 6.2 and 6.3, Content-Length and the close. */
import type { Row } from './client-probe.ts';
import { elsewhere, fails, gives, reuses, thenSecond } from './outcome.ts';
import { close, hello, reset, settle, slowly } from './script.ts';

const LARGE = 'x'.repeat(2_000_000);
const OK = 'HTTP/1.1 200 OK\r\n';

export const length: readonly Row[] = [
  {
    name: 'length/two-responses',
    requirements: ['rfc9112/6.3/cl-body', 'rfc9112/9.2/order'],
    why: 'As many octets as were announced, and the connection is as good as new.',
    answer: [hello()],
    again: true,
    allowed: [[gives('hello'), thenSecond]],
  },
  {
    name: 'length/large',
    requirements: ['rfc9112/6.3/cl-body'],
    why: 'Megabytes come in many reads, and the connection is closed behind them.',
    answer: [`${OK}Content-Length: ${LARGE.length}\r\nConnection: close\r\n\r\n${LARGE}`, close],
    allowed: [[gives(LARGE)]],
  },
  {
    name: 'length/large-until-close',
    requirements: ['rfc9112/6.3/until-close'],
    why: 'And so where only the close says that it was all.',
    answer: [`${OK}\r\n${LARGE}`, close],
    allowed: [[gives(LARGE)]],
  },
  {
    name: 'length/zero',
    requirements: ['rfc9112/6.3/cl-body'],
    why: 'No content, and nothing to wait for.',
    answer: [`${OK}Content-Length: 0\r\n\r\n`],
    again: true,
    allowed: [[gives(''), thenSecond]],
  },
  {
    name: 'length/leading-zeros',
    requirements: ['rfc9112/6.3/cl-zeros'],
    why: '1*DIGIT: a zero in front changes nothing, and makes no octal number.',
    answer: [`${OK}Content-Length: 0010\r\n\r\nhello hell`],
    again: true,
    allowed: [[gives('hello hell'), thenSecond]],
  },
  {
    name: 'length/repeated-alike',
    requirements: ['rfc9112/6.3/cl-invalid-response', 'rfc9112/6.3/cl-list'],
    why: 'The same number twice may be used or refused; it is never another number, and never until the close.',
    answer: [`${OK}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhelloworld`, close],
    allowed: [[gives('hello')], [fails]],
  },
  {
    name: 'length/list-alike',
    requirements: ['rfc9112/6.3/cl-invalid-response', 'rfc9112/6.3/cl-list'],
    why: 'So is the list that somebody on the way made of the two lines.',
    answer: [`${OK}Content-Length: 5, 5\r\n\r\nhelloworld`, close],
    allowed: [[gives('hello')], [fails]],
  },
  ...(
    [
      ['repeated-unlike', '5\r\nContent-Length: 10'],
      ['list-unlike', '5, 10'],
      ['plus', '+5'],
      ['minus', '-5'],
      ['hexadecimal', '0x5'],
      ['exponent', '5e0'],
      ['decimal-point', '5.0'],
      ['underscore', '1_0'],
      ['inner-space', '1 0'],
      ['trailing-text', '5 bytes'],
      ['empty', ''],
      ['not-ascii', '\xb5'],
    ] as const
  ).map(
    ([name, length]): Row => ({
      name: `length/${name}`,
      requirements: ['rfc9112/6.3/cl-invalid-response'],
      why: 'An invalid length is an unrecoverable error: close and discard, whatever a lenient number parser makes of it.',
      answer: [`${OK}Content-Length: ${length}\r\n\r\nhelloworld`, close],
      allowed: [[fails]],
    }),
  ),
  ...(
    [
      ['past-32-bits', 2n ** 32n + 5n],
      ['past-53-bits', 2n ** 53n + 1n],
      ['past-64-bits', 2n ** 64n + 5n],
    ] as const
  ).map(
    ([name, length]): Row => ({
      name: `length/${name}`,
      requirements: ['rfc9110/8.6/overflow', 'rfc9112/6.3/cl-short'],
      why: 'A number that wraps around announces 5 octets; read in full, it announces more than come.',
      answer: [`${OK}Content-Length: ${length}\r\n\r\nhello`, close],
      allowed: [[fails]],
    }),
  ),
  {
    name: 'length/short',
    requirements: ['rfc9112/6.3/cl-short', 'rfc9112/8/incomplete-response'],
    why: 'Fewer octets than announced: whoever takes them for all stores half a file.',
    answer: [`${OK}Content-Length: 10\r\n\r\nhello`, close],
    allowed: [[fails]],
  },
  {
    name: 'length/short-reset',
    requirements: ['rfc9112/8/incomplete-response'],
    why: 'A reset in the midst of the content.',
    answer: [`${OK}Content-Length: 10\r\n\r\nhello`, settle, reset],
    allowed: [[fails]],
  },
  {
    name: 'length/until-close',
    requirements: ['rfc9112/6.3/until-close'],
    why: 'Without a length the content ends with the connection, and not with the first read.',
    answer: [`${OK}\r\nhel`, settle, 'lo', close],
    again: true,
    allowed: [[gives('hello'), thenSecond, elsewhere]],
  },
  {
    name: 'length/until-close-empty',
    requirements: ['rfc9112/6.3/until-close'],
    why: 'Until the close, and nothing before it.',
    answer: [`${OK}\r\n`, settle, close],
    again: true,
    allowed: [[gives(''), thenSecond, elsewhere]],
  },
  {
    name: 'length/until-close-keep-alive',
    requirements: ['rfc9112/6.3/until-close', 'rfc9112/9.3/persist'],
    why: 'Connection: keep-alive does not make a response persistent that has no end of its own.',
    answer: [`${OK}Connection: keep-alive\r\n\r\nhello`, settle, close],
    again: true,
    allowed: [[gives('hello'), thenSecond, elsewhere]],
  },
  {
    name: 'length/until-reset',
    requirements: ['rfc9112/8/incomplete-response'],
    why: 'Complete at the close "unless an error was indicated by the underlying connection", and a reset is one.',
    answer: [`${OK}\r\nhello`, settle, reset],
    allowed: [[fails]],
  },
  {
    name: 'length/content-byte-by-byte',
    requirements: ['rfc9112/6.3/cl-body', 'rfc9112/2.2/octets'],
    why: 'Content that comes slowly is still one content, and what follows it the next response.',
    answer: [`${OK}Content-Length: 5\r\n\r\n`, slowly('hello')],
    again: true,
    allowed: [
      [gives('hello'), thenSecond, reuses],
      [gives('hello'), thenSecond],
    ],
  },
];
