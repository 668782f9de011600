/** Saboteurs of WebSocket clients: the plain client with one rule switched off. */
import { visits, type WebSocketClientPeer } from '../probes/websocket-client/client-peer.ts';
import type { Saboteur } from './saboteur.ts';
import { plainClient } from './websocket/plain-client.ts';
import { breaks, FRAME_RULES } from './websocket/rules.ts';

const RULES: readonly string[] = [
  'rfc6455/4.1/get',
  'rfc6455/4.1/request-uri',
  'rfc6455/4.1/host',
  'rfc6455/4.1/upgrade',
  'rfc6455/4.1/connection',
  'rfc6455/4.1/key',
  'rfc6455/4.1/version',
  'rfc6455/4.1/subprotocols',
  'rfc6455/4.1/wait',
  'rfc6455/4.1/other-status',
  'rfc6455/4.1/response-upgrade',
  'rfc6455/4.1/response-connection',
  'rfc6455/4.1/response-accept',
  'rfc6455/4.1/response-extension',
  'rfc6455/4.1/response-subprotocol',
  'rfc6455/4.1/response-other',
  'rfc6455/9.1/malformed',
  'rfc6455/9.1/parameters',
  'rfc9112/4/reason',
  'rfc7692/5/one-on-rsv1-response',
  'rfc6455/5.8/extensions',
  'rfc6455/5.1/masked',
  'rfc6455/5.1/mask',
  'rfc6455/5.3/key',
  'rfc6455/5.5.1/client-waits',
  ...FRAME_RULES,
];

export const saboteurs: readonly Saboteur<WebSocketClientPeer>[] = RULES.map((rule) => ({
  name: `without-${rule.replaceAll('/', '-')}`,
  breaks: rule,
  start: async () => ({ peer: visits(plainClient(breaks(rule))), close: async () => {} }),
}));
