/**
 * The properties of HTTP/1.1: what was sent is what arrives, between any client and any server, in any cut of the bytes, in
 * both directions of one connection; and the parser alone, on bytes that another implementation has written.
 */

import fc from 'fast-check';
import { RequestParser } from 'http-mini/wire';
import {
  anyExchanges,
  type ExchangePlan,
  type Field,
  type RequestPlan,
  type ResponsePlan,
} from '../arbitraries/http.ts';
import { anyPieces, cut, type Pieces } from '../arbitraries/pieces.ts';
import { type CuttingProxy, startCuttingProxy } from '../peers/cutting-proxy.ts';
import type { HttpClientPeer, HttpServerPeer, SeenRequest, SeenResponse } from '../peers/http-peer.ts';
import { expectSame, expectSameBytes } from './expect.ts';
import { type Property, property } from './property.ts';

interface Conversation {
  readonly exchanges: ExchangePlan[];
  readonly isPipelined: boolean;
  readonly up: Pieces;
  readonly down: Pieces;
}

/** All that both can say and see. */
function anyConversation(client: HttpClientPeer, server: HttpServerPeer): fc.Arbitrary<Conversation> {
  return fc
    .record({
      exchanges: anyExchanges([...server.bounds, ...client.bounds]),
      isPipelined: fc.constantFrom(client.pipelines === true, false),
      up: anyPieces,
      down: anyPieces,
    })
    .map((plan) => (plan.isPipelined ? { ...plan, exchanges: plan.exchanges.map(keptOpen) } : plan));
}

/** A pipelined request is sent once more where the connection closes before its answer, and only once (RFC 9110 9.2.2). */
function keptOpen({ request, response }: ExchangePlan): ExchangePlan {
  return {
    request: { ...request, version: '1.1', closes: false },
    response: { ...response, closes: false },
  };
}

/** Names an exchange, since not all that come over one connection are handled in their order. */
const NUMBER = 'X-Exchange';

/** Requests and responses arrive as they were sent, over one connection as long as nobody closes it, in any cut. */
export function conversationsArrive(client: HttpClientPeer, server: HttpServerPeer): Property {
  const pair = `${client.name} → ${server.name}`;
  const inputs = anyConversation(client, server);
  return property(7, 'requests and responses arrive as sent', pair, inputs, async () => {
    let seen: SeenRequest[][] = [];
    let plans: readonly ExchangePlan[] = [];
    const { port, close } = await server.start({
      answer(request) {
        const number = Number(request.fields.find(([name]) => name.toLowerCase() === 'x-exchange')?.[1]);
        seen[number]!.push(request);
        return plans[number]!.response;
      },
    });
    const proxy = await startCuttingProxy(port);
    return {
      async check({ exchanges, isPipelined, up, down }) {
        plans = exchanges;
        seen = exchanges.map(() => []);
        proxy.cuts = { up, down };
        proxy.connections = 0;
        const responses = await converse(client, proxy, exchanges, isPipelined);
        exchanges.forEach(({ request, response }, i) => {
          expectSame('times that the request was seen', seen[i]!.length, 1);
          expectRequest(seen[i]![0]!, request);
          expectResponse(responses[i]!, { request, response });
        });
        expectConnections(proxy.connections, exchanges);
      },
      async stop() {
        await proxy.close();
        await close();
      },
    };
  });
}

async function converse(
  client: HttpClientPeer,
  proxy: CuttingProxy,
  exchanges: readonly ExchangePlan[],
  isPipelined = false,
): Promise<SeenResponse[]> {
  const session = client.open(proxy.port, isPipelined);
  const exchange = ({ request }: ExchangePlan, i: number): Promise<SeenResponse> =>
    session.exchange({ ...request, fields: [...request.fields, [NUMBER, `${i}`]] });
  try {
    if (isPipelined) return await Promise.all(exchanges.map(exchange));
    const responses: SeenResponse[] = [];
    for (const [i, plan] of exchanges.entries()) responses.push(await exchange(plan, i));
    return responses;
  } finally {
    await session.close();
  }
}

