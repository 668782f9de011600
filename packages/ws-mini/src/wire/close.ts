// The body of a Close frame (rfc6455/5.5.1/body) and its codes (7.4). The body is empty, or has two bytes
// of code and then a reason of up to 123 bytes of UTF-8.

import { decodeUtf8, writeText } from './bytes.ts';
import { WebSocketError } from './errors.ts';

/** Stands for a Close without a code (7.1.5); never on the wire. */
const NO_STATUS = 1005;
/** Stands for a connection that was lost without a Close (7.1.5); never on the wire. */
export const ABNORMAL = 1006;

/** RFC 6455 7.4.1 and the IANA registry. */
export const closeCodes: Readonly<Record<number, string>> = {
  1000: 'normal closure',
  1001: 'going away',
  1002: 'protocol error',
  1003: 'unsupported data',
  1005: 'no status received',
  1006: 'abnormal closure',
  1007: 'invalid payload data',
  1008: 'policy violation',
  1009: 'message too big',
  1010: 'mandatory extension',
  1011: 'internal error',
  1012: 'service restart',
  1013: 'try again later',
  1014: 'bad gateway',
  1015: 'TLS handshake',
};

/**
 * The codes that may stand in a Close frame (7.4.1, 7.4.2): not 1004, 1005, 1006, 1015 or 1016 to 2999.
 * (rfc6455/7.4.1/reserved, rfc6455/7.4.2/ranges)
 */
export function isCloseCode(code: number): boolean {
  return (
    (code >= 1000 && code <= 1014 && code !== 1004 && code !== NO_STATUS && code !== ABNORMAL) ||
    (code >= 3000 && code <= 4999)
  );
}

export interface CloseBody {
  /** The code as sent, or 1005 if there was none. */
  readonly code: number;
  readonly reason: string;
}

/**
 * Reads the payload of a Close frame.
 *
 * @param offset position of its first byte, counted from the first byte received
 * @throws WebSocketError if it is one byte, the code may not be sent, or the reason is not UTF-8
 */
export function decodeClose(body: Uint8Array, offset: number): CloseBody {
  if (body.length === 0) return { code: NO_STATUS, reason: '' };
  if (body.length === 1)
    throw new WebSocketError('close-body-too-short', 'a Close body has no or at least two bytes', { offset });
  const code = (body[0]! << 8) | body[1]!;
  if (!isCloseCode(code))
    throw new WebSocketError('close-code-not-allowed', `close code ${code} may not be sent`, { offset });
  const reason = decodeUtf8(body, 2, body.length);
  if (reason === undefined)
    throw new WebSocketError('close-reason-not-utf8', 'the close reason is not UTF-8', {
      // rfc6455/5.5.1/reason-utf8
      offset: offset + 2,
    });
  return { code, reason };
}

/**
 * Writes the payload of a Close frame.
 *
 * @param code undefined: the body is empty
 * @throws WebSocketError `close-code-not-sendable`; `control-data-too-long`: a reason of over 123 bytes
 */
export function encodeClose(code?: number, reason = ''): Uint8Array {
  if (typeof reason !== 'string')
    throw new WebSocketError('data-not-supported', 'a close reason is a string');
  if (code === undefined) {
    if (reason === '') return new Uint8Array(0);
    throw new WebSocketError('close-code-not-sendable', 'a close reason needs a code before it');
  }
  if (!Number.isInteger(code) || !isCloseCode(code))
    throw new WebSocketError('close-code-not-sendable', `close code ${code} may not be sent`);
  // Not `allocate`, which does not fill with zeros: the body is a view, and old memory must not stand behind it.
  const body = new Uint8Array(2 + reason.length * 3);
  const end = 2 + writeText(body, 2, reason);
  if (end > 125)
    throw new WebSocketError(
      'control-data-too-long',
      `the close reason has ${end - 2} bytes, at most 123 fit`,
    );
  body[0] = code >>> 8;
  body[1] = code;
  return body.subarray(0, end);
}

/**
 * Makes a code from `closeInfo` one that may be sent: 1005 and 1006 stand for what was not on the wire (7.4.1), so 1005
 * becomes no code, and 1006 becomes 1011.
 */
export function sendableCode(code: number | undefined): number | undefined {
  if (code === NO_STATUS) return undefined;
  return code === ABNORMAL ? 1011 : code;
}

/** Cuts `text` to what fits in a Close, between two characters. */
export function cutReason(text: string): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(123));
  return text.slice(0, read);
}
