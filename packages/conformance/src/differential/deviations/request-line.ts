/** Where a request line is read otherwise. RFC 9112 3 */
import { METHODS } from 'node:http';
import {
  bothRefuse,
  type Deviation,
  GET,
  isRefusal,
  isSameRequest,
  nodeRefuses,
  nodeTakes,
} from './deviation.ts';

export const REQUEST_LINE: readonly Deviation[] = [
  {
    id: 'method-unknown',
    rule: 'RFC 9110 9.1',
    right: 'http-mini',
    why: 'any token is a method, in its own case, and the handler says which it knows; node:http refuses what it has no number for',
    example: 'BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n',
    isMet: nodeRefuses(({ method }) => !METHODS.includes(method)),
  },
  {
    id: 'method-too-long',
    rule: 'RFC 9112 3',
    right: 'both',
    why: '501 for a method longer than any that is known; node:http says 400, as to every other unknown one',
    example: `${'A'.repeat(65)} / HTTP/1.1\r\nHost: a\r\n\r\n`,
    isMet: bothRefuse('method-too-long', 501, 400),
  },
  {
    id: 'minor-version',
    rule: 'RFC 9110 2.5',
    right: 'http-mini',
    why: 'a higher minor version is processed as 1.1; node:http refuses it',
    example: 'GET / HTTP/1.2\r\nHost: a\r\n\r\n',
    isMet: nodeRefuses(({ version }, { text }) => version === '1.1' && /HTTP\/1\.[2-9]\r\n/.test(text)),
  },
  {
    id: 'major-version-taken',
    rule: 'RFC 9110 15.6.6',
    right: 'http-mini',
    why: 'another major version is 505; node:http serves 0.9 and 2.0 as if they were 1.x',
    example: 'GET / HTTP/2.0\r\nHost: a\r\n\r\n',
    isMet: nodeTakes('unsupported-version', ({ version }) => version === '0.9' || version === '2.0'),
  },
  {
    id: 'major-version-refused',
    rule: 'RFC 9110 15.6.6',
    right: 'http-mini',
    why: 'another major version is 505; node:http says 400',
    example: 'GET / HTTP/3.0\r\nHost: a\r\n\r\n',
    isMet: bothRefuse('unsupported-version', 505, 400),
  },
  {
    id: 'request-line-without-version',
    rule: 'RFC 9112 3',
    right: 'http-mini',
    why: 'a request line ends in a version; node:http serves one without as HTTP/0.9',
    example: 'GET /\r\n\r\n',
    isMet: nodeTakes('invalid-request-line', ({ version }) => version === '0.9'),
  },
  {
    id: 'request-line-spaces',
    rule: 'RFC 9112 3',
    right: 'both',
    why: 'one SP stands between method and target; node:http takes more, as a lenient recipient may',
    example: 'GET  / HTTP/1.1\r\nHost: a\r\n\r\n',
    isMet: (it) =>
      nodeTakes(
        it.code === 'invalid-version' ? it.code : 'invalid-request-line',
        ({ method, target }) => it.text.includes(`${method}  `) || it.text.includes(`${target}  `),
      )(it),
  },
  {
    id: 'line-feed-before-request',
    rule: 'RFC 9112 2.2',
    right: 'both',
    why: 'an empty line may end in LF alone, or must not; node:http skips it before a method',
    example: `\n${GET}\r\n`,
    // No look at the byte before it: that may be a CR which is the end of the content before.
    isMet: ({ code, mini, peer }) => code === 'bare-line-feed' && isRefusal(mini) && !isRefusal(peer),
  },
  {
    id: 'scheme-characters',
    rule: 'RFC 9112 3.2.2',
    right: 'http-mini',
    why: 'a scheme may hold digits and "+-." after its first letter; node:http refuses them',
    example: 'GET h2+x://a/ HTTP/1.1\r\nHost: a\r\n\r\n',
    isMet: nodeRefuses(({ target }) => /^[a-z]+[\d+.-][a-z\d+.-]*:\/\//i.test(target)),
  },
  {
    id: 'carriage-return-before-request',
    rule: 'RFC 9112 2.2',
    right: 'http-mini',
    why: 'a CR without LF is no empty line; node:http skips it before a method',
    example: `\r${GET}\r\n`,
    isMet: ({ code, text, mini, peer }) =>
      code === 'bare-carriage-return' &&
      isRefusal(mini) &&
      (peer === undefined
        ? /\r$/.test(text)
        : text.replaceAll(/[\r\n]+/g, '\r').includes(`\r${peer.request?.method}`)),
  },
  {
    id: 'target-characters',
    rule: 'RFC 9112 3.2',
    right: 'http-mini',
    why: 'a target is a URI’s, with an authority that is one; node:http passes on quotation marks, broken escapes and userinfo',
    example: 'GET /"<> HTTP/1.1\r\nHost: a\r\n\r\n',
    isMet: nodeTakes('invalid-target', ({ target }) => !/^\/[\w\-.~!$&'()*+,;=:@/?]*$/.test(target)),
  },
  {
    id: 'target-form',
    rule: 'RFC 9112 3.2',
    right: 'http-mini',
    why: '* belongs to OPTIONS, host:port to CONNECT, and nothing else there; node:http takes either from anyone',
    example: 'GET * HTTP/1.1\r\nHost: a\r\n\r\n',
    isMet: nodeTakes(
      'invalid-target-form',
      ({ target, method }) => method === 'CONNECT' || target[0] !== '/',
    ),
  },
  {
    id: 'https-unsecured',
    rule: 'RFC 9110 7.4',
    right: 'http-mini',
    why: 'a target of https is refused on a connection without TLS, unless a trusted gateway sent it; node:http serves it',
    example: 'GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n',
    isMet: (it) => isSameRequest(it) && it.code === 'misdirected-request' && it.peer?.status !== 421,
  },
  {
    id: 'target-too-long-taken',
    rule: 'RFC 9112 3',
    right: 'both',
    why: 'a limit for targets, 8 KiB here; node:http has one for the whole head only',
    example: `GET /${'a'.repeat(8192)} HTTP/1.1\r\nHost: a\r\n\r\n`,
    isMet: nodeTakes('target-too-long', ({ target }) => target.length > 8192),
  },
  {
    id: 'target-too-long-refused',
    rule: 'RFC 9112 3',
    right: 'http-mini',
    why: 'a target too long is 414; node:http says 431, since it counts the head as one',
    example: `GET /${'a'.repeat(17000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
    isMet: bothRefuse('target-too-long', 414, 431),
  },
];
