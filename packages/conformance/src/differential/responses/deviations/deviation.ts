/** What a deviation of clients is, and the words in which the lists beside this file say so. */
import type { HttpErrorCode } from 'http-mini';
import type { Pieces } from '../../../arbitraries/pieces.ts';
import type { Deviation } from '../../deviations/deviation.ts';
import { type Difference, isSame } from '../../difference.ts';
import type { ClientExchange, Method, ObservedClient } from '../observe.ts';

export interface ResponseDeviation extends Deviation<ClientExchange> {
  /** Who parts from http-mini so. */
  readonly peers: readonly ObservedClient['name'][];
  /** The request that the example answers; a GET unless said otherwise. */
  readonly method?: Method;
  /** In which the example is sent; whole unless said otherwise. */
  readonly pieces?: Pieces;
}

type It = Difference<ClientExchange>;

// ── What predicates are made of ──

/** http-mini refuses, for one of these reasons, what the peer takes for a response. */
export function peerTakes({ code, mini, peer }: It, ...codes: HttpErrorCode[]): boolean {
  return (
    code !== undefined && codes.includes(code) && mini?.status === undefined && peer?.status !== undefined
  );
}

/** http-mini has the whole of what the peer refuses. */
export function peerRefuses({ mini, peer }: It): boolean {
  return mini?.status !== undefined && peer?.status === undefined;
}

/** Both have the same, all but this. */
export function isSameBut(key: keyof ClientExchange, { mini, peer }: It): boolean {
  if (mini?.status === undefined || peer?.status === undefined) return false;
  return isSame({ ...mini, [key]: undefined }, { ...peer, [key]: undefined });
}

/** Whether a header section has such a field. */
export function hasField(exchange: ClientExchange, name: RegExp, value: RegExp): boolean {
  return exchange.fields!.some((field) => name.test(field[0]) && value.test(field[1]));
}

// ── What examples are made of ──

/** Both are made of llhttp. */
export const BOTH = ['node:http', 'undici'] as const;
export const OK: string = 'HTTP/1.1 200 OK\r\n';
export const CHUNKED: string = `${OK}Transfer-Encoding: chunked\r\n\r\n`;
