/** What a client makes of the answer to its offer of permessage-deflate (RFC 7692 5, 7). */
import type { Probe } from '../probe.ts';
import type { WebSocketClientPeer } from './client-peer.ts';
import { type ResponseRow, responseProbes } from './response-probe.ts';

/** RFC 7692 7: a client fails on each of them. */
const badAnswers: readonly [name: string, id: string, parameters: string][] = [
  ['unknown', '7/response-unknown', 'x=1'],
  ['repeated', '7/response-repeated', 'server_no_context_takeover; server_no_context_takeover'],
  ['bits-repeated', '7/response-repeated', 'server_max_window_bits=10; server_max_window_bits=11'],
  ['server-takeover-with-value', '7.1.1.1/no-value', 'server_no_context_takeover=1'],
  ['client-takeover-with-value', '7.1.1.2/no-value', 'client_no_context_takeover=true'],
  ...['7', '16', '0', '08', '015', '1e1', '-8', 'x', '10.0'].map((bits): [string, string, string] => [
    `server-bits-${bits}`,
    '7.1.2.1/value',
    `server_max_window_bits=${bits}`,
  ]),
  ['server-bits-without-value', '7.1.2.1/value', 'server_max_window_bits'],
  ...['7', '16', '08', 'x'].map((bits): [string, string, string] => [
    `client-bits-${bits}`,
    '7.1.2.2/value',
    `client_max_window_bits=${bits}`,
  ]),
  ['client-bits-without-value', '7.1.2.2/response-value', 'client_max_window_bits'],
];

const goodAnswers: readonly [name: string, id: string, parameters: string][] = [
  ['plain', '5/accept', ''],
  ['server-no-takeover', '7.1.1.1/unasked', '; server_no_context_takeover'],
  ['client-no-takeover', '7.1.1.2/unasked', '; client_no_context_takeover'],
  ['server-bits', '7.1.2.1/unasked', '; server_max_window_bits=10'],
  ['server-bits-quoted', '7.1.2.1/value', '; server_max_window_bits="10"'],
  ['client-bits', '7.1.2.2/value', '; client_max_window_bits=10'],
  [
    'all',
    '7.1.2.1/unasked',
    '; client_max_window_bits=9; server_no_context_takeover; server_max_window_bits=9; client_no_context_takeover',
  ],
];

const rows: readonly ResponseRow[] = [
  ...badAnswers.map(
    ([name, id, parameters]): ResponseRow => ({
      name: `deflate-answer/bad-${name}`,
      requirements: [
        `rfc7692/${id}`,
        'rfc6455/9.1/parameters',
        ...(id.endsWith('value') ? ['rfc7692/7/response-value'] : []),
      ],
      why: 'Who goes on would inflate by other rules than the server.',
      response: { fields: { 'Sec-WebSocket-Extensions': `permessage-deflate; ${parameters}` } },
      outcome: 'fails',
    }),
  ),
  ...goodAnswers.map(
    ([name, id, parameters]): ResponseRow => ({
      name: `deflate-answer/${name}`,
      requirements: [`rfc7692/${id}`, 'rfc6455/5.8/extensions'],
      level: 'must',
      why: 'A server may answer so to an offer of permessage-deflate.',
      response: { fields: { 'Sec-WebSocket-Extensions': `permessage-deflate${parameters}` } },
      outcome: 'opens',
      needsOffer: parameters.includes('client_max') ? 'client_max_window_bits' : 'permessage-deflate',
    }),
  ),
];

export const negotiation: readonly Probe<WebSocketClientPeer>[] = responseProbes(rows);
