/** Upgrade: to be ignored by most servers, most of the time. RFC 9110 7.8, 15.2.2 */
import { fieldValue } from './answers.ts';
import { answer, TAKEN, USUAL } from './outcome.ts';
import { type Chapter, chapter, each, get, head } from './row.ts';

const WEBSOCKET = [
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];
const NAMED = answer(
  '426 with Upgrade',
  (it) => it.status === 426 && fieldValue(it, 'upgrade') !== undefined,
);

export const upgrade: Chapter = chapter('upgrade', [
  ...each(
    { unknown: 'example/1', several: 'example/1, other', 'old-http': 'HTTP/0.9' },
    (name, protocols) => ({
      name,
      requirements: ['rfc9110/7.8/not-offered', 'rfc9110/7.8/may-ignore', 'rfc9110/7.8/upgrade-named'],
      why: 'nobody speaks this: it is ignored, or 426 names what is spoken; 101 would leave the client with another protocol',
      send: [get('Connection: upgrade', `Upgrade: ${protocols}`)],
      asks: ['GET'],
      allow: [[USUAL], [NAMED], [400]],
    }),
  ),
  {
    name: 'http-2',
    requirements: ['rfc9110/7.8/upgrade-named', 'rfc9110/15.2.2/101', 'rfc9110/7.8/not-offered'],
    why: 'an offer of h2c is ignored by who has none; who takes it says so',
    send: [
      get('Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA'),
    ],
    asks: ['GET'],
    allow: [
      [USUAL],
      [NAMED],
      [answer('101 with Upgrade: h2c', (it) => it.status === 101 && fieldValue(it, 'upgrade') === 'h2c')],
    ],
  },
  {
    name: 'in-1.0',
    requirements: ['rfc9110/7.8/upgrade-1.0', 'rfc9110/15.2/1xx-to-1.0'],
    why: 'HTTP/1.0 has no Upgrade: the proxy that sent this would take the 101 for the answer',
    send: [head('GET {path} HTTP/1.0', 'Host: {host}', 'Connection: upgrade', ...WEBSOCKET)],
    asks: ['GET'],
    allow: [[TAKEN], [400]],
  },
  {
    name: 'without-connection',
    requirements: ['rfc9110/7.8/connection-upgrade'],
    why: 'Upgrade is meant for the next hop only, and Connection says so: without it the field has come through a proxy',
    send: [get(...WEBSOCKET)],
    asks: ['GET'],
    allow: [[TAKEN], [400]],
  },
  {
    name: 'goes-on',
    requirements: ['rfc9110/7.8/may-ignore', 'rfc9112/9.3/persist'],
    level: 'must',
    why: 'an offer that is not taken changes nothing for what follows',
    send: [`${get('Connection: upgrade', 'Upgrade: example/1')}${get()}`],
    asks: ['GET', 'GET'],
    allow: [
      [USUAL, USUAL],
      [NAMED, USUAL],
    ],
  },
]);
