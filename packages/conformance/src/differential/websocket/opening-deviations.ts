/**
 * All that ws-mini and its peers are known to part on in the opening handshake: as servers, ws-mini and ws; as clients,
 * ws-mini, ws and undici. The first that fits a difference names it.
 */
import type { Opened } from './observe-opening.ts';
import { type Answer, head, REQUEST, RESPONSE } from './opening.ts';

export interface OpeningDeviation<Input> {
  readonly id: string;
  /** The section that decides. */
  readonly rule: string;
  /** Who keeps it; both where it leaves a choice. */
  readonly right: 'ws-mini' | 'the peer' | 'both';
  readonly why: string;
  readonly example: Input;
  isMet(difference: OpeningDifference<Input>): boolean;
}

export interface OpeningDifference<Input> {
  readonly input: Input;
  readonly mini: Opened;
  readonly peer: Opened;
}

const OPEN = 101;
/** Numbers that JavaScript reads as such, and RFC 7692 7.1.2 does not: a decimal integer without leading zeros. */
const NO_DECIMAL = /_bits="?(?:0\d|1e1|\+\d)/;
const SPACE = {
  rule: 'RFC 6455 2.1',
  right: 'ws-mini',
  why: 'its grammar has the implied white space of RFC 2616 2.1 between any two tokens; ws refuses some of it',
} as const;

const DEFLATE = 'Sec-WebSocket-Extensions';

function request(fields: Record<string, string | undefined>, startLine = 'GET / HTTP/1.1'): string {
  return head(startLine, { ...REQUEST, ...fields });
}

export const REQUEST_DEVIATIONS: readonly OpeningDeviation<string>[] = [
  {
    id: 'version-spelt-otherwise',
    rule: 'RFC 6455 4.1',
    right: 'ws-mini',
    why: 'the version is 13, in these two digits; ws takes what JavaScript reads as 13, and the drafts’ 8',
    example: request({ 'Sec-WebSocket-Version': '13.0' }),
    isMet: ({ mini, peer }) => mini.code === 'version-not-supported' && peer.status === OPEN,
  },
  {
    id: 'version-refused-by-400',
    rule: 'RFC 6455 4.2.2',
    right: 'ws-mini',
    why: 'another version gets the error for that, 426, and the version that is spoken; ws says 400',
    example: request({ 'Sec-WebSocket-Version': '12' }),
    isMet: ({ mini, peer }) => mini.code === 'version-not-supported' && peer.status === 400,
  },
  {
    id: 'http-1.0',
    rule: 'RFC 6455 4.2.1',
    right: 'ws-mini',
    why: 'the request is one of HTTP/1.1 or higher; ws upgrades HTTP/1.0, which knows no Upgrade',
    example: request({}, 'GET / HTTP/1.0'),
    isMet: ({ mini, peer }) => mini.code === 'http-version-too-low' && peer.status === OPEN,
  },
  {
    id: 'host-missing',
    rule: 'RFC 6455 4.2.1',
    right: 'ws-mini',
    why: 'a request has a Host; ws upgrades one without',
    example: request({ Host: undefined }),
    isMet: ({ input, mini, peer }) =>
      mini.code === 'request-malformed' && !/^Host:/m.test(input) && peer.status === OPEN,
  },
  {
    id: 'upgrade-among-others',
    rule: 'RFC 9110 7.8',
    right: 'ws-mini',
    why: 'Upgrade is a list in order of preference; ws takes websocket only where it stands alone',
    example: request({ Upgrade: 'websocket, x' }),
    isMet: ({ input, mini, peer }) =>
      mini.status === OPEN && peer.status === 400 && /^Upgrade:.*,/m.test(input),
  },
  {
    id: 'empty-elements',
    rule: 'RFC 9110 5.6.1.2',
    right: 'ws-mini',
    why: 'empty elements of a list are ignored; ws refuses them',
    example: request({ 'Sec-WebSocket-Protocol': 'a,,b' }),
    isMet: ({ input, mini, peer }) =>
      mini.status === OPEN && peer.status === 400 && /^Sec-WebSocket-Protocol:.*,,/m.test(input),
  },
  {
    id: 'offer-not-declined',
    rule: 'RFC 7692 5.1',
    right: 'ws-mini',
    why: 'a server declines an offer that it cannot take, and the connection goes on; ws refuses all of it with 400',
    example: request({ [DEFLATE]: 'permessage-deflate; unknown, permessage-deflate' }),
    isMet: ({ input, mini, peer }) =>
      mini.status === OPEN &&
      peer.status === 400 &&
      /^Sec-WebSocket-Extensions:.*;/m.test(input) &&
      !hasSpace(input),
  },
  {
    id: 'space-around-equals',
    ...SPACE,
    example: request({ [DEFLATE]: 'permessage-deflate; server_max_window_bits= 10' }),
    isMet: ({ input, mini, peer }) => mini.status === OPEN && peer.status === 400 && hasSpace(input),
  },
  {
    id: 'window-bits-spelt-otherwise',
    rule: 'RFC 7692 7.1.2',
    right: 'ws-mini',
    why: 'a number of bits is a decimal integer without leading zeros; ws takes what JavaScript reads as a number',
    example: request({ [DEFLATE]: 'permessage-deflate; server_max_window_bits=08' }),
    isMet: ({ input, mini, peer }) => mini.status === OPEN && peer.status === OPEN && NO_DECIMAL.test(input),
  },
  {
    id: 'status-of-refusal',
    rule: 'RFC 6455 4.2.1',
    right: 'both',
    why: 'whatever is wrong gets "an appropriate HTTP error code"; which, and for which of several faults, is each one’s own',
    example: request({ Connection: 'keep-alive' }),
    isMet: ({ mini, peer }) => mini.status >= 400 && peer.status >= 400,
  },
];

