/**
 * For exercises: servers with one rule broken, the same servers healthy, and the requirements that tell what was broken. Apart
 * from `asking.ts`, since they bring the packages themselves along.
 */
import type { Contract } from './probes/tcp-server/contract.ts';
import type { ServerAddress } from './probes/wire-line.ts';
import { saboteur as distorted } from './saboteurs/distortion.ts';
import { httpServerSaboteurs } from './saboteurs/http-server.ts';
import type { Saboteur } from './saboteurs/saboteur.ts';
import { startPlainTcp } from './saboteurs/tcp/plain-server.ts';
import { tcpServerSaboteurs } from './saboteurs/tcp-server.ts';
import { startPlainServer } from './saboteurs/websocket/plain-server.ts';
import { keepsAll } from './saboteurs/websocket/rules.ts';
import { saboteurs as websocketServerSaboteurs } from './saboteurs/websocket-server.ts';

export type { ServerAddress } from './probes/wire-line.ts';
export { requirements } from './requirements/index.ts';
export type { Saboteur } from './saboteurs/saboteur.ts';

/** In an order that stays, so that a number names one. */
export const saboteursOf: Readonly<
  Record<'http-server' | 'websocket-server' | 'tcp-server', readonly Saboteur<ServerAddress>[]>
> = {
  'http-server': httpServerSaboteurs,
  'websocket-server': websocketServerSaboteurs,
  'tcp-server': tcpServerSaboteurs,
};

/** The same server with no rule broken. */
export function healthyOf(saboteur: Saboteur<ServerAddress>): Pick<Saboteur<ServerAddress>, 'start'> {
  if (httpServerSaboteurs.includes(saboteur)) return distorted('healthy', '', {});
  if (websocketServerSaboteurs.includes(saboteur)) return { start: () => startPlainServer(keepsAll) };
  return { start: () => startPlainTcp(saboteur.name.split(':')[0] as Contract) };
}
