/** The same requests, an octet at a time: TCP promises the order of octets and no more. RFC 9112 2.2 */
import { CLOSED, EARLY, oneOf, USUAL } from './outcome.ts';
import { type Chapter, chapter, get, withContent } from './row.ts';

const TWO = ['{method}', 'GET'];
/** More than a socket and the system hold for a reader that is not there. */
const LARGE = 'x'.repeat(4_000_000);
const CHUNKED = withContent('Transfer-Encoding: chunked');

export const slow: Chapter = chapter('slow', [
  {
    name: 'get',
    requirements: ['rfc9110/5.3/whole-section'],
    why: 'a head is whole when its empty line is there, however many packets it took',
    send: [{ slowly: get('X-A: b') }],
    asks: ['GET'],
    allow: [[USUAL]],
  },
  {
    name: 'pipelined',
    requirements: ['rfc9112/9.3.2/pipeline-order'],
    why: 'and two of them stay two',
    send: [{ slowly: `${get()}${get('X-A: b')}` }],
    asks: ['GET', 'GET'],
    allow: [[USUAL, USUAL]],
  },
  {
    name: 'content-length',
    requirements: ['rfc9112/6.3/cl-body'],
    why: 'content that comes after its head',
    send: [{ slowly: `${withContent('Content-Length: 13')}hello, world\n${get()}` }],
    asks: TWO,
    content: 'hello, world\n',
    allow: [[USUAL, USUAL]],
  },
  {
    name: 'chunked',
    requirements: ['rfc9112/6.1/chunked'],
    why: 'every place where a chunk can be cut in two',
    send: [{ slowly: `${CHUNKED}5;a="b"\r\nhello\r\n0007\r\n, world\r\n0\r\nX-A: b\r\n\r\n${get()}` }],
    asks: TWO,
    content: 'hello, world',
    allow: [[USUAL, USUAL]],
  },
  {
    name: 'between-cr-and-lf',
    requirements: ['rfc9112/6.1/chunked', 'rfc9112/7.1/chunk-crlf'],
    why: 'a packet that ends in CR is not yet wrong',
    send: [`${CHUNKED}5\r`, { slowly: '\nhello\r' }, { slowly: '\n0\r' }, { slowly: `\n\r\n${get()}` }],
    asks: TWO,
    content: 'hello',
    allow: [[USUAL, USUAL]],
  },
  {
    name: 'head-then-content',
    requirements: ['rfc9112/6.3/cl-body'],
    why: 'clients send head and content in two writes',
    send: [withContent('Content-Length: 5'), { slowly: '"hi!"' }, get()],
    asks: TWO,
    content: '"hi!"',
    allow: [[USUAL, USUAL]],
  },
  {
    name: 'reader',
    requirements: ['rfc9112/9.6/lingering', 'rfc9112/6.3/cl-body'],
    level: 'must',
    why: 'over a slow link megabytes still wait to be sent when the last answer is over: the close comes after them',
    send: [
      'read late',
      `${withContent(`Content-Length: ${LARGE.length}`, 'Connection: close')}${LARGE}`,
      'read on',
    ],
    content: LARGE,
    allow: [[USUAL, CLOSED], [EARLY, CLOSED], [413], [CLOSED]],
  },
  {
    name: 'reader-of-many',
    requirements: ['rfc9112/9.3.2/pipeline-order'],
    why: 'who asks a hundred times before it reads is answered a hundred times',
    send: ['read late', get().repeat(100), 'read on'],
    asks: Array.from({ length: 100 }, () => 'GET'),
    allow: [Array.from({ length: 100 }, () => USUAL)],
  },
  {
    name: 'refused',
    requirements: ['rfc9112/6.3/cl-invalid'],
    why: 'what is wrong at once is wrong slowly',
    send: [{ slowly: withContent('Content-Length: 5, 6') }],
    allow: [[oneOf(400), CLOSED]],
  },
]);
