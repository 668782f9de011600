// Which code and reason a web program may close with (WHATWG WebSockets 3.1, "validate close code and reason"): 1000, or
// 3000 to 4999, because the other codes belong to the protocol. Anything else throws a DOMException, as in a browser.

import { enforceRange, toDictionary, toUsvText } from './web-idl.ts';

export interface WebSocketCloseInfo {
  /** 1000, or 3000 to 4999. Default: 1000 if there is a reason, else no code. */
  closeCode?: number | undefined;
  /** At most 123 bytes of UTF-8. */
  reason?: string | undefined;
}

/** @throws DOMException InvalidAccessError for the code, SyntaxError for the reason; TypeError if it cannot convert `value` */
export function readCloseInfo(value: unknown): [code: number | undefined, reason: string] {
  const { closeCode, reason = '' } = toDictionary(value, 'WebSocketCloseInfo');
  const code = closeCode === undefined ? undefined : enforceRange(closeCode, 'closeCode');
  return checkClose(code, toUsvText(reason));
}

/** @throws DOMException InvalidAccessError for the code, SyntaxError for the reason */
export function checkClose(
  code: number | undefined,
  reason: string,
): [code: number | undefined, reason: string] {
  if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999))
    throw new DOMException(`the close code ${code} is neither 1000 nor 3000 to 4999`, 'InvalidAccessError');
  const { length } = new TextEncoder().encode(reason);
  if (length > 123)
    throw new DOMException(`the close reason has ${length} bytes, at most 123 fit`, 'SyntaxError');
  // The frame has no place for a reason without a code (RFC 6455 5.5.1): send it with 1000.
  return [reason === '' ? code : (code ?? 1000), reason];
}
