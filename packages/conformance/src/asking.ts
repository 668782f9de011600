/**
 * What asks servers of one's own: the probes of the three families of servers, and what runs them. It is loaded in a moment, since
 * no peer, property or report comes with it.
 */
export { type CuttingProxy, startCuttingProxy } from './peers/cutting-proxy.ts';
export { probes as httpServerProbes } from './probes/http-server/index.ts';
export type { Probe, Result } from './probes/probe.ts';
export { type RunOptions, runProbes } from './probes/run.ts';
export { probes as tcpServerProbes } from './probes/tcp-server/index.ts';
export { probes as websocketServerProbes } from './probes/websocket-server/index.ts';
export type { ServerAddress } from './probes/wire-line.ts';
