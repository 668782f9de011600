/**
 * The HTTP clients as they are probed: the peers of the properties, and two of them with what the properties leave out:
 * redirects, and http-mini's own deadlines, which a property on a slow machine must not meet.
 */
import { Client, type ClientOptions, type ClientResponse, type RedirectOptions, request } from 'http-mini';
import { Agent, fetch } from 'undici';
import { nodeClient, undiciFetch, undiciRequest } from '../../peers/http-clients.ts';
import { bodyOf, type HttpClientPeer, type SeenResponse } from '../../peers/http-peer.ts';
import type { ClientPlan } from './client-probe.ts';

/** @param changed what is not as it is shipped */
export function httpMiniClient(changed: ClientOptions & RedirectOptions = {}): HttpClientPeer {
  const { redirects = 10, ...options } = { connections: 1, ...changed };
  return {
    name: 'http-mini',
    bounds: [],
    open(port) {
      const origin = `http://127.0.0.1:${port}`;
      const client = new Client(origin, options);
      return {
        async exchange(plan) {
          const { method, target } = plan;
          const headers = plan.fields.filter(([name]) => name !== 'Expect');
          const expectContinue = headers.length < plan.fields.length;
          const connection = plan.closes ? ('close' as const) : undefined;
          const asked = { method, headers, body: bodyOf(plan), connection, expectContinue };
          return seen(
            (plan as ClientPlan).follows
              ? await request(origin + target, { ...asked, ...options, redirects })
              : await client.request({ ...asked, target }),
          );
        },
        async close() {
          client.destroy();
        },
      };
    },
  };
}

const fetchWithRedirects: HttpClientPeer = {
  ...undiciFetch,
  open(port, isPipelined) {
    const session = undiciFetch.open(port, isPipelined);
    const dispatcher = new Agent(); // of this undici: see peers/undici.ts
    return {
      async exchange(plan) {
        if (!(plan as ClientPlan).follows) return session.exchange(plan);
        const { method, content, fields } = plan;
        const response = await fetch(`http://127.0.0.1:${port}${plan.target}`, {
          method,
          body: content ?? null,
          headers: fields.map(([name, value]) => [name, value]),
          dispatcher,
        });
        const { status, headers } = response;
        return {
          ...UNSEEN,
          status,
          fields: [...headers],
          content: new Uint8Array(await response.arrayBuffer()),
        };
      },
      async close() {
        await Promise.all([session.close(), dispatcher.destroy()]);
      },
    };
  },
};

export const probedHttpClients: readonly HttpClientPeer[] = [
  httpMiniClient(),
  undiciRequest,
  fetchWithRedirects,
  nodeClient,
];

/** What no probe looks at. */
const UNSEEN = { reason: undefined, trailers: undefined, informations: undefined };

async function seen(response: ClientResponse): Promise<SeenResponse> {
  const content = await response.bytes();
  return { ...UNSEEN, status: response.status, fields: [...response.headers], content };
}
