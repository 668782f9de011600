/** What is known to be wrong of others' websocket servers; `fault.ts` says what belongs here. */
import type { KnownFault } from './fault.ts';

const WS = { implementation: 'ws', seen: '8.23.0' } as const;

export const websocketServerFaults: readonly KnownFault[] = [
  {
    ...WS,
    probes: ['opening/http-1.0'],
    clause: 'rfc6455/4.2.1/get',
    story: 'Opens a WebSocket over HTTP/1.0, which has no Upgrade: it does not look at the version.',
  },
  {
    ...WS,
    probes: ['opening/no-host'],
    clause: 'rfc6455/4.2.1/host',
    story:
      "Asks for no Host, nor does node:http where a request has Upgrade: its check comes with the 'request' event.",
  },
  {
    ...WS,
    probes: ['opening/version-013', 'opening/version-13.0', 'opening/version-+13'],
    clause: 'rfc6455/4.2.1/version',
    story: 'Reads Sec-WebSocket-Version as a number, by unary plus: so 013, 13.0 and +13 are 13.',
  },
  {
    ...WS,
    probes: ['offer/bad-server-bits-08', 'offer/bad-server-bits-1e1', 'offer/bad-server-bits-10.0'],
    clause: 'rfc7692/7.1.2.1/value',
    story: 'Reads server_max_window_bits as a number, by unary plus: so 08, 1e1 and 10.0 are values.',
  },
  {
    ...WS,
    probes: ['offer/bad-client-bits-08'],
    clause: 'rfc7692/7.1.2.2/value',
    story: 'Reads client_max_window_bits as a number, by unary plus: so 08 is a value.',
  },
  {
    ...WS,
    probes: ['offer/bad-*'],
    clause: 'rfc7692/5/declined',
    story: 'Answers 400 to an offer of permessage-deflate that it cannot take, and does not decline it.',
  },
  {
    ...WS,
    probes: ['offer/next-after-*'],
    clause: 'rfc7692/7/next-offer',
    story: 'Answers 400 to the first bad offer, even where a good one stands behind it.',
  },
  {
    ...WS,
    probes: ['offer/empty-elements'],
    clause: 'rfc6455/9.1/malformed',
    story:
      'Takes empty elements of Sec-WebSocket-Extensions, which a list may have (RFC 9110 5.6.1), for malformed.',
  },
];
