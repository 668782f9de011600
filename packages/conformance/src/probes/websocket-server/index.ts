/** All probes of WebSocket servers, chapter by chapter. */
import type { Probe } from '../probe.ts';
import { frameProbes } from '../websocket/frame-probe.ts';
import { frameRows } from '../websocket/index.ts';
import type { ServerAddress } from '../wire-line.ts';
import { negotiation } from './negotiation.ts';
import { openServer } from './open.ts';
import { opening } from './opening.ts';

export const probes: readonly Probe<ServerAddress>[] = [
  ...opening,
  ...negotiation,
  ...frameProbes('server', frameRows, openServer, ({ keepsContract = false }) => keepsContract),
];
