// What a program of the web may say with its Close (WHATWG WebSockets 3.1, "validate close code and reason"): 1000 or a
// code from 3000 on, for the others belong to the protocol. What it may not say is a DOMException, as in a browser.

import { enforceRange, toDictionary, toUsvText } from './web-idl.ts';

export interface WebSocketCloseInfo {
  /** 1000, or 3000 to 4999. None: no code in the Close, or 1000 with a reason. */
  closeCode?: number | undefined;
  /** At most 123 bytes of UTF-8. */
  reason?: string | undefined;
}

/** @throws DOMException InvalidAccessError for the code, SyntaxError for the reason; TypeError for what is neither */
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
  // A reason without a code has no place in the frame (RFC 6455 5.5.1): it goes with 1000.
  return [reason === '' ? code : (code ?? 1000), reason];
}
