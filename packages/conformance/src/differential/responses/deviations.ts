/**
 * All that http-mini's client is known to part on with undici's and node:http's, given the same bytes. The first that fits a
 * difference names it. Both peers are made of llhttp, hence most are of both.
 */
import type { HttpErrorCode } from 'http-mini';
import type { Pieces } from '../../arbitraries/pieces.ts';
import type { Deviation } from '../deviations/deviation.ts';
import { type Difference, isSame } from '../difference.ts';
import type { ClientExchange, Method, ObservedClient } from './observe.ts';

export interface ResponseDeviation extends Deviation<ClientExchange> {
  readonly peers: readonly ObservedClient['name'][];
  /** The request that the example answers; a GET unless said otherwise. */
  readonly method?: Method;
  /** In which the example is sent; whole unless said otherwise. */
  readonly pieces?: Pieces;
}

type It = Difference<ClientExchange>;

const BOTH = ['node:http', 'undici'] as const;
const OK = 'HTTP/1.1 200 OK\r\n';

export const DEVIATIONS: readonly ResponseDeviation[] = [
  // ── The status line, RFC 9112 4 ──
  {
    id: 'reason-in-utf-8',
    rule: 'RFC 9112 4',
    right: 'both',
    peers: ['undici'],
    why: 'a client should ignore the reason, octets in no known encoding; undici reads them as UTF-8',
    example: 'HTTP/1.1 204 \xe9\r\n\r\n',
    isMet: (it) => isSameBut('reason', it) && /[\x80-\xff]/.test(it.mini!.reason!),
  },
  {
    id: 'reason-in-pieces',
    rule: 'RFC 9112 4',
    right: 'both',
    peers: ['undici'],
    why: 'a client should ignore the reason; of one that comes in pieces, undici keeps the last',
    example: 'HTTP/1.1 204 abcdef\r\n\r\n',
    pieces: ['HTTP/1.1 204 abc'.length],
    isMet: (it) => isSameBut('reason', it) && it.mini!.reason!.endsWith(it.peer!.reason!),
  },
  {
    id: 'reason-with-controls',
    rule: 'RFC 9112 4',
    right: 'http-mini',
    peers: BOTH,
    why: 'a reason holds no control characters; llhttp hands them on, escape sequences for a terminal among them',
    example: 'HTTP/1.1 204 \x1b[31m\r\n\r\n',
    isMet: (it) =>
      peerTakes(it, 'invalid-status-line') && /^HTTP\/1\.\d \d{3} .*[\0-\x08\x0b-\x1f\x7f]/m.test(it.text),
  },
  {
    id: 'status-without-space',
    rule: 'RFC 9112 4',
    right: 'http-mini',
    peers: BOTH,
    why: 'the space after the status stays where there is no reason; llhttp does without',
    example: 'HTTP/1.1 204\r\n\r\n',
    isMet: (it) => peerTakes(it, 'invalid-status') && /^HTTP\/1\.\d \d{3}\r\n/m.test(it.text),
  },
  {
    id: 'status-below-100',
    rule: 'RFC 9110 15',
    right: 'http-mini',
    peers: ['node:http'],
    why: 'a status is 100 to 999; node:http hands on less',
    example: 'HTTP/1.1 099 x\r\n\r\n',
    isMet: (it) => peerTakes(it, 'invalid-status') && it.peer!.status! < 100,
  },
  {
    id: 'minor-version',
    rule: 'RFC 9110 2.5',
    right: 'http-mini',
    peers: BOTH,
    why: 'a higher minor version is processed as 1.1; llhttp refuses it',
    example: 'HTTP/1.3 204 x\r\n\r\n',
    isMet: (it) => peerRefuses(it) && /^HTTP\/1\.[2-9] /m.test(it.text),
  },
  {
    id: 'major-version',
    rule: 'RFC 9110 2.5',
    right: 'http-mini',
    peers: BOTH,
    why: 'another major version is another syntax; llhttp takes 0.9 and 2.0 for 1.x',
    example: 'HTTP/2.0 204 x\r\n\r\n',
    isMet: (it) => peerTakes(it, 'unsupported-version'),
  },
  {
    id: 'empty-line-before-response',
    rule: 'RFC 9112 2.2',
    right: 'http-mini',
    peers: BOTH,
    why: 'only a server skips an empty line, before a request; llhttp skips it before a response',
    example: `\r\n${OK}\r\n`,
    isMet: (it) =>
      peerTakes(it, 'invalid-version', 'bare-carriage-return', 'bare-line-feed') &&
      /(^|\n\r?\n|\r)[\r\n]*HTTP/.test(it.text),
  },
  {
    id: 'upgrade-unasked',
    rule: 'RFC 9110 7.8',
    right: 'http-mini',
    peers: ['node:http'],
    why: 'a server changes to a protocol that the client has offered; node:http tells of a change that nobody asked for',
    example: 'HTTP/1.1 101 x\r\nUpgrade: x\r\n\r\n',
    isMet: (it) => peerTakes(it, 'unsolicited-response') && it.peer!.status === 101,
  },
  // ── Fields, RFC 9112 5 ──
  {
    id: 'folded-line',
    rule: 'RFC 9112 5.2',
    right: 'http-mini',
    peers: BOTH,
    why: 'a client unfolds lines; llhttp refuses the response',
    example: `${OK}a: b\r\n c\r\nContent-Length: 0\r\n\r\n`,
    isMet: (it) => peerRefuses(it) && /\r\n[ \t]/.test(it.text),
  },
  {
    id: 'whitespace-before-colon',
    rule: 'RFC 9112 5.1',
    right: 'http-mini',
    peers: BOTH,
    why: 'a client removes whitespace between name and colon; llhttp refuses the response',
    example: `${OK}Content-Length : 0\r\n\r\n`,
    isMet: (it) => peerRefuses(it) && /^[^\s:]+[ \t]+:/m.test(it.text),
  },
  {
    id: 'whitespace-in-pieces',
    rule: 'RFC 9110 5.5',
    right: 'http-mini',
    peers: ['undici'],
    why: 'whitespace after a value is no part of it; undici keeps it where it comes in another piece',
    example: `${OK}Content-Length: 0\r\na: b \r\n\r\n`,
    pieces: [`${OK}Content-Length: 0\r\na: b`.length, 1],
    isMet: ({ mini, peer }) => !isSame(mini, peer) && isSame(mini, trimmed(peer)),
  },
  // ── Content, RFC 9112 6 ──
  {
    id: 'length-without-content',
    rule: 'RFC 9112 6.3',
    right: 'http-mini',
    peers: ['undici'],
    why: 'a 204 or 304 has no content, whatever its Content-Length says; undici waits for some, and fails',
    example: 'HTTP/1.1 304 x\r\nContent-Length: 5\r\n\r\n',
    isMet: (it) =>
      peerRefuses(it) &&
      (it.mini!.status === 204 || it.mini!.status === 304) &&
      /^Content-Length/im.test(it.text),
  },
  {
    id: 'length-invalid-and-unused',
    rule: 'RFC 9112 6.3',
    right: 'both',
    peers: BOTH,
    why: 'where there is no content, after HEAD for one, nobody needs its length; llhttp refuses the response for it',
    example: `${OK}Content-Length: 1x\r\n\r\n`,
    method: 'HEAD',
    isMet: (it) =>
      peerRefuses(it) &&
      it.mini!.fields!.some(([name, value]) => /^content-length$/i.test(name) && !/^\d+$/.test(value)),
  },
  {
    id: 'transfer-encoding-in-doubt',
    rule: 'RFC 9112 7',
    right: 'http-mini',
    peers: BOTH,
    why: 'a Transfer-Encoding that is no list of codings, or gives chunked a parameter, is an error; llhttp reads until close',
    example: `${OK}Transfer-Encoding: chunked;a\r\n\r\n`,
    isMet: (it) => peerTakes(it, 'chunked-with-parameters', 'invalid-transfer-encoding'),
  },
  // ── The connection, RFC 9112 9 ──
  {
    id: 'close-among-options',
    rule: 'RFC 9112 9.3',
    right: 'http-mini',
    peers: BOTH,
    why: 'close wins over keep-alive; in HTTP/1.0, llhttp looks for keep-alive only',
    example: 'HTTP/1.0 204 x\r\nConnection: close\r\nConnection: keep-alive\r\n\r\n',
    isMet: (it) =>
      isSameBut('connection', it) && it.mini!.connection === 'new' && closesAmongOptions(it.earlier[0]!),
  },
  {
    id: 'surplus-line-end',
    rule: 'RFC 9112 6.3',
    right: 'http-mini',
    peers: BOTH,
    why: 'bytes that answer nothing show that the ends have lost step, so the connection is closed; llhttp skips line ends',
    example: `${OK}Content-Length: 1\r\n\r\n1\r\n`,
    isMet: (it) =>
      isSameBut('connection', it) && it.mini!.connection === 'new' && hasSurplus(it.text, it.earlier[0]!),
  },
  {
    id: 'head-without-length',
    rule: 'RFC 9112 9.3',
    right: 'both',
    peers: BOTH,
    why: 'a response to HEAD ends with its head, and the connection persists; llhttp closes it where no length is given',
    example: `${OK}\r\n`,
    method: 'HEAD',
    isMet: (it) =>
      isSameBut('connection', it) &&
      it.mini!.connection === 'kept' &&
      !/^(Content-Length|Transfer-Encoding):/im.test(it.text),
  },
];

