/** Where a connection is kept, or closed, otherwise. RFC 9112 9 */
import type { ClientExchange } from '../observe.ts';
import { BOTH, hasField, isSameBut, OK, type ResponseDeviation } from './deviation.ts';

export const CONNECTION: readonly ResponseDeviation[] = [
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
    id: 'connection-tab',
    rule: 'RFC 9110 5.5',
    right: 'http-mini',
    peers: ['node:http'],
    why: 'whitespace after a value is no part of it, and a tab is whitespace; node:http does not see the close before it',
    example: `${OK}Connection: close\t\r\nContent-Length: 0\r\n\r\n`,
    upToNode: 20, // 24 sees it
    isMet: (it) =>
      isSameBut('connection', it) &&
      it.mini!.connection === 'new' &&
      /^Connection:[^\r\n]*\t/im.test(it.text),
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
    id: 'surplus-begins-a-response',
    rule: 'RFC 9112 9.2',
    right: 'http-mini',
    peers: ['node:http'],
    why: 'bytes that answer nothing close the connection; node:http waits for the end of what begins like a response, and asks again meanwhile',
    example: `${OK}Content-Length: 1\r\n\r\n1HTTP/1.1 2`,
    isMet: (it) =>
      isSameBut('connection', it) &&
      it.mini!.connection === 'new' &&
      /.H(T{0,2}|TTP(\/((?!\r\n\r\n)[\s\S])*)?)$/s.test(it.text),
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
  {
    id: 'keep-alive-hint',
    rule: 'RFC 9112 9.5',
    right: 'both',
    peers: BOTH,
    why: 'either end may close an idle connection when it likes: if Keep-Alive gives it a second, the peers close at once, http-mini after half of it',
    example: `${OK}Content-Length: 0\r\nConnection: keep-alive\r\nKeep-Alive: timeout=1\r\n\r\n`,
    isMet: (it) => isSameBut('connection', it) && hasField(it.earlier[0]!, /^keep-alive$/i, /timeout/),
  },
];

function closesAmongOptions({ fields }: ClientExchange): boolean {
  const options = fields!.filter(([name]) => /^connection$/i.test(name)).map(([, value]) => value);
  return /keep-alive.*close|close.*keep-alive/i.test(options.join());
}

/** Whether line ends follow the end of the last head, of the chunks, or of as much content as there was. */
function hasSurplus(text: string, { content = '' }: ClientExchange): boolean {
  if (/\n\r\n[\r\n]+$/.test(text)) return true;
  return /[\r\n]$/.test(text) && !/chunked/i.test(text) && !text.endsWith(`\r\n\r\n${content}`);
}
