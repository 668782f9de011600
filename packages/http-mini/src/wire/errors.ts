/**
 * HttpError: the one error of this package. Each rule that can be broken has one code; the code knows its RFC section and
 * the status that a server answers with (RFC 9110 15). `by` says whose fault it was: either a message from the `peer` broke
 * the rule, or the `user` of this library asked for something that must not be sent.
 */

const RULES = {
  // The request line and the status line
  'invalid-method': ['RFC 9110 9.1', 400],
  'method-too-long': ['RFC 9112 3', 501],
  'invalid-request-line': ['RFC 9112 3', 400],
  'invalid-target': ['RFC 9112 3.2', 400],
  'invalid-target-form': ['RFC 9112 3.2', 400],
  'target-too-long': ['RFC 9112 3', 414],
  'invalid-version': ['RFC 9112 2.3', 400],
  'unsupported-version': ['RFC 9110 15.6.6', 505],
  'invalid-status-line': ['RFC 9112 4', 400],
  'invalid-status': ['RFC 9110 15', 400],

  // Lines and fields
  'bare-carriage-return': ['RFC 9112 2.2', 400],
  'bare-line-feed': ['RFC 9112 2.2', 400],
  'whitespace-before-first-field': ['RFC 9112 2.2', 400],
  'whitespace-before-colon': ['RFC 9112 5.1', 400],
  'folded-line': ['RFC 9112 5.2', 400],
  'invalid-field-name': ['RFC 9110 5.1', 400],
  'invalid-field-value': ['RFC 9110 5.5', 400],
  'head-too-large': ['RFC 9110 5.4', 431],
  'too-many-fields': ['RFC 9110 5.4', 431],
  'host-missing': ['RFC 9112 3.2', 400],
  'host-repeated': ['RFC 9112 3.2', 400],
  'invalid-host': ['RFC 9112 3.2', 400],

  // Framing of the content
  'invalid-content-length': ['RFC 9112 6.3', 400],
  'invalid-transfer-encoding': ['RFC 9112 6.1', 400],
  'unknown-transfer-coding': ['RFC 9112 6.1', 501],
  'chunked-not-last': ['RFC 9112 6.3', 400],
  'chunked-repeated': ['RFC 9112 6.1', 400],
  'chunked-with-parameters': ['RFC 9112 7.1', 400],
  'transfer-encoding-with-content-length': ['RFC 9112 6.3', 400],
  'transfer-encoding-in-http-1.0': ['RFC 9112 6.1', 400],
  'invalid-chunk-size': ['RFC 9112 7.1', 400],
  'chunk-size-too-large': ['RFC 9112 7.1', 400],
  'invalid-chunk-extension': ['RFC 9112 7.1.1', 400],
  'chunk-extensions-too-large': ['RFC 9112 7.1.1', 400],
  'invalid-chunk-end': ['RFC 9112 7.1', 400],
  'field-not-allowed-in-trailers': ['RFC 9110 6.5.1', 400],
  'incomplete-message': ['RFC 9112 8', 400],
  'unsolicited-response': ['RFC 9112 9.2', 400],

  // What a server or a client adds to the wire's rules
  'misdirected-request': ['RFC 9110 7.4', 421],
  'invalid-option': ['RFC 9110 5.4', 500],
  'content-too-large': ['RFC 9110 15.5.14', 413],
  'request-timeout': ['RFC 9110 15.5.9', 408],
  'service-unavailable': ['RFC 9110 15.6.4', 503],
  'handler-failed': ['RFC 9110 15.6.1', 500],
  'invalid-response': ['RFC 9110 15', 500],
  'invalid-request': ['RFC 9112 9.3', 500],
  'content-not-allowed': ['RFC 9110 6.4.1', 500],
  'content-length-mismatch': ['RFC 9110 8.6', 500],
  'content-already-read': ['RFC 9110 6.4', 500],
  'invalid-content': ['RFC 9110 6.4', 400],
  'invalid-url': ['RFC 9110 4.2', 400],
  'connection-closed': ['RFC 9112 9.5', 500],
  'connect-failed': ['RFC 9112 9.1', 500],
  'connect-timeout': ['RFC 9112 9.5', 504],
  'response-timeout': ['RFC 9112 9.5', 504],
  'content-timeout': ['RFC 9112 9.5', 504],
  'total-timeout': ['RFC 9112 9.5', 504],
  'too-many-informations': ['RFC 9110 15.2', 502],
  'too-many-redirects': ['RFC 9110 15.4', 502],
  'redirect-loop': ['RFC 9110 15.4', 502],
  'client-closed': ['RFC 9112 9.6', 500],
  aborted: ['RFC 9112 9.5', 500],
} as const;

