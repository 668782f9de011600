/** Transfer-Encoding, alone and against Content-Length: what request smuggling lives on. RFC 9112 6.1, 6.3 */
import { CLOSED, oneOf, REFUSED, USUAL } from './outcome.ts';
import { type Chapter, chapter, each, get, head, withContent } from './row.ts';

const TWO = ['{method}', 'GET'];
const CHUNKED = 'Transfer-Encoding: chunked';
const HELLO = '5\r\nhello\r\n0\r\n\r\n';

export const transferEncoding: Chapter = chapter('transfer-encoding', [
  ...each(
    { plain: 'chunked', 'upper-case': 'CHUNKED', 'mixed-case': 'Chunked', tab: '\tchunked\t' },
    (name, value) => ({
      name,
      requirements: ['rfc9112/6.1/chunked', 'rfc9112/6.1/list'],
      why: 'the one coding that every recipient has to know, and names of codings have no case',
      send: [`${withContent(`Transfer-Encoding: ${value}`)}${HELLO}${get()}`],
      asks: TWO,
      content: 'hello',
      allow: [[USUAL, USUAL]],
    }),
  ),
  ...each({ 'empty-first': ', chunked', 'empty-last': 'chunked ,' }, (name, value) => ({
    name,
    requirements: ['rfc9110/5.6.1/empty-element', 'rfc9112/6.1/list'],
    why: 'empty elements of a list count for nothing; whoever refuses them is at least not fooled',
    send: [`${withContent(`Transfer-Encoding: ${value}`)}${HELLO}${get()}`],
    asks: TWO,
    content: 'hello',
    allow: [[USUAL, USUAL]],
  })),
  {
    name: 'of-get',
    requirements: ['rfc9112/9.3/read-body', 'rfc9112/6.1/chunked'],
    why: 'content of a GET is framed like any other',
    send: [`${get(CHUNKED)}${HELLO}${get()}`],
    asks: ['GET', 'GET', 'GET'], // the content is one, to a server that does not know it for content
    allow: [
      [USUAL, USUAL],
      [USUAL, CLOSED],
      [REFUSED, CLOSED],
    ],
  },
  ...each(
    {
      'and-length': `Content-Length: 5\r\n${CHUNKED}`,
      'before-length': `${CHUNKED}\r\nContent-Length: 5`,
      'and-length-of-all': `${CHUNKED}\r\nContent-Length: 15`,
      'and-length-zero': `Content-Length: 0\r\n${CHUNKED}`,
      'and-length-invalid': `Content-Length: x\r\n${CHUNKED}`,
      'upper-case-and-length': 'Content-Length: 5\r\nTRANSFER-ENCODING: CHUNKED',
    },
    (name, lines) => ({
      name,
      requirements: ['rfc9112/6.1/te-and-cl-close', 'rfc9112/6.3/te-over-cl', 'rfc9112/6.1/te-and-cl'],
      why: 'a proxy that went by the other field forwards a second request inside the first: refuse it, or close after it',
      send: [`${withContent(lines)}${HELLO}${get()}`],
      asks: TWO,
      content: 'hello',
      allow: [
        [400, CLOSED],
        [USUAL, CLOSED],
      ],
    }),
  ),
  {
    name: 'smuggled-in-length',
    requirements: ['rfc9112/6.1/te-and-cl-close', 'rfc9112/6.3/te-over-cl'],
    why: 'CL.TE: by its length one request, by its coding two; the second is never to be answered',
    send: [`${withContent('Content-Length: 200', CHUNKED)}0\r\n\r\n${get('X-Smuggled: yes')}`],
    asks: TWO,
    content: '',
    allow: [
      [400, CLOSED],
      [USUAL, CLOSED],
    ],
  },
  ...each(
    {
      identity: 'identity',
      'chunked-identity': 'chunked, identity',
      'chunked-gzip': 'chunked, gzip',
      gzip: 'gzip',
      'chunked-twice-and-more': 'chunked, chunked, x',
      'x-chunked': 'xchunked',
      'chunked-x': 'chunkedx',
      'chunked-space-x': 'chunked x',
      quoted: '"chunked"',
      'semicolon-first': ';chunked',
      'vertical-tab': 'chunked\v',
      'form-feed': '\fchunked',
      nbsp: 'chunked\xa0',
      'two-lines': 'chunked\r\nTransfer-Encoding: identity',
      'two-lines-x': 'chunked\r\nTransfer-Encoding: x',
    },
    (name, value) => ({
      name: `not-chunked-${name}`,
      requirements: ['rfc9112/6.3/request-not-chunked'],
      why: 'the last coding is not chunked, so nobody can tell where the content ends; one who reads chunked into it and one who does not are all that smuggling needs',
      send: [`${withContent(`Transfer-Encoding: ${value}`)}${HELLO}${get()}`],
      asks: TWO,
      allow: [[oneOf(400, 501), CLOSED]],
    }),
  ),
  {
    name: 'not-chunked-empty',
    requirements: ['rfc9112/6.3/request-not-chunked'],
    why: 'no coding is not chunked either: an error, or as good as no framing at all (411)',
    send: [`${withContent('Transfer-Encoding:')}${HELLO}${get()}`],
    asks: TWO,
    allow: [[oneOf(400, 411, 501), CLOSED]],
  },
  ...each({ identity: 'identity', 'x-chunked': 'xchunked' }, (name, value) => ({
    name: `not-chunked-${name}-and-length`,
    requirements: ['rfc9112/6.3/request-not-chunked', 'rfc9112/6.3/te-over-cl'],
    why: 'a Content-Length beside it does not help: Transfer-Encoding overrides it',
    send: [`${withContent('Content-Length: 5', `Transfer-Encoding: ${value}`)}"hi!"${get()}`],
    asks: TWO,
    allow: [[oneOf(400, 501), CLOSED]],
  })),
  ...each(
    {
      'gzip-chunked': 'gzip, chunked',
      'two-lines': 'x\r\nTransfer-Encoding: chunked',
      twice: 'chunked, chunked',
    },
    (name, value) => ({
      name: `unknown-${name}`,
      requirements: ['rfc9112/6.1/unknown-coding'],
      why: 'the end can be found, the content not be read: 501 says so, where silence would hand on coded bytes',
      send: [`${withContent(`Transfer-Encoding: ${value}`)}${HELLO}`],
      allow: [[oneOf(400, 501)]],
    }),
  ),
  ...each({ parameter: 'chunked;a=b', 'parameter-space': 'chunked ;a="b"' }, (name, value) => ({
    name: `chunked-${name}`,
    requirements: ['rfc9112/7.1/parameters'],
    why: 'chunked has no parameters',
    send: [`${withContent(`Transfer-Encoding: ${value}`)}${HELLO}`],
    allow: [[oneOf(400, 501)]],
  })),
  {
    name: 'in-1.0',
    requirements: ['rfc9112/6.1/te-1.0'],
    why: 'HTTP/1.0 knows no Transfer-Encoding: whoever forwarded it may not have understood it, so the framing is in doubt',
    send: [
      `${head('{method} {path} HTTP/1.0', 'Host: {host}', 'Connection: keep-alive', CHUNKED)}${HELLO}${get()}`,
    ],
    asks: TWO,
    allow: [
      [REFUSED, CLOSED],
      [501, CLOSED],
      [USUAL, CLOSED],
    ],
  },
  {
    name: 'other-name',
    requirements: ['rfc9112/6.3/cl-body'],
    why: 'Transfer_Encoding is another field: to make one of both, as CGI does, is to be smuggled through',
    send: [`${withContent('Content-Length: 5', 'Transfer_Encoding: chunked')}"hi!"${get()}`],
    asks: TWO,
    content: '"hi!"',
    allow: [
      [USUAL, USUAL],
      [400, CLOSED],
    ],
  },
]);