function hasSpace(input: string): boolean {
  return /^Sec-WebSocket-Extensions:.*(?:= | =)/m.test(input);
}

function answer(fields: Record<string, string>, protocols: readonly string[] = []): Answer {
  return { text: head('HTTP/1.1 101 Switching Protocols', { ...RESPONSE, ...fields }), protocols };
}

const SUBPROTOCOL_MISSING: OpeningDeviation<Answer> = {
  id: 'subprotocol-missing',
  rule: 'RFC 6455 4.2.2',
  right: 'both',
  why: 'a server need not choose a subprotocol; ws and undici fail then, as WHATWG asks, and so does the class WebSocket here',
  example: answer({}, ['a']),
  isMet: ({ input, mini, peer }) =>
    mini.status === OPEN && mini.protocol === '' && input.protocols.length > 0 && peer.status !== OPEN,
};

export const WS_ANSWER_DEVIATIONS: readonly OpeningDeviation<Answer>[] = [
  SUBPROTOCOL_MISSING,
  {
    id: 'extension-twice',
    rule: 'RFC 7692 6',
    right: 'ws-mini',
    why: 'two extensions cannot both have RSV1, so what the server took is not known; ws takes the first that it can',
    example: answer({ [DEFLATE]: 'permessage-deflate, permessage-deflate' }),
    isMet: ({ input, mini, peer }) =>
      mini.code === 'extension-not-offered' &&
      peer.status === OPEN &&
      /^Sec-WebSocket-Extensions:.*,/m.test(input.text),
  },
  {
    id: 'space-around-equals',
    ...SPACE,
    example: answer({ [DEFLATE]: 'permessage-deflate; server_max_window_bits= 10' }),
    isMet: ({ input, mini, peer }) => mini.status === OPEN && peer.status !== OPEN && hasSpace(input.text),
  },
  {
    id: 'window-bits-spelt-otherwise',
    rule: 'RFC 7692 7.1.2',
    right: 'ws-mini',
    why: 'a number of bits is a decimal integer without leading zeros; ws takes what JavaScript reads as a number',
    example: answer({ [DEFLATE]: 'permessage-deflate; server_max_window_bits=08' }),
    isMet: ({ input, mini, peer }) =>
      mini.code === 'extension-parameters-wrong' && peer.status === OPEN && NO_DECIMAL.test(input.text),
  },
];

export const UNDICI_ANSWER_DEVIATIONS: readonly OpeningDeviation<Answer>[] = [
  SUBPROTOCOL_MISSING,
  {
    id: 'continue-unasked',
    rule: 'RFC 9110 15.2',
    right: 'ws-mini',
    why: 'a client reads any 1xx, also where it did not ask for it; undici fails at a 100',
    example: { ...answer({}), text: `HTTP/1.1 100 Continue\r\n\r\n${answer({}).text}` },
    isMet: ({ input, mini, peer }) =>
      mini.status === OPEN && peer.status !== OPEN && input.text.startsWith('HTTP/1.1 100 '),
  },
  {
    id: 'connection-among-others',
    rule: 'RFC 6455 4.1',
    right: 'ws-mini',
    why: 'Connection is a list that has upgrade in it; undici fails where something else is in it too',
    example: answer({ Connection: 'keep-alive, Upgrade' }),
    isMet: ({ input, mini, peer }) =>
      mini.status === OPEN && peer.status !== OPEN && /^Connection:.*,/m.test(input.text),
  },
  {
    id: 'extension-malformed',
    rule: 'RFC 6455 9.1',
    right: 'ws-mini',
    why: 'a malformed Sec-WebSocket-Extensions fails the connection; undici reads on over it',
    example: answer({ [DEFLATE]: 'permessage-deflate;' }),
    isMet: ({ mini, peer }) => mini.code === 'extensions-malformed' && peer.status === OPEN,
  },
  {
    id: 'extension-not-offered',
    rule: 'RFC 6455 4.1',
    right: 'ws-mini',
    why: 'a server takes only what was offered, and once; undici looks no further than parameters that it knows',
    example: answer({ [DEFLATE]: 'permessage-deflate; server_no_context_takeover, x-unknown' }),
    isMet: ({ mini, peer }) => mini.code === 'extension-not-offered' && peer.status === OPEN,
  },
  {
    id: 'extension-parameters-wrong',
    rule: 'RFC 7692 7.1',
    right: 'ws-mini',
    why: 'a parameter that is unknown, repeated, or has a bad value fails the connection; undici takes most of them',
    example: answer({ [DEFLATE]: 'permessage-deflate; unknown' }),
    isMet: ({ mini, peer }) => mini.code === 'extension-parameters-wrong' && peer.status === OPEN,
  },
];

/** @returns undefined where they agree; the name of a deviation, or the difference that has none */
export function nameOpening<Input>(
  { input, mini, peer }: OpeningDifference<Input>,
  deviations: readonly OpeningDeviation<Input>[],
): string | OpeningDifference<Input> | undefined {
  const { status, protocol, extensions } = mini;
  if (status === peer.status && protocol === peer.protocol && extensions === peer.extensions)
    return undefined;
  const difference = { input, mini, peer };
  return deviations.find(({ isMet }) => isMet(difference))?.id ?? difference;
}
