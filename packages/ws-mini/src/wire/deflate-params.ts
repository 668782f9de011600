// permessage-deflate's four parameters (RFC 7692 7.1), from offer to agreement. A server declines an
// offer that it cannot accept and looks at the next; a client fails the connection if the answer does
// not fit its offer. This file only negotiates; connection/deflate.ts compresses.

import { WebSocketError } from './errors.ts';
import type { Extension } from './extensions.ts';

const NAME = 'permessage-deflate';

/** What both sides have agreed on: all four parameters have a value. */
export interface DeflateAgreement {
  /** The server starts each message with an empty window (7.1.1.1). */
  readonly serverNoContextTakeover: boolean;
  /** The client does so (7.1.1.2). */
  readonly clientNoContextTakeover: boolean;
  /** The server's window has 2^n bytes, 8 to 15 (7.1.2.1). */
  readonly serverMaxWindowBits: number;
  /** The client's (7.1.2.2). */
  readonly clientMaxWindowBits: number;
}

/** What one side asks for; the other side chooses what is left out. */
export type DeflateWishes = Partial<DeflateAgreement>;

/** One side's parameters, as sent. */
interface DeflateParameters {
  serverNoContextTakeover: boolean;
  clientNoContextTakeover: boolean;
  serverMaxWindowBits?: number;
  /** True if it has no value: in an offer, that says "name one if you like". */
  clientMaxWindowBits?: number | true;
}

/** The client's offer. It always says that the client can limit its own window (7.1.2.2), so that a server may ask it to. */
export function offerDeflate(wishes: DeflateWishes): Extension {
  checkWishes(wishes);
  const parameters: [string, string | undefined][] = [];
  if (wishes.serverNoContextTakeover === true) parameters.push(['server_no_context_takeover', undefined]);
  if (wishes.clientNoContextTakeover === true) parameters.push(['client_no_context_takeover', undefined]);
  if (wishes.serverMaxWindowBits !== undefined)
    parameters.push(['server_max_window_bits', String(wishes.serverMaxWindowBits)]);
  parameters.push(['client_max_window_bits', wishes.clientMaxWindowBits?.toString()]);
  return { name: NAME, parameters };
}

/**
 * The server's choice: the first offer that it can accept, in the client's order (5.1), and the answer to it.
 * (rfc7692/5/preference, rfc6455/4.2.2/extensions)
 */
export function acceptDeflate(
  offers: readonly Extension[],
  wishes: DeflateWishes,
): { agreement: DeflateAgreement; response: Extension } | undefined {
  checkWishes(wishes);
  for (const offer of offers) {
    const parameters = offer.name === NAME ? readParameters(offer, 'offer') : undefined; // rfc7692/7/next-offer
    const agreement = parameters && agree(parameters, wishes);
    // rfc7692/5/accept, rfc7692/5/one-on-rsv1
    if (agreement !== undefined) return { agreement, response: respond(agreement, parameters!) };
  }
  return undefined;
}

/** @returns undefined if the server declines (rfc7692/7/decline-unsupported, rfc7692/5/declined) */
function agree(offer: DeflateParameters, wishes: DeflateWishes): DeflateAgreement | undefined {
  const limit = wishes.clientMaxWindowBits ?? 15;
  // rfc7692/7.1.2.2/unasked
  // We can tell a client a limit only if it offered the parameter (7.1.2.2); else its window may be 2^15.
  if (limit < 15 && offer.clientMaxWindowBits === undefined) return undefined;
  const offered = typeof offer.clientMaxWindowBits === 'number' ? offer.clientMaxWindowBits : 15;
  return {
    serverNoContextTakeover: offer.serverNoContextTakeover || wishes.serverNoContextTakeover === true,
    // In an offer this is a hint (7.1.1.2). If we follow it, we need not keep the client's window.
    clientNoContextTakeover: offer.clientNoContextTakeover || wishes.clientNoContextTakeover === true,
    serverMaxWindowBits: Math.min(offer.serverMaxWindowBits ?? 15, wishes.serverMaxWindowBits ?? 15), // rfc7692/7.1.2.1/at-most
    clientMaxWindowBits: Math.min(offered, limit), // rfc7692/7.1.2.2/at-most
  };
}

