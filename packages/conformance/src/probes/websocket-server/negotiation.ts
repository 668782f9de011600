/** What a server makes of offers (RFC 6455 9.1, RFC 7692 5, 7): which it may take, how it answers, which it declines. */
import type { Probe } from '../probe.ts';
import { fieldOf } from '../websocket/head.ts';
import type { ServerAddress } from '../wire-line.ts';
import { faultOf, type Request } from './open.ts';
import { type OpeningOutcome, type OpeningRow, openingProbes, refuses } from './opening-probe.ts';

const offer = (value: string | readonly string[]): Request => ({
  fields: { 'Sec-WebSocket-Extensions': value },
});

/** 101 without an extension: what a server may answer to anything that is well-formed. */
const declines: OpeningOutcome = {
  says: '101 without an extension',
  isCase: (head) =>
    head !== undefined &&
    faultOf(head) === undefined &&
    fieldOf(head, 'sec-websocket-extensions') === undefined,
};

/** What one offer asks for, and the answers to it: `null` stands for "without a value". */
type Parameters = ReadonlyMap<string, string | null>;

/** 101 with an answer that fits the offer. */
const answers = (offered: string): OpeningOutcome => ({
  says: `101 with an answer that fits ${offered}`,
  isCase: (head) => {
    const answer = head && faultOf(head) === undefined && fieldOf(head, 'sec-websocket-extensions');
    return typeof answer === 'string' && fits(answer, offered);
  },
});

/** RFC 7692 7.1: what a response may say, given the offer. */
function fits(answer: string, offered: string): boolean {
  const [said, asked] = [parametersOf(answer), parametersOf(offered)];
  if (said === undefined || asked === undefined) return false;
  const noTakeover = ['server_no_context_takeover', 'client_no_context_takeover'];
  const bits = ['server_max_window_bits', 'client_max_window_bits'];
  return (
    [...said.keys()].every((name) => noTakeover.includes(name) || bits.includes(name)) &&
    noTakeover.every((name) => (said.get(name) ?? null) === null) &&
    bits.every((name) => !said.has(name) || isAtMost(said.get(name)!, asked.get(name) ?? '15')) &&
    // To take the offer is to answer with these (7.1.1.1, 7.1.2.1), but for 15, which limits nothing;
    // client_max_window_bits is only for who knows it.
    (!asked.has(noTakeover[0]!) || said.has(noTakeover[0]!)) &&
    (!asked.has(bits[0]!) || said.has(bits[0]!) || asked.get(bits[0]!) === '15') &&
    (asked.has(bits[1]!) || !said.has(bits[1]!))
  );
}

const isAtMost = (bits: string | null, most: string): boolean =>
  /^(?:[89]|1[0-5])$/.test(bits ?? '') && Number(bits) <= Number(most);

/** @returns undefined where it is not one permessage-deflate with each parameter once */
function parametersOf(value: string): Parameters | undefined {
  const [name, ...rest] = value.split(';').map((part) => part.trim());
  const pairs = rest.map((part): [string, string | null] => {
    const [of, bits] = part.split('=').map((side) => side.trim());
    return [of!, bits === undefined ? null : bits.replace(/^"(.*)"$/, '$1')];
  });
  const parameters = new Map(pairs);
  return name === 'permessage-deflate' && parameters.size === pairs.length ? parameters : undefined;
}

const NAME = 'permessage-deflate';
const OFFERS: readonly [name: string, id: string, parameters: string][] = [
  ['plain', '5/accept', ''],
  ['server-no-takeover', '7.1.1.1/echo', '; server_no_context_takeover'],
  ['client-no-takeover', '7.1.1.2/hint', '; client_no_context_takeover'],
  ['both-no-takeover', '7.1.1.1/echo', '; client_no_context_takeover; server_no_context_takeover'],
  ...[8, 9, 10, 11, 12, 13, 14, 15].map((bits): [string, string, string] => [
    `server-bits-${bits}`,
    '7.1.2.1/at-most',
    `; server_max_window_bits=${bits}`,
  ]),
  ['server-bits-quoted', '7.1.2.1/value', '; server_max_window_bits="10"'],
  ['client-bits', '7.1.2.2/response-value', '; client_max_window_bits'],
  ...[8, 9, 12, 15].map((bits): [string, string, string] => [
    `client-bits-${bits}`,
    '7.1.2.2/at-most',
    `; client_max_window_bits=${bits}`,
  ]),
  ['client-bits-not-offered', '7.1.2.2/unasked', '; server_max_window_bits=9'],
  [
    'all',
    '7.1.2.1/at-most',
    '; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10; client_max_window_bits=11',
  ],
  ['spaces', '7.1.2.1/value', ' ;\tserver_max_window_bits=10 ; client_max_window_bits '],
];

