/**
 * HTTP clients that read a response wrongly in one rule: too leniently, or too strictly. What they hear is rewritten into
 * what they take it for, or into GARBAGE, which no client takes for anything.
 */
import type { Distortion, DistortionRow } from './distorted-http-client.ts';

const GARBAGE = '\0';
const OK = 'HTTP/1.1 200 OK\r\n';

export const reading: readonly DistortionRow[] = [
  // ── Octets, lines, fields ──
  ['takes-a-read-for-a-message', 'rfc9112/2.2/octets', { hears: [[/^[\s\S]$/, GARBAGE]] }],
  ['takes-ascii-only', 'rfc9112/2.2/octets', { hears: [[/[\x80-\xff]/g, GARBAGE]] }],
  [
    'overlooks-bare-cr',
    'rfc9112/2.2/bare-cr',
    {
      hears: [
        [/\n\r(?!\n)/g, '\r\n'],
        [/\r(?!\n)/g, ''],
      ],
    },
  ],
  ['loses-fields-behind-bare-lf', 'rfc9112/2.2/bare-lf', { hears: [[/OK\n[\s\S]*\n\n/, 'OK\r\n\r\n']] }],
  ['reads-a-line-with-space-first', 'rfc9112/2.2/space-first', { hears: [[/^ X-A/m, 'X-A']] }],
  ['wants-a-reason', 'rfc9112/4/status-line', { hears: [[/^HTTP\/1.1 200 \r/, GARBAGE]] }],
  ['reads-the-reason', 'rfc9112/4/reason', { hears: [[/^HTTP\/1.1 200 404/, 'HTTP/1.1 404']] }],
  [
    'mends-what-is-broken',
    'rfc9110/2.4/recover',
    {
      hears: [
        [/^HTTP\/1.1 200\r/, 'HTTP/1.1 500 \r'],
        [/O\0K/, 'OK'],
        [/^HTTP\/1.1 (20|2000|2OO|\+200|) OK/, 'HTTP/1.1 200 OK'],
        [/^(HTTP\/2.0|HTTP\/0.9|http\/1.1|ICY|HTTP\/1.10|HTTP\/1) 200/, 'HTTP/1.1 200'],
        [/^hello$/, `${OK}\r\nhello`],
        [/^(nonsense|: nameless|X A: b|X-\xe9: b)\r\n/m, ''],
        [/^5 {2}\r/m, '5\r'],
        [/^0\r\n$/m, '0\r\n\r\n'],
      ],
    },
  ],
  [
    'knows-no-unknown-status',
    'rfc9110/15/unknown-class',
    { hears: [[/^HTTP\/1.1 (299|399|499|599)/, GARBAGE]] },
  ],
  ['takes-any-status', 'rfc9110/15/invalid-status', { hears: [[/^HTTP\/1.1 (600|099)/, 'HTTP/1.1 200']] }],
  ['refuses-minor-versions', 'rfc9110/6.2/minor-version', { hears: [[/^HTTP\/1.2/, 'HTTP/2.0']] }],
  ['refuses-1.0', 'rfc9112/2.3/version', { hears: [[/^HTTP\/1.0/, 'HTTP/2.0']] }],
  [
    'keeps-whitespace',
    'rfc9112/5.1/trim',
    { hears: [[/chunked \t/, 'x']], tells: withValues((value) => `${value} `) },
  ],
  ['minds-the-case', 'rfc9110/5.1/case', { hears: [[/cONTENT-lENGTH/, 'X']] }],
  [
    'wants-more-than-is-needed',
    'rfc9112/5/field-grammar',
    {
      hears: [
        [/^X-A:\r/m, GARBAGE],
        [/OK\r\n\r\n/, GARBAGE],
      ],
    },
  ],
  [
    'keeps-the-last-line-only',
    'rfc9110/5.2/combined',
    {
      tells: (response) => ({
        ...response,
        fields: [...new Map(response.fields.map(([n, v]) => [n.toLowerCase(), v]))],
      }),
    },
  ],
  ['refuses-unknown-fields', 'rfc9110/5.1/unknown-field', { hears: [[/^!#/m, GARBAGE]] }],
  [
    'drops-folded-lines',
    'rfc9112/5.2/response-fold',
    {
      hears: [
        [/^Content-Length:\r\n 5\r\n/m, ''],
        [/\r\n +c(?=\r)/, ''],
      ],
    },
  ],
  ['overlooks-a-name-with-space', 'rfc9112/5.1/response-space', { hears: [[/^Transfer-Encoding :/m, 'X:']] }],
  ['drops-controls', 'rfc9110/5.5/ctl', { hears: [[/\0/g, '']] }],
  [
    'has-no-limits',
    'rfc9110/2.3/defensive',
    { options: { maxHeadBytes: Infinity, maxFields: Infinity, maxInformations: Infinity } },
  ],

  // ── Framing ──
  [
    'counts-wrong',
    'rfc9112/6.3/cl-body',
    {
      hears: [
        [/^Content-Length: ?5\r/m, 'Content-Length: 4\r'],
        [/^Content-Length: 0\r/m, 'Content-Length: 1\r'],
        [/x{1000}/g, ''],
      ],
    },
  ],
  ['reads-octal', 'rfc9112/6.3/cl-zeros', { hears: [[/: 0010\r/, ': 8\r']] }],
  [
    'makes-a-number-of-anything',
    'rfc9112/6.3/cl-invalid-response',
    {
      hears: [
        [
          /^(Content-Length: (?!\d+\r\n(?!Content-Length))[^\r]*\r\n)(Content-Length: \d+\r\n)?/m,
          'Content-Length: 10\r\n',
        ],
      ],
    },
  ],
  [
    'adds-lengths-up',
    'rfc9112/6.3/cl-list',
    { hears: [[/^Content-Length: 5(\r\nContent-Length:|,) 5/m, 'Content-Length: 10']] },
  ],
  ['wraps-lengths-around', 'rfc9110/8.6/overflow', { hears: [[/: \d{10,}\r/, ': 5\r']] }],
  [
    'takes-a-read-for-the-content',
    'rfc9112/6.3/until-close',
    {
      hears: [
        [
          /^HTTP\/1.1 200 OK\r\n(Connection: keep-alive\r\n)?\r\n([\s\S]*)/,
          (_, __, content) => `${OK}Content-Length: ${content!.length}\r\n\r\n${content}`,
        ],
      ],
    },
  ],
  ['completes-what-is-cut', 'rfc9112/8/incomplete-response', { endsWith: completion }],
  [
    'gives-content-to-204',
    'rfc9112/6.3/no-body',
    { hears: [[/^HTTP\/1.1 (204|304)[^\r]*/, 'HTTP/1.1 200 OK']] },
  ],
  [
    'gives-content-to-head',
    'rfc9112/6.3/no-body',
    { asks: (plan) => ({ ...plan, method: plan.method.replace('HEAD', 'LOCK') }), says: [[/^LOCK/, 'HEAD']] },
  ],
  ['takes-surplus-for-content', 'rfc9112/6.3/surplus', { hears: [[/5(\r\n\r\nhello, world)/, '12$1']] }],
  [
    'takes-what-nobody-asked-for',
    'rfc9112/9.2/unsolicited',
    { keeps: /HTTP\/1.1 (200 OK\r\nContent-Length: 4|408|500)[\s\S]*/ },
  ],
  ['skips-101', 'rfc9112/9.2/unsolicited', { hears: [[/^HTTP\/1.1 101[\s\S]*?\r\n\r\n/, '']] }],
  ['keeps-stray-crlf', 'rfc9112/9.2/stray-crlf', { keeps: /^\r\n$/ }],
  [
    'stays-after-surplus',
    'rfc9112/9.2/unsolicited-close',
    { hears: [[/^HTTP[^\r]*\r\nContent-Length: 4\r\n\r\nevil/, '']] },
  ],
  [
    'lets-the-length-win',
    'rfc9112/6.3/te-over-cl',
    { hears: [[/^(Transfer-Encoding:.*\r\n)+(?=Content)|^(Content.*\r\n)Transfer.*\r\n/m, '$2']] },
  ],
  [
    'looks-for-letters',
    'rfc9112/6.1/list',
    {
      hears: [
        [/CHUNKED/, 'x'],
        [/xchunked/, 'chunked'],
      ],
    },
  ],
  [
    'reads-any-coding-its-way',
    'rfc9112/6.3/response-not-chunked',
    {
      hears: [
        [/, x-other/, ''],
        [/Transfer-Encoding: x-unknown\r\n/, ''],
      ],
    },
  ],
  ['overlooks-parameters', 'rfc9112/7.1/parameters', { hears: [[/;q=1/, '']] }],
  ['trusts-1.0-with-chunked', 'rfc9112/6.1/te-1.0', { hears: [[/^HTTP\/1.0/, 'HTTP/1.1']] }],

  // ── Chunked ──
  ['knows-no-chunked', 'rfc9112/6.1/chunked', { hears: [[/^Transfer-Encoding: chunked/m, 'X: y']] }],
  [
    'knows-few-sizes',
    'rfc9112/7.1/chunk-size',
    {
      hears: [
        [/^(0+5|A)\r/m, GARBAGE],
        [/^7\r\n\r\n0\r\n\r\n\r\n/m, ''],
      ],
    },
  ],
  [
    'knows-too-many-sizes',
    'rfc9112/7.1/chunk-size-only',
    {
      hears: [
        [/^(5g|0x5|\+5|-5|0_5| 5)\r/m, '5\r'],
        [/\r\n\r\n\r\nhello/, '\r\n\r\n5\r\nhello'],
      ],
    },
  ],
  ['refuses-extensions', 'rfc9112/7.1.1/extensions', { hears: [[/^5 ?;/m, GARBAGE]] }],
  ['refuses-trailers', 'rfc9112/7.1.2/trailers', { hears: [[/^X-T: u\r\n/m, GARBAGE]] }],
  [
    'merges-trailers',
    'rfc9112/7.1.2/merge',
    {
      hears: [
        [/^X-A: b\r\n([\s\S]*)X-A: evil/m, 'X-A: b, evil\r\n$1X-A: evil'],
        [/^[\s\S]*Transfer-Encoding: gzip\r\n\r\n/, `${OK}Content-Length: 3\r\n\r\nhel`],
      ],
    },
  ],
  ['wraps-sizes-around', 'rfc9112/7.1/chunk-overflow', { hears: [[/^10+5\r/m, '5\r']] }],
  [
    'skips-two-octets',
    'rfc9112/7.1/chunk-crlf',
    {
      hears: [
        [/^7\r/m, '5\r'],
        [/^5(;a)?\nhello/m, '5\r\nhello'],
        [/hello(!\r|XX|\n)?(\n|(?=0))/, 'hello\r\n'],
      ],
    },
  ],
];

function withValues(change: (value: string) => string): NonNullable<Distortion['tells']> {
  return (response) => ({
    ...response,
    fields: response.fields.map(([name, value]) => [name, change(value)] as const),
  });
}

/** What a response that was cut off lacked, so that it is whole. */
function completion(heard: string): string {
  const isBegun = /HTTP\/1.1 (?!1)/.test(heard);
  if (!isBegun) return `${OK}Content-Length: 0\r\n\r\n`;
  if (heard.endsWith('\r\n\r')) return '\n';
  if (heard.endsWith('\r\nX-A')) return ':\r\n\r\n';
  if (!heard.includes('\r\n\r\n')) return '\r\nContent-Length: 0\r\n\r\n';
  if (heard.includes('Content-Length: 10')) return '.....';
  if (!heard.includes('chunked')) return '';
  return (
    { '5\r\nhello\r\n': '0\r\n\r\n', 'a\r\nhello': '.....\r\n0\r\n\r\n', '5\r\nhello': '\r\n0\r\n\r\n' }[
      heard.slice(heard.indexOf('\r\n\r\n') + 4)
    ] ?? ''
  );
}
