// Each rule that can be broken has one code, and one line in the table below: the RFC section that has the
// rule, whose fault it is, and what we tell a peer that breaks it (an HTTP status before the connection is
// open, a close code after that). This package throws only WebSocketError; its browser interfaces also throw
// what a browser's do.

import { readCloseInfo, type WebSocketCloseInfo } from './close-info.ts';
import { toText } from './web-idl.ts';

interface Rule {
  readonly rule: string;
  /** The code in our Close frame (RFC 6455 7.4.1). */
  readonly closeCode?: number;
  /** The status that answers the opening handshake. */
  readonly status?: number;
  readonly by?: 'user';
}

const rules = {
  // Frames (5.2 to 5.5)
  'reserved-bit-set': { rule: 'RFC 6455 5.2', closeCode: 1002 },
  'opcode-unknown': { rule: 'RFC 6455 5.2', closeCode: 1002 },
  'frame-not-masked': { rule: 'RFC 6455 5.1', closeCode: 1002 },
  'frame-masked': { rule: 'RFC 6455 5.1', closeCode: 1002 },
  'length-not-minimal': { rule: 'RFC 6455 5.2', closeCode: 1002 },
  'length-top-bit-set': { rule: 'RFC 6455 5.2', closeCode: 1002 },
  'control-frame-fragmented': { rule: 'RFC 6455 5.5', closeCode: 1002 },
  'control-frame-too-long': { rule: 'RFC 6455 5.5', closeCode: 1002 },
  // Messages (5.4, 5.6, 8.1)
  'continuation-unexpected': { rule: 'RFC 6455 5.4', closeCode: 1002 },
  'continuation-expected': { rule: 'RFC 6455 5.4', closeCode: 1002 },
  'text-not-utf8': { rule: 'RFC 6455 8.1', closeCode: 1007 },
  'message-too-big': { rule: 'RFC 6455 7.4.1', closeCode: 1009 },
  'too-many-fragments': { rule: 'RFC 6455 10.4', closeCode: 1008 },
  'message-cut-off': { rule: 'RFC 6455 5.4' },
  'message-not-deflate': { rule: 'RFC 7692 7.2.2', closeCode: 1007 },
  // Closing (5.5.1, 7.4)
  'close-body-too-short': { rule: 'RFC 6455 5.5.1', closeCode: 1002 },
  'close-code-not-allowed': { rule: 'RFC 6455 7.4', closeCode: 1002 },
  'close-reason-not-utf8': { rule: 'RFC 6455 5.5.1', closeCode: 1007 },
  // What a peer does to the connection as a whole
  'heartbeat-missed': { rule: 'RFC 6455 5.5.2' },
  'close-timeout': { rule: 'RFC 6455 7.1.1' },
  'connection-lost': { rule: 'RFC 6455 7.1.5' },
  'queue-full': { rule: 'RFC 6455 10.4' },
  // The opening handshake as a server sees it (4.2)
  'request-malformed': { rule: 'RFC 6455 4.2.1', status: 400 },
  'request-misdirected': { rule: 'RFC 9110 7.4', status: 421 },
  'request-has-body': { rule: 'RFC 6455 4.1', status: 400 },
  'method-not-get': { rule: 'RFC 6455 4.2.1', status: 405 },
  'http-version-too-low': { rule: 'RFC 6455 4.2.1', status: 505 },
  'host-missing': { rule: 'RFC 6455 4.2.1', status: 400 },
  'upgrade-missing': { rule: 'RFC 6455 4.2.1', status: 426 },
  'connection-without-upgrade': { rule: 'RFC 6455 4.2.1', status: 400 },
  'key-malformed': { rule: 'RFC 6455 4.2.1', status: 400 },
  'version-not-supported': { rule: 'RFC 6455 4.2.2', status: 426 },
  'subprotocols-malformed': { rule: 'RFC 6455 4.1', status: 400 },
  'extensions-malformed': { rule: 'RFC 6455 9.1', status: 400 },
  'origin-refused': { rule: 'RFC 6455 4.2.2', status: 403 },
  'path-unknown': { rule: 'RFC 6455 4.2.2', status: 404 },
  'handshake-refused': { rule: 'RFC 6455 4.2.2', status: 403 },
  'handshake-timeout': { rule: 'RFC 6455 10.4', status: 408 },
  'too-many-connections': { rule: 'RFC 6455 10.4', status: 503 },
  // ... and as a client sees it (4.1)
  'too-many-informations': { rule: 'RFC 9110 15.2' },
  'status-not-101': { rule: 'RFC 6455 4.1' },
  'response-malformed': { rule: 'RFC 6455 4.1' },
  'upgrade-not-websocket': { rule: 'RFC 6455 4.1' },
  'connection-not-upgrade': { rule: 'RFC 6455 4.1' },
  'accept-wrong': { rule: 'RFC 6455 4.1' },
  'extension-not-offered': { rule: 'RFC 6455 4.1' },
  'extension-parameters-wrong': { rule: 'RFC 7692 5.1' },
  'subprotocol-not-requested': { rule: 'RFC 6455 4.1' },
  'subprotocol-missing': { rule: 'WHATWG WebSockets 2' },
  // The user of this package
  'url-invalid': { rule: 'RFC 6455 3', by: 'user' },
  'header-invalid': { rule: 'RFC 9110 5.5', by: 'user' },
  'option-invalid': { rule: 'RFC 6455 10.4', by: 'user' },
  'data-not-supported': { rule: 'RFC 6455 5.6', by: 'user' },
  'frame-invalid': { rule: 'RFC 6455 5.2', by: 'user' },
  'control-data-too-long': { rule: 'RFC 6455 5.5', by: 'user' },
  'close-code-not-sendable': { rule: 'RFC 6455 7.4', by: 'user' },
  'handshake-not-checked': { rule: 'RFC 6455 4.2.2', status: 500, by: 'user' },
  'callback-failed': { rule: 'RFC 6455 10.4', by: 'user' },
  'transport-taken': { rule: 'RFC 9110 7.8', by: 'user' },
  'transport-not-usable': { rule: 'RFC 6455 4.1', by: 'user' },
  'subprotocol-not-offered': { rule: 'RFC 6455 4.2.2', by: 'user' },
  'fragment-unexpected': { rule: 'RFC 6455 5.4', by: 'user' },
  'messages-in-parts': { rule: 'RFC 6455 5.4', by: 'user' },
  'message-source-failed': { rule: 'RFC 6455 7.4.1', closeCode: 1011, by: 'user' },
  'not-open': { rule: 'RFC 6455 6.1', by: 'user' },
  aborted: { rule: 'RFC 6455 4.1', by: 'user' },
  'close-requested': { rule: 'WHATWG WebSocketStream', by: 'user' },
} as const;

