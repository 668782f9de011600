/** What a client makes of the answer to its handshake (RFC 6455 4.1): when it has a connection, and when it has none. */
import type { Probe } from '../probe.ts';
import { fieldOf, type Head } from '../websocket/head.ts';
import { acceptFor } from '../websocket-server/open.ts';
import type { WebSocketClientPeer } from './client-peer.ts';
import type { Response } from './open.ts';
import { type ResponseRow, responseProbes } from './response-probe.ts';

type Fields = Response['fields'];
type Row = readonly [name: string, id: string, why: string, fields: Fields];

const opening: readonly Row[] = [
  ['plain', '4.1/response-accept', 'The handshake of RFC 6455 1.3.', {}],
  ['upgrade-in-mixed-case', '4.1/response-upgrade', 'In any case of letters.', { Upgrade: 'WebSocket' }],
  [
    'connection-in-lower-case',
    '4.1/response-connection',
    'In any case of letters.',
    { Connection: 'upgrade' },
  ],
  [
    'connection-with-keep-alive',
    '4.1/response-connection',
    'A token among others.',
    { Connection: 'keep-alive, Upgrade' },
  ],
  [
    'names-in-lower-case',
    '4.3/abnf',
    'Field names have no case.',
    { Upgrade: undefined, upgrade: 'websocket', Connection: undefined, connection: 'Upgrade' },
  ],
  [
    'other-fields',
    '4.1/response-other',
    'What is not known is ignored.',
    { Date: 'Thu, 01 Jan 1970 00:00:00 GMT', Server: 'probe', 'X-Unknown': 'x' },
  ],
];

