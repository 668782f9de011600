/** The HTTP servers and clients that are built in: the subjects and the peers, each in this process. */
import type { HttpClientPeer } from '../peers/http-peer.ts';
import type { ServerAddress } from '../probes/wire-line.ts';
import { httpMini } from '../subjects/http-mini.ts';
import { nodeHttp } from '../subjects/node-http.ts';
import type { Subject } from '../subjects/subject.ts';
import type { Implementation } from './implementation.ts';
import { NODE, UNDICI } from './versions.ts';

export const httpServers: readonly Implementation<ServerAddress>[] = [
  server('http-mini', '', async () => httpMini),
  server('node:http', NODE, async () => nodeHttp),
];

export const httpClients: readonly Implementation<HttpClientPeer>[] = [
  client('http-mini', '', async () =>
    (await import('../probes/http-client/http-mini-client.ts')).httpMiniClient(),
  ),
  client('undici.request', UNDICI, async () => (await import('../peers/http-clients.ts')).undiciRequest),
  client(
    'fetch',
    UNDICI,
    async () => (await import('../probes/http-client/fetch-with-redirects.ts')).fetchWithRedirects,
  ),
  client('node:http', NODE, async () => (await import('../peers/node-client.ts')).nodeClient),
];

/** It is there already: each probe tells a client where to go. */
function client(
  name: string,
  version: string | undefined,
  load: () => Promise<HttpClientPeer>,
): Implementation<HttpClientPeer> {
  return { name, version, start: async () => ({ peer: await load(), close: async () => {} }) };
}

export function server(
  name: string,
  version: string | undefined,
  load: () => Promise<Subject>,
): Implementation<ServerAddress> {
  return {
    name,
    version,
    async start() {
      const host = '127.0.0.1';
      const subject = await load();
      const { port, close } = await subject.start({ host, port: 0 });
      return { peer: { host, port, path: '/' }, close };
    },
  };
}
