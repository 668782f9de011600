/** What a protocol makes of received bytes: events in order, the rule that was broken, and what it still waits for. */

import type { Fields, HttpError } from 'http-mini/wire';
import type { WebSocketError } from 'ws-mini/wire';
import { hexOf } from '../page/hex.ts';

export type EventKind =
  | 'request'
  | 'response'
  | 'interim'
  | 'content'
  | 'trailers'
  | 'switched'
  | 'text'
  | 'binary'
  | 'ping'
  | 'pong'
  | 'close'
  | 'broken';

export interface ReplayEvent {
  readonly kind: EventKind;
  /** In the protocol's own words: `GET /`, `200 OK`, a message, the code of the rule. */
  readonly value: string;
  /** How many bytes had been received when it came. Only this depends on how the bytes are cut. */
  readonly after: number;
}

/** A rule that the bytes break. */
export interface Broken {
  /** One for each rule, in kebab-case. */
  readonly code: string;
  /** The section that has it, as in `RFC 9112 6.3`. */
  readonly rule: string;
  readonly message: string;
  /** The offending byte among all of this side; undefined if no single byte is wrong. */
  readonly offset: number | undefined;
}

export interface Outcome {
  readonly events: readonly ReplayEvent[];
  /** The first rule that was broken. */
  readonly broken: Broken | undefined;
  /** What the reader of the bytes sends back. */
  readonly answer: Uint8Array;
}

/** Collects what one reader finds. */
export class Findings {
  readonly events: ReplayEvent[] = [];
  broken: Broken | undefined;
  /** Bytes received so far. */
  received = 0;

  add(kind: EventKind, value = ''): void {
    this.events.push({ kind, value, after: this.received });
  }

  /** The content of a message that is complete, if it has any. */
  addContent(content: Uint8Array, trailers: Fields | undefined): void {
    if (content.length > 0) this.add('content', shownBytes(content));
    if (trailers !== undefined)
      this.add('trailers', Array.from(trailers, (field) => field.join(': ')).join(', '));
  }

  /** @param base where the bytes begin that the error's offset counts from */
  fail(error: HttpError | WebSocketError, base = 0): void {
    const { code, rule, offset } = error;
    this.add('broken', code);
    this.broken ??= {
      code,
      rule,
      message: error.message.replace(` (${rule})`, ''), // which is said beside it
      offset: offset === undefined ? undefined : base + offset,
    };
  }
}

/** Bytes as text if they are UTF-8 throughout, else in hexadecimal. */
export function shownBytes(bytes: Uint8Array): string {
  try {
    return strictly.decode(bytes);
  } catch {
    return hexOf(bytes);
  }
}
const strictly = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
