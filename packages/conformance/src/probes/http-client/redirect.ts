/** Redirects, where the client is one that follows them: RFC 9110 15.4. */
import type { Asking, Row } from './client-probe.ts';
import { asksLessThan, CONTENT, fails, gives, type Outcome, sends } from './outcome.ts';

const POST: Asking = { method: 'POST', content: CONTENT, follow: true };
const to = (status: number, location: string): string[] => [
  `HTTP/1.1 ${status} Elsewhere\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`,
];
const becomes = (pattern: RegExp, says: string): Outcome[] => [[gives('second'), sends(1, pattern, says)]];

export const redirect: readonly Row[] = [
  {
    name: 'redirect/relative',
    requirements: ['rfc9110/15.4/resend'],
    why: 'Location is a reference, relative to what was asked: dot segments and all.',
    ask: { target: '/a/b/c?d', follow: true },
    answer: to(302, '../e?f'),
    allowed: becomes(/^GET \/a\/e\?f HTTP/, 'GET /a/e?f'),
  },
  {
    name: 'redirect/fragment-not-sent',
    requirements: ['rfc9112/3.2/fragment'],
    why: 'A fragment is for the client.',
    ask: { follow: true },
    answer: to(301, '/e#f'),
    allowed: becomes(/^GET \/e HTTP/, 'GET /e'),
  },
  {
    name: 'redirect/303-becomes-get',
    requirements: ['rfc9110/15.4/resend'],
    why: 'See other: whatever was asked, the other is got, and the content is not sent there.',
    ask: POST,
    answer: to(303, '/e'),
    allowed: becomes(
      /^GET \/e (?![\s\S]*\n(content-length: *[1-9]|transfer-encoding))/i,
      'GET /e without content',
    ),
  },
  {
    name: 'redirect/303-head',
    requirements: ['rfc9110/15.4/resend'],
    why: 'A retrieval by GET or HEAD: HEAD stays what it is, or becomes a GET.',
    ask: { method: 'HEAD', follow: true },
    answer: to(303, '/e'),
    answerAgain: ['HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
    allowed: [[sends(1, /^(HEAD|GET) \/e /, 'HEAD or GET /e')]],
  },
  ...[307, 308].map(
    (status): Row => ({
      name: `redirect/${status}-keeps-method`,
      requirements: ['rfc9110/15.4.8/keep-method'],
      why: 'The request is repeated as it was: method and content.',
      ask: POST,
      answer: to(status, '/e'),
      allowed: becomes(
        /^POST \/e [\s\S]*\n(content-length: *7|transfer-encoding: *chunked) *\r/i,
        'POST /e with its content',
      ),
    }),
  ),
  {
    name: 'redirect/loop',
    requirements: ['rfc9110/15.4/loops'],
    why: 'A circle is noticed, or a limit reached: after 60 requests the server has had enough.',
    ask: { follow: true },
    answer: to(302, '/e'),
    answerAgain: to(302, '/e'),
    allowed: [[fails, asksLessThan(60)]],
  },
];
