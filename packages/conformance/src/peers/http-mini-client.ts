/** The HTTP client under test. It keeps one connection, so that the exchanges of a run follow one another on it. */
import { Client } from 'http-mini';
import type { Information } from '../arbitraries/http.ts';
import { bodyOf, type HttpClientPeer } from './http-peer.ts';

export const httpMiniClient: HttpClientPeer = {
  name: 'http-mini',
  bounds: [],
  pipelines: true,
  open(port, isPipelined) {
    // A slow machine must not send what is expected before it was asked to: the seen would differ.
    const options = { connections: 1, pipelining: isPipelined ? 3 : 1, continueTimeout: Infinity };
    const client = new Client(`http://127.0.0.1:${port}`, options);
    return {
      async exchange(plan, body = bodyOf(plan) as AsyncIterable<Uint8Array> | undefined) {
        const informations: Information[] = [];
        const response = await client.request({
          method: plan.method,
          target: plan.target,
          httpVersion: plan.version,
          headers: plan.fields,
          body,
          trailers: plan.trailers.length > 0 ? plan.trailers : undefined,
          expectContinue: plan.expects,
          connection: plan.closes ? 'close' : 'keep-alive',
          onInformation: ({ status, fields }) => informations.push({ status, fields: [...fields] }),
        });
        const content = await response.bytes();
        const { status, reason, headers, trailers } = response;
        return {
          status,
          reason,
          fields: [...headers],
          content,
          trailers: [...(trailers ?? [])],
          informations,
        };
      },
      async close() {
        client.destroy();
      },
    };
  },
};