/** A new one after each exchange that closes the last (RFC 9112 9.3); what has no length ends an HTTP/1.0 connection too. */
function expectConnections(opened: number, exchanges: readonly ExchangePlan[]): void {
  const earlier = exchanges.slice(0, -1);
  const closing = earlier.filter(({ request, response }) => request.closes || response.closes).length;
  const old = earlier.filter(({ request }) => request.version === '1.0').length;
  if (opened < 1 + closing || opened > 1 + closing + old) expectSame('connections', opened, 1 + closing);
}

/** What a client has written is read by the parser alone, in any cut: the same events as in one piece. */
export function writtenRequestsAreParsed(client: HttpClientPeer, answering: HttpServerPeer): Property {
  const pair = `${client.name} → http-mini/wire`;
  const inputs = anyConversation(client, answering);
  return property(7, 'requests written are parsed, in any cut', pair, inputs, async () => {
    let answers: ResponsePlan[] = [];
    let asked = 0;
    const { port, close } = await answering.start({ answer: () => answers[asked++]! });
    const proxy = await startCuttingProxy(port, true);
    return {
      async check({ exchanges, up }) {
        asked = 0;
        answers = exchanges.map(({ response }) => response);
        proxy.sentByClients.length = 0;
        await converse(client, proxy, exchanges);
        const bytes = Buffer.concat(proxy.sentByClients);
        for (const pieces of [[], up, Array(bytes.length).fill(1)]) {
          const requests = parse(cut(bytes, pieces));
          expectSame('number of requests', requests.length, exchanges.length);
          exchanges.forEach(({ request }, i) => {
            expectRequest(requests[i]!, request);
          });
        }
      },
      async stop() {
        await proxy.close();
        await close();
      },
    };
  });
}

function parse(chunks: readonly Uint8Array[]): SeenRequest[] {
  const parser = new RequestParser();
  const requests: SeenRequest[] = [];
  let head: Omit<SeenRequest, 'content' | 'trailers'> | undefined;
  let content: Uint8Array[] = [];
  for (const chunk of chunks) {
    parser.receive(chunk);
    for (let event = parser.next(); event !== undefined; event = parser.next()) {
      if (event.type === 'head') {
        const { method, target, version, fields } = event;
        head = { method, target, version, fields: [...fields] };
        content = [];
      } else if (event.type === 'content') content.push(event.bytes);
      else if (event.type === 'end')
        requests.push({ ...head!, content: Buffer.concat(content), trailers: [...(event.trailers ?? [])] });
    }
  }
  parser.end();
  return requests;
}

function expectRequest(seen: SeenRequest | undefined, plan: RequestPlan): void {
  if (seen === undefined) throw new Error('the server saw no such request');
  expectSame('method', seen.method, plan.method);
  expectSame('target', seen.target, plan.target);
  expectSame('version', seen.version, plan.version);
  expectFields('request fields', seen.fields, plan.fields);
  expectSameBytes('request content', seen.content, plan.content ?? new Uint8Array(0));
  expectSame('request trailers', seen.trailers, plan.trailers);
}

function expectResponse(seen: SeenResponse, { request, response }: ExchangePlan): void {
  expectSame('status', seen.status, response.status);
  if (seen.reason !== undefined) expectSame('reason', seen.reason, response.reason);
  expectFields('response fields', seen.fields, response.fields);
  // The response to HEAD has no content, whatever it says (RFC 9112 6.3).
  const content = request.method === 'HEAD' ? new Uint8Array(0) : response.content;
  expectSameBytes('response content', seen.content, content);
  if (seen.trailers !== undefined) expectSame('response trailers', seen.trailers, response.trailers);
  if (seen.informations === undefined) return;
  const expected = [...(request.expects ? [{ status: 100, fields: [] }] : []), ...response.informations];
  expectSame('interim responses', seen.informations, expected);
}

/** All lines that were sent are there, in their order; clients and servers add their own. */
function expectFields(name: string, seen: readonly Field[], planned: readonly Field[]): void {
  const names = new Set(planned.map(([name]) => name.toLowerCase()));
  const sent = seen.filter(([name]) => names.has(name.toLowerCase()));
  expectSame(name, sent, planned);
}
