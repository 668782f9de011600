/** Where field lines are read otherwise. RFC 9112 5 */
import { isSame } from '../../difference.ts';
import type { ClientExchange } from '../observe.ts';
import { BOTH, isSameBut, OK, peerRefuses, peerTakes, type ResponseDeviation } from './deviation.ts';

export const FIELDS: readonly ResponseDeviation[] = [
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
    isMet: (it) => !isSameBut('reason', it) && isSame(comparable(it.mini), comparable(it.peer)),
  },
  {
    id: 'fields-too-many',
    rule: 'RFC 9110 5.4',
    right: 'both',
    peers: BOTH,
    why: 'a limit for field lines, 100 here; llhttp has one for the whole head only',
    example: `${OK}${'A: b\r\n'.repeat(101)}\r\n`,
    isMet: (it) => peerTakes(it, 'too-many-fields') && it.peer!.fields!.length > 100,
  },
];

/** With its values as they are without the whitespace after them, and without the reason, which may differ as well. */
function comparable(exchange: ClientExchange | undefined): unknown {
  const trim = (key: string, value: unknown): unknown =>
    key === '1' && typeof value === 'string' ? value.trimEnd() : value;
  return exchange && JSON.parse(JSON.stringify({ ...exchange, reason: '' }), trim);
}
