// The opening handshake (RFC 6455 4) in front of the frames: http-mini explains its bytes, and what only
// a WebSocket asks of it is judged by the functions that server and client use.

import { explain as explainHttp, type Explanation as HttpExplanation } from 'http-mini/explain';
import { HttpError, RequestParser, ResponseParser } from 'http-mini/wire';
import { WebSocketError } from '../wire/errors.ts';
import { parseExtensions } from '../wire/extensions.ts';
import {
  asBrowsersAsk,
  type ClientHandshake,
  readOpeningRequest,
  readOpeningResponse,
} from '../wire/handshake.ts';
import type { Ledger } from './ledger.ts';

export interface Handshake {
  /** What follows: frames, something else (a refusal and its content), or nothing that can be read. */
  readonly error: HttpError | WebSocketError | undefined;
  readonly awaits: string | undefined;
  /** What comes behind it; undefined if no frames do. */
  readonly frames: readonly Uint8Array[] | undefined;
  /** permessage-deflate was offered, or taken. */
  readonly compression: boolean;
}

/** What a client asked for: the answer is held against it. */
export type Offer = Pick<ClientHandshake, 'key' | 'protocols' | 'extensions'>;

/** Where the fields of a handshake are defined; http-mini knows those of HTTP. */
const RULES = new Map([
  ['sec-websocket-key', 'RFC 6455 11.3.1'],
  ['sec-websocket-extensions', 'RFC 6455 11.3.2'],
  ['sec-websocket-accept', 'RFC 6455 11.3.3'],
  ['sec-websocket-protocol', 'RFC 6455 11.3.4'],
  ['sec-websocket-version', 'RFC 6455 11.3.5'],
  ['origin', 'RFC 6454 7'],
]);

/** Enters the handshake that the bytes begin with. */
export function explainHandshake(
  ledger: Ledger,
  kind: 'request' | 'response',
  pieces: readonly Uint8Array[],
  offer: Offer | undefined,
): Handshake {
  const outcome = readHead(kind, pieces, offer);
  const { frames, error, compression } = outcome;
  const behind = frames?.reduce((size, piece) => size + piece.length, 0) ?? 0;
  const explanation = explainHttp(within(pieces, behind), { kind, lenient: asBrowsersAsk });
  const wrong = explanation.error ?? error;
  enterAll(ledger, explanation, frames !== undefined && wrong === undefined);
  return {
    error: wrong,
    awaits: wrong === undefined ? explanation.awaits : undefined,
    frames: wrong === undefined ? frames : undefined,
    compression,
  };
}

interface Outcome {
  readonly frames?: readonly Uint8Array[];
  readonly error?: WebSocketError;
  readonly compression: boolean;
}

/** Reads the head with the parser of server or client; what it makes of broken HTTP is http-mini's to tell. */
function readHead(
  kind: 'request' | 'response',
  pieces: readonly Uint8Array[],
  offer: Offer | undefined,
): Outcome {
  const parser =
    kind === 'request' ? new RequestParser({ lenient: asBrowsersAsk }) : new ResponseParser().expect('GET');
  for (const [i, piece] of pieces.entries()) {
    try {
      parser.receive(piece);
      for (let event = parser.next(); event !== undefined; event = parser.next()) {
        if (event.type !== 'head') continue;
        // An answer of another status is HTTP and remains so.
        if ('status' in event && event.status !== 101) return { compression: false };
        const frames = [parser.leftover(), ...pieces.slice(i + 1)];
        return { frames, ...judge(() => extensionsOf(event, offer)) };
      }
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      return { compression: false };
    }
  }
  return { compression: false };
}

type Head = Parameters<typeof readOpeningRequest>[0] | Parameters<typeof readOpeningResponse>[0];

function extensionsOf(head: Head, offer: Offer | undefined): readonly { readonly name: string }[] {
  if ('method' in head) return readOpeningRequest(head).extensions;
  if (offer !== undefined) return readOpeningResponse(head, offer as ClientHandshake).extensions;
  // Whether it answers what was asked cannot be known without the question.
  return parseExtensions(head.fields.get('sec-websocket-extensions') ?? 'none');
}

function judge(extensions: () => readonly { readonly name: string }[]): Omit<Outcome, 'frames'> {
  try {
    return { compression: extensions().some(({ name }) => name === 'permessage-deflate') };
  } catch (error) {
    if (!(error instanceof WebSocketError)) throw error;
    // Without a place: it is the head as a whole that is wrong, or lacks something.
    return { error: new WebSocketError(error.code, error.message), compression: false };
  }
}

/** The pieces without their last `size` bytes. */
function within(pieces: readonly Uint8Array[], size: number): Uint8Array[] {
  let left = pieces.reduce((sum, piece) => sum + piece.length, 0) - size;
  return pieces.map((piece) => {
    const part = piece.subarray(0, left);
    left -= part.length;
    return part;
  });
}

function enterAll(ledger: Ledger, { text, fields }: HttpExplanation, hasFrames: boolean): void {
  ledger.text = text;
  let name = '';
  for (const field of fields) {
    if (field.name === 'field-name') name = field.value.toLowerCase();
    const isLast = hasFrames && field === fields.at(-1);
    if (isLast) ledger.enter(field.name, field.end, 'RFC 6455 1.2', 'then frames');
    else {
      const rule = field.name === 'field-value' ? (RULES.get(name) ?? field.rule) : field.rule;
      ledger.enter(field.name, field.end, rule, field.value);
    }
  }
}
