/** Saboteurs for the probes of an HTTP server: one broken rule each, named by its id. How they work is in `distortion.ts`. */
import type { ServerAddress } from '../probes/wire-line.ts';
import { type Distortion, saboteur } from './distortion.ts';
import { httpServerAnswers } from './http-server-answers.ts';
import type { Saboteur } from './saboteur.ts';

const GOOD = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
/** Instead of a request: one that is answered 500. */
const FAIL = 'GET /500 HTTP/1.1\r\nHost: a\r\n\r\n';
const HELLO = '5\r\nhello\r\n0\r\n\r\n';

const to = (pattern: RegExp, replacement: string): Distortion => ({ requests: [[pattern, replacement]] });
const ANY_LINE = to(/^[^\r\n]*\r\n/, 'GET / HTTP/1.1\r\n');
const AS_1_1 = to(/HTTP\/1\.0\r\n/, 'HTTP/1.1\r\n');
const NO_LENGTH = to(/\r\nContent-Length: [^\r]*/gi, '');
const PLAIN_CODING = to(
  /Transfer-Encoding:[^\r]*(\r\nTransfer-Encoding:[^\r]*)?/i,
  'Transfer-Encoding: chunked',
);
const GOOD_CHUNKS = to(/(chunked\r\n\r\n)[\s\S]*?(?=GET )/, `$1${HELLO}`);
const ONE_PACKET = to(/^[\s\S]$/, ':');
const SWITCHES = {
  requests: [[/^GET \/ ([\s\S]*\r\nUpgrade:)/, 'GET /upgraded $1']],
  answers: [[/^HTTP\/1\.1 200 OK(\r\n[\s\S]*X-Upgraded)/, 'HTTP/1.1 101 Switching Protocols$1']],
} satisfies Distortion;

