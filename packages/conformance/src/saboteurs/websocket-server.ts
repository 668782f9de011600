/** Saboteurs of WebSocket servers: the plain server with one rule switched off. */
import type { ServerAddress } from '../probes/wire-line.ts';
import type { Saboteur } from './saboteur.ts';
import { startPlainServer } from './websocket/plain-server.ts';
import { breaks, FRAME_RULES } from './websocket/rules.ts';

const RULES: readonly string[] = [
  'rfc6455/4.2.1/get',
  'rfc6455/4.2.1/host',
  'rfc6455/4.2.1/upgrade',
  'rfc6455/4.2.1/connection',
  'rfc6455/4.2.1/key',
  'rfc6455/4.2.1/version',
  'rfc6455/4.2.2/unsupported-version',
  'rfc6455/4.2.2/response',
  'rfc6455/4.2.2/subprotocol',
  'rfc6455/4.2.2/extensions',
  'rfc6455/4.3/abnf',
  'rfc6455/4.4/versions',
  'rfc6455/9.1/malformed',
  'rfc6455/9.1/parameters',
  'rfc6455/10.7/say-why',
  'rfc6455/11.3.3/one-accept',
  'rfc9112/3.2.2/absolute-form',
  'rfc7692/5/declined',
  'rfc7692/5/one-on-rsv1',
  'rfc7692/7/next-offer',
  'rfc7692/7/decline-unknown',
  'rfc7692/7/decline-repeated',
  'rfc7692/7.1.1.1/echo',
  'rfc7692/7.1.1.1/no-value',
  'rfc7692/7.1.1.2/no-value',
  'rfc7692/7.1.2.1/at-most',
  'rfc7692/7.1.2.1/value',
  'rfc7692/7.1.2.2/value',
  'rfc6455/5.1/unmasked',
  'rfc6455/5.1/server-mask',
  'rfc6455/5.3/xor',
  'rfc6455/5.5.1/server-first',
  ...FRAME_RULES,
];

export const saboteurs: readonly Saboteur<ServerAddress>[] = RULES.map((rule) => ({
  name: `without-${rule.replaceAll('/', '-')}`,
  breaks: rule,
  start: () => startPlainServer(breaks(rule)),
}));
