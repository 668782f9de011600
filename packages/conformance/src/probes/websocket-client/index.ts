/** All probes of WebSocket clients, chapter by chapter. */
import type { Probe } from '../probe.ts';
import { frameProbes } from '../websocket/frame-probe.ts';
import { frameRows } from '../websocket/index.ts';
import type { WebSocketClientPeer } from './client-peer.ts';
import { negotiation } from './negotiation.ts';
import { openClient } from './open.ts';
import { openingRequest } from './opening-request.ts';
import { openingResponse } from './opening-response.ts';

export const probes: readonly Probe<WebSocketClientPeer>[] = [
  ...openingRequest,
  ...openingResponse,
  ...negotiation,
  ...frameProbes('client', frameRows, openClient, () => false),
];
