/** Header fields of a response: RFC 9112 5, RFC 9110 5. */
import type { Row } from './client-probe.ts';
import { fails, field, gives } from './outcome.ts';
import { close, hello, slowly } from './script.ts';

const given = (value: string | undefined) => [gives('hello'), field('x-a', value)];

export const fields: readonly Row[] = [
  {
    name: 'fields/space-around-value',
    requirements: ['rfc9112/5.1/trim', 'rfc9110/5.6.3/bad-space'],
    why: 'Whitespace around a value is not part of it, and need not be there.',
    answer: [hello('X-A: \t b c\t ', 'X-B:d')],
    allowed: [[gives('hello'), field('x-a', 'b c'), field('x-b', 'd')]],
  },
  {
    name: 'fields/any-case',
    requirements: ['rfc9110/5.1/case', 'rfc9112/6.3/cl-body'],
    why: 'Names have no case: cONTENT-lENGTH frames the message.',
    answer: ['HTTP/1.1 200 OK\r\ncONTENT-lENGTH: 5\r\n\r\nhello'],
    allowed: [[gives('hello')]],
  },
  {
    name: 'fields/empty-value',
    requirements: ['rfc9112/5/field-grammar'],
    why: 'A value may be empty.',
    answer: [hello('X-A:', 'X-B: c')],
    allowed: [[gives('hello'), field('x-a', ''), field('x-b', 'c')]],
  },
  {
    name: 'fields/repeated',
    requirements: ['rfc9110/5.2/combined'],
    why: 'Several lines of one name are one list, in their order, however the caller is given them.',
    answer: [hello('X-A: b', 'X-B: d', 'x-a: c')],
    allowed: [given('b, c')],
  },
  {
    name: 'fields/unknown',
    requirements: ['rfc9110/5.1/unknown-field', 'rfc9112/5/field-grammar'],
    why: 'A name may hold every character of a token, and mean nothing to the client.',
    answer: [hello("!#$%&'*+-.^_`|~09: b", 'X-A: c')],
    allowed: [given('c')],
  },
  {
    name: 'fields/none',
    requirements: ['rfc9112/6.3/until-close', 'rfc9112/5/field-grammar'],
    why: 'A header section may be empty.',
    answer: ['HTTP/1.1 200 OK\r\n\r\nhello', close],
    allowed: [[gives('hello')]],
  },
  {
    name: 'fields/obs-text',
    requirements: ['rfc9110/5.5/obs-text', 'rfc9112/2.2/octets'],
    why: 'Octets above 0x7F are opaque: they are passed on, one character for each or decoded, or replaced, but break nothing.',
    answer: [hello('X-A: caf\xc3\xa9', 'X-B: c')],
    allowed: [[gives('hello'), field('x-b', 'c')]],
  },
  {
    name: 'fields/obs-text-not-utf-8',
    requirements: ['rfc9110/5.5/obs-text', 'rfc9112/2.2/octets'],
    why: 'A lead octet of UTF-8 at the end of a line must not swallow the line end.',
    answer: [hello('X-A: \xe2\x82', 'X-B: c')],
    allowed: [[gives('hello'), field('x-b', 'c')]],
  },
  {
    name: 'fields/folded',
    requirements: ['rfc9112/5.2/response-fold'],
    why: 'The fold reads as spaces. A client that refuses the response has not read the value in any other way.',
    answer: [hello('X-A: b', '  c', 'X-B: d')],
    allowed: [given('b c'), given('b  c'), given('b   c'), given('b     c'), [fails]],
  },
  {
    name: 'fields/folded-length',
    requirements: ['rfc9112/5.2/response-fold', 'rfc9112/6.3/cl-body'],
    why: 'A length on a folded line is the length: who ignores it reads on into what follows.',
    answer: ['HTTP/1.1 200 OK\r\nContent-Length:\r\n 5\r\n\r\nhellosurplus', close],
    allowed: [[gives('hello')], [fails]],
  },
  {
    name: 'fields/space-first',
    requirements: ['rfc9112/2.2/space-first'],
    why: 'A line between status line and first field that begins with whitespace is refused or skipped, never read.',
    answer: ['HTTP/1.1 200 OK\r\n X-A: b\r\nContent-Length: 5\r\n\r\nhello'],
    allowed: [given(undefined), [fails]],
  },
  {
    name: 'fields/space-before-colon',
    requirements: ['rfc9112/5.1/response-space'],
    why: 'To servers it is forbidden, of clients nothing is said; but a coding that one reads and the next overlooks splits responses.',
    answer: ['HTTP/1.1 200 OK\r\nTransfer-Encoding : chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n', close],
    allowed: [[gives('hello')], [fails]],
  },
  {
    name: 'fields/nul-in-value',
    requirements: ['rfc9110/5.5/ctl'],
    why: 'NUL ends a string in C: what is checked before it is not what is used after it.',
    answer: [hello('X-A: b\0c')],
    allowed: [given('b c'), [fails]],
  },
  {
    name: 'fields/bare-cr-in-value',
    requirements: ['rfc9112/2.2/bare-cr', 'rfc9110/5.5/ctl'],
    why: 'Some take a bare CR for a line end: then X-B is a field of its own.',
    answer: [hello('X-A: b\rX-B: c')],
    allowed: [[gives('hello'), field('x-a', 'b X-B: c'), field('x-b', undefined)], [fails]],
  },
  {
    name: 'fields/bare-cr-in-name',
    requirements: ['rfc9112/2.2/bare-cr'],
    why: 'An element with a bare CR is invalid, or the CR reads as SP: never does it vanish and leave Content-Length behind.',
    answer: ['HTTP/1.1 200 OK\r\nContent-\rLength: 5\r\n\r\nhello, world', close],
    allowed: [[fails], [gives('hello, world')]],
  },
  {
    name: 'fields/bare-lf',
    requirements: ['rfc9112/2.2/bare-lf'],
    why: 'A lone LF may end a line or be refused; but every line of the message in the same way.',
    answer: ['HTTP/1.1 200 OK\nContent-Length: 5\nX-A: b\n\nhello', close],
    allowed: [given('b'), [fails]],
  },
  {
    name: 'fields/lf-cr',
    requirements: ['rfc9112/2.2/bare-cr', 'rfc9112/2.2/bare-lf'],
    why: 'LF CR ends a line and begins the next with a bare CR, which makes that line invalid, or a line that begins with SP.',
    answer: ['HTTP/1.1 200 OK\r\nX-B: d\n\rX-A: b\r\nContent-Length: 5\r\n\r\nhello', close],
    allowed: [given(undefined), [fails]],
  },
  {
    name: 'fields/without-colon',
    requirements: ['rfc9110/2.4/recover', 'rfc9112/5/field-grammar'],
    why: 'A line without a colon is no field.',
    answer: [hello('nonsense')],
    allowed: [[fails]],
  },
  {
    name: 'fields/without-name',
    requirements: ['rfc9110/2.4/recover', 'rfc9112/5/field-grammar'],
    why: 'A name has at least one character.',
    answer: [hello(': nameless')],
    allowed: [[fails]],
  },
  {
    name: 'fields/space-in-name',
    requirements: ['rfc9110/2.4/recover', 'rfc9110/5.6.2/token'],
    why: 'A name is a token: no space, no separator.',
    answer: [hello('X A: b')],
    allowed: [[fails]],
  },
  {
    name: 'fields/obs-text-in-name',
    requirements: ['rfc9110/2.4/recover', 'rfc9110/5.6.2/token'],
    why: 'Opaque octets are for values.',
    answer: [hello('X-\xe9: b')],
    allowed: [[fails]],
  },
  {
    name: 'fields/endless',
    requirements: ['rfc9110/2.3/defensive'],
    why: 'A header section without an end fills the memory of a client that has no limit: 4 MiB is enough to show one.',
    answer: [
      'HTTP/1.1 200 OK\r\n',
      ...Array.from({ length: 256 }, () => `X: ${'v'.repeat(16_000)}\r\n`),
      'Content-Length: 5\r\n\r\nhello',
    ],
    allowed: [[fails]],
  },
  {
    name: 'fields/cut-off',
    requirements: ['rfc9112/8/incomplete-response'],
    why: 'Without the empty line the header section is not whole: a field may be missing that changes everything.',
    answer: ['HTTP/1.1 204 No Content\r\nX-A: b\r\n', close],
    allowed: [[fails]],
  },
  ...(
    [
      ['in-the-status-line', 'HTTP/1.1 204 No Con'],
      ['behind-the-status-line', 'HTTP/1.1 204 No Content\r\n'],
      ['in-a-name', 'HTTP/1.1 204 No Content\r\nX-A'],
      ['in-a-value', 'HTTP/1.1 204 No Content\r\nX-A: b'],
      ['in-the-last-line-end', 'HTTP/1.1 204 No Content\r\nX-A: b\r\n\r'],
    ] as const
  ).map(
    ([name, part]): Row => ({
      name: `fields/cut-off-${name}`,
      requirements: ['rfc9112/8/incomplete-response'],
      why: 'A FIN ends no head, wherever it comes.',
      answer: [part, close],
      allowed: [[fails]],
    }),
  ),
  {
    name: 'fields/byte-by-byte',
    requirements: ['rfc9112/5.1/trim', 'rfc9112/2.2/octets'],
    why: 'Every state between two octets of a field line is one in which a read may end.',
    answer: [slowly('HTTP/1.1 200 OK\r\nX-A: b c \r\nContent-Length:5\r\n\r\nhello')],
    allowed: [given('b c')],
  },
];
