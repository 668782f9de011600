/** The opening handshake as a server sees it (RFC 6455 4.2): what it must take, and what it must refuse. */
import type { Probe } from '../probe.ts';
import type { ServerAddress } from '../wire-line.ts';
import { KEY, type Request } from './open.ts';
import {
  answersError,
  choosesFrom,
  is426,
  namesVersions,
  type OpeningRow,
  once,
  openingProbes,
  opens,
  refuses,
} from './opening-probe.ts';

type Fields = Request['fields'];

/** What each of these shows beside its own: a right answer. */
const RESPONSE = '4.2.2/response';

const taken: readonly [name: string, id: string, why: string, fields: Fields][] = [
  ['plain', RESPONSE, 'The handshake of RFC 6455 1.3.', {}],
  ['upgrade-in-mixed-case', '4.2.1/upgrade', 'In any case of letters.', { Upgrade: 'WebSocket' }],
  ['upgrade-in-capitals', '4.2.1/upgrade', 'In any case of letters.', { Upgrade: 'WEBSOCKET' }],
  ['connection-in-lower-case', '4.2.1/connection', 'In any case of letters.', { Connection: 'upgrade' }],
  [
    'connection-with-keep-alive',
    '4.2.1/connection',
    'As Firefox sends it.',
    { Connection: 'keep-alive, Upgrade' },
  ],
  [
    'connection-last-of-three',
    '4.2.1/connection',
    'One token among others.',
    { Connection: 'x,keep-alive ,\tUpgrade' },
  ],
  [
    'connection-on-two-lines',
    '4.2.1/connection',
    'Lines of one name are one list (RFC 9110 5.3).',
    { Connection: ['keep-alive', 'Upgrade'] },
  ],
  [
    'space-around-values',
    '4.3/abnf',
    'Whitespace around a value is no part of it (RFC 9110 5.5).',
    { 'Sec-WebSocket-Key': `  ${KEY}\t `, 'Sec-WebSocket-Version': ' 13 ' },
  ],
  [
    'names-in-lower-case',
    '4.3/abnf',
    'Field names have no case.',
    {
      'Sec-WebSocket-Key': undefined,
      'sec-websocket-key': KEY,
      Upgrade: undefined,
      upgrade: 'websocket',
      Connection: undefined,
      connection: 'Upgrade',
    },
  ],
  [
    'names-in-capitals',
    '4.3/abnf',
    'Field names have no case.',
    { 'Sec-WebSocket-Version': undefined, 'SEC-WEBSOCKET-VERSION': '13' },
  ],
  [
    'other-fields',
    '4.2.1/malformed',
    'What is not known is ignored.',
    { Cookie: 'a=b', 'User-Agent': 'probe', 'X-Unknown': 'x', 'Accept-Language': 'ko' },
  ],
  [
    'unknown-extension',
    '4.2.2/extensions',
    'An extension that it does not know is not taken.',
    { 'Sec-WebSocket-Extensions': 'x-unknown; a=1; b="c"' },
  ],
];

const refused: readonly (readonly [name: string, id: string, why: string, request: Request])[] = [
  ...['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'get', 'GETT'].map(
    (method) => [`method-${method}`, '4.2.1/get', 'A WebSocket is opened by GET.', { method }] as const,
  ),
  ['http-1.0', '4.2.1/get', 'HTTP/1.0 knows no Upgrade.', { version: 'HTTP/1.0' }],
  ['no-host', '4.2.1/host', 'Which server is meant?', fields('Host', undefined)],
  ['no-upgrade', '4.2.1/upgrade', 'It is HTTP then.', fields('Upgrade', undefined)],
  ['upgrade-to-another', '4.2.1/upgrade', 'It is not for WebSocket.', fields('Upgrade', 'h2c')],
  ['upgrade-longer', '4.2.1/upgrade', 'A beginning is not the token.', fields('Upgrade', 'websockets')],
  ['upgrade-empty', '4.2.1/upgrade', 'There is no token.', fields('Upgrade', '')],
  [
    'no-connection',
    '4.2.1/connection',
    'A proxy may have passed Upgrade on without a thought.',
    fields('Connection', undefined),
  ],
  [
    'connection-keep-alive',
    '4.2.1/connection',
    'There is no upgrade among its options.',
    fields('Connection', 'keep-alive'),
  ],
  [
    'connection-longer',
    '4.2.1/connection',
    'A part of a token is not the token.',
    fields('Connection', 'no-upgrade'),
  ],
  ['no-key', '4.2.1/key', 'Nothing proves that WebSocket is meant.', fields('Sec-WebSocket-Key', undefined)],
  ['key-empty', '4.2.1/key', '16 octets, in base64.', fields('Sec-WebSocket-Key', '')],
  ['key-of-15', '4.2.1/key', '16 octets, in base64.', fields('Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25j')],
  [
    'key-of-17',
    '4.2.1/key',
    '16 octets, in base64.',
    fields('Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZWU='),
  ],
  [
    'key-without-padding',
    '4.2.1/key',
    '16 octets, in base64.',
    fields('Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ'),
  ],
  [
    'key-not-base64',
    '4.2.1/key',
    '16 octets, in base64.',
    fields('Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25j!!=='),
  ],
  [
    'key-url-safe',
    '4.2.1/key',
    'Another alphabet than that of RFC 4648 4.',
    fields('Sec-WebSocket-Key', '--hlIHNhbXBsZSBub25jZQ=='),
  ],
  [
    'two-keys',
    '4.2.1/key',
    'Which one would be answered?',
    fields('Sec-WebSocket-Key', [KEY, 'AAAAAAAAAAAAAAAAAAAAAA==']),
  ],
  ['no-version', '4.2.1/version', 'It may be another protocol.', fields('Sec-WebSocket-Version', undefined)],
  ...['0', '12', '14', '25', '255', '013', '13.0', '+13', 'thirteen', '13, 12', ''].map(
    (version) =>
      [
        `version-${version.replace(', ', '-and-') || 'empty'}`,
        '4.2.1/version',
        '7 and 8 were drafts of it, which a server may speak; none of these is.',
        fields('Sec-WebSocket-Version', version),
      ] as const,
  ),
  ...Object.entries({ 'with-space': 'a b', separator: 'a;b', quoted: '"a"' }).map(
    ([name, value]) =>
      [
        `subprotocol-${name}`,
        '4.3/abnf',
        'A subprotocol is a token.',
        fields('Sec-WebSocket-Protocol', value),
      ] as const,
  ),
];

