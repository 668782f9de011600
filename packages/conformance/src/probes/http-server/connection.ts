/** How long a connection lasts, and what is answered on it in which order. RFC 9112 9 */
import { announcesClose, fieldValue } from './answers.ts';
import { answer, CLOSED, FINAL, REFUSED, USUAL } from './outcome.ts';
import { type Chapter, chapter, each, get, head, withContent } from './row.ts';

const TWO = ['GET', 'GET'];
const post = (content: string): string => `${withContent(`Content-Length: ${content.length}`)}${content}`;
const echoed = (content: string) =>
  answer(`"${content}" sent back`, (it) => it.content.toString() === content);
const old = (...fields: readonly string[]): string => head('GET {path} HTTP/1.0', 'Host: {host}', ...fields);
const KEPT = answer('as usual, with keep-alive', (it, ...more) => {
  return /keep-alive/i.test(fieldValue(it, 'connection') ?? '') && USUAL.meets(it, ...more);
});
const LAST = answer('as usual, with close', (it, ...more) => announcesClose(it) && USUAL.meets(it, ...more));

export const connection: Chapter = chapter('connection', [
  {
    name: 'persists',
    requirements: ['rfc9112/9.3/persist', 'rfc9112/9.3/send-close', 'rfc9112/9.3/support'],
    why: 'HTTP/1.1 keeps the connection, and who does not keep it says close',
    send: [get(), 'await', get()],
    asks: TWO,
    allow: [[USUAL, USUAL]],
  },
  {
    name: 'persists-after-content',
    requirements: ['rfc9112/9.3/read-body', 'rfc9112/9.3/persist'],
    why: 'content is read to its end, whether or not anybody wanted it',
    send: [post('"hi!"'), 'await', get()],
    asks: ['{method}', 'GET'],
    content: '"hi!"',
    allow: [[USUAL, USUAL]],
  },
  {
    name: 'pipelined',
    requirements: ['rfc9112/9.3.2/pipeline-order'],
    why: 'requests in one packet are all answered, in their order',
    send: [`${get()}${post('"hi!"')}${get()}`],
    asks: ['GET', '{method}', 'GET'],
    allow: [[USUAL, USUAL, USUAL]],
  },
  {
    name: 'pipelined-order',
    requirements: ['rfc9112/9.3.2/pipeline-order'],
    why: 'a client knows which answer is whose by the order alone',
    needs: 'echo',
    send: [`${post('one')}${post('two')}${post('three')}${post('four')}`],
    asks: ['POST', 'POST', 'POST', 'POST'],
    allow: [[echoed('one'), echoed('two'), echoed('three'), echoed('four')]],
  },
  {
    name: 'pipelined-many',
    requirements: ['rfc9112/9.3.2/pipeline-order'],
    why: 'thirty at once are no attack: a server may answer them as slowly as it likes',
    send: [get().repeat(30)],
    asks: Array.from({ length: 30 }, () => 'GET'),
    allow: [Array.from({ length: 30 }, () => USUAL)],
  },
  {
    name: 'pipelined-head',
    requirements: ['rfc9112/9.3.2/pipeline-order', 'rfc9110/9.3.2/head-content'],
    why: 'a HEAD in the middle of a pipeline: content there would be taken for the next answer',
    send: [`${get()}${head('HEAD {path} HTTP/1.1', 'Host: {host}')}${get()}`],
    asks: ['GET', 'HEAD', 'GET'],
    allow: [[USUAL, USUAL, USUAL]],
  },
  ...each(
    {
      close: 'Connection: close',
      'close-case': 'connection: CLOSE',
      'close-in-list': 'Connection: keep-alive, close',
      'close-first-in-list': 'Connection: close,x',
      'close-after-empty': 'Connection: , ,close ,',
      'close-on-second-line': 'Connection: keep-alive\r\nConnection: close',
      'close-among-tabs': 'Connection: x\t,\tclose\t',
    },
    (name, line) => ({
      name,
      requirements: ['rfc9112/9.6/server-close', 'rfc9112/9.6/server-stops', 'rfc9110/5.6.1/empty-element'],
      why: 'close, wherever in the list it stands, makes this request the last: answered, and nothing after it',
      send: [get(line), 'await', get()],
      asks: TWO,
      allow: [[USUAL, CLOSED]],
    }),
  ),
  {
    name: 'close-said',
    requirements: ['rfc9112/9.6/send-close'],
    why: 'a server that closes says so in its last answer, or its client cannot know what to ask again',
    send: [get('Connection: close')],
    allow: [[LAST]],
    asks: ['GET'],
  },
  {
    name: 'close-and-surplus',
    requirements: ['rfc9112/9.6/server-stops', 'rfc9112/9.6/server-close'],
    why: 'what comes after close in the same packet is dropped, and does not cost the request before it its answer',
    send: [`${get('Connection: close')}${get()}`],
    asks: TWO,
    allow: [[USUAL, CLOSED]],
  },
  {
    name: 'close-and-much-surplus',
    requirements: ['rfc9112/9.6/lingering'],
    why: 'to close while bytes are unread sends a reset, and that can take the answer away again before it is read',
    send: [`${get('Connection: close')}${'x'.repeat(200_000)}`],
    asks: ['GET'],
    allow: [[USUAL, CLOSED]],
  },
  {
    name: 'close-after-content',
    requirements: ['rfc9112/9.6/server-close', 'rfc9112/9.6/server-stops'],
    why: 'the content of the last request is still read before the answer',
    send: [`${withContent('Connection: close', 'Content-Length: 5')}"hi!"`, 'await', get()],
    asks: ['{method}', 'GET'],
    content: '"hi!"',
    allow: [[USUAL, CLOSED]],
  },
  ...each(
    { closed: 'closed', 'x-close': 'x-close', 'close-parameter': 'close=no', 'upgrade-only': 'upgrade' },
    (name, option) => ({
      name: `not-close-${name}`,
      requirements: ['rfc9112/9.3/persist'],
      why: 'an option is a whole token: what only looks like close does not close',
      send: [`${get(`Connection: ${option}`)}${get()}`],
      asks: TWO,
      allow: [[USUAL, USUAL]],
    }),
  ),
  {
    name: '1.0',
    requirements: ['rfc9112/9.3/persist'],
    why: 'HTTP/1.0 closes unless it says keep-alive',
    send: [old(), 'await', get()],
    asks: TWO,
    allow: [[USUAL, CLOSED]],
  },
  {
    name: '1.0-keep-alive',
    requirements: ['rfc9112/9.3/keep-alive-1.0', 'rfc9112/9.3/persist'],
    level: 'must',
    why: 'a 1.0 client that asks to keep the connection knows that it is kept when it is told so',
    send: [`${old('Connection: keep-alive')}${old('Connection: keep-alive')}`],
    asks: TWO,
    allow: [
      [KEPT, FINAL],
      [USUAL, CLOSED],
    ],
  },
  {
    name: '1.0-keep-alive-and-close',
    requirements: ['rfc9112/9.3/persist', 'rfc9112/9.6/server-close'],
    why: 'close wins over keep-alive, whichever comes first',
    send: [old('Connection: close, keep-alive'), 'await', get()],
    asks: TWO,
    allow: [[USUAL, CLOSED]],
  },
  {
    name: '1.0-then-1.1',
    requirements: ['rfc9112/9.3/persist'],
    why: 'each request says its own version',
    send: [`${get()}${old()}`, 'await', get()],
    asks: ['GET', 'GET', 'GET'],
    allow: [[USUAL, USUAL, CLOSED]],
  },
  {
    name: 'half-closed',
    requirements: ['rfc9112/9.6/half-closed-client'],
    why: 'a client that has said all it has to say (nc, a script) still waits for its answer',
    send: [get(), 'half-close'],
    asks: ['GET'],
    allow: [[USUAL, CLOSED]],
  },
  {
    name: 'half-closed-pipeline',
    requirements: ['rfc9112/9.6/half-closed-client'],
    why: 'and for all of its answers',
    send: [`${get()}${get()}`, 'half-close'],
    asks: TWO,
    allow: [[USUAL, USUAL, CLOSED]],
  },
  {
    name: 'half-closed-idle',
    requirements: ['rfc9112/9.5/watch'],
    why: 'a client that leaves takes its connection along: kept open, it costs the server until the timeout',
    send: [get(), 'await', 'half-close'],
    asks: ['GET'],
    allow: [[USUAL, CLOSED]],
  },
  {
    name: 'half-closed-unused',
    requirements: ['rfc9112/9.5/watch'],
    why: 'and so where it has not asked anything',
    send: ['half-close'],
    asks: ['GET'],
    allow: [[CLOSED]],
  },
  ...each(
    {
      'in-value': 'GET {path} HTTP/1.1\r\nHost: {host}\r\n{own}X-A: b',
      'before-the-empty-line': 'GET {path} HTTP/1.1\r\nHost: {host}\r\n{own}X-A: b\r\n',
      'in-the-last-line-end': 'GET {path} HTTP/1.1\r\nHost: {host}\r\n{own}\r',
    },
    (name, part) => ({
      name: `head-cut-${name}`,
      requirements: ['rfc9110/5.3/whole-section', 'rfc9112/8/incomplete-request'],
      why: 'a FIN ends no head: the field that decides may be the one that did not come',
      send: [part, 'half-close'],
      asks: ['GET'],
      allow: [[REFUSED, CLOSED], [CLOSED]],
    }),
  ),
  {
    name: 'head-cut-behind-another',
    requirements: ['rfc9110/5.3/whole-section', 'rfc9112/8/incomplete-request'],
    why: 'the whole request in front of it may be answered; the half one is not acted upon',
    send: [`${get()}GET {path} HTTP/1.1\r\nHost: {host}\r\n{own}X-A: b`, 'half-close'],
    asks: TWO,
    allow: [[USUAL, REFUSED, CLOSED], [USUAL, CLOSED], [CLOSED]],
  },
  ...each({ line: 'GET {path} HT', fields: 'GET {path} HTTP/1.1\r\nHost: {host}\r\n' }, (name, part) => ({
    name: `half-closed-in-${name}`,
    requirements: ['rfc9112/8/incomplete-request'],
    why: 'half a head is no request: an error says so, or the close alone',
    send: [part, 'half-close'],
    asks: ['GET'],
    allow: [[REFUSED, CLOSED], [CLOSED]],
  })),
]);