const failing: readonly Row[] = [
  ['no-upgrade', '4.1/response-upgrade', 'It is another protocol then.', { Upgrade: undefined }],
  ['upgrade-to-another', '4.1/response-upgrade', 'It is another protocol then.', { Upgrade: 'h2c' }],
  ['upgrade-longer', '4.1/response-upgrade', 'A beginning is not the value.', { Upgrade: 'websockets' }],
  [
    'no-connection',
    '4.1/response-connection',
    'It may be of a proxy that passed Upgrade on.',
    { Connection: undefined },
  ],
  [
    'connection-close',
    '4.1/response-connection',
    'There is no upgrade among its options.',
    { Connection: 'close' },
  ],
  [
    'connection-longer',
    '4.1/response-connection',
    'A part of a token is not the token.',
    { Connection: 'no-upgrade' },
  ],
  [
    'no-accept',
    '4.1/response-accept',
    'Nothing proves that the server has read the request.',
    { 'Sec-WebSocket-Accept': undefined },
  ],
  [
    'accept-empty',
    '4.1/response-accept',
    'Nothing proves that the server has read the request.',
    { 'Sec-WebSocket-Accept': '' },
  ],
  [
    'accept-of-another-key',
    '4.1/response-accept',
    'A stored answer to somebody else.',
    { 'Sec-WebSocket-Accept': 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=' },
  ],
  [
    'unasked-extension',
    '4.1/response-extension',
    'The frames would mean what the client does not know.',
    { 'Sec-WebSocket-Extensions': 'x-unknown' },
  ],
  [
    'unasked-extension-beside-deflate',
    '4.1/response-extension',
    'One that was asked for does not excuse one that was not.',
    { 'Sec-WebSocket-Extensions': 'permessage-deflate, x-unknown' },
  ],
  [
    'deflate-twice',
    '5/one-on-rsv1-response',
    'Both would want RSV1.',
    { 'Sec-WebSocket-Extensions': 'permessage-deflate, permessage-deflate' },
  ],
  [
    'unasked-subprotocol',
    '4.1/response-subprotocol',
    'The client does not speak it.',
    { 'Sec-WebSocket-Protocol': 'chat' },
  ],
  ...Object.entries({
    'ends-in-semicolon': 'permessage-deflate;',
    'only-semicolon': ';',
    'no-name': '=1',
    'two-tokens': 'permessage deflate',
    'quote-not-closed': 'permessage-deflate; server_max_window_bits="10',
  }).map(
    ([name, value]): Row => [
      `extensions-${name}`,
      '9.1/malformed',
      'What does not match the grammar is not guessed at.',
      { 'Sec-WebSocket-Extensions': value },
    ],
  ),
];

const STATUSES: readonly [line: string, why: string][] = [
  ['200 OK', 'It is a resource, and no WebSocket.'],
  ['201 Created', 'Not even nearly.'],
  ['204 No Content', 'Nothing was opened.'],
  ['304 Not Modified', 'There is nothing to be had from a store.'],
  ['400 Bad Request', 'The server did not like it.'],
  ['401 Unauthorized', 'It may be tried again with credentials.'],
  ['403 Forbidden', 'The origin may be refused.'],
  ['404 Not Found', 'There is no such resource.'],
  ['426 Upgrade Required', 'Another version is wanted.'],
  ['500 Internal Server Error', 'The server failed.'],
  ['503 Service Unavailable', 'The server is busy.'],
];

const idOf = (id: string): string =>
  `${id.startsWith('5/') || id.startsWith('7') ? 'rfc7692' : 'rfc6455'}/${id}`;

const rows: readonly ResponseRow[] = [
  ...opening.flatMap(([name, id, why, fields]) =>
    ([undefined, 'byte by byte', 'in one write'] as const).map(
      (delivery): ResponseRow => ({
        name: `response/${name}${delivery === undefined ? '' : `-${delivery.replaceAll(' ', '-')}`}`,
        requirements: [idOf(id), 'rfc6455/6.2/join'],
        why: delivery === 'in one write' ? 'A frame in the same segment as the head must not be lost.' : why,
        response: { ...(fields !== undefined && { fields }) },
        outcome: 'opens',
        ...(delivery !== undefined && { delivery }),
      }),
    ),
  ),
  ...failing.map(
    ([name, id, why, fields]): ResponseRow => ({
      name: `response/${name}`,
      requirements: [idOf(id), 'rfc6455/4.1/response-other'],
      why,
      response: { ...(fields !== undefined && { fields }) },
      outcome: 'fails',
    }),
  ),
  {
    name: 'response/accept-with-space-around',
    requirements: ['rfc6455/4.1/response-accept', 'rfc6455/6.2/join'],
    why: '"Ignoring any leading and trailing whitespace".',
    response: (request) => ({ fields: { 'Sec-WebSocket-Accept': ` \t${acceptOf(request)}\t ` } }),
    outcome: 'opens',
  },
  {
    name: 'response/accept-in-lower-case',
    requirements: ['rfc6455/4.1/response-accept'],
    why: 'base64 tells capitals from small letters.',
    response: (request) => ({ fields: { 'Sec-WebSocket-Accept': acceptOf(request).toLowerCase() } }),
    outcome: 'fails',
  },
  {
    name: 'response/accept-is-the-key',
    requirements: ['rfc6455/4.1/response-accept'],
    why: 'Who sends back what it gets proves nothing.',
    response: (request) => ({ fields: { 'Sec-WebSocket-Accept': fieldOf(request, 'sec-websocket-key') } }),
    outcome: 'fails',
  },
  {
    name: 'response/no-reason',
    requirements: ['rfc9112/4/reason'],
    level: 'must',
    why: 'The reason phrase may be empty, and says nothing.',
    response: { start: 'HTTP/1.1 101 ' },
    outcome: 'opens',
  },
  {
    name: 'response/after-103',
    requirements: ['rfc6455/4.1/other-status'],
    level: 'may',
    why: 'An interim response may come before (RFC 9110 15.2).',
    response: {},
    before: 'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n',
    outcome: 'opens',
  },
  ...STATUSES.map(
    ([line, why]): ResponseRow => ({
      name: `response/status-${line.slice(0, 3)}`,
      requirements: ['rfc6455/4.1/other-status'],
      why,
      response: { start: `HTTP/1.1 ${line}`, fields: { 'Content-Length': '0' } },
      outcome: 'does not open',
    }),
  ),
  ...['garbage', 'HTTP/1.1 abc Switching', 'HTTP/1.1 1010 Switching', 'ICY 101 Switching'].map(
    (start, i): ResponseRow => ({
      name: `response/status-line-broken-${i + 1}`,
      requirements: ['rfc6455/4.1/response-other', 'rfc9112/4/status-line'],
      why: 'It is not HTTP/1.1.',
      response: { start },
      outcome: 'fails',
    }),
  ),
  {
    name: 'response/failure-ends-tcp',
    requirements: ['rfc6455/7.1.7/close-tcp', 'rfc6455/4.1/response-accept'],
    why: 'To fail is to close TCP: a server must not be left with a connection that nobody uses.',
    response: { fields: { 'Sec-WebSocket-Accept': 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=' } },
    outcome: 'ends TCP',
  },
  ...(
    [
      ['first', 'chat', 'opens'],
      ['second', 'superchat', 'opens'],
      ['in-capitals', 'CHAT', 'fails'],
      ['two', 'chat, superchat', 'fails'],
      ['another', 'hyperchat', 'fails'],
    ] as const
  ).map(
    ([name, protocol, outcome]): ResponseRow => ({
      name: `subprotocol/${name}`,
      requirements: ['rfc6455/4.1/response-subprotocol', 'rfc6455/6.2/join'],
      why: 'One of those that were asked for, to the letter.',
      response: { fields: { 'Sec-WebSocket-Protocol': protocol } },
      outcome,
      protocols: ['chat', 'superchat'],
    }),
  ),
];

function acceptOf(request: Head): string {
  return acceptFor(fieldOf(request, 'sec-websocket-key') ?? '');
}

export const openingResponse: readonly Probe<WebSocketClientPeer>[] = responseProbes(rows);
