/**
 * What a deviation is: a difference between http-mini and a peer that has a name, the section that decides, and who keeps
 * it. It knows itself by as little as it can: the rule that http-mini names, and what the peer made of the bytes. Below are
 * the words in which the lists of servers beside this file say so.
 */
import type { HttpErrorCode } from 'http-mini';
import type { Difference } from '../difference.ts';
import type { ObservedRequest, ServerExchange } from '../observe.ts';

export interface Deviation<Exchange = ServerExchange> {
  readonly id: string;
  /** The section that decides. */
  readonly rule: string;
  /** Who keeps it; both where it leaves a choice. */
  readonly right: 'http-mini' | 'the peer' | 'both';
  readonly why: string;
  /** Bytes that meet it, one character for each. */
  readonly example: string;
  /** The last major version of Node that was seen to do so, where a later one was seen not to. */
  readonly upToNode?: number;
  /** What follows is still read alike by both. */
  readonly goesOn?: true;
  isMet(difference: Difference<Exchange>): boolean;
}

// ── What predicates are made of ──

type Test = Deviation['isMet'];

/** http-mini refuses, for this reason, what node:http takes for such a request. */
export function nodeTakes(code: HttpErrorCode, is: (request: ObservedRequest) => boolean): Test {
  return (it) =>
    it.code === code && isRefusal(it.mini) && it.peer?.request !== undefined && is(it.peer.request);
}

/** http-mini takes for such a request what node:http refuses with its head. */
export function nodeRefuses(
  is: (request: ObservedRequest, difference: Difference<ServerExchange>) => boolean,
): Test {
  return (it) =>
    it.mini?.request !== undefined &&
    isRefusal(it.peer) &&
    it.peer?.status === 400 &&
    is(it.mini.request, it);
}

/** Both refuse, and say so with another status. */
export function bothRefuse(code: HttpErrorCode, ours: number, theirs: number): Test {
  return ({ mini, peer, ...it }) =>
    it.code === code &&
    isRefusal(mini) &&
    isRefusal(peer) &&
    mini?.status === ours &&
    peer?.status === theirs;
}

export function isRefusal(exchange: ServerExchange | undefined): boolean {
  return exchange !== undefined && exchange.request === undefined;
}

export function isSameRequest({ mini, peer }: Difference<ServerExchange>): boolean {
  return mini?.request !== undefined && JSON.stringify(mini.request) === JSON.stringify(peer?.request);
}

export function isUnansweredByNode(it: Difference<ServerExchange>): boolean {
  return isSameRequest(it) && it.mini?.status !== undefined && it.peer?.status === undefined;
}

/** An answer that ends the connection, to a request that says both: "close" wins. */
export function closesAmongOptions(exchange: ServerExchange | undefined): boolean {
  const options = values(exchange?.request, 'connection').join();
  return exchange?.closes === true && /keep-alive.*close|close.*keep-alive/i.test(options);
}

/** After an answer that node:http gives at once, it may end the connection without another. */
export function hasExpectationFailed(earlier: readonly ServerExchange[]): boolean {
  return earlier.some(({ status }) => status === 417);
}

/** http-mini has read the content that node:http refuses. */
export function isCutOffByNode(it: Difference<ServerExchange>): boolean {
  return isSameRequest(it) && it.mini?.content !== undefined && it.peer?.status === 400;
}

export function hasTransferEncoding(request: ObservedRequest): boolean {
  return values(request, 'transfer-encoding').length > 0;
}

export function values(request: ObservedRequest | undefined, name: string): string[] {
  return (request?.fields ?? []).filter(([one]) => one.toLowerCase() === name).map(([, value]) => value);
}

// ── What examples are made of ──

export const GET: string = 'GET / HTTP/1.1\r\nHost: a\r\n';
export const POST: string = 'POST / HTTP/1.1\r\nHost: a\r\n';
export const CHUNKED: string = `${POST}Transfer-Encoding: chunked\r\n\r\n`;
