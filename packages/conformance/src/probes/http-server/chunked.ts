/** The chunked coding as it is legal: sizes, extensions, data that look like chunks. RFC 9112 7.1 */
import { answer, CLOSED, EARLY, REFUSED, USUAL } from './outcome.ts';
import { type Chapter, chapter, each, get, type Row, withContent } from './row.ts';

const HEAD = withContent('Transfer-Encoding: chunked');
const TWO = ['{method}', 'GET'];

/** The content is read to its end and not beyond: the next request is answered, too. */
function legal(name: string, id: string, why: string, content: string, body: string): Row {
  return {
    name,
    requirements: [id],
    why,
    send: [`${HEAD}${body}${get()}`],
    asks: TWO,
    content,
    allow: [[USUAL, USUAL]],
  };
}

const bytes = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join('');
const CHUNKED = 'rfc9112/6.1/chunked';
const SIZE = 'rfc9112/7.1/chunk-size';

export const chunked: Chapter = chapter('chunked', [
  legal('empty', CHUNKED, 'the last chunk alone is content of no octets', '', '0\r\n\r\n'),
  legal(
    'several',
    CHUNKED,
    'chunks are put together without seams',
    'hello, world',
    '5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n',
  ),
  legal(
    'single-octets',
    CHUNKED,
    'chunks may be as small as that',
    'abc',
    '1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n',
  ),
  legal('every-octet', CHUNKED, 'data are octets', bytes, `100\r\n${bytes}\r\n0\r\n\r\n`),
  legal(
    'data-like-a-chunk',
    CHUNKED,
    'data end where the size says, whatever they look like',
    '0\r\n\r\n',
    '5\r\n0\r\n\r\n\r\n0\r\n\r\n',
  ),
  legal(
    'large',
    CHUNKED,
    'one chunk of 64 KiB',
    'x'.repeat(65536),
    `10000\r\n${'x'.repeat(65536)}\r\n0\r\n\r\n`,
  ),
  legal('many', CHUNKED, 'a thousand chunks', 'ab'.repeat(1000), `${'2\r\nab\r\n'.repeat(1000)}0\r\n\r\n`),
  legal(
    'size-upper-case',
    SIZE,
    'hexadecimal digits come in both cases',
    'hello, worl',
    'B\r\nhello, worl\r\n0\r\n\r\n',
  ),
  legal(
    'size-lower-case',
    SIZE,
    'hexadecimal digits come in both cases',
    'hello, worl',
    'b\r\nhello, worl\r\n0\r\n\r\n',
  ),
  legal('size-zeros', SIZE, 'leading zeros are 1*HEXDIG too', 'hello', '0005\r\nhello\r\n0\r\n\r\n'),
  legal(
    'size-many-zeros',
    SIZE,
    'a size is the number that it says: zeros in front are no overflow',
    'hello',
    '00000000000000000000000005\r\nhello\r\n0\r\n\r\n',
  ),
  legal(
    'size-17-digits',
    SIZE,
    'sixteen digits fill 64 bits, and a seventeenth that is a zero in front changes nothing',
    'hello',
    '00000000000000005\r\nhello\r\n0\r\n\r\n',
  ),
  legal('last-zeros', SIZE, 'the last chunk is 1*"0"', 'hello', '5\r\nhello\r\n000\r\n\r\n'),
  ...each(
    {
      name: ';a',
      value: ';a=b',
      quoted: ';a="b c"',
      'quoted-pair': ';a="\\"\\\\"',
      'quoted-semicolon': ';a=";b=c;"',
      several: ';a;b=c;d="e"',
      long: `;a=${'b'.repeat(200)}`,
    },
    (name, extension) =>
      legal(
        `extension-${name}`,
        'rfc9112/7.1.1/extensions',
        'an extension that nobody knows is ignored',
        'hello',
        `5${extension}\r\nhello\r\n0${extension}\r\n\r\n`,
      ),
  ),
  ...each(
    { 'before-semicolon': ' ;a=b', 'after-semicolon': '; a=b', 'around-equals': ';a = b' },
    (name, extension) =>
      legal(
        `bad-space-${name}`,
        'rfc9110/5.6.3/bad-space',
        'whitespace here is bad, and has to be read past',
        'hello',
        `5${extension}\r\nhello\r\n0\r\n\r\n`,
      ),
  ),
  legal(
    'trailer',
    'rfc9112/7.1.2/trailers',
    'fields after the last chunk belong to this request',
    'hello',
    '5\r\nhello\r\n0\r\nX-Trailer: a\r\n\r\n',
  ),
  legal(
    'trailers',
    'rfc9112/7.1.2/trailers',
    'and there may be several',
    'hello',
    '5\r\nhello\r\n0\r\nX-A: a\r\nX-B:\r\nx-c:\td\t\r\n\r\n',
  ),
  {
    name: 'trailer-merged',
    requirements: ['rfc9112/7.1.2/merge'],
    why: 'a trailer that turns into a field of the head forges what the head was checked for',
    needs: 'mirror',
    send: [
      '{method} {mirror} HTTP/1.1\r\nHost: {host}\r\n{own}Transfer-Encoding: chunked\r\n\r\n0\r\nX-Late: a\r\n\r\n',
    ],
    allow: [
      [
        answer(
          'without the trailer',
          ({ status, content }) => status < 400 && !/x-late/i.test(content.toString()),
        ),
      ],
      [REFUSED],
    ],
  },
  {
    name: 'trailer-frames-nothing',
    requirements: ['rfc9112/7.1.2/merge'],
    why: 'a Content-Length among the trailers comes too late to frame anything: what follows is the next request',
    send: [`${HEAD}5\r\nhello\r\n0\r\nContent-Length: 40\r\nTransfer-Encoding: chunked\r\n\r\n${get()}`],
    asks: TWO,
    content: 'hello',
    allow: [[USUAL, USUAL], [REFUSED, CLOSED], [CLOSED], [EARLY, CLOSED]],
  },
  {
    name: 'extension-endless',
    requirements: ['rfc9112/7.1.1/extensions-cap'],
    why: 'extensions cost a server time and bring it nothing: there has to be an end of them',
    send: [`${HEAD}5;a=${'b'.repeat(100_000)}\r\nhello\r\n0\r\n\r\n`],
    allow: [[REFUSED], [EARLY]],
  },
  {
    name: 'trailer-endless',
    requirements: ['rfc9110/5.4/too-large'],
    why: 'a trailer section needs a limit as a head does',
    send: [`${HEAD}0\r\nX-A: ${'b'.repeat(100_000)}\r\n\r\n${get()}`],
    asks: TWO,
    content: '',
    allow: [
      [REFUSED, CLOSED],
      [USUAL, USUAL],
      [EARLY, CLOSED],
    ],
  },
]);
