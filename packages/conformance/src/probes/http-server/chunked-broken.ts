/**
 * The chunked coding as it is not: whatever is let through here, the next recipient may cut elsewhere. Most of it is
 * forbidden by the grammar alone (2.2 asks for a 400 where a message has another grammar, and the content of a message is
 * any octets to it): strictness, and no MUST. RFC 9112 7.1, 8
 */
import { CLOSED, EARLY, REFUSED } from './outcome.ts';
import { type Chapter, chapter, each, get, type Row, withContent } from './row.ts';

const HEAD = withContent('Transfer-Encoding: chunked');
const TWO = ['{method}', 'GET'];

/** An error, and nothing that follows is a request; a server that had no need of the content may have answered before. */
function broken(name: string, id: string, why: string, body: string): Row {
  const allow = [[REFUSED, CLOSED], [CLOSED], [EARLY, CLOSED]] as const;
  return { name, requirements: [id], why, send: [`${HEAD}${body}${get()}`], asks: TWO, allow };
}

export const chunkedBroken: Chapter = chapter('chunked-broken', [
  ...each(
    {
      letter: 'g',
      word: '5x',
      hexadecimal: '0x5',
      minus: '-5',
      plus: '+5',
      'space-before': ' 5',
      'space-after': '5 ',
      'tab-after': '5\t',
      empty: '',
      comma: '5,5',
      fraction: '5.',
      underscore: '0_5',
      nul: '5\0',
      quoted: '"5"',
      'cr-inside': '5\r5',
      'equals-for-extension': '5=a',
    },
    (name, size) =>
      broken(
        `size-${name}`,
        'rfc9112/7.1/chunk-size-only',
        '1*HEXDIG and nothing else: what strtol makes of it is not what everybody makes of it',
        `${size}\r\nhello\r\n0\r\n\r\n`,
      ),
  ),
  ...each(
    { '2^32': '100000005', '2^64': '10000000000000005', '2^128': '100000000000000000000000000000005' },
    (name, size) => ({
      name: `overflow-${name}`,
      requirements: ['rfc9112/7.1/chunk-overflow'],
      why: `${name} and 5: cut to its low bits it is 5, and what follows a request of its own`,
      send: [`${HEAD}${size}\r\nhello\r\n0\r\n\r\n${get()}`],
      asks: TWO,
      allow: [[REFUSED], [CLOSED], [EARLY], []],
    }),
  ),
  ...each(
    {
      'lf-after-size': '5\nhello\r\n0\r\n\r\n',
      'lf-after-extension': '5;a\nhello\r\n0\r\n\r\n',
      'cr-after-size': '5\rhello\r\n0\r\n\r\n',
      'lf-after-data': '5\r\nhello\n0\r\n\r\n',
      'cr-after-data': '5\r\nhello\r0\r\n\r\n',
      'nothing-after-data': '5\r\nhello0\r\n\r\n',
      'letters-after-data': '5\r\nhelloXX0\r\n\r\n',
      'data-too-long': '4\r\nhello\r\n0\r\n\r\n',
      'data-too-short': '6\r\nhello\r\n0\r\n\r\n',
      'two-line-ends-after-data': '5\r\nhello\r\n\r\n0\r\n\r\n',
    },
    (name, body) =>
      broken(
        name,
        'rfc9112/7.1/chunk-crlf',
        'CRLF stands after a size and after data; the LF alone that is forgiven in a head is not forgiven here',
        body,
      ),
  ),
  ...each(
    { 'name-missing': ';=b', 'quote-open': ';a="b', control: ';a=\x01', 'lf-inside': ';a=b\nc' },
    (name, extension) => ({
      name: `extension-${name}`,
      requirements: ['rfc9112/7.1/chunked-grammar'],
      why: 'an extension is a name, and perhaps a value: what else is skipped may be a line end to others',
      send: [`${HEAD}5${extension}\r\nhello\r\n0\r\n\r\n${get()}`],
      asks: TWO,
      allow: [[REFUSED, CLOSED], [CLOSED], [EARLY, CLOSED]],
    }),
  ),
  ...each({ 'no-colon': 'X-A', 'space-before-colon': 'X-A : b', 'name-empty': ': b' }, (name, line) => ({
    name: `trailer-${name}`,
    requirements: ['rfc9112/7.1/chunked-grammar'],
    why: 'a trailer section has the grammar of a head',
    send: [`${HEAD}0\r\n${line}\r\n\r\n${get()}`],
    asks: TWO,
    allow: [[REFUSED, CLOSED], [CLOSED], [EARLY, CLOSED]],
  })),
  ...each(
    {
      'in-size': '5',
      'in-size-line': '5\r',
      'in-data': '5\r\nhel',
      'after-data': '5\r\nhello',
      'before-last-chunk': '5\r\nhello\r\n',
      'in-last-chunk': '5\r\nhello\r\n0\r\n',
      'in-trailer': '5\r\nhello\r\n0\r\nX-A: b\r\n',
    },
    (name, body) => ({
      name: `cut-${name}`,
      requirements: ['rfc9112/7.1/incomplete', 'rfc9112/8/incomplete-request'],
      why: 'only the last chunk and its empty line say that all has come',
      send: [`${HEAD}${body}`, 'half-close'],
      allow: [[REFUSED, CLOSED], [CLOSED], [EARLY, CLOSED]],
    }),
  ),
]);