function respond(agreement: DeflateAgreement, offer: DeflateParameters): Extension {
  const parameters: [string, string | undefined][] = [];
  if (agreement.serverNoContextTakeover) parameters.push(['server_no_context_takeover', undefined]); // rfc7692/7.1.1.1/echo
  if (agreement.clientNoContextTakeover) parameters.push(['client_no_context_takeover', undefined]);
  if (offer.serverMaxWindowBits !== undefined || agreement.serverMaxWindowBits < 15)
    parameters.push(['server_max_window_bits', String(agreement.serverMaxWindowBits)]);
  if (typeof offer.clientMaxWindowBits === 'number' || agreement.clientMaxWindowBits < 15)
    parameters.push(['client_max_window_bits', String(agreement.clientMaxWindowBits)]); // rfc7692/7.1.2.2/response-value
  return { name: NAME, parameters };
}

/**
 * What the server's answer to `offerDeflate(wishes)` means.
 *
 * @throws WebSocketError `extension-parameters-wrong`
 */
export function agreeOnDeflate(response: Extension, wishes: DeflateWishes): DeflateAgreement {
  const answer = readParameters(response, 'response');
  // rfc7692/7/response-unknown, rfc7692/7/response-value, rfc7692/7/response-repeated
  if (answer === undefined) return fail('unknown, repeated or malformed');
  const mostServer = wishes.serverMaxWindowBits ?? 15;
  const mostClient = wishes.clientMaxWindowBits ?? 15;
  // A server that accepts an offer with one of these two parameters must answer with it (7.1.1.1, 7.1.2.1).
  if (wishes.serverNoContextTakeover === true && !answer.serverNoContextTakeover)
    fail('without the server_no_context_takeover that was asked for');
  // rfc7692/7/response-unsupported
  if ((answer.serverMaxWindowBits ?? 15) > mostServer) fail(`server_max_window_bits over ${mostServer}`);
  // If the server leaves it out, only the limit that we offered ourselves holds.
  const clientMaxWindowBits = (answer.clientMaxWindowBits as number | undefined) ?? mostClient;
  if (clientMaxWindowBits > mostClient) fail(`client_max_window_bits over ${mostClient}`);
  return {
    serverNoContextTakeover: answer.serverNoContextTakeover,
    clientNoContextTakeover: answer.clientNoContextTakeover || wishes.clientNoContextTakeover === true,
    serverMaxWindowBits: answer.serverMaxWindowBits ?? 15,
    clientMaxWindowBits,
  };
}

/** @returns undefined if a parameter is unknown, comes twice, or has a value that is not allowed (7.1) */
function readParameters(
  { parameters }: Extension,
  side: 'offer' | 'response',
): DeflateParameters | undefined {
  const read: DeflateParameters = { serverNoContextTakeover: false, clientNoContextTakeover: false };
  const seen = new Set<string>();
  for (const [name, value] of parameters) {
    if (seen.has(name)) return undefined; // rfc7692/7/decline-repeated
    seen.add(name);
    // rfc7692/7.1.1.1/no-value
    if (name === 'server_no_context_takeover' && value === undefined) read.serverNoContextTakeover = true;
    else if (name === 'client_no_context_takeover' && value === undefined)
      // rfc7692/7.1.1.2/no-value
      read.clientNoContextTakeover = true;
    else if (name === 'server_max_window_bits' && isWindowBits(value))
      read.serverMaxWindowBits = Number(value);
    else if (name === 'client_max_window_bits' && isWindowBits(value))
      read.clientMaxWindowBits = Number(value);
    // Only an offer may leave the value out.
    else if (name === 'client_max_window_bits' && value === undefined && side === 'offer')
      read.clientMaxWindowBits = true;
    else return undefined; // rfc7692/7/decline-unknown, rfc6455/9.1/parameters
  }
  return read;
}

/** 8 to 15, decimal, without a leading zero (rfc7692/7/decline-value, rfc7692/7.1.2.1/value, rfc7692/7.1.2.2/value). */
function isWindowBits(value: string | undefined): boolean {
  return value !== undefined && /^(?:[89]|1[0-5])$/.test(value);
}

function checkWishes(wishes: DeflateWishes): void {
  for (const name of ['serverMaxWindowBits', 'clientMaxWindowBits'] as const) {
    const bits = wishes[name];
    if (bits !== undefined && !isWindowBits(String(bits)))
      throw new WebSocketError('option-invalid', `${name} is ${bits}, but must be from 8 to 15`);
  }
}

function fail(what: string): never {
  throw new WebSocketError(
    'extension-parameters-wrong',
    `the server's answer to permessage-deflate is ${what}`,
  );
}
