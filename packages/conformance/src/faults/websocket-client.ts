/** What is known to be wrong of others' websocket clients; `fault.ts` says what belongs here. */
import type { KnownFault } from './fault.ts';

const WS = { implementation: 'ws', seen: '8.23.0' } as const;
const UNDICI = { implementation: 'undici.WebSocket', seen: '7.30.2' } as const;

export const websocketClientFaults: readonly KnownFault[] = [
  {
    ...WS,
    probes: ['response/deflate-twice'],
    clause: 'rfc7692/5/one-on-rsv1-response',
    story: 'Takes a response that names permessage-deflate twice.',
  },
  {
    ...WS,
    probes: ['deflate-answer/bad-server-bits-*'],
    clause: 'rfc7692/7.1.2.1/value',
    story: 'Reads server_max_window_bits as a number, by unary plus: so 08, 015, 1e1 and 10.0 are values.',
  },
  {
    ...WS,
    probes: ['deflate-answer/bad-client-bits-08'],
    clause: 'rfc7692/7.1.2.2/value',
    story: 'Reads client_max_window_bits as a number, by unary plus: so 08 is a value.',
  },
  {
    ...WS,
    probes: ['closing/client-waits-for-the-server'],
    clause: 'rfc6455/5.5.1/client-waits',
    story: 'Sends FIN with the Close by which it answers, and so ends TCP before the server.',
  },
  {
    ...UNDICI,
    probes: ['response/connection-with-keep-alive*'],
    clause: 'rfc6455/4.1/response-connection',
    story: 'Compares all of Connection with "upgrade", so that "keep-alive, Upgrade" fails.',
  },
  {
    ...UNDICI,
    probes: ['response/accept-with-space-around'],
    clause: 'rfc6455/4.1/response-accept',
    story: 'Leaves a tab behind the value of Sec-WebSocket-Accept, and so finds it wrong.',
  },
  {
    ...UNDICI,
    probes: ['response/failure-ends-tcp'],
    clause: 'rfc6455/7.1.7/close-tcp',
    story: 'Fails a handshake without closing TCP: the server is left with a connection that nobody uses.',
  },
  {
    ...UNDICI,
    probes: ['response/extensions-ends-in-semicolon', 'response/extensions-quote-not-closed'],
    clause: 'rfc6455/9.1/malformed',
    story: 'Does not hold Sec-WebSocket-Extensions to its grammar.',
  },
  {
    ...UNDICI,
    probes: ['deflate-answer/bad-*'],
    clause: 'rfc6455/9.1/parameters',
    story: 'Takes any parameters of permessage-deflate: unknown, repeated, without value, out of range.',
  },
  {
    ...UNDICI,
    probes: ['utf8/byte-order-mark*'],
    clause: 'rfc6455/6.2/join',
    story:
      'Strips U+FEFF from the beginning of a text message: its decoder is not told to ignore byte order marks.',
  },
  {
    ...UNDICI,
    probes: ['inflate/bfinal-then-another'],
    clause: 'rfc7692/7.2.3.4/bfinal',
    story:
      'After a message that ends in a block with BFINAL, the inflater has ended: the next message arrives empty.',
  },
  {
    ...UNDICI,
    probes: [
      'deflate-broken/ping',
      'deflate-broken/pong',
      'deflate-broken/close',
      'deflate-broken/continuation*',
    ],
    clause: 'rfc7692/6/not-on-others',
    story: 'Takes RSV1 on control frames and on continuations, once permessage-deflate is agreed on.',
  },
  {
    ...UNDICI,
    probes: ['deflate-broken/stray-continuation-after-a-message'],
    clause: 'rfc6455/5.4/continuation',
    story:
      'Takes a continuation of nothing after a compressed message, and gives an empty message to the application.',
  },
];
