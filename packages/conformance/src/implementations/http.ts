/** The HTTP servers and clients that are built in: the subjects and the peers, each in this process. */
import type { HttpClientPeer } from '../peers/http-peer.ts';
import { probedHttpClients } from '../probes/http-client/clients.ts';
import type { ServerAddress } from '../probes/wire-line.ts';
import { httpMini } from '../subjects/http-mini.ts';
import { nodeHttp } from '../subjects/node-http.ts';
import type { Subject } from '../subjects/subject.ts';
import type { Implementation } from './implementation.ts';
import { NODE, UNDICI } from './versions.ts';

export const httpServers: readonly Implementation<ServerAddress>[] = [
  server('http-mini', '', httpMini),
  server('node:http', NODE, nodeHttp),
];

const VERSIONS: Readonly<Record<string, string>> = {
  'http-mini': '',
  'node:http': NODE,
  'undici.request': UNDICI,
  fetch: UNDICI,
};

/** They are there already: each probe tells a client where to go. */
export const httpClients: readonly Implementation<HttpClientPeer>[] = probedHttpClients.map((peer) => ({
  name: peer.name,
  version: VERSIONS[peer.name]!,
  start: async () => ({ peer, close: async () => {} }),
}));

export function server(name: string, version: string, subject: Subject): Implementation<ServerAddress> {
  return {
    name,
    version,
    async start() {
      const host = '127.0.0.1';
      const { port, close } = await subject.start({ host, port: 0 });
      return { peer: { host, port, path: '/' }, close };
    },
  };
}