// ── What predicates are made of ──

/** http-mini refuses, for one of these reasons, what the peer takes for a response. */
function peerTakes({ code, mini, peer }: It, ...codes: HttpErrorCode[]): boolean {
  return (
    code !== undefined && codes.includes(code) && mini?.status === undefined && peer?.status !== undefined
  );
}

/** http-mini has the whole of what the peer refuses. */
function peerRefuses({ mini, peer }: It): boolean {
  return mini?.status !== undefined && peer?.status === undefined;
}

/** Both have the same, all but this. */
function isSameBut(key: keyof ClientExchange, { mini, peer }: It): boolean {
  if (mini?.status === undefined || peer?.status === undefined) return false;
  return isSame({ ...mini, [key]: undefined }, { ...peer, [key]: undefined });
}

/** With its values as they are without the whitespace after them. */
function trimmed(exchange: ClientExchange | undefined): unknown {
  const trim = (key: string, value: unknown): unknown =>
    key === '1' && typeof value === 'string' ? value.trimEnd() : value;
  return exchange && JSON.parse(JSON.stringify(exchange), trim);
}

function closesAmongOptions({ fields }: ClientExchange): boolean {
  const options = fields!.filter(([name]) => /^connection$/i.test(name)).map(([, value]) => value);
  return /keep-alive.*close|close.*keep-alive/i.test(options.join());
}

/** Whether line ends follow the end of the last head, of the chunks, or of as much content as there was. */
function hasSurplus(text: string, { content = '' }: ClientExchange): boolean {
  if (/\n\r\n[\r\n]+$/.test(text)) return true;
  const before = text.slice(0, text.length - content.length);
  return /[\r\n]$/.test(text) && !/chunked/i.test(text) && !before.endsWith('\r\n\r\n');
}
