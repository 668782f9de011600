/** HTTP clients that read every response well, and draw a wrong conclusion from one, or send what they should not. */
import type { DistortionRow } from './distorted-http-client.ts';

const OK = 'HTTP/1.1 200 OK\r\n';

/** Makes each Location another one. */
let hops = 0;

export const acting: readonly DistortionRow[] = [
  // ── Interim responses, connections ──
  [
    'takes-interim-for-final',
    'rfc9110/15.2/parse-1xx',
    { hears: [[/^HTTP\/1.1 (10[023]|199)[^\r]*\r\n/, `${OK}Content-Length: 0\r\n`]] },
  ],
  ['keeps-no-connection', 'rfc9112/9.3/support', { asks: (plan) => ({ ...plan, closes: true }) }],
  [
    'stays-after-close',
    'rfc9112/9.6/client-got-close',
    {
      hears: [
        [/^Connection:.*\r\n/gim, ''],
        [/^HTTP\/1.0/, 'HTTP/1.1'],
      ],
    },
  ],
  [
    'forgets-its-close',
    'rfc9112/9.6/client-sent-close',
    { asks: (plan) => ({ ...plan, closes: false }), says: [[/^(GET.*\r\n)/, '$1Connection: close\r\n']] },
  ],
  ['is-deaf', 'rfc9112/9.5/watch', { deaf: true }],
  [
    'does-not-recover',
    'rfc9112/9.3.1/recover',
    { asks: (plan) => ({ ...plan, method: 'LOCK' }), says: [[/^LOCK/, 'GET']] },
  ],
  [
    'repeats-posts',
    'rfc9110/9.2.2/retry',
    { asks: (plan) => ({ ...plan, method: plan.method.replace('POST', 'PUT') }), says: [[/^PUT/, 'POST']] },
  ],
  ['repeats-and-repeats', 'rfc9112/9.3.1/retry-twice', { tries: 5 }],

  // ── Requests, redirects ──
  ['rewrites-paths', 'rfc9112/3.2.1/origin-form', { says: [[/^GET \//, 'GET //']] }],
  ['leaves-the-port-out', 'rfc9112/3.2/send-host', { says: [[/^(host: [^:]+):\d+/im, '$1']] }],
  ['puts-host-last', 'rfc9110/7.2/host-first', { says: [[/^(host:.*\r\n)/im, 'X: y\r\n$1']] }],
  ['begins-with-crlf', 'rfc9112/2.2/send-stray-crlf', { says: [[/^/, '\r\n']] }],
  [
    'announces-and-does-not-send',
    'rfc9112/6.3/send-length',
    {
      asks: (plan) => ({ ...plan, fields: [] }),
      says: [
        [/^(POST.*\r\n)/, '$1Expect: 100-continue\r\n'],
        [/content$/, ''],
      ],
    },
  ],
  ['does-not-announce', 'rfc9112/6.3/send-length', { says: [[/^content-length: 7\r\n/im, '']] }],
  [
    'is-always-chunked',
    'rfc9112/6.3/send-known-length',
    { asks: (plan) => ({ ...plan, framing: 'chunked' }) },
  ],
  [
    'announces-twice',
    'rfc9112/6.2/send-both',
    { says: [[/^(transfer-encoding:)/im, 'Content-Length: 7\r\n$1']] },
  ],
  ['is-silent-of-nothing', 'rfc9110/8.6/send-where-expected', { says: [[/^content-length: 0\r\n/im, '']] }],
  [
    'announces-nothing',
    'rfc9110/8.6/send-where-not',
    { says: [[/^(GET.*\r\n)/, '$1Content-Length: 0\r\n']] },
  ],
  ['offers-chunked', 'rfc9112/7.4/te-chunked', { says: [[/^(GET.*\r\n)/, '$1TE: chunked\r\n']] }],
  ['does-not-name-te', 'rfc9112/7.4/te-connection', { says: [[/^(GET.*\r\n)/, '$1TE: trailers\r\n']] }],
  ['hears-nothing-early', 'rfc9112/9.5/early-response', { hears: [[/^HTTP\/1.1 413[\s\S]*/, '']] }],
  ['waits-for-ever', 'rfc9110/10.1.1/expect-wait', { options: { continueTimeout: Infinity } }],
  ['does-not-understand-417', 'rfc9110/10.1.1/expect-417', { hears: [[/^HTTP\/1.1 417/, 'HTTP/1.1 400']] }],
  [
    'expects-with-nothing',
    'rfc9110/10.1.1/expect-without',
    { says: [[/^(GET.*\r\n)/, '$1Expect: 100-continue\r\n']] },
  ],
  [
    'redirects-elsewhere',
    'rfc9110/15.4/resend',
    {
      hears: [
        [/^Location: \.\.\/e/m, 'Location: /a/b/e'],
        [/^HTTP\/1.1 303/, 'HTTP/1.1 307'],
      ],
      says: [[/^HEAD \/e/, 'POST /e']],
    },
  ],
  ['sends-the-fragment', 'rfc9112/3.2/fragment', { says: [[/^GET \/e /, 'GET /e#f ']] }],
  ['makes-a-get-of-all', 'rfc9110/15.4.8/keep-method', { hears: [[/^HTTP\/1.1 30[78]/, 'HTTP/1.1 303']] }],
  [
    'goes-in-circles',
    'rfc9110/15.4/loops',
    { hears: [[/\/e\r/, () => `/e?${hops++}\r`]], options: { redirects: 1000 } },
  ],
];
