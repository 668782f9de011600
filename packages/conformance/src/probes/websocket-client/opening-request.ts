/** What a client asks for (RFC 6455 4.1): one request, looked at from all sides. */
import { type AboutRow, aboutOf } from '../about.ts';
import type { Finding, Probe, Terms } from '../probe.ts';
import { notAsked } from '../websocket/frame-probe.ts';
import { fieldOf, type Head, hasMember, readHead } from '../websocket/head.ts';
import { receiveHead } from '../websocket-server/open.ts';
import type { WireLine } from '../wire-line.ts';
import type { WebSocketClientPeer } from './client-peer.ts';

interface RequestRow extends AboutRow {
  /** What is seen of it, in reports. */
  readonly of: (head: Head) => string | undefined;
  readonly expected: string;
  readonly isRight: (head: Head, line: WireLine) => boolean;
  /** Asks the client for subprotocols; where it cannot be told, there is nothing to see. */
  readonly protocols?: readonly string[];
}

const linesOf = (head: Head, name: string): string[] =>
  head.lines.filter(([of]) => of.toLowerCase() === name).map(([, value]) => value);
const field = (name: string) => (head: Head) => fieldOf(head, name);
const start = (head: Head): string => head.start;

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

const rows: readonly RequestRow[] = [
  {
    name: 'request/get',
    requirements: ['rfc6455/4.1/get'],
    why: 'The handshake is a GET of HTTP/1.1.',
    of: start,
    expected: 'GET and HTTP/1.1',
    isRight: ({ start }) => /^GET \S+ HTTP\/1\.1$/.test(start),
  },
  {
    name: 'request/target',
    requirements: ['rfc6455/4.1/request-uri'],
    why: 'The path of the URI and its query, and no fragment.',
    of: start,
    expected: 'the path and query of the URI',
    isRight: ({ start }) => /^\S+ \/(?!\/)[^#?]*\?[^#]+ /.test(start),
  },
  {
    name: 'request/host',
    requirements: ['rfc6455/4.1/host'],
    why: 'With the port, where it is not 80.',
    of: field('host'),
    expected: 'one Host, with the port',
    isRight: (head) =>
      linesOf(head, 'host').length === 1 && /^(?:\[[^\]]+\]|[^\s:]+):\d+$/.test(fieldOf(head, 'host')!),
  },
  {
    name: 'request/upgrade',
    requirements: ['rfc6455/4.1/upgrade'],
    why: 'It asks for WebSocket.',
    of: field('upgrade'),
    expected: 'Upgrade with websocket',
    isRight: (head) => hasMember(head, 'upgrade', 'websocket'),
  },
  {
    name: 'request/connection',
    requirements: ['rfc6455/4.1/connection'],
    why: 'Upgrade is for this hop: a proxy is told so.',
    of: field('connection'),
    expected: 'Connection with Upgrade',
    isRight: (head) => hasMember(head, 'connection', 'upgrade'),
  },
  {
    name: 'request/key',
    requirements: ['rfc6455/4.1/key', 'rfc6455/11.3.1/one-key'],
    why: '16 octets in base64, once.',
    of: field('sec-websocket-key'),
    expected: 'one key of 16 octets in base64',
    isRight: (head) => {
      const keys = linesOf(head, 'sec-websocket-key');
      const octets = Buffer.from(keys[0] ?? '', 'base64');
      return keys.length === 1 && octets.length === 16 && octets.toString('base64') === keys[0];
    },
  },
  {
    name: 'request/version',
    requirements: ['rfc6455/4.1/version', 'rfc6455/11.3.5/one-version'],
    why: '13 is RFC 6455.',
    of: field('sec-websocket-version'),
    expected: 'one Sec-WebSocket-Version: 13',
    isRight: (head) => linesOf(head, 'sec-websocket-version').join() === '13',
  },
  {
    name: 'request/nothing-behind-it',
    requirements: ['rfc6455/4.1/wait'],
    why: 'The client waits for the response: until then it is no WebSocket, and a proxy may take what comes for HTTP.',
    of: () => undefined,
    expected: 'nothing after the head',
    isRight: ({ length }, { received }) => received.length === length,
  },
  {
    name: 'request/no-content',
    requirements: ['rfc6455/4.1/wait'],
    why: 'A GET with content would leave it open where the frames begin.',
    of: (head) => fieldOf(head, 'content-length') ?? fieldOf(head, 'transfer-encoding'),
    expected: 'no content announced',
    isRight: (head) =>
      fieldOf(head, 'transfer-encoding') === undefined && (fieldOf(head, 'content-length') ?? '0') === '0',
  },
  {
    name: 'request/subprotocols',
    requirements: ['rfc6455/4.1/subprotocols'],
    why: 'Those that it was told to ask for, each once, in this order.',
    of: field('sec-websocket-protocol'),
    expected: 'a list of different tokens',
    isRight: (head) => {
      const asked = (fieldOf(head, 'sec-websocket-protocol') ?? '').split(',').map((token) => token.trim());
      return asked.every((token) => TOKEN.test(token)) && new Set(asked).size === asked.length;
    },
    protocols: ['chat', 'superchat'],
  },
  {
    name: 'request/deflate-offer',
    requirements: ['rfc6455/9.1/parameters', 'rfc7692/7.1.2.2/value', 'rfc7692/7.1.2.1/value'],
    why: 'An offer has the parameters of RFC 7692, each once, and window bits from 8 to 15.',
    of: field('sec-websocket-extensions'),
    expected: 'an offer that a server need not decline',
    isRight: (head) =>
      (fieldOf(head, 'sec-websocket-extensions') ?? '')
        .split(',')
        .filter((offer) => offer.trim().startsWith('permessage-deflate'))
        .every((offer) => {
          const parameters = offer
            .split(';')
            .slice(1)
            .map((parameter) => parameter.trim());
          const names = parameters.map((parameter) => parameter.split('=')[0]!);
          return new Set(names).size === names.length && parameters.every((one) => OFFERED.test(one));
        }),
  },
];

