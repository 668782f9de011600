/**
 * HTTP implementations behind two small interfaces, so that every client can be held against every server: law 7. A client
 * is told an exchange and says what it was answered; a server says what it was asked and is told what to answer.
 */
import type { Field, RequestPlan, ResponsePlan } from '../arbitraries/http.ts';

export interface SeenRequest {
  readonly method: string;
  readonly target: string;
  readonly fields: readonly Field[];
  readonly content: Uint8Array;
}

export interface SeenResponse {
  readonly status: number;
  readonly fields: readonly Field[];
  readonly content: Uint8Array;
}

export interface HttpClientPeer {
  readonly name: string;
  /** A client that keeps one connection to this port. */
  open(port: number): HttpSession;
}

export interface HttpSession {
  exchange(request: RequestPlan): Promise<SeenResponse>;
  close(): Promise<void>;
}

export interface HttpServerPeer {
  readonly name: string;
  start(answer: (request: SeenRequest) => ResponsePlan): Promise<{ port: number; close(): Promise<void> }>;
}

/** In two parts, so that chunked content has more than one chunk; never an empty one, which would be the last. */
export function* partsOf(content: Uint8Array): Generator<Uint8Array, void, void> {
  const middle = content.length >> 1;
  if (middle > 0) yield content.subarray(0, middle);
  if (content.length > middle) yield content.subarray(middle);
}

export async function* streamOf(content: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield* partsOf(content);
}

/** As clients take it: whole where its length is announced, in parts where it is chunked. */
export function bodyOf({
  content,
  framing,
}: RequestPlan): Uint8Array | AsyncGenerator<Uint8Array> | undefined {
  if (content === undefined) return undefined;
  return framing === 'length' ? content : streamOf(content);
}

export async function readAll(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return Buffer.concat(all);
}

/** Names and values in turn, as node:http and undici give them raw. */
export function pairs(raw: readonly string[]): Field[] {
  return Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i]!, raw[2 * i + 1]!]);
}
