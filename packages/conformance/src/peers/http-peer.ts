/**
 * HTTP implementations behind two small interfaces, so that every client can be held against every server: law 7. A client
 * is told an exchange and says what it was answered; a server says what it was asked and is told what to answer.
 */
import type { Field, Information, RequestPlan, ResponsePlan } from '../arbitraries/http.ts';
import type { Bound } from '../arbitraries/http-bounds.ts';
import { cut } from '../arbitraries/pieces.ts';

export interface SeenRequest {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly fields: readonly Field[];
  readonly content: Uint8Array;
  readonly trailers: readonly Field[];
}

/** What is undefined cannot be seen through this client. */
export interface SeenResponse {
  readonly status: number;
  readonly reason: string | undefined;
  readonly fields: readonly Field[];
  readonly content: Uint8Array;
  readonly trailers: readonly Field[] | undefined;
  readonly informations: readonly Information[] | undefined;
}

export interface HttpClientPeer {
  readonly name: string;
  /** What it cannot say or see. */
  readonly bounds: readonly Bound[];
  /** Whether it can send requests before the earlier ones are answered (RFC 9112 9.3.2). */
  readonly pipelines?: boolean;
  /** A client that keeps one connection to this port. */
  open(port: number, isPipelined: boolean): HttpSession;
}

export interface HttpSession {
  /** @param body sent instead of the plan's content: something that fails half-way, say */
  exchange(request: RequestPlan, body?: AsyncIterable<Uint8Array>): Promise<SeenResponse>;
  close(): Promise<void>;
}

export interface HttpServerPeer {
  readonly name: string;
  /** What it cannot say or see. */
  readonly bounds: readonly Bound[];
  start(handler: PeerHandler): Promise<{ port: number; close(): Promise<void> }>;
}

export interface PeerHandler {
  /** A head has come. */
  begun?(): void;
  /** @param request whole */
  answer(request: SeenRequest): ResponsePlan & { readonly breaksOff?: boolean };
  /** The content of a request did not come to its end. */
  brokenOff?(): void;
}

/** In chunks as planned; never an empty one, which would be the last. */
export async function* streamOf({
  content,
  pieces,
}: RequestPlan | ResponsePlan): AsyncGenerator<Uint8Array, void, void> {
  yield* cut(content!, pieces);
}

/** As http-mini, undici and fetch take it: whole where its length is announced, in parts where it is chunked. */
export function bodyOf(
  plan: RequestPlan | ResponsePlan,
): Uint8Array | AsyncGenerator<Uint8Array> | undefined {
  return plan.content !== undefined && plan.framing === 'chunked' ? streamOf(plan) : plan.content;
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

/** The same as undici gives them where it is asked for `raw` ones: some bytes, some text, which its types do not know. */
export function rawFields(headers: unknown): Field[] {
  const raw = headers as (Buffer | string)[];
  return pairs(raw.map((text) => (typeof text === 'string' ? text : text.toString('latin1'))));
}
