// explain: every byte of a WebSocket connection's one direction, and every bit where bits are fields,
// with its value and the section of the RFC that says so. The opening handshake is http-mini's to
// explain; frames are entered as the package's own decoder reports them, so that there is no second
// parser which could see something else. Any cut of the bytes gives the same (test: "law 1: ws-mini
// explain"). RFC 6455 4 and 5. No I/O: it runs in a browser.

import type { HttpError } from 'http-mini/wire';
import { FrameExplainer, type FrameExplainerOptions } from './explain/frame-explainer.ts';
import { octetsOf } from './explain/frame-fields.ts';
import { explainHandshake, type Offer } from './explain/handshake.ts';
import { type ExplainedField, Ledger } from './explain/ledger.ts';
import { isUint8Array } from './wire/bytes.ts';
import type { WebSocketError } from './wire/errors.ts';

export { type FormatOptions, formatExplanation } from './explain/format.ts';
export type { Offer } from './explain/handshake.ts';
export type { ExplainedField } from './explain/ledger.ts';

export interface ExplainOptions extends Omit<FrameExplainerOptions, 'from'> {
  /**
   * Whose bytes they are. Unless said: a server's where they begin with "HTTP/" or with a frame that is
   * not masked, else a client's.
   */
  from?: 'client' | 'server' | undefined;
  /** Whether they begin with the opening handshake. Unless said: where they look like HTTP. */
  handshake?: boolean | undefined;
  /** What was asked for, so that the server's answer can be held against it (RFC 6455 4.1). */
  offer?: Offer | undefined;
  /** Unless said: whether the handshake among the bytes names permessage-deflate. */
  compression?: boolean | undefined;
}

export interface Explanation {
  readonly from: 'client' | 'server';
  /** Place of the first byte of `text`: 0, but for a part of a connection that is followed. */
  readonly offset: number;
  /** The bytes, one character for each. */
  readonly text: string;
  /** In order, without a gap and without an overlap. */
  readonly fields: readonly ExplainedField[];
  /** What has to come next, where the bytes end within a message. */
  readonly awaits: string | undefined;
  /** The first rule that the bytes break. What follows is one field called `unread`. */
  readonly error: HttpError | WebSocketError | undefined;
}

/**
 * Explains the bytes of one side of a connection: the opening handshake, frames, or both. Never throws
 * for what is in the bytes, and does not change them.
 *
 * @param bytes whole, or in pieces
 */
export function explain(bytes: Uint8Array | Iterable<Uint8Array>, options: ExplainOptions = {}): Explanation {
  const pieces = isUint8Array(bytes) ? [bytes] : [...bytes];
  const start = pieces.flatMap((piece) => [...piece.subarray(0, 5)]).slice(0, 5);
  const isHttp = options.handshake ?? looksLikeHttp(start[0]);
  const from = options.from ?? guessFrom(start, isHttp);
  const ledger = new Ledger();
  const { frames, error, awaits, compression } = isHttp
    ? explainHandshake(ledger, from === 'client' ? 'request' : 'response', pieces, options.offer)
    : { frames: pieces, error: undefined, awaits: undefined, compression: false };
  if (frames !== undefined) {
    const explainer = new FrameExplainer(ledger, {
      from,
      compression: options.compression ?? compression,
      inflate: options.inflate,
      maxMessage: options.maxMessage,
    });
    for (const piece of frames) explainer.receive(piece);
    const next = explainer.finish();
    return { from, ...ledger.take(), awaits: next, error: explainer.error };
  }
  // Where the head is no opening handshake, what came behind it has no meaning.
  ledger.text = pieces.map((piece) => octetsOf(piece)).join('');
  if (ledger.at < ledger.end) ledger.enter('unread', ledger.end, error?.rule ?? 'RFC 6455 4');
  return { from, ...ledger.take(), awaits, error };
}

/** No frame begins with a letter from C to Z: that would be a reserved opcode, RSV3, or a control frame cut up. */
function looksLikeHttp(first: number | undefined): boolean {
  return first !== undefined && first >= 0x43 && first <= 0x5a;
}

function guessFrom(start: readonly number[], isHttp: boolean): 'client' | 'server' {
  if (isHttp) return String.fromCharCode(...start) === 'HTTP/' ? 'server' : 'client';
  return start[1] !== undefined && start[1] < 0x80 ? 'server' : 'client';
}
