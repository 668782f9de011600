/** The saboteurs among HTTP clients. */
import type { HttpClientPeer } from '../peers/http-peer.ts';
import { distortedClient } from './distorted-http-client.ts';
import { acting } from './http-client-acting.ts';
import { reading } from './http-client-reading.ts';
import type { Saboteur } from './saboteur.ts';

export const httpClientSaboteurs: readonly Saboteur<HttpClientPeer>[] = [...reading, ...acting].map(
  ([name, breaks, distortion]) => ({
    name,
    breaks,
    start: async () => ({ peer: distortedClient(distortion), close: async () => {} }),
  }),
);
