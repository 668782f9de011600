/** Interim responses: RFC 9110 15.2, RFC 9112 9.2. One request, any number of them, one final response. */
import type { Row } from './client-probe.ts';
import { elsewhere, fails, field, gives, thenFails, thenSecond } from './outcome.ts';
import { close, EVIL, hello, settle, slowly } from './script.ts';

const past = (name: string, why: string, interim: string): Row => ({
  name: `interim/${name}`,
  requirements: ['rfc9110/15.2/parse-1xx', 'rfc9112/9.2/order'],
  why,
  answer: [interim + hello()],
  again: true,
  allowed: [[gives('hello'), thenSecond]],
});

export const interim: readonly Row[] = [
  past('100', 'A 100 that nobody asked for is skipped.', 'HTTP/1.1 100 Continue\r\n\r\n'),
  past('102', 'So is a 102, of old WebDAV servers.', 'HTTP/1.1 102 Processing\r\n\r\n'),
  past(
    '103',
    'And early hints, with fields of their own.',
    'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n',
  ),
  past(
    '199',
    'An unknown 1xx is an interim response as any other.',
    'HTTP/1.1 199 Whatever\r\nX-A: b\r\n\r\n',
  ),
  past(
    'several',
    'One or more, in any order.',
    'HTTP/1.1 103 \r\n\r\nHTTP/1.1 100 \r\n\r\nHTTP/1.1 103 \r\n\r\n',
  ),
  past(
    'with-length',
    'A 1xx has no content whatever it says: the final response follows its empty line.',
    'HTTP/1.1 103 Early Hints\r\nContent-Length: 7\r\n\r\n',
  ),
  past(
    'with-chunked',
    'So with the other framing field.',
    'HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\n\r\n',
  ),
  {
    name: 'interim/fields-not-merged',
    requirements: ['rfc9110/15.2/parse-1xx', 'rfc9112/9.2/order'],
    why: 'The fields of an interim response are not those of the final one: its Content-Length least of all.',
    answer: [`HTTP/1.1 103 Early Hints\r\nX-A: evil\r\nContent-Length: 3\r\n\r\n${hello()}`],
    allowed: [[gives('hello'), field('x-a', undefined)]],
  },
  {
    name: 'interim/before-head',
    requirements: ['rfc9110/15.2/parse-1xx', 'rfc9112/6.3/no-body'],
    why: 'To HEAD as well: the 103 is not the answer.',
    ask: { method: 'HEAD' },
    answer: ['HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'],
    again: true,
    allowed: [[gives(''), thenSecond]],
  },
  {
    name: 'interim/apart',
    requirements: ['rfc9110/15.2/parse-1xx', 'rfc9112/9.2/order'],
    why: 'The final response may come much later, in packets of its own: the request is not over.',
    answer: ['HTTP/1.1 102 Processing\r\n\r\n', settle, slowly(hello())],
    again: true,
    allowed: [[gives('hello'), thenSecond]],
  },
  {
    name: 'interim/then-nothing',
    requirements: ['rfc9112/8/incomplete-response', 'rfc9112/9.2/order'],
    why: 'An interim response is no answer: a close after it is an error.',
    answer: ['HTTP/1.1 100 Continue\r\n\r\n', close],
    answerAgain: [close],
    allowed: [[fails]],
  },
  {
    name: 'interim/flood',
    requirements: ['rfc9110/2.3/defensive'],
    why: 'Interim responses without end keep a client busy for ever: after a thousand it may well have given up.',
    answer: [...Array.from({ length: 20 }, () => 'HTTP/1.1 103 \r\n\r\n'.repeat(50)), hello()],
    allowed: [[fails]],
  },
  {
    name: 'interim/101-unasked',
    requirements: ['rfc9112/9.2/unsolicited'],
    why: 'Nobody offered to switch. What follows is not HTTP any more, or everything still is: nothing of it can be used.',
    answer: [
      `HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x-other\r\n\r\n${EVIL}`,
      settle,
      close,
    ],
    again: true,
    allowed: [
      [fails, thenSecond, elsewhere],
      [fails, thenFails],
      [gives('', 101), thenSecond, elsewhere],
    ],
  },
];