/** Per rule: a name, the id, and what is done to requests. */
const ROWS: readonly (readonly [name: string, id: string, Distortion])[] = [
  // ── RFC 9112 2 and 3: the request line ──
  ['no-empty-line', 'rfc9112/2.2/empty-line-first', to(/(^|\r\n\r\n)\r\n(?=GET)/, '$1:)\r\n')],
  ['fails-on-bare-lf', 'rfc9112/2.2/bare-lf', to(/^[\s\S]*[^\r]\n[\s\S]*$/, FAIL)],
  ['drops-bare-cr', 'rfc9112/2.2/bare-cr', to(/\r(?!\n)/g, '')],
  ['fails-on-space', 'rfc9112/3/lenient-space', to(/^(?![A-Z]+ \S+ HTTP\/1\.1\r\n)[\s\S]*$/, FAIL)],
  ['mends-lines', 'rfc9112/3/invalid-line', ANY_LINE],
  ['skips-garbage', 'rfc9112/2.2/no-match', to(/^[^A-Z][^\r\n]*\r\n\r\n/, GOOD)],
  ['skips-bad-chunks', 'rfc9112/7.1/chunked-grammar', GOOD_CHUNKS],
  ['any-version', 'rfc9112/2.3/version', to(/^(\S+ \S+) \S+\r\n/, '$1 HTTP/1.1\r\n')],
  ['no-1.0', 'rfc9112/2.3/version', to(/HTTP\/1\.0\r\n/, 'HTTP/x.0\r\n')],
  ['any-major-version', 'rfc9110/15.6.6/version', ANY_LINE],
  ['only-1.1', 'rfc9110/6.2/minor-version', to(/HTTP\/1\.[2-9]/, 'HTTP/2.0')],
  ['short-lines', 'rfc9112/3/line-8000', to(/^GET \/\?a+/, 'GET /500')],
  ['long-method-is-wrong', 'rfc9112/3/method-too-long', to(/^A{100,}/, '(')],
  ['no-absolute-form', 'rfc9112/3.2.2/absolute-form', to(/^GET http:\/\/\S+/i, 'GET *')],
  ['serves-https-in-plain', 'rfc9110/7.4/https-secured', to(/([A-Z]+) https:/i, '$1 http:')],
  ['guesses-the-host', 'rfc9110/4.2.1/reject-empty-host', to(/^GET http:\/\/\//, 'GET /')],
  ['drops-userinfo', 'rfc9110/4.2.4/reject-userinfo', to(/^GET http:\/\/other\.example@/, 'GET http://')],
  ['host-over-absolute', 'rfc9112/3.2.2/absolute-over-host', to(/Host: other\.example/, 'Host: /')],
  ['authority-for-all', 'rfc9112/3.2.3/authority-form', ANY_LINE],
  ['asterisk-for-all', 'rfc9112/3.2.4/asterisk', ANY_LINE],
  ['no-asterisk', 'rfc9112/3.2.4/options', to(/^OPTIONS \*/, 'OPTIONS x')],
  ['connects-anywhere', 'rfc9110/9.3.6/connect-port', ANY_LINE],
  // ── RFC 9112 3.2: Host ──
  [
    'no-host-needed',
    'rfc9112/3.2/host-missing',
    to(/^(\S+ \S+ HTTP\/1\.1\r\n)(?![\s\S]*host:)/i, '$1Host: a\r\n'),
  ],
  ['host-in-1.0', 'rfc9112/3.2/host-missing', AS_1_1],
  ['host-in-one-case', 'rfc9112/3.2/host-missing', to(/hOST:/, 'X-Host:')],
  [
    'first-host',
    'rfc9112/3.2/host-repeated',
    to(/(\r\nHost:[^\r\n]*(?:\r\n[^\r\n]+)*?)\r\nHost:[^\r\n]*/i, '$1'),
  ],
  ['any-host', 'rfc9112/3.2/host-invalid', to(/\r\nHost:[^\r\n]*/i, '\r\nHost: a')],
  ['few-hosts', 'rfc9112/3.2/host-valid', to(/\r\nHost: (?!127\.0\.0\.1:\d)[^\r\n]*/, '\r\nHost: /')],
  // ── RFC 9112 5, RFC 9110 5: fields ──
  [
    'space-before-colon',
    'rfc9112/5.1/space-before-colon',
    { options: { lenient: { whitespaceBeforeColon: true } } },
  ],
  ['cuts-folds', 'rfc9112/5.2/fold', to(/\r\n[ \t]+[^\r\n]*/g, '')],
  ['folds-are-fields', 'rfc9112/5.2/fold', to(/\r\n[ \t]+/g, '\r\n')],
  ['drops-folded', 'rfc9112/5.2/fold', to(/\r\n[^\r\n:]+:[^\r\n]*\r\n[ \t][^\r\n]*/g, '')],
  ['reads-space-first', 'rfc9112/2.2/space-first', to(/(HTTP\/1\.1\r\n)[ \t]+/, '$1')],
  ['drops-nul', 'rfc9110/5.5/ctl', to(/\0/g, '')],
  ['drops-odd-lines', 'rfc9112/5/field-grammar', to(/\r\n(?![!#$%&'*+\-.^_`|~\w]+:)[^\r\n]+(?=\r\n)/g, '')],
  ['no-empty-value', 'rfc9112/5/field-grammar', to(/:[ \t]*(?=\r\n)/g, '')],
  ['no-punctuation', 'rfc9110/5.6.2/token', to(/!#/, '()')],
  ['names-have-case', 'rfc9110/5.1/case', to(/cOnTeNt-LeNgTh/, 'X-Length')],
  ['trims-little', 'rfc9112/5.1/trim', to(/Content-Length:(?=\S|[ \t]{2})/, 'X-Length:')],
  ['ascii-only', 'rfc9110/5.5/obs-text', to(/[\x80-\xff]/g, '?')],
  ['known-fields-only', 'rfc9110/5.1/unknown-field', to(/X-Nobody/, 'X Nobody')],
  ['acts-early', 'rfc9110/5.3/whole-section', to(/(\r\nX-A: b\r\n)$/, '$1\r\n')],
  ['head-in-one-packet', 'rfc9110/5.3/whole-section', ONE_PACKET],
  ['reads-without-end', 'rfc9110/2.3/defensive', to(/X-Endless: x+\r\n/g, '')],
  ['short-fields', 'rfc9110/2.3/lengths', to(/a=b{4000}/, '\0')],
  // ── RFC 9112 6: framing ──
  ['ignores-length', 'rfc9112/6.3/cl-body', NO_LENGTH],
  [
    'ignores-length-in-1.0',
    'rfc9112/6.3/cl-body',
    to(/(HTTP\/1\.0\r\n[\s\S]*)Content-Length:/, '$1X-Length:'),
  ],
  ['waits-for-nothing', 'rfc9112/6.3/cl-body', to(/Content-Length: 0\r\n/, 'Content-Length: 40\r\n')],
  ['content-in-one-packet', 'rfc9112/6.3/cl-body', ONE_PACKET],
  ['no-zeros', 'rfc9112/6.3/cl-zeros', to(/Content-Length: 0/, 'Content-Length: x')],
  ['waits-without-length', 'rfc9112/6.3/no-length', to(/Accept: \*\/\*/, 'Content-Length: 40')],
  [
    'any-length',
    'rfc9112/6.3/cl-invalid',
    to(/Content-Length: [^\r]*(\r\nContent-Length: [^\r]*)?/i, 'Content-Length: 5'),
  ],
  ['any-slow-length', 'rfc9112/6.3/cl-invalid', to(/^[,6]$/, '')],
  ['one-of-the-list', 'rfc9112/6.3/cl-list', to(/: 5(, 5|\r\nContent-Length: 5)/, ': 1')],
  ['low-bits-of-length', 'rfc9110/8.6/overflow', to(/Content-Length: \d{10,}/, 'Content-Length: 5')],
  [
    'takes-what-came',
    'rfc9112/6.3/cl-short',
    {
      requests: [
        [/: 10\r\n\r\n"hi!"/, ': 5\r\n\r\n"hi!"'],
        [/: 10\r\n\r\n$/, ': 0\r\n\r\n'],
      ],
    },
  ],
  ['no-chunked', 'rfc9112/6.1/chunked', to(/Transfer-Encoding:[ \t]*chunked/i, 'Transfer-Encoding: x')],
  ['chunks-in-one-packet', 'rfc9112/6.1/chunked', ONE_PACKET],
  ['no-empty-elements', 'rfc9110/5.6.1/empty-element', to(/, chunked|chunked ,/, 'x')],
  ['coding-without-doubt', 'rfc9112/6.1/te-and-cl-close', NO_LENGTH],
  ['length-over-coding', 'rfc9112/6.3/te-over-cl', to(/Transfer-Encoding: [^\r]*\r\n/, '')],
  ['any-coding', 'rfc9112/6.3/request-not-chunked', PLAIN_CODING],
  ['codings-unread', 'rfc9112/6.1/unknown-coding', PLAIN_CODING],
  ['parameters', 'rfc9112/7.1/parameters', PLAIN_CODING],
  ['coding-in-1.0', 'rfc9112/6.1/te-1.0', AS_1_1],
  // ── RFC 9112 7: chunks ──
  ['few-sizes', 'rfc9112/7.1/chunk-size', to(/\r\n\r\n[bB05]+\r\n/, '\r\n\r\nx\r\n')],
  ['any-size', 'rfc9112/7.1/chunk-size-only', GOOD_CHUNKS],
  ['low-bits-of-size', 'rfc9112/7.1/chunk-overflow', GOOD_CHUNKS],
  ['any-line-end', 'rfc9112/7.1/chunk-crlf', GOOD_CHUNKS],
  ['line-end-in-one-packet', 'rfc9112/7.1/chunk-crlf', to(/^\n$/, 'x')],
  ['takes-cut-chunks', 'rfc9112/7.1/incomplete', to(/(chunked\r\n\r\n)[\s\S]*$/, `$1${HELLO}`)],
  ['no-extensions', 'rfc9112/7.1.1/extensions', to(/\r\n5;[^\r]*/, '\r\nx')],
  ['no-bad-space', 'rfc9110/5.6.3/bad-space', to(/\r\n5[ ;][^\r]*/, '\r\nx')],
  ['endless-extensions', 'rfc9112/7.1.1/extensions-cap', to(/;a=b+|^b+/, '')],
  ['no-trailers', 'rfc9112/7.1.2/trailers', to(/(\r\n0\r\n)X-/, '$1(')],
  ['merges-trailers', 'rfc9112/7.1.2/merge', to(/\r\n0\r\n(X-Late: a\r\n)/, '$1\r\n0\r\n')],
  [
    'trailers-frame',
    'rfc9112/7.1.2/merge',
    to(/0\r\n(Content-Length: 40\r\n)[\s\S]*(GET[^\r]*\r\n)/, '0\r\n\r\n$2$1'),
  ],
  // ── RFC 9112 9: the connection ──
  ['get-has-no-content', 'rfc9112/9.3/read-body', to(/^(GET[\s\S]*)Transfer-Encoding: chunked\r\n/, '$1')],
  ['ignores-close', 'rfc9112/9.6/server-close', to(/close/gi, 'x')],
  ['persists-in-1.0', 'rfc9112/9.3/persist', AS_1_1],
  ['keep-alive-wins', 'rfc9112/9.3/persist', to(/close, keep/, 'keep')],
  [
    'closes-unsaid',
    'rfc9112/9.3/persist',
    { requests: [[/\r\n\r\n/, '\r\nConnection: close\r\n\r\n']], answers: [[/Connection: close\r\n/i, '']] },
  ],
  ['one-request-a-packet', 'rfc9112/9.3.2/pipeline-order', to(/([\s\S])(GET|POST|HEAD) \/ [\s\S]*$/, '$1')],
  ['refuses-the-good-one', 'rfc9112/9.3.2/pipeline-order', to(/^[\s\S]*\(!\)[\s\S]*$/, ':)\r\n\r\n')],
  ['pipeline-in-one-packet', 'rfc9112/9.3.2/pipeline-order', ONE_PACKET],
  ['cuts-half-closed', 'rfc9112/9.6/half-closed-client', { halfClose: 'cut' }],
  ['keeps-half-closed', 'rfc9112/9.5/watch', { halfClose: 'ignored' }],
  ['waits-for-the-rest', 'rfc9112/8/incomplete-request', { halfClose: 'ignored' }],
  ['fin-ends-a-head', 'rfc9110/5.3/whole-section', { halfClose: '\r\n\r\n' }],
  ['fin-ends-a-line', 'rfc9110/5.3/whole-section', { halfClose: '\n' }],
  // ── RFC 9110: expectations, methods, upgrade ──
  ['waits-for-content', 'rfc9110/10.1.1/continue', to(/\r\nExpect: [^\r]*/i, '')],
  ['fails-on-expect', 'rfc9110/10.1.1/continue', to(/^[\s\S]*Expect:[\s\S]*$/, FAIL)],
  ['continue-in-1.0', 'rfc9110/10.1.1/continue-1.0', AS_1_1],
  ['fails-on-expectation', 'rfc9110/10.1.1/expectation-417', to(/^[\s\S]*Expect:[\s\S]*$/, FAIL)],
  ['no-head', 'rfc9110/9.1/get-head', to(/^HEAD \/ /, 'HEAD /500 ')],
  ['head-is-get', 'rfc9110/9.3.2/head-content', to(/HEAD \/ /, 'GET / ')],
  ['few-methods', 'rfc9110/9.1/unknown-method', to(/^(BREW|M-|brew|!#)/, '(')],
  ['get-in-any-case', 'rfc9110/9.1/case', to(/gEX \//, 'gEX /500')],
  ['switches-unasked', 'rfc9110/7.8/not-offered', SWITCHES],
  ['switches-in-1.0', 'rfc9110/7.8/upgrade-1.0', SWITCHES],
  ['switches-without-connection', 'rfc9110/7.8/connection-upgrade', SWITCHES],
  ['switches-always', 'rfc9110/7.8/may-ignore', SWITCHES],
];

export const httpServerSaboteurs: readonly Saboteur<ServerAddress>[] = [
  ...ROWS.map(([name, id, distortion]) => saboteur(name, id, distortion)),
  ...httpServerAnswers,
];
