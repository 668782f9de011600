/** Saboteurs that read requests as they should, and answer what no server may. */
import type { ServerAddress } from '../probes/wire-line.ts';
import { type Distortion, type Rewriting, saboteur } from './distortion.ts';
import type { Saboteur } from './saboteur.ts';

const as = (...answers: Rewriting): Distortion => ({ answers });
/** `OK` in one chunk; the fields around the length are kept. */
const CHUNKED_OK = /Content-Length: 2((?:\r\n[^\r\n]+)*\r\n\r\n)OK/;
const ONE_CHUNK = '$12\r\nOK\r\n0\r\n\r\n';
/** The head of an answer with close, and its content. */
const LAST = /HTTP\/1\.1 200 OK((?:\r\n[^\r\n]+)*\r\nConnection: close(?:\r\n[^\r\n]+)*\r\n\r\n)[\s\S]*$/i;

const ROWS: readonly (readonly [name: string, id: string, Distortion])[] = [
  ['no-space-after-status', 'rfc9112/4/status-space', as([/^HTTP\/1\.1 (\d{3}) [^\r]*/, 'HTTP/1.1 $1'])],
  ['answers-as-asked', 'rfc9110/6.2/send-version', as([/^HTTP\/1\.1/, 'HTTP/1.0'])],
  ['space-after-name', 'rfc9110/2.2/abnf', as([/Date:/, 'Date :'])],
  ['no-date', 'rfc9110/6.6.1/date', as([/Date: [^\r]*\r\n/, ''])],
  ['date-in-words', 'rfc9110/5.6.7/send-date', as([/Date: [^\r]*/, 'Date: yesterday'])],
  [
    'frames-twice',
    'rfc9112/6.2/send-both',
    as([CHUNKED_OK, `Content-Length: 2\r\nTransfer-Encoding: chunked${ONE_CHUNK}`]),
  ],
  [
    'chunked-for-all',
    'rfc9112/6.1/respond-only-to-1.1',
    as([CHUNKED_OK, `Transfer-Encoding: chunked${ONE_CHUNK}`]),
  ],
  [
    'other-coding-last',
    'rfc9112/6.1/response-chunked-last',
    as([/Content-Length/, 'Transfer-Encoding: x\r\nContent-Length']),
  ],
  ['signed-length', 'rfc9110/8.6/forward-invalid', as([/Content-Length: /, 'Content-Length: +'])],
  [
    'ends-by-closing',
    'rfc9112/6.3/prefer-length',
    { requests: [[/\r\n\r\n/, '\r\nConnection: close\r\n\r\n']], answers: [[/Content-Length: \d+\r\n/, '']] },
  ],
  ['two-dates', 'rfc9110/5.3/repeat', as([/(Date: [^\r]*\r\n)/, '$1$1'])],
  ['close-unsaid', 'rfc9112/9.6/send-close', as([/Connection: close\r\n/i, ''])],
  ['last-answer-lost', 'rfc9112/9.6/lingering', as([/^HTTP[\s\S]*Connection: close[\s\S]*$/i, ''])],
  ['what-waits-is-lost', 'rfc9112/9.6/lingering', as([/x{1000}/g, ''])],
  [
    'refusal-goes-on',
    'rfc9110/10.1.1/final-close',
    as([/^HTTP\/1\.1 100[^\r]*/, 'HTTP/1.1 413 No'], [/Connection: close\r\n/i, '']),
  ],
  ['keep-alive-unsaid', 'rfc9112/9.3/keep-alive-1.0', as([/Connection: keep-alive\r\n/i, ''])],
  ['pads-values', 'rfc9112/5.1/trim', as([/X-A: b/i, 'X-A:_b'])],
  ['too-long-is-too-large', 'rfc9112/3/target-too-long', as([/ 414 /, ' 431 '])],
  ['too-large-is-a-failure', 'rfc9110/5.4/too-large', as([/ 431 /, ' 500 '])],
  ['tells-head-why', 'rfc9110/9.3.2/head-content', as([/^HTTP\/1\.1 [45][\s\S]*\r\n\r\n$/, '$&why'])],
  [
    'other-length-for-head',
    'rfc9110/8.6/head-304',
    as([/Content-Length: \d+((?:\r\n[^\r\n]+)*\r\n\r\n)$/, 'Content-Length: 99$1']),
  ],
  [
    'other-length-for-304',
    'rfc9110/8.6/head-304',
    as([LAST, 'HTTP/1.1 304 Not Modified$1'], [/( 304 [\s\S]*Content-Length: )2/, '$17']),
  ],
  [
    'other-type-for-head',
    'rfc9110/9.3.2/head-fields',
    as([/Content-Type: [^\r]*\r\n((?:[^\r\n]+\r\n)*\r\n)$/, '$1']),
  ],
  [
    'no-allow',
    'rfc9110/15.5.6/allow',
    { answers: [[/Allow: [^\r]*\r\n/, '']], options: { allowMethods: ['GET', 'POST'] } },
  ],
  ['framed-204', 'rfc9110/8.6/not-on-1xx-204', as([/ 200 OK/, ' 204 No Content'])],
  ['framed-tunnel', 'rfc9110/8.6/not-on-connect', { requests: [[/^CONNECT \S+/, 'GET /']] }],
];

export const httpServerAnswers: readonly Saboteur<ServerAddress>[] = ROWS.map(([name, id, distortion]) =>
  saboteur(name, id, distortion),
);
