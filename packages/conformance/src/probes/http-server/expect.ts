/** Expect: 100-continue. RFC 9110 10.1.1 */
import { announcesClose } from './answers.ts';
import { answer, CLOSED, FINAL, oneOf, USUAL } from './outcome.ts';
import { type Chapter, chapter, each, get, head, withContent } from './row.ts';

const EXPECT = 'Expect: 100-continue';

export const expectations: Chapter = chapter('expect', [
  ...each({ continue: EXPECT, 'continue-case': 'expect: 100-Continue' }, (name, line) => ({
    name,
    requirements: ['rfc9110/10.1.1/continue', 'rfc9110/10.1.1/continue-first'],
    why: 'the client holds its content back until it hears something: a server that waits for it waits as long as the client does',
    send: [withContent(line, 'Content-Length: 5'), 'await', 'hello'],
    content: 'hello',
    allow: [[100, USUAL], [FINAL]],
  })),
  {
    name: 'continue-chunked',
    requirements: ['rfc9110/10.1.1/continue', 'rfc9110/10.1.1/continue-first'],
    why: 'and so with chunked content; then the connection goes on',
    send: [withContent(EXPECT, 'Transfer-Encoding: chunked'), 'await', `5\r\nhello\r\n0\r\n\r\n${get()}`],
    asks: ['{method}', 'GET'],
    content: 'hello',
    allow: [
      [100, USUAL, USUAL],
      [FINAL, CLOSED],
      [FINAL, FINAL],
    ],
  },
  {
    name: 'content-at-once',
    requirements: ['rfc9110/10.1.1/continue', 'rfc9110/10.1.1/skip-continue'],
    why: 'a client need not wait; where the content is there already, the 100 may be left out',
    send: [`${withContent(EXPECT, 'Content-Length: 5')}hello${get()}`],
    asks: ['{method}', 'GET'],
    content: 'hello',
    allow: [[100, USUAL, USUAL], [USUAL, USUAL], [417]],
  },
  {
    name: 'too-much',
    requirements: ['rfc9110/10.1.1/final-close'],
    why: 'who refuses content before it comes says close, or the client would have to send all of it for nothing',
    send: [withContent(EXPECT, 'Content-Length: 1000000000000'), 'await'],
    allow: [[100], [answer('a final answer with close', (it) => it.status >= 200 && announcesClose(it))]],
  },
  {
    name: 'without-content',
    requirements: ['rfc9110/10.1.1/continue'],
    why: 'there is nothing to wait for, and no reason to hang',
    send: [get(EXPECT)],
    asks: ['GET'],
    allow: [[USUAL], [100, USUAL], [oneOf(400, 417)]],
  },
  {
    name: 'in-1.0',
    requirements: ['rfc9110/10.1.1/continue-1.0', 'rfc9110/15.2/1xx-to-1.0'],
    why: 'a 1.0 client takes the 100 for its answer, and the answer for rubbish',
    send: [`${head('{method} {path} HTTP/1.0', 'Host: {host}', EXPECT, 'Content-Length: 5')}hello`],
    content: 'hello',
    allow: [[USUAL]],
  },
  {
    name: 'in-1.0-waiting',
    requirements: ['rfc9110/10.1.1/continue-1.0', 'rfc9110/15.2/1xx-to-1.0'],
    why: 'and where the content has not come yet, the server waits for it',
    send: [head('{method} {path} HTTP/1.0', 'Host: {host}', EXPECT, 'Content-Length: 5'), 'await', 'hello'],
    content: 'hello',
    allow: [[{ words: 'silence', meets: (event) => event === 'silence' }, USUAL], [USUAL]],
  },
  {
    name: 'unknown',
    requirements: ['rfc9110/10.1.1/expectation-417'],
    why: '417 is for expectations that cannot be met; a server may also ignore what it does not know',
    send: [get('Expect: the-unexpected')],
    asks: ['GET'],
    allow: [[417], [USUAL]],
  },
]);