/** One for each rule, in kebab-case. */
export type WebSocketErrorCode = keyof typeof rules;

export interface WebSocketErrorDetails {
  /** Position of the wrong byte, counted from the first byte after the handshake. */
  offset?: number;
  /** Overrides the table's status. */
  status?: number;
  /** Overrides the table's close code. */
  closeCode?: number;
  /** The reason beside the close code. */
  reason?: string;
  cause?: unknown;
}

/**
 * The only error class of this package; `by` says whose fault it is. It is also WebSocketStream's WebSocketError, with two
 * differences: it is no DOMException, and `code` names the rule, while in a browser it is 0.
 */
export class WebSocketError extends Error {
  // rfc6455/10.7/validate
  override readonly name = 'WebSocketError';
  readonly code: WebSocketErrorCode;
  /** The text and section that has the rule, as in `RFC 6455 5.2`. */
  readonly rule: string;
  readonly by: 'peer' | 'user';
  /** The code in our Close frame, if one can be sent; in WebSocketStream also the peer's; else null. */
  readonly closeCode: number | null;
  /** The reason beside the close code: the peer's, or the one to send (WebSocketStream). */
  readonly reason: string;
  /** The HTTP status that we answer (server), or that the server answered (client). */
  readonly status: number | undefined;
  readonly offset: number | undefined;

  constructor(code: WebSocketErrorCode, message: string, details?: WebSocketErrorDetails);
  /**
   * An error that a program makes itself (its `code` is "close-requested"), to end a WebSocketStream with a close code
   * and a reason.
   *
   * @throws DOMException InvalidAccessError for the code, SyntaxError for the reason; TypeError if `closeInfo` cannot be
   * converted
   */
  constructor(message?: string, closeInfo?: WebSocketCloseInfo);
  constructor(first: string = '', second?: string | WebSocketCloseInfo, details: WebSocketErrorDetails = {}) {
    const isOfTable = typeof second === 'string' && Object.hasOwn(rules, first);
    const code = isOfTable ? (first as WebSocketErrorCode) : 'close-requested';
    const { cause, closeCode, reason, status, offset } = isOfTable ? details : requested(second);
    const rule: Rule = rules[code];
    super(isOfTable ? second : toText(first), cause === undefined ? undefined : { cause });
    this.code = code;
    this.rule = rule.rule;
    this.by = rule.by ?? 'peer';
    this.closeCode = closeCode ?? rule.closeCode ?? null;
    this.reason = reason ?? '';
    this.status = status ?? rule.status;
    this.offset = offset;
  }
}

function requested(closeInfo: unknown): WebSocketErrorDetails {
  const [closeCode, reason] = readCloseInfo(closeInfo);
  return closeCode === undefined ? { reason } : { closeCode, reason };
}

/** Whether `thrown` is an error of this package. Why not `instanceof` alone: that throws if `thrown` is a revoked Proxy. */
export function isWebSocketError(thrown: unknown): thrown is WebSocketError {
  try {
    return thrown instanceof WebSocketError;
  } catch {
    return false;
  }
}
