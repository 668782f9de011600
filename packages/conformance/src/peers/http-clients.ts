/** The HTTP clients that are oracles. Each keeps one connection, as the client under test does. */

import { once } from 'node:events';
import { Agent, request as nodeRequest } from 'node:http';
import { Readable } from 'node:stream';
import { fetch, Agent as UndiciAgent, Client as UndiciClient } from 'undici';
import type { Framing } from '../arbitraries/http.ts';
import { bodyOf, type HttpClientPeer, pairs, partsOf, readAll } from './http-peer.ts';

export const undiciRequest: HttpClientPeer = {
  name: 'undici.request',
  open(port) {
    const client = new UndiciClient(`http://127.0.0.1:${port}`);
    return {
      async exchange(plan) {
        const { statusCode, headers, body } = await client.request({
          method: plan.method,
          path: plan.target,
          headers: plan.fields.flat(),
          body: readable(bodyOf(plan)),
          responseHeaders: 'raw',
        });
        // Raw, `headers` is names and values in turn, as bytes or text.
        const fields = pairs((headers as unknown as (Buffer | string)[]).map(latin1));
        return { status: statusCode, fields, content: await readAll(body) };
      },
      close: () => client.destroy(),
    };
  },
};

export const undiciFetch: HttpClientPeer = {
  name: 'fetch',
  open(port) {
    const dispatcher = new UndiciAgent({ connections: 1 });
    return {
      async exchange(plan) {
        const response = await fetch(`http://127.0.0.1:${port}${plan.target}`, {
          method: plan.method,
          headers: plan.fields.map(([name, value]) => [name, value]),
          body: bodyOf(plan) ?? null,
          duplex: 'half',
          redirect: 'manual',
          dispatcher,
        });
        const content = new Uint8Array(await response.arrayBuffer());
        return { status: response.status, fields: [...response.headers], content };
      },
      close: () => dispatcher.destroy(),
    };
  },
};

export const nodeClient: HttpClientPeer = {
  name: 'node:http',
  open(port) {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    return {
      async exchange({ method, target, fields, content, framing }) {
        // Said outright: left to itself, node sends the content of a DELETE without any framing.
        const framed = content === undefined ? [] : framingField(framing, content.length);
        const headers = ['Host', `127.0.0.1:${port}`, ...fields.flat(), ...framed];
        // An array of names and values in turn, which the types do not know.
        const options = { host: '127.0.0.1', port, agent, method, path: target, headers: headers as never };
        const request = nodeRequest(options);
        if (content !== undefined && framing === 'chunked')
          for (const part of partsOf(content)) request.write(part);
        request.end(framing === 'length' ? content : undefined);
        const [response] = await once(request, 'response');
        return {
          status: response.statusCode,
          fields: pairs(response.rawHeaders),
          content: await readAll(response),
        };
      },
      async close() {
        agent.destroy();
      },
    };
  },
};

function framingField(framing: Framing, length: number): [name: string, value: string] {
  return framing === 'chunked' ? ['Transfer-Encoding', 'chunked'] : ['Content-Length', `${length}`];
}

function readable(body: Uint8Array | AsyncGenerator<Uint8Array> | undefined): Uint8Array | Readable | null {
  return body === undefined || body instanceof Uint8Array ? (body ?? null) : Readable.from(body);
}

function latin1(text: Buffer | string): string {
  return typeof text === 'string' ? text : text.toString('latin1');
}
