/** The life of a connection: RFC 9112 9. What the client does next shows what it has understood. */
import type { Row } from './client-probe.ts';
import { asks, elsewhere, fails, gives, type Outcome, reuses, thenFails, thenSecond } from './outcome.ts';
import { close, EVIL, hello, reset, SECOND, settle } from './script.ts';

const moved: readonly Outcome[] = [[gives('hello'), thenSecond, elsewhere]];
/** What a client may do with what nobody asked for, short of using it. */
const unused: readonly Outcome[] = [
  [gives('hello'), thenSecond],
  [gives('hello'), thenFails],
];

const says = (name: string, why: string, response: string): Row => ({
  name: `connection/${name}`,
  requirements: ['rfc9112/9.6/client-got-close', 'rfc9112/9.3/persist'],
  why,
  answer: [response],
  again: true,
  allowed: moved,
});

export const connection: readonly Row[] = [
  {
    name: 'connection/reused',
    requirements: ['rfc9112/9.3/support'],
    why: 'HTTP/1.1 connections persist unless somebody says otherwise: a new one for each request costs a round trip or two.',
    answer: [hello()],
    again: true,
    allowed: [[gives('hello'), thenSecond, reuses]],
  },
  says(
    'close',
    'After close nothing more is sent there, even if the server does not close.',
    hello('Connection: close'),
  ),
  says('close-any-case', 'Connection options have no case.', hello('CONNECTION: Close')),
  says(
    'close-in-a-list',
    'Connection is a list, over all of its lines.',
    hello('Connection: x-a', 'Connection: ,x-b , close'),
  ),
  says('close-beside-keep-alive', 'close wins.', hello('Connection: keep-alive, close')),
  says('1.0', 'HTTP/1.0 does not persist by itself.', 'HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello'),
  {
    name: 'connection/1.0-keep-alive',
    requirements: ['rfc9112/9.3/persist', 'rfc9112/2.3/version'],
    why: 'With keep-alive it may be used again, or not.',
    answer: ['HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello'],
    again: true,
    allowed: [[gives('hello'), thenSecond]],
  },
  {
    name: 'connection/option-like-close',
    requirements: ['rfc9112/9.3/support', 'rfc9112/9.3/persist'],
    why: '"closed" is another option, which means nothing.',
    answer: [hello('Connection: closed, not-close')],
    again: true,
    allowed: [[gives('hello'), thenSecond, reuses]],
  },
  {
    name: 'connection/client-says-close',
    requirements: ['rfc9112/9.6/client-sent-close'],
    why: 'A client that has said close sends no second request there.',
    ask: { closes: true },
    answer: [hello()],
    again: true,
    allowed: moved,
  },
  {
    name: 'connection/closed-when-idle',
    requirements: ['rfc9112/9.5/watch'],
    why: 'A server may close an idle connection at any time: the next request goes to another one.',
    answer: [hello()],
    between: [close, settle],
    again: true,
    allowed: moved,
  },
  {
    name: 'connection/get-recovered',
    requirements: ['rfc9112/9.3.1/recover'],
    why: 'The close crosses the second request. A GET can be asked once more; a client that tells the failure leaves that to its user.',
    answer: [hello()],
    again: true,
    answerAgain: [(line) => (line.index === 0 ? line.halfClose() : line.send(SECOND))],
    allowed: [[gives('hello'), thenSecond]],
  },
  {
    name: 'connection/post-not-repeated',
    requirements: ['rfc9110/9.2.2/retry', 'rfc9112/9.3.1/retry'],
    why: 'The same with a POST: whether it was carried out is not known, and a second one may buy the book twice.',
    answer: [hello()],
    again: { method: 'POST', content: 'buy' },
    answerAgain: [close],
    allowed: [[gives('hello'), thenFails, asks(2)]],
  },
  {
    name: 'connection/retry-not-repeated',
    requirements: ['rfc9112/9.3.1/retry-twice'],
    why: 'Once is enough: a server that closes on every request must not be asked for ever.',
    answer: [hello()],
    again: true,
    answerAgain: [close],
    allowed: [
      [gives('hello'), thenFails, asks(2)],
      [gives('hello'), thenFails, asks(3)],
    ],
  },
  {
    name: 'connection/unsolicited-response',
    requirements: ['rfc9112/9.2/unsolicited'],
    why: 'A response on an idle connection answers nothing: the next request must not get it.',
    answer: [hello()],
    between: [EVIL, settle],
    again: true,
    allowed: unused,
  },
  {
    name: 'connection/unsolicited-closes',
    requirements: ['rfc9112/9.2/unsolicited-close'],
    why: 'Nobody can say any more where a response begins: the connection is given up.',
    answer: [hello()],
    between: [EVIL, settle],
    again: true,
    allowed: moved,
  },
  {
    name: 'connection/unsolicited-408',
    requirements: ['rfc9112/9.2/unsolicited'],
    why: 'Servers say 408 before they close an idle connection. It is not the answer to what is asked next.',
    answer: [hello()],
    between: [
      'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
      close,
      settle,
    ],
    again: true,
    allowed: unused,
  },
  {
    name: 'connection/unsolicited-part',
    requirements: ['rfc9112/9.2/unsolicited'],
    why: 'The beginning of a head, to which the next response would be the end: X-Evil swallows its status line.',
    answer: [hello()],
    between: ['HTTP/1.1 500 Evil\r\nX-Evil: ', settle],
    again: true,
    allowed: unused,
  },
  {
    name: 'connection/stray-crlf',
    requirements: ['rfc9112/9.2/stray-crlf'],
    why: 'CRLF after a response may be dropped or be the end of the connection; the next response is read as ever.',
    answer: [hello()],
    between: ['\r\n', settle],
    again: true,
    allowed: [[gives('hello'), thenSecond]],
  },
  {
    name: 'connection/half-closed',
    requirements: ['rfc9112/6.3/cl-body', 'rfc9112/9.5/watch'],
    why: 'The response is whole when the server closes its side right behind it.',
    answer: [hello(), close],
    allowed: [[gives('hello')]],
  },
  {
    name: 'connection/reset-after-response',
    requirements: ['rfc9112/6.3/cl-body'],
    why: 'A reset behind a response that has been read takes nothing of it back.',
    answer: [hello(), settle, reset],
    allowed: [[gives('hello')]],
  },
  {
    name: 'connection/reset-instead',
    requirements: ['rfc9112/8/incomplete-response'],
    why: 'A reset is no response.',
    answer: [reset],
    answerAgain: [reset],
    allowed: [[fails]],
  },
];
