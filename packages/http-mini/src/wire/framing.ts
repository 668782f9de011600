/**
 * Where a message's content ends: the table of RFC 9112 6.3 as two functions, one for requests and one for responses.
 * Request smuggling lives on two recipients reading this table differently, so whatever leaves a doubt is refused
 * here, and nothing else in the package decides it again.
 */
import { HttpError } from './errors.ts';
import { splitList } from './fields.ts';

export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-close' };

export const NO_CONTENT: Framing = { kind: 'none' };
export const CHUNKED: Framing = { kind: 'chunked' };
export const UNTIL_CLOSE: Framing = { kind: 'until-close' };

export type Version = '1.0' | '1.1';

/** The two fields that decide; one that came on several lines is given as one list. */
export interface FramingFields {
  readonly transferEncoding: string | undefined;
  readonly contentLength: string | undefined;
}

/** @throws HttpError for every doubt; the server answers with its status and closes. */
export function requestFraming(version: Version, fields: FramingFields): Framing {
  if (fields.transferEncoding !== undefined) {
    checkTransferEncoding(version, fields);
    return CHUNKED; // rule 4, and a request that does not end in chunked was refused
  }
  if (fields.contentLength !== undefined) return lengthOf(fields.contentLength); // rules 5 and 6
  return NO_CONTENT; // rule 7
}

/**
 * @param method of the request that this answers, since HEAD and CONNECT change what the fields mean
 * @throws HttpError for every doubt; the client closes and discards what it received.
 */
export function responseFraming(
  version: Version,
  method: string,
  status: number,
  fields: FramingFields,
): Framing {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return NO_CONTENT; // rule 1
  if (method === 'CONNECT' && status < 300) return NO_CONTENT; // rule 2: a tunnel follows, both fields are ignored
  if (fields.transferEncoding !== undefined) {
    checkTransferEncoding(version, fields);
    return CHUNKED; // rule 4
  }
  if (fields.contentLength !== undefined) return lengthOf(fields.contentLength); // rules 5 and 6
  return UNTIL_CLOSE; // rule 8
}

/**
 * Passes only a Transfer-Encoding that says `chunked`, once. Another coding before it could be legal, but this package
 * knows none and never offers one in TE; after it, the end of the message could not be found.
 */
function checkTransferEncoding(version: Version, fields: FramingFields): void {
  if (version === '1.0') {
    throw new HttpError(
      'transfer-encoding-in-http-1.0',
      'HTTP/1.0 knows no Transfer-Encoding: the framing is in doubt',
    );
  }
  if (fields.contentLength !== undefined) {
    throw new HttpError(
      'transfer-encoding-with-content-length',
      'Transfer-Encoding and Content-Length in one message: two recipients could find two ends',
    );
  }
  if (fields.transferEncoding === 'chunked') return; // the one that everybody sends

  const codings = splitList(fields.transferEncoding!).map((coding) => coding.toLowerCase());
  const last = codings.at(-1);
  if (last === undefined) throw new HttpError('invalid-transfer-encoding', 'Transfer-Encoding is empty');
  for (const coding of codings) {
    if (!/^[!#$%&'*+.^_`|~\w-]+([ \t]*;.*)?$/.test(coding)) {
      throw new HttpError('invalid-transfer-encoding', `${JSON.stringify(coding)} is not a transfer coding`);
    }
    if (/^chunked[ \t]*;/.test(coding))
      throw new HttpError('chunked-with-parameters', 'chunked takes no parameters');
  }
  if (codings.filter((coding) => coding === 'chunked').length > 1) {
    throw new HttpError('chunked-repeated', 'chunked is applied more than once');
  }
  if (last !== 'chunked')
    throw new HttpError('chunked-not-last', `the last transfer coding is ${last}, not chunked`);
  if (codings.length > 1) {
    throw new HttpError('unknown-transfer-coding', `the transfer coding ${codings[0]} is not known here`);
  }
}

function lengthOf(value: string): Framing {
  const length = parseLength(value);
  return length === 0 ? NO_CONTENT : { kind: 'length', length };
}

/**
 * 1*DIGIT: no sign, no list; at most 2^53 - 1, beyond which a number here loses precision (RFC 9110 8.6). "5, 5" could
 * be taken for 5 (RFC 9112 6.3 rule 5); but whoever sends it has a fault, and refusing it is allowed too.
 */
export function parseLength(value: string): number {
  const length = /^[0-9]+$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(length)) {
    throw new HttpError(
      'invalid-content-length',
      `${JSON.stringify(value.slice(0, 40))} is not a Content-Length`,
    );
  }
  return length;
}
