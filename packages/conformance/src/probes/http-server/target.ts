/** What is asked for, in its four forms, and the characters that it may hold. RFC 9112 3.2, RFC 9110 9.3.6 */
import { CLOSED, NOT_SERVED, REFUSED, TAKEN, USUAL } from './outcome.ts';
import { type Chapter, chapter, each, head } from './row.ts';

const HOST = 'Host: {host}';

export const target: Chapter = chapter('target', [
  ...each(
    {
      absolute: 'http://{host}{path}',
      'absolute-upper-case': 'HTTP://{host}{path}',
    },
    (name, form) => ({
      name,
      requirements: ['rfc9112/3.2.2/absolute-form'],
      why: 'a client that takes the server for a proxy sends it; a scheme has no case',
      send: [head(`GET ${form} HTTP/1.1`, HOST)],
      allow: [[USUAL]],
    }),
  ),
  {
    name: 'absolute-empty-path',
    requirements: ['rfc9112/3.2.2/absolute-form'],
    why: 'an empty path is "/"',
    send: [head('GET http://{host} HTTP/1.1', HOST)],
    allow: [[TAKEN]],
  },
  {
    name: 'absolute-and-other-host',
    requirements: ['rfc9112/3.2.2/absolute-over-host'],
    why: 'the target says who is asked; Host, which may be forged, is ignored beside it',
    send: [head('GET http://{host}{path} HTTP/1.1', 'Host: other.example')],
    allow: [[USUAL]],
  },
  ...each(
    {
      'https-unsecured': 'https://{host}{path}',
      'https-unsecured-upper-case': 'HTTPS://{host}{path}',
      'https-unsecured-other-host': 'https://other.example{path}',
      'https-unsecured-no-port': 'https://localhost/',
      'https-unsecured-port-443': 'https://localhost:443{path}',
    },
    (name, form) => ({
      name,
      requirements: ['rfc9110/7.4/https-secured'],
      why: 'what https promises, this connection does not keep: only a gateway that the server trusts may send it so, and nobody has said that we are one',
      send: [head(`GET ${form} HTTP/1.1`, HOST)],
      allow: [[NOT_SERVED], [CLOSED]],
      needs: 'plain TCP',
    }),
  ),
  ...each({ post: '{method}', options: 'OPTIONS', unknown: 'BREW' }, (name, method) => ({
    name: `https-unsecured-${name}`,
    requirements: ['rfc9110/7.4/https-secured'],
    why: 'the rule is about the target, whatever the method',
    send: [head(`${method} https://{host}{path} HTTP/1.1`, HOST, 'Content-Length: 0')],
    asks: [method],
    allow: [[NOT_SERVED], [CLOSED]],
    needs: 'plain TCP',
  })),
  {
    name: 'https-unsecured-after-another',
    requirements: ['rfc9110/7.4/https-secured'],
    why: 'each request is looked at, not only the first of a connection',
    send: [`${head('GET {path} HTTP/1.1', HOST)}${head('GET https://{host}{path} HTTP/1.1', HOST)}`],
    asks: ['GET', 'GET'],
    allow: [
      [USUAL, NOT_SERVED],
      [USUAL, CLOSED],
    ],
    needs: 'plain TCP',
  },
  {
    name: 'absolute-empty-host',
    requirements: ['rfc9110/4.2.1/reject-empty-host'],
    why: 'an http URI without a host names no origin: whoever takes it has to guess one',
    send: [head('GET http://{path} HTTP/1.1', HOST)],
    allow: [[400]],
  },
  {
    name: 'absolute-userinfo',
    requirements: ['rfc9110/4.2.4/reject-userinfo'],
    why: 'what stands before the @ is there to be taken for the host',
    send: [head('GET http://other.example@{host}{path} HTTP/1.1', HOST)],
    allow: [[400]],
  },
  ...each({ authority: '{host}', 'no-slash': 'index.html' }, (name, form) => ({
    name,
    requirements: ['rfc9112/3.2.3/authority-form'],
    why: 'what begins with neither a slash nor a scheme is an authority, which only CONNECT may name',
    send: [head(`GET ${form} HTTP/1.1`, HOST)],
    allow: [[REFUSED], [301]],
  })),
  ...each({ 'asterisk-get': 'GET', 'asterisk-post': 'POST' }, (name, method) => ({
    name,
    requirements: ['rfc9112/3.2.4/asterisk'],
    why: '"*" is the server as a whole, and only OPTIONS asks about that',
    send: [head(`${method} * HTTP/1.1`, HOST, 'Content-Length: 0')],
    asks: [method],
    allow: [[REFUSED], [501]],
  })),
  {
    name: 'asterisk-options',
    requirements: ['rfc9112/3.2.4/options'],
    why: 'a ping for HTTP: whatever the answer, the form is a legal one',
    send: [head('OPTIONS * HTTP/1.1', HOST)],
    asks: ['OPTIONS'],
    allow: [[TAKEN]],
  },
  ...each(
    {
      'quotation-mark': '"',
      'angle-bracket': '<',
      backslash: '\\',
      caret: '^',
      backtick: '`',
      brace: '{',
      pipe: '|',
      fragment: '#a',
      'obs-text': '\xe9',
      control: '\x01',
      delete: '\x7f',
      nul: '\0',
      'broken-escape': '%zz',
      'half-escape': '%2',
    },
    (name, characters) => ({
      name,
      requirements: ['rfc9112/3/invalid-line'],
      why: 'no URI holds it unescaped: what it means differs from one recipient to the next, and filters are got past so',
      send: [head(`GET {path}${characters} HTTP/1.1`, HOST)],
      allow: [[400], [301]],
    }),
  ),
  ...each(
    {
      'connect-no-port': '127.0.0.1',
      'connect-empty-port': '127.0.0.1:',
      'connect-port-too-high': '127.0.0.1:65536',
      'connect-port-word': '127.0.0.1:http',
      'connect-path': '{path}',
    },
    (name, authority) => ({
      name,
      requirements: ['rfc9110/9.3.6/connect-port'],
      why: 'a tunnel to a port that is none could only end somewhere else',
      send: [head(`CONNECT ${authority} HTTP/1.1`, HOST)],
      asks: ['CONNECT'],
      allow: [[NOT_SERVED], [CLOSED]],
    }),
  ),
]);
