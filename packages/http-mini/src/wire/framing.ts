/**
 * Where a message's content ends: the table of RFC 9112 6.3 as two functions, one for requests and one for responses.
 * Request smuggling works if two recipients read this table differently. So these functions refuse every message that leaves
 * a doubt, and nothing else in the package decides it again.
 */
import { HttpError, type HttpErrorCode, shown } from './errors.ts';
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

/** The two fields that decide. If one came on several lines, its value is the whole list. */
export interface FramingFields {
  readonly transferEncoding: string | undefined;
  readonly contentLength: string | undefined;
  /** Where their values lie in the stream, for errors. */
  readonly transferEncodingOffset?: number | undefined;
  readonly contentLengthOffset?: number | undefined;
}

/** @throws HttpError for every doubt; the server answers with the error's status and closes. */
export function requestFraming(version: Version, fields: FramingFields): Framing {
  if (fields.transferEncoding !== undefined) {
    if (isChunked(version, fields)) return CHUNKED; // rule 4; otherwise the end cannot be found (rfc9112/6.3/request-not-chunked)
    throw doubt(fields, 'chunked-not-last', `${shown(fields.transferEncoding)} does not end in chunked`);
  }
  if (fields.contentLength !== undefined) return lengthOf(fields); // rules 5 and 6
  return NO_CONTENT; // rule 7 (rfc9112/6.3/no-length)
}

/**
 * @param method of the request, because HEAD and CONNECT change what the fields mean
 * @throws HttpError for every doubt; the client closes and discards what it received.
 */
export function responseFraming(
  version: Version,
  method: string,
  status: number,
  fields: FramingFields,
): Framing {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return NO_CONTENT; // rule 1 (rfc9112/6.3/no-body)
  if (method === 'CONNECT' && status < 300) return NO_CONTENT; // rule 2: a tunnel (rfc9112/6.3/connect-tunnel)
  if (fields.transferEncoding !== undefined) {
    return isChunked(version, fields) ? CHUNKED : UNTIL_CLOSE; // rule 4 (rfc9112/6.3/response-not-chunked)
  }
  if (fields.contentLength !== undefined) return lengthOf(fields); // rules 5 and 6
  return UNTIL_CLOSE; // rule 8 (rfc9112/6.3/until-close)
}

/**
 * Whether Transfer-Encoding is `chunked`; false if its last coding is another one. A second coding before `chunked` can be
 * legal, but it is refused: this package knows none and never offers one in TE.
 */
function isChunked(version: Version, fields: FramingFields): boolean {
  const value = fields.transferEncoding!;
  if (version === '1.0') {
    // rfc9112/6.1/te-1.0
    throw doubt(fields, 'transfer-encoding-in-http-1.0', 'HTTP/1.0 knows no Transfer-Encoding');
  }
  if (fields.contentLength !== undefined) {
    const message = 'Transfer-Encoding and Content-Length in one message: two recipients could find two ends';
    throw doubt(fields, 'transfer-encoding-with-content-length', message); // rfc9112/6.1/te-and-cl, rfc9112/6.3/te-over-cl
  }
  if (value === 'chunked') return true; // the usual case

  const codings = splitList(value).map((coding) => coding.toLowerCase()); // rfc9112/6.1/list
  if (codings.length === 0) throw doubt(fields, 'invalid-transfer-encoding', 'Transfer-Encoding is empty');
  for (const coding of codings) {
    if (!/^[!#$%&'*+.^_`|~\w-]+([ \t]*;.*)?$/.test(coding)) {
      throw doubt(fields, 'invalid-transfer-encoding', `${shown(coding)} is not a transfer coding`);
    }
    // rfc9112/7.1/parameters
    if (/^chunked[ \t]*;/.test(coding))
      throw doubt(fields, 'chunked-with-parameters', 'chunked takes no parameters');
  }
  if (codings.indexOf('chunked') !== codings.lastIndexOf('chunked')) {
    throw doubt(fields, 'chunked-repeated', 'chunked is applied more than once');
  }
  if (codings.at(-1) !== 'chunked') return false;
  if (codings.length === 1) return true;
  // rfc9112/6.1/unknown-coding
  throw doubt(
    fields,
    'unknown-transfer-coding',
    `the transfer coding ${shown(codings[0])} is not known here`,
  );
}

function doubt(fields: FramingFields, code: HttpErrorCode, message: string): HttpError {
  return new HttpError(code, message, { offset: fields.transferEncodingOffset });
}

function lengthOf(fields: FramingFields): Framing {
  const length = parseLength(fields.contentLength!, fields.contentLengthOffset);
  return length === 0 ? NO_CONTENT : { kind: 'length', length };
}

/**
 * 1*DIGIT: no sign, no list (rfc9112/6.3/cl-zeros); at most 2^53 - 1, because a larger number loses precision in JavaScript
 * (rfc9110/8.6/overflow). A recipient may take "5, 5" for 5 or refuse it (rfc9112/6.3/cl-list): we refuse it, because its
 * sender has a fault.
 * @param offset of the value in the stream, for the error
 */
export function parseLength(value: string, offset?: number): number {
  const length = /^[0-9]+$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(length)) {
    // rfc9112/6.3/cl-invalid, rfc9112/6.3/cl-invalid-response
    throw new HttpError('invalid-content-length', `${shown(value)} is not a Content-Length`, { offset });
  }
  return length;
}
