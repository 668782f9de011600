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
  readonly up: Pieces;
  readonly down: Pieces;
}

const anyConversation: fc.Arbitrary<Conversation> = fc.record({
  exchanges: anyExchanges,
  up: anyPieces,
  down: anyPieces,
});

/** Requests and responses arrive as they were sent, over one connection, in any cut. */
export function conversationsArrive(client: HttpClientPeer, server: HttpServerPeer): Property {
  const pair = `${client.name} → ${server.name}`;
  return property('requests and responses arrive as sent', pair, anyConversation, async () => {
    const requests: SeenRequest[] = [];
    let answers: ResponsePlan[] = [];
    const { port, close } = await server.start((request) => answers[requests.push(request) - 1]!);
    const proxy = await startCuttingProxy(port);
    return {
      async check({ exchanges, up, down }) {
        requests.length = 0;
        answers = exchanges.map(({ response }) => response);
        proxy.cuts = { up, down };
        const responses = await converse(client, proxy, exchanges);
        exchanges.forEach(({ request, response }, i) => {
          expectRequest(requests[i]!, request);
          expectResponse(responses[i]!, response, request.method);
        });
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
): Promise<SeenResponse[]> {
  const session = client.open(proxy.port);
  try {
    const responses: SeenResponse[] = [];
    for (const { request } of exchanges) responses.push(await session.exchange(request));
    return responses;
  } finally {
    await session.close();
  }
}

/** What a client has written is read by the parser alone, in any cut: the same events as in one piece. */
export function writtenRequestsAreParsed(client: HttpClientPeer, answering: HttpServerPeer): Property {
  const pair = `${client.name} → http-mini/wire`;
  return property('requests written are parsed, in any cut', pair, anyConversation, async () => {
    let answers: ResponsePlan[] = [];
    let asked = 0;
    const { port, close } = await answering.start(() => answers[asked++]!);
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
  let head: Omit<SeenRequest, 'content'> | undefined;
  let content: Uint8Array[] = [];
  for (const chunk of chunks) {
    parser.receive(chunk);
    for (let event = parser.next(); event !== undefined; event = parser.next()) {
      if (event.type === 'head') {
        head = { method: event.method, target: event.target, fields: [...event.fields] };
        content = [];
      } else if (event.type === 'content') content.push(event.bytes);
      else if (event.type === 'end') requests.push({ ...head!, content: Buffer.concat(content) });
    }
  }
  parser.end();
  return requests;
}

function expectRequest(seen: SeenRequest | undefined, plan: RequestPlan): void {
  if (seen === undefined) throw new Error('the server saw no such request');
  expectSame('method', seen.method, plan.method);
  expectSame('target', seen.target, plan.target);
  expectFields('request', seen.fields, plan.fields);
  expectSameBytes('request content', seen.content, plan.content ?? new Uint8Array(0));
}

function expectResponse(seen: SeenResponse, plan: ResponsePlan, method: string): void {
  expectSame('status', seen.status, plan.status);
  expectFields('response', seen.fields, plan.fields);
  // The response to HEAD has no content, whatever it says (RFC 9112 6.3).
  expectSameBytes('response content', seen.content, method === 'HEAD' ? new Uint8Array(0) : plan.content);
}

/** All that were sent are there; clients and servers add their own. Sorted, since fetch sorts them. */
function expectFields(whose: string, seen: readonly Field[], planned: readonly Field[]): void {
  const names = new Set(planned.map(([name]) => name.toLowerCase()));
  const list = (fields: readonly Field[]): string[] =>
    fields
      .map(([name, value]) => `${name.toLowerCase()}: ${value}`)
      .filter((line) => names.has(line.slice(0, line.indexOf(':'))))
      .sort();
  expectSame(`${whose} fields`, list(seen), list(planned));
}
