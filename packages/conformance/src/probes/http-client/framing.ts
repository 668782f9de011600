/**
 * Where a response ends when it is not a matter of counting: RFC 9112 6.1 and 6.3. Responses that never have content,
 * octets that belong to none, codings. Two readers who find two ends can be told two different stories.
 */
import type { Asking, Row } from './client-probe.ts';
import { elsewhere, fails, field, gives, thenFails, thenSecond } from './outcome.ts';
import { close, EVIL, hello, settle } from './script.ts';

const OK = 'HTTP/1.1 200 OK\r\n';
const HEAD: Asking = { method: 'HEAD' };

export const framing: readonly Row[] = [
  ...(
    [
      ['204', '204 No Content'],
      ['304', '304 Not Modified'],
    ] as const
  ).map(
    ([status, rest]): Row => ({
      name: `framing/${status}-with-length`,
      requirements: ['rfc9112/6.3/no-body'],
      why: 'It ends with its header section, whatever the fields say: who waits for 5 octets eats the next response.',
      answer: [`HTTP/1.1 ${rest}\r\nContent-Length: 5\r\n\r\n`],
      again: true,
      allowed: [
        [gives('', Number(status)), thenSecond],
        [fails, thenSecond],
      ],
    }),
  ),
  {
    name: 'framing/204-with-chunked',
    requirements: ['rfc9112/6.3/no-body'],
    why: 'The other framing field means as little.',
    answer: ['HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n'],
    again: true,
    allowed: [
      [gives('', 204), thenSecond],
      [fails, thenSecond],
    ],
  },
  {
    name: 'framing/204-with-content',
    requirements: ['rfc9112/6.3/surplus', 'rfc9112/6.3/no-body'],
    why: 'What follows the header section of a 204 is not content, and not the next response either.',
    answer: [`HTTP/1.1 204 No Content\r\nContent-Length: ${EVIL.length}\r\n\r\n${EVIL}`],
    again: true,
    allowed: [[gives('', 204), thenSecond], [gives('', 204), thenFails], [fails]],
  },
  {
    name: 'framing/205-with-length',
    requirements: ['rfc9112/6.3/cl-body'],
    why: 'A 205 should have no content; if it is framed with some, that is where the next response begins all the same.',
    answer: ['HTTP/1.1 205 Reset Content\r\nContent-Length: 5\r\n\r\nhello'],
    again: true,
    allowed: [
      [gives('hello', 205), thenSecond],
      [gives('', 205), thenSecond],
      [fails, thenSecond],
    ],
  },
  {
    name: 'framing/head-with-length',
    requirements: ['rfc9112/6.3/no-body'],
    why: 'The length is what a GET would have got. Nothing follows.',
    ask: HEAD,
    answer: [`${OK}Content-Length: 5\r\nX-A: b\r\n\r\n`],
    again: true,
    allowed: [[gives(''), field('x-a', 'b'), thenSecond]],
  },
  {
    name: 'framing/head-with-chunked',
    requirements: ['rfc9112/6.3/no-body'],
    why: 'So with Transfer-Encoding, which may be sent with HEAD.',
    ask: HEAD,
    answer: [`${OK}Transfer-Encoding: chunked\r\n\r\n`],
    again: true,
    allowed: [[gives(''), thenSecond]],
  },
  {
    name: 'framing/head-with-content',
    requirements: ['rfc9112/6.3/surplus', 'rfc9112/6.3/no-body'],
    why: 'A server that sends content with HEAD must not decide what the next request is answered.',
    ask: HEAD,
    answer: [`${OK}Content-Length: ${EVIL.length}\r\n\r\n${EVIL}`],
    again: true,
    allowed: [[gives(''), thenSecond], [gives(''), thenFails], [fails]],
  },
  {
    name: 'framing/surplus-response',
    requirements: ['rfc9112/6.3/surplus', 'rfc9112/9.2/unsolicited'],
    why: 'A second response in the same packet answers nothing: given to the next request, it poisons whatever is asked.',
    answer: [hello() + EVIL],
    again: true,
    allowed: [[gives('hello'), thenSecond], [gives('hello'), thenFails], [fails]],
  },
  {
    name: 'framing/surplus-octets',
    requirements: ['rfc9112/6.3/surplus', 'rfc9112/9.2/unsolicited'],
    why: 'More octets than announced: not content, and nothing that the next response could begin with.',
    answer: [`${hello()}, world`],
    again: true,
    allowed: [[gives('hello'), thenSecond], [gives('hello'), thenFails], [fails]],
  },
  {
    name: 'framing/chunked-and-length',
    requirements: ['rfc9112/6.3/te-over-cl'],
    why: 'Transfer-Encoding overrides Content-Length, or the pair is an error; the length never wins.',
    answer: [`${OK}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`],
    allowed: [[gives('hello')], [fails]],
  },
  {
    name: 'framing/length-and-chunked',
    requirements: ['rfc9112/6.3/te-over-cl'],
    why: 'The order of the fields changes nothing, nor does the second line on which chunked stands.',
    answer: [
      `${OK}Transfer-Encoding:\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
    ],
    allowed: [[gives('hello')], [fails]],
  },
  {
    name: 'framing/chunked-any-case',
    requirements: ['rfc9112/6.1/list', 'rfc9112/6.1/chunked'],
    why: 'Names of codings have no case.',
    answer: [`${OK}Transfer-Encoding: CHUNKED\r\n\r\n5\r\nhello\r\n0\r\n\r\n`],
    again: true,
    allowed: [[gives('hello'), thenSecond]],
  },
  {
    name: 'framing/chunked-before-tab',
    requirements: ['rfc9112/5.1/trim', 'rfc9112/6.1/list'],
    why: 'A tab behind a value is whitespace as a space is. Where it makes another coding of chunked, chunks become content.',
    answer: [`${OK}Transfer-Encoding: \tchunked \t\r\n\r\n5\r\nhello\r\n0\r\n\r\n`, settle, close],
    allowed: [[gives('hello')]],
  },
  {
    name: 'framing/chunked-not-last',
    requirements: ['rfc9112/6.3/response-not-chunked'],
    why: 'Then the response lasts until the close, and what it holds is no chunked content.',
    answer: [`${OK}Transfer-Encoding: chunked, x-other\r\n\r\n5\r\nhello\r\n0\r\n\r\n`, close],
    allowed: [[gives('5\r\nhello\r\n0\r\n\r\n')], [fails]],
  },
  {
    name: 'framing/unknown-coding',
    requirements: ['rfc9112/6.3/response-not-chunked'],
    why: 'A coding that nobody offered: until the close as it is, or an error. The length beside it counts in no case.',
    answer: [`${OK}Transfer-Encoding: x-unknown\r\nContent-Length: 3\r\n\r\nhello`, close],
    allowed: [[gives('hello')], [fails]],
  },
  {
    name: 'framing/coding-like-chunked',
    requirements: ['rfc9112/6.1/list', 'rfc9112/6.3/response-not-chunked'],
    why: '"xchunked" and "chunkedx" are other codings: a client that looks for the letters reads them as chunked.',
    answer: [`${OK}Transfer-Encoding: xchunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`, close],
    allowed: [[gives('5\r\nhello\r\n0\r\n\r\n')], [fails]],
  },
  {
    name: 'framing/chunked-with-parameter',
    requirements: ['rfc9112/7.1/parameters'],
    why: 'chunked has no parameters.',
    answer: [`${OK}Transfer-Encoding: chunked;q=1\r\n\r\n5\r\nhello\r\n0\r\n\r\n`, close],
    allowed: [[fails]],
  },
  {
    name: 'framing/1.0-with-chunked',
    requirements: ['rfc9112/6.1/te-1.0'],
    why: 'Faulty framing: whatever is made of the content, the connection is not used again.',
    answer: [
      'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
      settle,
      close,
    ],
    again: true,
    allowed: [
      [gives('hello'), thenSecond, elsewhere],
      [gives('5\r\nhello\r\n0\r\n\r\n'), thenSecond, elsewhere],
      [fails, thenSecond, elsewhere],
    ],
  },
];
