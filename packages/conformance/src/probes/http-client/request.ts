/** What the client itself sends: RFC 9112 3 and 6, RFC 9110 10.1.1, and what it does with an answer that comes early. */
import type { Asking, Row } from './client-probe.ts';
import { asks, CONTENT, elsewhere, fails, gives, sends, sendsContent, thenSecond } from './outcome.ts';
import { close, hello, settle, wholeRequest } from './script.ts';

const POST: Asking = { method: 'POST', content: CONTENT };
const EXPECTING: Asking = { ...POST, fields: [['Expect', '100-continue']] };
const DENIED = 'HTTP/1.1 413 Content Too Large\r\nContent-Length: 4\r\n\r\nlong';

const shows = (
  name: string,
  id: string,
  why: string,
  pattern: RegExp,
  says: string,
  ask: Asking = {},
): Row => ({
  name: `request/${name}`,
  requirements: [id],
  why,
  ask,
  answer: [hello()],
  allowed: [[sends(0, pattern, says)]],
});

export const request: readonly Row[] = [
  shows(
    'line',
    'rfc9112/3.2.1/origin-form',
    'Method, path and query, version, one space between.',
    /^GET \/a\?b=c HTTP\/1\.1\r\n/,
    'GET /a?b=c HTTP/1.1',
    { target: '/a?b=c' },
  ),
  shows(
    'host',
    'rfc9112/3.2/send-host',
    'Exactly one Host, with the port where it is not 80.',
    /^(?![\s\S]*\nhost:[\s\S]*\nhost:)[\s\S]*\nhost: *(\[[\da-f:.]+\]|[^\s:]+):\d+[ \t]*\r\n/i,
    'one Host with host and port',
  ),
  {
    ...shows(
      'host-first',
      'rfc9110/7.2/host-first',
      'Who routes by Host wants it before all else.',
      /^[^\n]*\nhost:/i,
      'Host before any other field',
    ),
  },
  shows(
    'clean-lines',
    'rfc9112/2.2/send-stray-crlf',
    'Nothing before the request line, no bare CR, no folds.',
    /^[A-Z]+ (?![\s\S]*(\r[^\n]|\n[ \t]))/,
    'nothing but lines in order',
  ),
  shows(
    'post-framed',
    'rfc9112/6.3/send-length',
    'Content needs a length or chunked.',
    /\n(content-length: *7|transfer-encoding: *chunked) *\r/i,
    'Content-Length or chunked',
    POST,
  ),
  {
    ...shows(
      'post-length-known',
      'rfc9112/6.3/send-known-length',
      'A length that is known is said: some servers answer 411 to chunked.',
      /\ncontent-length: *7 *\r/i,
      'Content-Length: 7',
      POST,
    ),
  },
  shows(
    'post-not-both',
    'rfc9112/6.2/send-both',
    'Length and chunked at once are two ends.',
    /^(?![\s\S]*\ntransfer-encoding:)|^(?![\s\S]*\ncontent-length:)/i,
    'not both framing fields',
    { ...POST, framing: 'chunked' },
  ),
  {
    ...shows(
      'post-empty-length',
      'rfc9110/8.6/send-where-expected',
      'A POST without content says so.',
      /\ncontent-length: *0 *\r/i,
      'Content-Length: 0',
      { method: 'POST' },
    ),
  },
  {
    ...shows(
      'get-no-length',
      'rfc9110/8.6/send-where-not',
      'A GET without content says nothing of it.',
      /^(?![\s\S]*\n(content-length|transfer-encoding):)/i,
      'no framing fields',
    ),
  },
  shows(
    'te-not-chunked',
    'rfc9112/7.4/te-chunked',
    'chunked goes without saying, and is not to be said.',
    /^(?![\s\S]*\nte:.*chunked)/i,
    'no chunked in TE',
  ),
  shows(
    'te-named',
    'rfc9112/7.4/te-connection',
    'TE is for this connection only, and Connection says so.',
    /^(?![\s\S]*\nte:)|\nconnection:.*\bte\b/i,
    'TE only where Connection names it',
  ),
  {
    name: 'request/early-answer',
    requirements: ['rfc9112/6.3/send-length', 'rfc9112/9.5/early-response'],
    why: 'A final answer may come before the content is there; then the content comes all the same, or nothing more there.',
    ask: POST,
    early: true,
    answer: [DENIED],
    again: true,
    allowed: [
      [gives('long', 413), thenSecond, sendsContent],
      [gives('long', 413), thenSecond, elsewhere],
    ],
  },
  {
    name: 'request/early-answer-and-close',
    requirements: ['rfc9112/9.5/early-response'],
    why: 'The server answers, does not want the rest and closes its side: the answer is to be told, not the broken pipe.',
    ask: POST,
    early: true,
    answer: [DENIED.replace('\r\n', '\r\nConnection: close\r\n'), close],
    allowed: [[gives('long', 413)]],
  },
  {
    name: 'request/expect-continued',
    requirements: ['rfc9110/15.2/parse-1xx', 'rfc9112/6.3/send-length'],
    why: 'After the 100 comes the content, and only then the answer.',
    ask: EXPECTING,
    early: true,
    answer: ['HTTP/1.1 100 Continue\r\n\r\n', wholeRequest, hello()],
    again: true,
    allowed: [[gives('hello'), sendsContent, thenSecond]],
  },
  {
    name: 'request/expect-unanswered',
    requirements: ['rfc9110/10.1.1/expect-wait'],
    why: 'HTTP/1.0 servers send no 100: after some time the content comes without it.',
    ask: EXPECTING,
    answer: [hello()],
    allowed: [[gives('hello'), sendsContent]],
  },
  {
    name: 'request/expect-denied',
    requirements: ['rfc9112/6.3/send-length'],
    why: 'A final answer in place of the 100. The content was announced: it comes, or the connection is over. If the next request came first it would be taken for the content.',
    ask: EXPECTING,
    early: true,
    answer: [DENIED],
    again: true,
    allowed: [
      [gives('long', 413), thenSecond, elsewhere],
      [gives('long', 413), thenSecond, sendsContent],
    ],
  },
  {
    name: 'request/expect-417',
    requirements: ['rfc9110/10.1.1/expect-417'],
    why: 'A server that knows no expectations is asked again without one.',
    ask: EXPECTING,
    early: true,
    answer: [
      'HTTP/1.1 417 Expectation Failed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
      settle,
      close,
    ],
    allowed: [
      [gives('second'), asks(2), sends(1, /^POST (?![\s\S]*\nexpect:)/i, 'the second without Expect')],
    ],
  },
  {
    name: 'request/expect-not-with-get',
    requirements: ['rfc9110/10.1.1/expect-without'],
    why: 'There is no content to wait for: refused, or sent without it.',
    ask: { fields: [['Expect', '100-continue']] },
    answer: [hello()],
    allowed: [[sends(0, /^(?![\s\S]*\nexpect:)/i, 'no Expect')], [fails, asks(0)]],
  },
];
