/** The HTTP client under test. It keeps one connection, so that the exchanges of a run follow one another on it. */
import { Client } from 'http-mini';
import { bodyOf, type HttpClientPeer } from './http-peer.ts';

export const httpMiniClient: HttpClientPeer = {
  name: 'http-mini',
  open(port) {
    const client = new Client(`http://127.0.0.1:${port}`, { connections: 1 });
    return {
      async exchange(plan) {
        const { method, target, fields } = plan;
        const response = await client.request({ method, target, headers: fields, body: bodyOf(plan) });
        return { status: response.status, fields: [...response.headers], content: await response.bytes() };
      },
      async close() {
        client.destroy();
      },
    };
  },
};
