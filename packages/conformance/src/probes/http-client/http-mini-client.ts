/** http-mini's client as it is probed: with redirects, and with its own deadlines, which a property on a slow machine must not meet. */
import { Client, type ClientOptions, type ClientResponse, type RedirectOptions, request } from 'http-mini';
import { bodyOf, type HttpClientPeer, type SeenResponse } from '../../peers/http-peer.ts';
import { LARGEST_CONTENT } from '../../subjects/http-answer.ts';
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

/** What no probe looks at. */
export const UNSEEN = { reason: undefined, trailers: undefined, informations: undefined };

async function seen(response: ClientResponse): Promise<SeenResponse> {
  const content = await response.bytes(LARGEST_CONTENT);
  return { ...UNSEEN, status: response.status, fields: [...response.headers], content };
}
