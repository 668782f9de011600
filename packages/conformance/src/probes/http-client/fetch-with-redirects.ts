/** fetch as it is probed: the peer of the properties, and redirects, which the properties leave out. */
import { Agent, fetch } from 'undici';
import { undiciFetch } from '../../peers/http-clients.ts';
import type { HttpClientPeer } from '../../peers/http-peer.ts';
import type { ClientPlan } from './client-probe.ts';
import { UNSEEN } from './http-mini-client.ts';

export const fetchWithRedirects: HttpClientPeer = {
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