/** One code for each rule, in kebab-case. */
export type HttpErrorCode = keyof typeof RULES;

/** Who made the fault: the peer with what it sent, or the user with what it asked this library to do. */
export type Fault = 'peer' | 'user';

export interface HttpErrorDetails {
  /** Position of the offending byte in the stream of bytes received, from 0. */
  offset?: number | undefined;
  by?: Fault;
  cause?: unknown;
}

export class HttpError extends Error {
  /** For an end that `fetch` and `AbortSignal` know too, the name that they give it; `code` says which one it is. */
  override readonly name: 'HttpError' | 'AbortError' | 'TimeoutError';
  readonly code: HttpErrorCode;
  /** The section that the message broke, as in `RFC 9112 6.3`. */
  readonly rule: string;
  /** The status code that a server answers with. */
  readonly status: number;
  /** Position of the offending byte in the stream of bytes received; undefined if no single byte is wrong. */
  readonly offset: number | undefined;
  readonly by: Fault;

  constructor(code: HttpErrorCode, message: string, details: HttpErrorDetails = {}) {
    const [rule, status] = RULES[code];
    super(`${message} (${rule})`, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = nameOf(code, details.cause);
    this.code = code;
    this.rule = rule;
    this.status = status;
    this.offset = details.offset;
    this.by = details.by ?? 'peer';
  }
}

/** @param cause the signal's reason; that of `AbortSignal.timeout` is a TimeoutError */
function nameOf(code: HttpErrorCode, cause: unknown): HttpError['name'] {
  if (/^(connect|response|content|total)-timeout$/.test(code)) return 'TimeoutError';
  if (code !== 'aborted') return 'HttpError';
  try {
    return (cause as Partial<Error> | undefined)?.name === 'TimeoutError' ? 'TimeoutError' : 'AbortError';
  } catch {
    return 'AbortError'; // a program can abort with anything, even a revoked Proxy
  }
}

/** An error for what the user asked this library to do and it must not or cannot. */
export function userError(code: HttpErrorCode, message: string, cause?: unknown): HttpError {
  return new HttpError(code, message, { by: 'user', cause });
}

/** An error for a function or an iterable of the user that threw. */
export function failure(what: string, cause: unknown): HttpError {
  return userError('handler-failed', `${what} failed: ${reasonOf(cause)}`, cause);
}

/** Whether it is an error of this package. A program can throw even a revoked Proxy, on which `instanceof` throws. */
export function isHttpError(thrown: unknown): thrown is HttpError {
  try {
    return thrown instanceof HttpError;
  } catch {
    return false;
  }
}

/**
 * Why something failed, in words. A program can throw anything. If every address of a host failed, Node's own error has no
 * message, but holds one error for each address.
 */
export function reasonOf(thrown: unknown): string {
  try {
    if (thrown instanceof HttpError) return thrown.message.slice(0, -` (${thrown.rule})`.length); // without the rule, which the new error adds
    const { message, errors, code } = thrown as { message?: unknown; errors?: unknown; code?: unknown };
    if (typeof message === 'string' && message !== '') return message;
    if (Array.isArray(errors) && errors.length > 0) return errors.map(reasonOf).join('; ');
    return String(code ?? thrown);
  } catch {
    return 'what was thrown says nothing';
  }
}

/**
 * A text as an error names it: quoted, and cut so that a peer cannot fill a log with it. Nothing in it steers a terminal or
 * turns the direction of writing: JSON escapes the controls below U+0020, but neither U+009B, which is ESC and "[" in one,
 * nor format characters.
 */
export function shown(text: unknown): string {
  let string: string;
  try {
    string = String(text);
  } catch {
    return `a ${typeof text} that has no text`;
  }
  const quoted = JSON.stringify(string.length > 60 ? `${string.slice(0, 60)}...` : string);
  return quoted.replace(UNPRINTABLE, (character) => character.split('').map(escaped).join(''));
}

/** A URL as an error names it: without the user name and password, which belong in no log (RFC 3986 3.2.1). */
export function shownUrl(url: unknown): string {
  return shown(typeof url === 'string' ? url.replace(/^([a-z][a-z0-9+.-]*:[/\\]{2})?.*@/is, '$1...@') : url);
}

/** Controls above U+007E, what only formats, and the separators of lines and paragraphs; joiners stay, as emoji need them. */
const UNPRINTABLE = /[\x7f-\x9f]|(?!\p{Join_Control})[\p{Cf}\p{Zl}\p{Zp}]/gu;

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A byte as an error names it. */
export function shownByte(byte: number): string {
  const hex = `0x${byte.toString(16).padStart(2, '0')}`;
  return byte > 0x20 && byte < 0x7f ? `${JSON.stringify(String.fromCharCode(byte))} (${hex})` : hex;
}