function fields(name: string, value: string | readonly string[] | undefined): Request {
  return { fields: { [name]: value } };
}

const rows: readonly OpeningRow[] = [
  ...taken.flatMap(([name, id, why, of]) =>
    [false, true].map(
      (byteByByte): OpeningRow => ({
        name: `opening/${name}${byteByByte ? '-byte-by-byte' : ''}`,
        requirements: id === RESPONSE ? [`rfc6455/${id}`] : [`rfc6455/${id}`, `rfc6455/${RESPONSE}`],
        why,
        request: { ...(of !== undefined && { fields: of }) },
        allows: [opens()],
        ...(byteByByte && { byteByByte }),
      }),
    ),
  ),
  ...[
    'AAAAAAAAAAAAAAAAAAAAAA==',
    '/////////////////////w==',
    '+/+/+/+/+/+/+/+/+/+/+w==',
    'x3JJHMbDL1EzLkh9GBhXDw==',
  ].map(
    (key, i): OpeningRow => ({
      name: `opening/accept-of-key-${i + 1}`,
      requirements: ['rfc6455/4.2.2/response'],
      why: 'The Accept is computed of the key as it was sent.',
      request: fields('Sec-WebSocket-Key', key),
      allows: [opens(key)],
    }),
  ),
  ...refused.map(
    ([name, id, why, request]): OpeningRow => ({
      name: `opening/${name}`,
      requirements: [`rfc6455/${id}`, 'rfc6455/4.2.1/malformed'],
      why,
      request,
      allows: [refuses],
    }),
  ),
  ...['12', '14', '255'].flatMap((version): OpeningRow[] => [
    {
      name: `opening/version-${version}-is-told-13`,
      requirements: ['rfc6455/4.2.2/unsupported-version', 'rfc6455/4.4/versions'],
      why: 'A client that speaks several versions learns which one to try.',
      request: fields('Sec-WebSocket-Version', version),
      allows: [namesVersions],
    },
    {
      name: `opening/version-${version}-gets-426`,
      requirements: ['rfc6455/4.2.2/unsupported-version'],
      level: 'may',
      why: '"An appropriate HTTP error code (such as 426 Upgrade Required)."',
      request: fields('Sec-WebSocket-Version', version),
      allows: [is426],
    },
  ]),
  {
    name: 'opening/refusal-is-a-response',
    requirements: ['rfc6455/4.2.1/malformed', 'rfc6455/10.7/say-why'],
    why: '"Return an HTTP response with an appropriate error code": a client is told, not cut off.',
    request: fields('Sec-WebSocket-Key', 'short'),
    allows: [answersError],
  },
  {
    name: 'opening/absolute-form',
    requirements: ['rfc9112/3.2.2/absolute-form'],
    why: 'A server takes a target that is a whole URI.',
    request: { target: 'absolute' },
    allows: [opens()],
  },
  {
    name: 'opening/fields-once',
    requirements: ['rfc6455/11.3.3/one-accept', 'rfc6455/11.3.4/one-subprotocol'],
    why: 'A second one might be believed by another reader.',
    request: fields('Sec-WebSocket-Protocol', 'chat, superchat'),
    allows: [once],
  },
  ...(
    [
      ['one', 'chat', ['chat']],
      ['three', 'a, b,c', ['a', 'b', 'c']],
      ['two-lines', ['a', 'b'], ['a', 'b']],
    ] as const
  ).map(
    ([name, value, offered]): OpeningRow => ({
      name: `opening/subprotocols-${name}`,
      requirements: ['rfc6455/4.2.2/subprotocol'],
      why: 'One of those that the client listed, or none.',
      request: fields('Sec-WebSocket-Protocol', value),
      // A server may insist on one that it speaks.
      allows: [choosesFrom(...offered), answersError],
    }),
  ),
];

export const opening: readonly Probe<ServerAddress>[] = openingProbes(rows);