const BAD: readonly [name: string, id: string, parameters: string][] = [
  ['unknown-parameter', '7/decline-unknown', 'x'],
  ['unknown-with-value', '7/decline-unknown', 'x=1'],
  ['prototype', '7/decline-unknown', '__proto__=1'],
  ['repeated', '7/decline-repeated', 'server_no_context_takeover; server_no_context_takeover'],
  ['bits-repeated', '7/decline-repeated', 'server_max_window_bits=10; server_max_window_bits=10'],
  ['server-takeover-with-value', '7.1.1.1/no-value', 'server_no_context_takeover=true'],
  ['client-takeover-with-value', '7.1.1.2/no-value', 'client_no_context_takeover=1'],
  ['server-bits-without-value', '7.1.2.1/value', 'server_max_window_bits'],
  ...['0', '7', '16', '255', '08', '1e1', '-8', 'x', '10.0'].map((bits): [string, string, string] => [
    `server-bits-${bits}`,
    '7.1.2.1/value',
    `server_max_window_bits=${bits}`,
  ]),
  ...['7', '16', '08', 'x'].map((bits): [string, string, string] => [
    `client-bits-${bits}`,
    '7.1.2.2/value',
    `client_max_window_bits=${bits}`,
  ]),
];

const MALFORMED: Readonly<Record<string, string>> = {
  'ends-in-semicolon': 'permessage-deflate;',
  'only-semicolon': ';',
  'no-name': '=1',
  'parameter-without-name': 'permessage-deflate; =1',
  'two-tokens': 'permessage deflate',
  'quote-not-closed': 'permessage-deflate; server_max_window_bits="10',
  'quoted-space': 'x-unknown; a="b c"',
  'no-value': 'permessage-deflate; server_max_window_bits=',
};

const rows: readonly OpeningRow[] = [
  ...OFFERS.map(
    ([name, id, parameters]): OpeningRow => ({
      name: `offer/${name}`,
      requirements: [`rfc7692/${id}`, 'rfc6455/9.1/parameters'],
      level: 'must',
      why: 'What is answered binds both sides: it fits the offer, or the offer is declined.',
      request: offer(NAME + parameters),
      allows: [answers(NAME + parameters), declines],
    }),
  ),
  ...BAD.map(
    ([name, id, parameters]): OpeningRow => ({
      name: `offer/bad-${name}`,
      requirements: [
        `rfc7692/${id}`,
        'rfc7692/5/declined',
        ...(id.endsWith('value') ? ['rfc7692/7/decline-value'] : []),
      ],
      why: 'An offer that is not understood is declined, and the connection opens without it.',
      request: offer(`${NAME}; ${parameters}`),
      allows: [declines],
    }),
  ),
  ...BAD.slice(0, 5).map(
    ([name, , parameters]): OpeningRow => ({
      name: `offer/next-after-${name}`,
      requirements: ['rfc7692/7/next-offer'],
      why: 'Offers come in the order of preference, so that a server can go on to one that it knows.',
      request: offer(`${NAME}; ${parameters}, ${NAME}`),
      allows: [answers(NAME)],
      needs: { request: offer(NAME), answer: answers(NAME) },
    }),
  ),
  {
    name: 'offer/several',
    requirements: ['rfc7692/5/several-offers', 'rfc7692/5/one-on-rsv1'],
    level: 'must',
    why: 'One of them is answered, once.',
    request: offer(`${NAME}; server_max_window_bits=10, ${NAME}; server_no_context_takeover, ${NAME}`),
    allows: [
      answers(`${NAME}; server_max_window_bits=10`),
      answers(`${NAME}; server_no_context_takeover`),
      answers(NAME),
      declines,
    ],
  },
  ...(
    [
      ['unknown-before', 'x-unknown; a=1, permessage-deflate'],
      ['unknown-behind', 'permessage-deflate, x-unknown; server_no_context_takeover'],
      ['two-lines', ['x-unknown', 'permessage-deflate']],
      ['empty-elements', ', permessage-deflate, ,'],
    ] as const
  ).map(
    ([name, value]): OpeningRow => ({
      name: `offer/${name}`,
      requirements: [
        name === 'two-lines' ? 'rfc6455/9.1/split' : 'rfc6455/4.2.2/extensions',
        'rfc6455/9.1/parameters',
      ],
      why: 'A list is read element by element, however many lines it has; what is not known is not taken.',
      request: offer(value),
      allows: [answers(NAME), declines],
    }),
  ),
  ...Object.entries(MALFORMED).map(
    ([name, value]): OpeningRow => ({
      name: `offer/malformed-${name}`,
      requirements: ['rfc6455/9.1/malformed', 'rfc6455/4.2.1/malformed'],
      why: 'What does not match the grammar fails the handshake, and is not guessed at.',
      request: offer(value),
      allows: [refuses],
    }),
  ),
];

export const negotiation: readonly Probe<ServerAddress>[] = openingProbes(rows);
