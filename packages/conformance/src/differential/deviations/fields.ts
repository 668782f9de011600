/** Where Host, and the size of a head, are held to other rules. RFC 9112 3.2, RFC 9110 5.4 */
import { bothRefuse, type Deviation, GET, nodeTakes, values } from './deviation.ts';

export const FIELDS: readonly Deviation[] = [
  {
    id: 'host-missing-in-connect',
    rule: 'RFC 9112 3.2',
    right: 'http-mini',
    why: 'every request of HTTP/1.1 has a Host; node:http does not look for it in CONNECT',
    example: 'CONNECT a:1 HTTP/1.1\r\n\r\n',
    isMet: nodeTakes(
      'host-missing',
      (request) => request.method === 'CONNECT' && values(request, 'host').length === 0,
    ),
  },
  {
    id: 'request-after-missing-host',
    rule: 'RFC 9112 9.6',
    right: 'http-mini',
    why: 'after a refusal that closes, nothing is read; node:http refuses a missing Host, and its handler gets what follows',
    example: `GET / HTTP/1.1\r\n\r\n${GET}\r\n`,
    // A target that is wrong too is what http-mini finds first.
    isMet: (it) => nodeTakes('host-missing', () => true)(it) || nodeTakes('invalid-target', () => true)(it),
  },
  {
    id: 'host-repeated',
    rule: 'RFC 9112 3.2',
    right: 'http-mini',
    why: 'two Hosts are two answers to who is asked; node:http takes the first',
    example: `${GET}Host: b\r\n\r\n`,
    isMet: nodeTakes('host-repeated', (request) => values(request, 'host').length > 1),
  },
  {
    id: 'host-invalid',
    rule: 'RFC 9112 3.2',
    right: 'http-mini',
    why: 'Host is host[:port]; node:http passes on anything',
    example: 'GET / HTTP/1.1\r\nHost: user@a/b,c\r\n\r\n',
    isMet: nodeTakes('invalid-host', (request) => values(request, 'host').length === 1),
  },
  {
    id: 'fields-too-many',
    rule: 'RFC 9110 5.4',
    right: 'both',
    why: 'a limit for field lines, 100 here; node:http keeps 2,000 and drops the rest unsaid',
    example: `${GET}${'A: b\r\n'.repeat(100)}\r\n`,
    isMet: nodeTakes('too-many-fields', ({ fields }) => fields.length > 100),
  },
  {
    id: 'head-too-large',
    rule: 'RFC 9110 5.4',
    right: 'both',
    why: 'a head over 16 KiB is 431; node:http does not count everything in it, and finds it cut off instead: 400',
    example: `${GET}A: ${'a'.repeat(16_360)}`,
    isMet: bothRefuse('head-too-large', 431, 400),
  },
];
