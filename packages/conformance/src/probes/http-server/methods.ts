/** Methods: HEAD without content, names that nobody knows, CONNECT. RFC 9110 9 */
import { type Answer, fieldValue } from './answers.ts';
import { answer, CLOSED, FINAL, fieldIn, NOT_SERVED, type Seen, TAKEN, USUAL } from './outcome.ts';
import { type Chapter, chapter, each, get, head } from './row.ts';

const ask = (method: string, target = '{path}', ...fields: readonly string[]): string =>
  head(`${method} ${target} HTTP/1.1`, 'Host: {host}', ...fields);
const CLOSE = 'Connection: close';
const CHUNKED = 'Transfer-Encoding: chunked';
const [LENGTH, TYPE] = ['Content-Length', 'Content-Type'];
const framing = (it: Answer): string => `${fieldIn(it, LENGTH)}, ${fieldIn(it, 'Transfer-Encoding')}`;
const LAST_CHUNK = '0\r\n\r\n';
const first = ({ events }: Seen): Answer => events[0] as Answer;
const field = (name: string, it: Answer) => fieldValue(it, name);

export const methods: Chapter = chapter('methods', [
  {
    name: 'head',
    requirements: ['rfc9110/9.1/get-head'],
    why: 'GET and HEAD are the two methods that every server has',
    send: [ask('HEAD')],
    asks: ['HEAD'],
    allow: [[USUAL]],
  },
  {
    name: 'head-content',
    requirements: ['rfc9110/9.3.2/head-content'],
    why: 'content after a HEAD is taken for the beginning of the next answer',
    send: [`${ask('HEAD')}${get()}`],
    asks: ['HEAD', 'GET'],
    allow: [[USUAL, USUAL]],
  },
  ...each(
    {
      target: head('HEAD {path}\x01 HTTP/1.1', 'Host: {host}', CLOSE),
      asterisk: head('HEAD * HTTP/1.1', 'Host: {host}', CLOSE),
      'no-version': head('HEAD {path}', 'Host: {host}', CLOSE),
      'version-2.0': head('HEAD {path} HTTP/2.0', 'Host: {host}', CLOSE),
      'target-100000': head(`HEAD /${'a'.repeat(100_000)} HTTP/1.1`, 'Host: {host}', CLOSE),
      'no-host': head('HEAD {path} HTTP/1.1', CLOSE),
      'two-hosts': head('HEAD {path} HTTP/1.1', 'Host: {host}', 'Host: other.example', CLOSE),
      'bad-host': head('HEAD {path} HTTP/1.1', 'Host: a b', CLOSE),
      fold: head('HEAD {path} HTTP/1.1', 'Host: {host}', 'X-A: b', ' c', CLOSE),
      'space-before-colon': head('HEAD {path} HTTP/1.1', 'Host: {host}', 'X-A : b', CLOSE),
      'no-colon': head('HEAD {path} HTTP/1.1', 'Host: {host}', 'nonsense', CLOSE),
      nul: head('HEAD {path} HTTP/1.1', 'Host: {host}', 'X-A: \0', CLOSE),
      'large-field': head('HEAD {path} HTTP/1.1', 'Host: {host}', `X-A: ${'b'.repeat(100_000)}`, CLOSE),
      'two-lengths': ask('HEAD', '{path}', 'Content-Length: 1', 'Content-Length: 2', CLOSE),
      'length-and-coding': ask('HEAD', '{path}', 'Content-Length: 1', CHUNKED, CLOSE) + LAST_CHUNK,
      'unknown-coding': ask('HEAD', '{path}', 'Transfer-Encoding: x, chunked', CLOSE) + LAST_CHUNK,
      'bad-chunk': `${ask('HEAD', '{path}', CHUNKED, CLOSE)}x\r\n\r\n`,
      expectation: ask('HEAD', '{path}', 'Expect: x', CLOSE),
      fragment: head('HEAD {path}#a HTTP/1.1', 'Host: {host}', CLOSE),
      'space-in-target': head('HEAD {path}a b HTTP/1.1', 'Host: {host}', CLOSE),
      https: head('HEAD https://{host}{path} HTTP/1.1', 'Host: {host}', CLOSE),
      userinfo: head('HEAD http://a@{host}{path} HTTP/1.1', 'Host: {host}', CLOSE),
      'no-origin': head('HEAD http://{path} HTTP/1.1', 'Host: {host}', CLOSE),
      authority: head('HEAD {host} HTTP/1.1', 'Host: {host}', CLOSE),
      'version-1': head('HEAD {path} HTTP/1', 'Host: {host}', CLOSE),
      'space-first': head('HEAD {path} HTTP/1.1', ' X-A: b', 'Host: {host}', CLOSE),
      'bare-cr': head('HEAD {path} HTTP/1.1', 'Host: {host}', 'X-A: b\rc', CLOSE),
      'bad-name': head('HEAD {path} HTTP/1.1', 'Host: {host}', 'X(A: b', CLOSE),
      'many-fields': ask('HEAD', '{path}', ...Array.from({ length: 10_000 }, (_, i) => `X-${i}: a`), CLOSE),
      'bad-length': ask('HEAD', '{path}', 'Content-Length: x', CLOSE),
      'length-overflow': ask('HEAD', '{path}', 'Content-Length: 18446744073709551621', CLOSE),
      'coding-in-1.0': head('HEAD {path} HTTP/1.0', 'Host: {host}', CHUNKED) + LAST_CHUNK,
      'chunk-overflow': `${ask('HEAD', '{path}', CHUNKED, CLOSE)}10000000000000005\r\n`,
      'bad-trailer': `${ask('HEAD', '{path}', CHUNKED, CLOSE)}0\r\nX-A\r\n\r\n`,
    },
    (name, request) => ({
      name: `head-refused-${name}`,
      requirements: ['rfc9110/9.3.2/head-content'],
      why: 'a refusal is a response, too: its content would be taken for the beginning of the next one',
      send: [request],
      asks: ['HEAD'],
      allow: [[FINAL, CLOSED], [CLOSED]],
    }),
  ),
  {
    name: 'head-length',
    requirements: ['rfc9110/8.6/head-304'],
    why: 'the length that GET would have, or none: download tools plan by it',
    send: [`${get()}${ask('HEAD')}`],
    asks: ['GET', 'HEAD'],
    allow: [
      [
        FINAL,
        answer(
          'the same Content-Length or none',
          (it, _, seen) => {
            const length = field('content-length', it);
            return length === undefined || Number(length) === first(seen).content.length;
          },
          (it, _, seen) =>
            `${fieldIn(it, LENGTH)} to HEAD, ${first(seen).content.length} octets of content to GET`,
        ),
      ],
    ],
  },
  {
    name: 'head-fields',
    requirements: ['rfc9110/9.3.2/head-fields'],
    why: 'HEAD is asked for the fields',
    send: [`${get()}${ask('HEAD')}`],
    asks: ['GET', 'HEAD'],
    allow: [
      [
        FINAL,
        answer(
          'the same Content-Type',
          (it, _, seen) => field('content-type', it) === field('content-type', first(seen)),
          (it, _, seen) => `${fieldIn(it, TYPE)} to HEAD, ${fieldIn(first(seen), TYPE)} to GET`,
        ),
      ],
    ],
  },
  ...each(
    { unknown: 'BREW', dash: 'M-SEARCH', lower: 'brew', punctuation: "!#$%&'*+-.^_`|~" },
    (name, method) => ({
      name: `token-${name}`,
      requirements: ['rfc9110/9.1/unknown-method', 'rfc9110/5.6.2/token'],
      why: 'any token is a method: not known (501), not allowed (405), not found, or the application’s own; there is nothing wrong with the request',
      send: [ask(method)],
      asks: ['GET'],
      allow: [[TAKEN]],
    }),
  ),
  {
    name: 'case',
    requirements: ['rfc9110/9.1/case'],
    why: '"get" is another method than GET, and gets what any unknown method gets',
    send: [`${ask('get')}${ask('gEX')}`],
    asks: ['get', 'gEX'],
    allow: [
      [NOT_SERVED, CLOSED],
      [FINAL, answer('the same status', (it, _, seen) => it.status === first(seen).status)],
    ],
  },
  ...each({ unknown: 'BREW', delete: 'DELETE', put: 'PUT' }, (name, method) => ({
    name: `allow-${name}`,
    requirements: ['rfc9110/15.5.6/allow', 'rfc9110/9.1/not-allowed'],
    why: 'a 405 says what is allowed instead',
    send: [head(`${method} {path} HTTP/1.1`, 'Host: {host}', 'Content-Length: 0')],
    asks: [method],
    allow: [
      [
        answer(
          '405 with Allow, or another',
          (it) => it.status !== 405 || field('allow', it) !== undefined,
          (it) => fieldIn(it, 'Allow'),
        ),
      ],
    ],
  })),
  {
    name: 'options',
    requirements: ['rfc9110/8.6/not-on-1xx-204', 'rfc9112/6.1/not-on-1xx-204'],
    why: 'OPTIONS is often answered 204, which has no content and so neither length nor coding',
    send: [ask('OPTIONS')],
    asks: ['OPTIONS'],
    allow: [[answer('no framing on a 204', (it) => it.status !== 204 || !isFramed(it), framing)]],
  },
  {
    name: 'connect-framing',
    requirements: ['rfc9110/8.6/not-on-connect', 'rfc9112/6.1/not-on-connect'],
    why: 'after a 2xx to CONNECT comes the tunnel: content there would belong to neither side',
    send: [ask('CONNECT', '{host}')],
    asks: ['CONNECT'],
    allow: [[answer('no framing on a 2xx', (it) => it.status >= 300 || !isFramed(it), framing)], [CLOSED]],
  },
]);

function isFramed(it: Answer): boolean {
  return field('content-length', it) !== undefined || field('transfer-encoding', it) !== undefined;
}
