/** Field lines: names, whitespace, folds, octets that nobody should send. RFC 9112 5, RFC 9110 5 */
import { answer, CLOSED, listed, oneOf, SILENCE, USUAL } from './outcome.ts';
import { type Chapter, chapter, each, get, head, withContent } from './row.ts';

/** Asks where fields are listed, if they are. */
const list = (...fields: readonly string[]): string =>
  head('GET {mirror} HTTP/1.1', 'Host: {host}', ...fields);

export const fields: Chapter = chapter('fields', [
  ...each(
    {
      'space-before-colon': 'X-A : b',
      'tab-before-colon': 'X-A\t: b',
      'space-before-colon-of-length': 'Content-Length : 0',
      'space-before-colon-of-coding': 'Transfer-Encoding : chunked',
    },
    (name, line) => ({
      name,
      requirements: ['rfc9112/5.1/space-before-colon'],
      why: 'one recipient sees the field and another does not: requests were smuggled so',
      send: [get(line)],
      allow: [[400]],
    }),
  ),
  {
    name: 'fold',
    requirements: ['rfc9112/5.2/fold'],
    why: 'a folded line is an error, or one line with a space in the middle',
    send: [list('X-A: b', '\tc', 'X-B: d')],
    allow: [[400], [listed('X-A: b c')], [listed('X-A: b  c')]],
  },
  {
    name: 'fold-hides-length',
    requirements: ['rfc9112/5.2/fold'],
    why: 'the second line is a part of X-A: to read it as Content-Length swallows the next request',
    send: [`${get('X-A: b', ' Content-Length: 40')}${get()}`],
    asks: ['GET', 'GET'],
    allow: [
      [400, CLOSED],
      [USUAL, USUAL],
    ],
  },
  {
    name: 'fold-coding',
    requirements: ['rfc9112/5.2/fold'],
    why: 'a fold may also be refused; unfolded, the coding counts',
    send: [`${withContent('Transfer-Encoding:', ' chunked')}5\r\nhello\r\n0\r\n\r\n${get()}`],
    asks: ['{method}', 'GET'],
    content: 'hello',
    allow: [
      [oneOf(400, 501), CLOSED],
      [USUAL, USUAL],
    ],
  },
  ...each({ 'space-first': ' X-A: b', 'tab-first': '\tX-A: b' }, (name, line) => ({
    name,
    requirements: ['rfc9112/2.2/space-first'],
    why: 'a line with whitespace right after the request line continues nothing: refused, or left out',
    send: [head('GET {mirror} HTTP/1.1', line, 'Host: {host}', 'X-B: c')],
    allow: [
      [400],
      [answer('without X-A', ({ status, content }) => status < 400 && !/x-a:/i.test(content.toString()))],
    ],
  })),
  {
    name: 'space-first-host',
    requirements: ['rfc9112/2.2/space-first'],
    why: 'refused or left out, and then there is no Host: 400 in any case',
    send: [head('GET {path} HTTP/1.1', ' Host: {host}', 'X-A: b')],
    allow: [[400]],
  },
  ...each({ cr: '\r', nul: '\0' }, (name, character) => ({
    name: `${name}-in-value`,
    requirements: ['rfc9110/5.5/ctl', ...(name === 'cr' ? ['rfc9112/2.2/bare-cr'] : [])],
    why: 'refused, or read as SP: passed on, it ends the line or the string for whoever is next',
    send: [list(`X-A: b${character}c`)],
    allow: [[400], [CLOSED], [listed('X-A: b c')]],
  })),
  {
    name: 'cr-in-name',
    requirements: ['rfc9112/2.2/bare-cr'],
    why: 'an error, or a space, which no name may hold',
    send: [get('X\rA: b')],
    allow: [[400], [CLOSED]],
  },
  ...each(
    {
      'name-empty': ': b',
      'name-space': 'X A: b',
      'name-parenthesis': 'X(A: b',
      'name-slash': 'X/A: b',
      'name-at': 'X@A: b',
      'name-quoted': '"X-A": b',
      'name-bracket': 'X[A]: b',
      'name-equals': 'X=A: b',
      'name-obs-text': 'X-\xe9: b',
      'name-control': 'X\x01A: b',
      'name-nul': 'X\0A: b',
      'no-colon': 'X-A b',
    },
    (name, line) => ({
      name,
      requirements: ['rfc9112/2.2/no-match', 'rfc9112/5/field-grammar', 'rfc9110/5.6.2/token'],
      why: 'a name is a token; what else is let in is normalized by somebody later, and is another field then',
      send: [get(line)],
      allow: [[400]],
    }),
  ),
  {
    name: 'name-punctuation',
    requirements: ['rfc9110/5.6.2/token', 'rfc9112/5/field-grammar'],
    why: 'all of these are token characters',
    send: [get("!#$%&'*+-.^_`|~09azAZ: b")],
    allow: [[USUAL]],
  },
  {
    name: 'name-case',
    requirements: ['rfc9110/5.1/case'],
    why: 'a name has no case: a length that is not seen leaves the content to be read as a request',
    send: [`${withContent('cOnTeNt-LeNgTh: 5')}"hi!"${get()}`],
    asks: ['{method}', 'GET'],
    content: '"hi!"',
    allow: [[USUAL, USUAL]],
  },
  ...each({ 'no-space': 'X-A:b', 'much-space': 'X-A: \t  b \t ' }, (name, line) => ({
    name: `value-${name}`,
    requirements: ['rfc9112/5.1/trim'],
    why: 'whitespace around a value is no part of it',
    send: [list(line, 'X-B: c')],
    allow: [[listed('X-A: b')]],
  })),
  ...each({ 'no-space': 'Content-Length:5', 'much-space': 'Content-Length: \t 5 \t ' }, (name, line) => ({
    name: `length-${name}`,
    requirements: ['rfc9112/5.1/trim'],
    why: 'and so in a field that frames',
    send: [`${withContent(line)}"hi!"${get()}`],
    asks: ['{method}', 'GET'],
    content: '"hi!"',
    allow: [[USUAL, USUAL]],
  })),
  {
    name: 'value-empty',
    requirements: ['rfc9112/5/field-grammar'],
    why: 'a value may be empty',
    send: [get('X-A:', 'X-B: \t')],
    allow: [[USUAL]],
  },
  {
    name: 'obs-text',
    requirements: ['rfc9110/5.5/obs-text'],
    why: 'old applications send Latin-1 or UTF-8: octets to be passed on, not to be understood',
    send: [list('X-A: \xe9\xff\x80')],
    allow: [[listed('X-A: \xe9\xff\x80')]],
  },
  {
    name: 'unknown',
    requirements: ['rfc9110/5.1/unknown-field'],
    why: 'new fields can be sent only because old servers ignore them',
    send: [get('X-Nobody-Knows: "a;b=\\"c\\"", (d)')],
    allow: [[USUAL]],
  },
  {
    name: 'whole-section',
    requirements: ['rfc9110/5.3/whole-section'],
    why: 'what is still to come may change what the request means: nothing is done before the empty line',
    send: ['GET {path} HTTP/1.1\r\nHost: {host}\r\n{own}X-A: b\r\n', 'await', '\r\n'],
    allow: [[SILENCE, USUAL]],
  },
]);