const OFFERED =
  /^(?:(?:server|client)_no_context_takeover|client_max_window_bits|(?:server|client)_max_window_bits="?(?:[89]|1[0-5])"?)$/;

const ofOne: readonly Probe<WebSocketClientPeer>[] = rows.map((row) => ({
  ...aboutOf(row, row.expected),
  async ask(peer: WebSocketClientPeer, terms: Terms): Promise<Finding> {
    const line = await peer.open(terms, 0, row.protocols);
    if (line === undefined) return notAsked('the client did not come', []);
    const head = await receiveHead(line);
    const { transcript } = line;
    line.close();
    if (head === undefined) return notAsked('the client asked for nothing', transcript);
    if (row.protocols !== undefined && fieldOf(head, 'sec-websocket-protocol') === undefined)
      return notAsked('it asks for no subprotocol', transcript);
    const verdict = row.isRight(head, line) ? 'held' : 'broken';
    return { verdict, observed: row.of(head) ?? 'nothing', transcript };
  },
}));

const freshKey: Probe<WebSocketClientPeer> = {
  ...aboutOf(
    {
      name: 'request/another-key-each-time',
      requirements: ['rfc6455/4.1/key'],
      why: 'A key that can be foretold proves nothing: a stored 101 would do.',
    },
    'two connections, two keys',
  ),
  async ask(peer, terms) {
    const lines = [await peer.open(terms, 0), await peer.open(terms, 1)];
    const keys: (string | undefined)[] = [];
    for (const line of lines) {
      if (line !== undefined) await receiveHead(line);
      const head = line && readHead(line.received);
      keys.push(head && fieldOf(head, 'sec-websocket-key'));
      line?.close();
    }
    const transcript = lines.flatMap((line) => line?.transcript ?? []);
    if (keys.includes(undefined)) return notAsked('the client did not come twice', transcript);
    return { verdict: keys[0] === keys[1] ? 'broken' : 'held', observed: keys.join(', then '), transcript };
  },
};

export const openingRequest: readonly Probe<WebSocketClientPeer>[] = [...ofOne, freshKey];
