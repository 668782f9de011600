/** undici's HTTP clients, which are oracles. Each keeps one connection, as the client under test does. */
import { Readable } from 'node:stream';
import { fetch, Client as UndiciClient } from 'undici';
import type { Field, Information } from '../arbitraries/http.ts';
import * as bound from '../arbitraries/http-bounds.ts';
import { bodyOf, type HttpClientPeer, rawFields, readAll } from './http-peer.ts';

const ofUndici = [bound.noOldVersion, bound.noExpectation, bound.noRequestTrailers, bound.noContentOfGet];

export const undiciRequest: HttpClientPeer = {
  name: 'undici.request',
  bounds: [...ofUndici, bound.noAsterisk, bound.noReason, bound.plainTrailers],
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
          reason: response.statusText,
          fields: rawFields(response.headers),
          content: await readAll(response.body),
          // A name that comes twice has a list of values, which the types do not know.
          trailers: Object.entries(response.trailers).flatMap(([name, values]) =>
            [values].flat().map((value): Field => [name, value!]),
          ),
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
        const unseen = { reason: undefined, trailers: undefined, informations: undefined };
        return { status, fields: [...headers], content, ...unseen };
      },
      close: () => dispatcher.destroy(),
    };
  },
};

function readable(body: Uint8Array | AsyncIterable<Uint8Array> | undefined): Uint8Array | Readable | null {
  return body === undefined || body instanceof Uint8Array ? (body ?? null) : Readable.from(body);
}
