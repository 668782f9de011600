/** Content-Length: where the content ends and the next request begins. RFC 9112 6.3, RFC 9110 8.6 */
import { CLOSED, EARLY, oneOf, REFUSED, USUAL } from './outcome.ts';
import { type Chapter, chapter, each, get, head, withContent } from './row.ts';

const TWO = ['{method}', 'GET'];
/** No method may begin so: content that is not read is no request, and shows. */
const HI = '"hi!"';

export const contentLength: Chapter = chapter('content-length', [
  ...each({ exact: '5', zeros: '005', 'many-zeros': '00000000000000000000000005' }, (name, value) => ({
    name,
    requirements: [name === 'exact' ? 'rfc9112/6.3/cl-body' : 'rfc9112/6.3/cl-zeros'],
    why: 'as many octets as it says, in decimal, whatever zeros come first; then the next request',
    send: [`${withContent(`Content-Length: ${value}`)}${HI}${get()}`],
    asks: TWO,
    content: HI,
    allow: [[USUAL, USUAL]],
  })),
  {
    name: 'zero',
    requirements: ['rfc9112/6.3/cl-body'],
    why: 'content of no octets',
    send: [`${withContent('Content-Length: 0')}${get()}`],
    asks: TWO,
    allow: [[USUAL, USUAL]],
  },
  {
    name: 'of-get',
    requirements: ['rfc9112/9.3/read-body', 'rfc9112/6.3/cl-body'],
    why: 'content of a GET means nothing and is there: left unread, it is taken for the next request',
    send: [`${get('Content-Length: 38')}GET /smuggled HTTP/1.1\r\nX-Ignored: a\r\n${get()}`],
    asks: ['GET', 'GET', 'GET'],
    allow: [
      [USUAL, USUAL],
      [USUAL, CLOSED],
      [REFUSED, CLOSED],
    ],
  },
  {
    name: 'binary',
    requirements: ['rfc9112/6.3/cl-body', 'rfc9112/2.2/octets'],
    why: 'content is octets: zeros, line ends and what looks like a chunk are nothing special in it',
    send: [`${withContent('Content-Length: 16')}\0\xff\r\n\r\n0\r\n\r\n\x80\x1a\n\r\n${get()}`],
    asks: TWO,
    content: '\0\xff\r\n\r\n0\r\n\r\n\x80\x1a\n\r\n',
    allow: [[USUAL, USUAL]],
  },
  {
    name: 'none',
    requirements: ['rfc9112/6.3/no-length'],
    why: 'without framing a request has no content; to wait for the close would be to wait for ever',
    send: [`${withContent('Accept: */*')}${get()}`],
    asks: TWO,
    allow: [
      [USUAL, USUAL],
      [411, USUAL],
      [411, CLOSED],
    ],
  },
  ...each(
    {
      negative: '-5',
      'minus-zero': '-0',
      plus: '+5',
      hexadecimal: '0x5',
      letter: 'five',
      fraction: '5.0',
      exponent: '5e0',
      'two-numbers': '5 5',
      quoted: '"5"',
      underscore: '0_5',
      semicolon: '5;',
      'other-digits': '\xef\xbc\x95', // a full-width five in UTF-8
      nbsp: '\xa05',
      'vertical-tab': '\v5',
    },
    (name, value) => ({
      name: `invalid-${name}`,
      requirements: ['rfc9112/6.3/cl-invalid'],
      why: '1*DIGIT and nothing else: a number that a library can make of it is a guess where the next request begins',
      send: [`${withContent(`Content-Length: ${value}`)}${HI}${get()}`],
      asks: TWO,
      allow: [[400, CLOSED]],
    }),
  ),
  ...each({ empty: '', comma: ',' }, (name, value) => ({
    name: `invalid-${name}`,
    requirements: ['rfc9112/6.3/cl-invalid'],
    why: 'no number is not the number 0: invalid, or as good as missing (411)',
    send: [`${withContent(`Content-Length: ${value}`)}${HI}${get()}`],
    asks: TWO,
    allow: [[oneOf(400, 411), CLOSED]],
  })),
  ...each(
    {
      'list-of-two': 'Content-Length: 5, 6',
      'two-lines': 'Content-Length: 5\r\nContent-Length: 6',
      'two-lines-zero-first': 'Content-Length: 0\r\ncontent-length: 5',
      'list-ends-in-nothing': 'Content-Length: 5, x',
    },
    (name, lines) => ({
      name: `differing-${name}`,
      requirements: ['rfc9112/6.3/cl-invalid'],
      why: 'two lengths are two places for the next request to begin',
      send: [`${withContent(lines)}${HI}${get()}`],
      asks: TWO,
      allow: [[400, CLOSED]],
    }),
  ),
  ...each(
    { list: 'Content-Length: 5, 5', lines: 'Content-Length: 5\r\nContent-Length: 5' },
    (name, lines) => ({
      name: `same-${name}`,
      requirements: ['rfc9112/6.3/cl-list', 'rfc9112/6.3/cl-invalid'],
      level: 'must',
      why: 'the same number twice is invalid, and may be used as one',
      send: [`${withContent(lines)}${HI}${get()}`],
      asks: TWO,
      content: HI,
      allow: [
        [400, CLOSED],
        [USUAL, USUAL],
      ],
    }),
  ),
  ...each(
    {
      '2^32': '4294967301',
      '2^64': '18446744073709551621',
      '2^128': '340282366920938463463374607431768211461',
    },
    (name, value) => ({
      name: `overflow-${name}`,
      requirements: ['rfc9110/8.6/overflow'],
      why: `${name} and 5: cut to its low bits it is 5, and what follows a request of its own`,
      send: [`${withContent(`Content-Length: ${value}`)}${HI}${get()}`],
      asks: TWO,
      allow: [[REFUSED], [CLOSED], [EARLY], []],
    }),
  ),
  {
    name: 'cut-short',
    requirements: ['rfc9112/6.3/cl-short', 'rfc9112/8/incomplete-request'],
    why: 'half an order is no order: content that ends early is incomplete and must not be used',
    send: [`${withContent('Content-Length: 10')}${HI}`, 'half-close'],
    allow: [[REFUSED, CLOSED], [CLOSED], [EARLY, CLOSED]],
  },
  {
    name: 'cut-at-start',
    requirements: ['rfc9112/6.3/cl-short', 'rfc9112/8/incomplete-request'],
    why: 'no content at all is not the content that was announced',
    send: [withContent('Content-Length: 10'), 'half-close'],
    allow: [[REFUSED, CLOSED], [CLOSED], [EARLY, CLOSED]],
  },
  {
    name: 'surplus-garbage',
    requirements: ['rfc9112/9.3.2/pipeline-order'],
    why: 'what follows is bad, and the request before it was good: it is answered, and first',
    send: [`${withContent('Content-Length: 5')}${HI}(!)\r\n\r\n`],
    asks: TWO,
    content: HI,
    allow: [
      [USUAL, oneOf(400, 501, 505), CLOSED],
      [USUAL, CLOSED],
    ],
  },
  {
    name: 'of-1.0',
    requirements: ['rfc9112/6.3/cl-body'],
    why: 'Content-Length frames in HTTP/1.0 as it does in 1.1',
    needs: 'echo',
    send: [`${head('{method} {path} HTTP/1.0', 'Host: {host}', 'Content-Length: 5')}${HI}`],
    content: HI,
    allow: [[USUAL]],
  },
]);
