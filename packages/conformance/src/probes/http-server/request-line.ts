/** The first line: method, target, version, and one SP between them. RFC 9112 2.2, 2.3, 3 */
import { CLOSED, NOT_SERVED, oneOf, REFUSED, USUAL } from './outcome.ts';
import { type Chapter, chapter, each, get, head } from './row.ts';

const HOST = 'Host: {host}';

export const requestLine: Chapter = chapter('request-line', [
  {
    name: 'empty-line-first',
    requirements: ['rfc9112/2.2/empty-line-first'],
    why: 'old clients send a CRLF after the content of a POST, and it comes before the next request',
    send: [`\r\n${get()}`],
    allow: [[USUAL]],
  },
  {
    name: 'empty-line-between',
    requirements: ['rfc9112/2.2/empty-line-first'],
    why: 'that CRLF is met on a connection that is used again',
    send: [`${get()}\r\n${get()}`],
    asks: ['GET', 'GET'],
    allow: [[USUAL, USUAL]],
  },
  ...each(
    {
      'bare-lf': `GET {path} HTTP/1.1\n${HOST}\n{own}\n`,
      'bare-lf-after-line': `GET {path} HTTP/1.1\n${HOST}\r\n{own}\r\n`,
      'bare-lf-after-field': `GET {path} HTTP/1.1\r\n${HOST}\n{own}\r\n`,
    },
    (name, request) => ({
      name,
      requirements: ['rfc9112/2.2/bare-lf'],
      why: 'LF alone may end a line or be refused; in doubt, two recipients see two heads',
      send: [request],
      allow: [[USUAL], [REFUSED]],
    }),
  ),
  ...each({ 'cr-in-method': 'GE\rT {path}', 'cr-in-target': 'GET {path}a\rb' }, (name, start) => ({
    name,
    requirements: ['rfc9112/2.2/bare-cr'],
    why: 'a bare CR is an error, or a space, which makes the line one word too long: either way it is invalid',
    send: [head(`${start} HTTP/1.1`, HOST)],
    allow: [[oneOf(400, 501)], [301], [CLOSED]],
  })),
  ...each(
    {
      'two-spaces': 'GET  {path} HTTP/1.1',
      'two-spaces-before-version': 'GET {path}  HTTP/1.1',
      'tab-before-target': 'GET\t{path} HTTP/1.1',
      'tab-before-version': 'GET {path}\tHTTP/1.1',
      'vertical-tab': 'GET\v{path} HTTP/1.1',
      'space-first': ' GET {path} HTTP/1.1',
      'space-last': 'GET {path} HTTP/1.1 ',
    },
    (name, line) => ({
      name,
      requirements: ['rfc9112/3/lenient-space'],
      why: 'one SP is the rule; a server may split at any whitespace, and is safer where it refuses',
      send: [head(line, HOST)],
      allow: [[USUAL], [REFUSED], [501]],
    }),
  ),
  ...each(
    { 'four-words': 'GET {path} {path} HTTP/1.1', 'space-in-target': 'GET {path}a b HTTP/1.1' },
    (name, line) => ({
      name,
      requirements: ['rfc9112/3/invalid-line', 'rfc9112/3/no-autocorrect'],
      why: 'a line with a word too many, mended, may mean what a filter in front did not see',
      send: [head(line, HOST)],
      allow: [[400], [301]],
    }),
  ),
  ...each(
    {
      'no-version': 'GET {path}',
      'method-alone': 'GET',
      'colon-in-method': 'GE:T {path} HTTP/1.1',
      'bracket-in-method': 'G(E)T {path} HTTP/1.1',
      'nul-in-method': 'G\0T {path} HTTP/1.1',
      'obs-text-in-method': 'G\xcbT {path} HTTP/1.1',
    },
    (name, line) => ({
      name,
      requirements: ['rfc9112/2.2/no-match', 'rfc9112/3/invalid-line'],
      why: 'what is no request line must not be guessed at',
      send: [head(line, HOST)],
      allow: [[NOT_SERVED]],
    }),
  ),
  {
    name: 'tls',
    requirements: ['rfc9112/2.2/no-match'],
    why: 'a browser that was told https speaks TLS to the wrong port, and should be told so',
    send: ['\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03\r\n\r\n'],
    allow: [[400, CLOSED]],
  },
  {
    name: 'nothing-after-garbage',
    requirements: ['rfc9112/2.2/no-match'],
    why: 'after bytes that are no request, nobody knows where the next begins',
    send: [`:)\r\n\r\n${get()}`],
    asks: ['GET', 'GET'],
    allow: [[400, CLOSED]],
  },
  ...each(
    {
      'version-lower-case': 'http/1.1',
      'version-two-digits': 'HTTP/1.10',
      'version-zero-first': 'HTTP/01.1',
      'version-no-minor': 'HTTP/1',
      'version-comma': 'HTTP/1,1',
      'version-sign': 'HTTP/1.+1',
      'version-letter': 'HTTP/1.x',
      'version-other-name': 'HTTPS/1.1',
    },
    (name, version) => ({
      name,
      requirements: ['rfc9112/2.3/version'],
      why: 'the name is in capitals and each number one digit: another spelling is another protocol',
      send: [head(`GET {path} ${version}`, HOST)],
      allow: [[oneOf(400, 505)]],
    }),
  ),
  ...each({ 'version-2.0': '2.0', 'version-3.0': '3.0', 'version-0.9': '0.9' }, (name, version) => ({
    name,
    requirements: ['rfc9110/15.6.6/version'],
    why: 'a major version that is not spoken here has other rules, framing among them',
    send: [head(`GET {path} HTTP/${version}`, HOST)],
    allow: [[NOT_SERVED]],
  })),
  ...each({ 'version-1.2': '1.2', 'version-1.9': '1.9' }, (name, version) => ({
    name,
    requirements: ['rfc9110/6.2/minor-version'],
    why: 'minor versions only add: a server reads 1.2 as the 1.1 that it knows',
    send: [head(`GET {path} HTTP/${version}`, HOST)],
    allow: [[USUAL]],
  })),
  {
    name: 'version-1.0',
    requirements: ['rfc9112/2.3/version'],
    why: 'HTTP/1.0 clients are still there: curl -0, ab, health checks',
    send: [head('GET {path} HTTP/1.0', HOST)],
    allow: [[USUAL]],
  },
]);
