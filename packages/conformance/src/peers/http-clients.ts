/** The HTTP clients that are oracles. Each keeps one connection, as the client under test does. */

import { once } from 'node:events';
import { Agent, type IncomingMessage, request as nodeRequest } from 'node:http';
import { Readable } from 'node:stream';
import { fetch, Client as UndiciClient } from 'undici';
import type { Field, Information, RequestPlan } from '../arbitraries/http.ts';
import * as bound from '../arbitraries/http-bounds.ts';
import { bodyOf, type HttpClientPeer, pairs, rawFields, readAll, streamOf } from './http-peer.ts';

/** Of a reason phrase that comes in pieces, undici keeps the last: it cannot be seen. */
const reason = undefined;

const ofUndici = [bound.noOldVersion, bound.noExpectation, bound.noRequestTrailers, bound.noContentOfGet];

export const undiciRequest: HttpClientPeer = {
  name: 'undici.request',
  bounds: [...ofUndici, bound.noAsterisk, bound.plainTrailers],
  pipelines: true,
  open(port, isPipelined) {
    const client = new UndiciClient(`http://127.0.0.1:${port}`, { pipelining: isPipelined ? 3 : 1 });
    return {
      async exchange(plan, body) {
        const informations: Information[] = [];
        const response = await client.request({
          method: plan.method,
          path: plan.target,
          headers: plan.fields.flat(),
          body: readable(body ?? bodyOf(plan)),
          reset: plan.closes,
          responseHeaders: 'raw',
          onInfo: ({ statusCode: status, headers }) =>
            informations.push({ status, fields: rawFields(headers) }),
        });
        return {
          status: response.statusCode,
          reason,
          fields: rawFields(response.headers),
          content: await readAll(response.body),
          trailers: Object.entries(response.trailers),
          informations,
        };
      },
      close: () => client.destroy(),
    };
  },
};

export const undiciFetch: HttpClientPeer = {
  name: 'fetch',
  bounds: [
    ...ofUndici,
    bound.urlTarget,
    bound.fetchMethod,
    bound.fetchStatus,
    bound.sortedFields,
    bound.closesByItself,
  ],
  open(port) {
    const dispatcher = new UndiciClient(`http://127.0.0.1:${port}`);
    return {
      async exchange(plan, body = bodyOf(plan) as AsyncIterable<Uint8Array> | undefined) {
        const response = await fetch(`http://127.0.0.1:${port}${plan.target}`, {
          method: plan.method,
          headers: plan.fields.map(([name, value]) => [name, value]),
          body: body ?? null,
          duplex: 'half',
          redirect: 'manual',
          dispatcher,
        });
        const content = new Uint8Array(await response.arrayBuffer());
        const { status, headers } = response;
        return {
          status,
          reason,
          fields: [...headers],
          content,
          trailers: undefined,
          informations: undefined,
        };
      },
      close: () => dispatcher.destroy(),
    };
  },
};

export const nodeClient: HttpClientPeer = {
  name: 'node:http',
  bounds: [bound.noOldVersion, bound.upperCaseMethod, bound.asciiWhereFlushed],
  open(port) {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    return {
      async exchange(plan, body) {
        // An array of names and values in turn, which the types do not know.
        const headers = [['Host', `127.0.0.1:${port}`], ...plan.fields, ...steering(plan)].flat() as never;
        const { method, target: path, content, trailers } = plan;
        const request = nodeRequest({ host: '127.0.0.1', port, agent, method, path, headers });
        const informations: Information[] = [];
        request.on('information', ({ statusCode: status, rawHeaders }) => {
          informations.push({ status, fields: pairs(rawHeaders) });
        });
        // One that comes behind a response that is complete concerns nobody, and ends the process where nobody listens.
        request.on('error', () => {});
        const answer = once(request, 'response');
        answer.catch(() => {}); // it is waited for below
        // All that is told of a response to which the connection is lost, of a 101 that nobody asked for say.
        const closed = once(request, 'close').then(() => {
          throw new Error('closed without a response');
        });
        closed.catch(() => {});
        if (plan.expects) {
          request.flushHeaders();
          await once(request, 'continue');
        }
        if (plan.framing === 'chunked') {
          try {
            for await (const part of body ?? streamOf(plan)) request.write(part);
          } catch (error) {
            request.destroy(error as Error);
          }
          // By pairs, which the types do not know either.
          request.addTrailers(trailers as never);
        }
        request.end(plan.framing === 'length' ? content : undefined);
        const [response] = (await Promise.race([answer, closed])) as [IncomingMessage];
        return {
          status: response.statusCode!,
          reason: response.statusMessage!,
          fields: pairs(response.rawHeaders),
          content: await readAll(response),
          trailers: pairs(response.rawTrailers),
          informations,
        };
      },
      async close() {
        agent.destroy();
      },
    };
  },
};

/** Framing said outright: left to itself, node sends the content of a DELETE without any. */
function steering({ framing, content, expects, closes }: RequestPlan): Field[] {
  const fields: Field[] = [];
  if (framing === 'chunked') fields.push(['Transfer-Encoding', 'chunked']);
  else if (content !== undefined) fields.push(['Content-Length', `${content.length}`]);
  if (expects) fields.push(['Expect', '100-continue']);
  if (closes) fields.push(['Connection', 'close']);
  return fields;
}

function readable(body: Uint8Array | AsyncIterable<Uint8Array> | undefined): Uint8Array | Readable | null {
  return body === undefined || body instanceof Uint8Array ? (body ?? null) : Readable.from(body);
}
