/** Host: exactly one, and a host. Caches and virtual hosts are poisoned through it. RFC 9112 3.2 */
import { TAKEN, USUAL } from './outcome.ts';
import { type Chapter, chapter, each, get, head } from './row.ts';

const GET = 'GET {path} HTTP/1.1';

export const host: Chapter = chapter('host', [
  ...each({ missing: GET, 'missing-absolute': 'GET http://{host}{path} HTTP/1.1' }, (name, line) => ({
    name,
    requirements: ['rfc9112/3.2/host-missing'],
    why: 'every request of HTTP/1.1 has one, whatever its target says',
    send: [head(line, 'Accept: */*')],
    allow: [[400]],
  })),
  {
    name: 'missing-1.0',
    requirements: ['rfc9112/3.2/host-missing'],
    why: 'HTTP/1.0 has no Host, and the rule is for 1.1 alone',
    send: [head('GET {path} HTTP/1.0', 'Accept: */*')],
    allow: [[TAKEN]],
  },
  ...each(
    {
      'repeated-other': 'Host: other.example',
      'repeated-same': 'Host: {host}',
      'repeated-lower-case': 'host: other.example',
      'repeated-empty': 'Host:',
    },
    (name, second) => ({
      name,
      requirements: ['rfc9112/3.2/host-repeated'],
      why: 'one recipient believes the first, the next one the last',
      send: [get(second)],
      allow: [[400]],
    }),
  ),
  {
    name: 'repeated-absolute',
    requirements: ['rfc9112/3.2/host-repeated'],
    why: 'an absolute target makes Host unimportant, and not right',
    send: [head('GET http://{host}{path} HTTP/1.1', 'Host: {host}', 'Host: other.example')],
    allow: [[400]],
  },
  ...each(
    {
      userinfo: 'user@a.example',
      path: 'a.example/b',
      query: 'a.example?b',
      fragment: 'a.example#b',
      uri: 'http://a.example/',
      'comma-after-port': 'a.example:80,b.example',
      space: 'a.example b.example',
      tab: 'a.example\tb.example',
      'port-word': 'a.example:http',
      'two-ports': 'a.example:80:80',
      'bracket-open': '[::1',
      'bracket-close': '::1]',
      'brackets-empty': '[]',
      backslash: 'a.example\\b',
      'quotation-mark': '"a.example"',
      'broken-escape': 'a%zz.example',
      'angle-bracket': '<a.example>',
    },
    (name, value) => ({
      name: `invalid-${name}`,
      requirements: ['rfc9112/3.2/host-invalid'],
      why: 'what is not host[:port] is read one way by the router and another by the application',
      send: [head(GET, `Host: ${value}`)],
      allow: [[400]],
    }),
  ),
  ...each(
    {
      ipv6: '[::1]:8080',
      ipv4: '127.0.0.1',
      'empty-port': 'localhost:',
      'upper-case': 'LOCALHOST',
      comma: 'a.example,b.example',
      'sub-delims': "a_b~!$&'()*+,;=.example",
      escape: 'a%2Db.example',
      'ip-future': '[v1.a:b]',
    },
    (name, value) => ({
      name: `valid-${name}`,
      requirements: ['rfc9112/3.2/host-valid'],
      why: 'it is a host: the server may not know it (404, 421), but there is nothing wrong with it',
      send: [head(GET, `Host: ${value}`)],
      allow: [[TAKEN]],
    }),
  ),
  {
    name: 'last',
    requirements: ['rfc9112/3.2/host-missing'],
    why: 'Host first is good practice and no rule for who reads',
    send: [head(GET, 'Accept: */*', 'X-A: b', 'hOST: {host}')],
    allow: [[USUAL]],
  },
]);
