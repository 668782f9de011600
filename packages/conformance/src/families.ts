/**
 * The five families: the probes of each, who of them is built in, and what is known of those. Their peers have types of
 * their own, so each is closed behind one function here, and the command asks them all alike.
 */
import { knownFault } from './faults/fault.ts';
import { faults } from './faults/index.ts';
import { httpClients, httpServers } from './implementations/http.ts';
import { type Implementation, titleOf } from './implementations/implementation.ts';
import { tcpServers } from './implementations/tcp.ts';
import { websocketClients, websocketServers } from './implementations/websocket.ts';
import { probes as httpClientProbes } from './probes/http-client/index.ts';
import { probes as httpServerProbes } from './probes/http-server/index.ts';
import type { AboutProbe, Family, Probe, Result } from './probes/probe.ts';
import { type RunOptions, runProbes } from './probes/run.ts';
import { probes as tcpServerProbes } from './probes/tcp-server/index.ts';
import { probes as websocketClientProbes } from './probes/websocket-client/index.ts';
import { probes as websocketServerProbes } from './probes/websocket-server/index.ts';

/** Which probes are wanted. */
export type Chosen = (probe: AboutProbe, family: Family) => boolean;

export interface BuiltIn {
  readonly family: Family;
  /** Without and with its version. */
  readonly name: string;
  readonly title: string;
  /** Ours and Node's always are. */
  readonly isInstalled: boolean;
  /** Starts it, asks it, and ends it. Rejects only where it does not start. */
  ask(chosen: Chosen, options: RunOptions): Promise<Result[]>;
}

export { httpServerProbes, tcpServerProbes, websocketServerProbes };

export const probesOf: Readonly<Record<Family, readonly AboutProbe[]>> = {
  'http-server': httpServerProbes,
  'http-client': httpClientProbes,
  'websocket-server': websocketServerProbes,
  'websocket-client': websocketClientProbes,
  'tcp-server': tcpServerProbes,
};

export const builtIns: readonly BuiltIn[] = [
  ...httpServers.map((one) => builtIn('http-server', one, httpServerProbes)),
  ...httpClients.map((one) => builtIn('http-client', one, httpClientProbes)),
  ...websocketServers.map((one) => builtIn('websocket-server', one, websocketServerProbes)),
  ...websocketClients.map((one) => builtIn('websocket-client', one, websocketClientProbes)),
  ...tcpServers.map((one) => builtIn('tcp-server', one, tcpServerProbes)),
];

function builtIn<Peer>(
  family: Family,
  implementation: Implementation<Peer>,
  probes: readonly Probe<Peer>[],
): BuiltIn {
  const { name, version } = implementation;
  const title = titleOf(implementation);
  return {
    family,
    name,
    title,
    isInstalled: version !== undefined,
    async ask(chosen, options) {
      const started = await implementation.start();
      const asked = {
        family,
        implementation: title,
        peer: started.peer,
        knownFault: (probe: string) => knownFault(faults[family], name, version, probe)?.story,
      };
      const wanted = probes.filter((probe) => chosen(probe, family));
      const results = await runProbes(asked, wanted, options);
      await started.close();
      return results;
    },
  };
}
