/**
 * Writes the heads that the parser reads (RFC 9112 3, 4, 5). The text has one character for each octet; the caller sends it
 * as ISO-8859-1 ("latin1" in Node). Anything that breaks a rule of the grammar is refused (rfc9110/2.2/abnf), so no value
 * can end its line and begin another.
 */
import { isFieldValue, isToken } from './characters.ts';
import { shown, userError } from './errors.ts';
import { eachField, type FieldsInit, fieldLine } from './fields.ts';
import type { Version } from './framing.ts';
import { REASONS } from './reasons.ts';
import { parseTarget } from './target.ts';

/**
 * The request line, the fields and the empty line.
 * @throws HttpError as `requestLine`; `invalid-field-name`, `invalid-field-value`, `by: 'user'`
 */
export function encodeRequestHead(
  method: string,
  target: string,
  fields: FieldsInit,
  version: Version = '1.1',
): string {
  return `${requestLine(method, target, version)}${encodeFields(fields)}\r\n`; // rfc9112/2.2/send-stray-crlf
}

/** @throws HttpError `invalid-method`, `invalid-target`, `invalid-target-form`, `by: 'user'` */
export function requestLine(method: string, target: string, version: Version): string {
  if (!isToken(method)) throw userError('invalid-method', `${shown(method)} is not a method`);
  if (typeof target !== 'string' || NOT_IN_TARGET.test(target) || /^\/.*[[\]]/.test(target)) {
    throw userError('invalid-target', `${shown(target)} is not a target`);
  }
  parseTarget(method, target, undefined, 'user');
  return `${method} ${target} HTTP/${version}\r\n`;
}

/** What must be percent-encoded, and a "%" that encodes nothing, RFC 3986 3.3 (rfc9112/3/target-space). */
const NOT_IN_TARGET = /[^!$-;=?-Z_a-z~[\]]|%(?![0-9A-Fa-f]{2})/;

/**
 * The status line, the fields and the empty line.
 * @param status 100 to 999
 * @param reason the usual one for the status unless said otherwise; if empty, the space before it stays (rfc9112/4/status-space)
 * @throws HttpError `invalid-status`, `invalid-status-line`, `invalid-field-name`, `invalid-field-value`, `by: 'user'`
 */
export function encodeResponseHead(
  status: number,
  reason: string | undefined,
  fields: FieldsInit,
  version: Version = '1.1',
): string {
  return `${statusLine(status, reason, version)}${encodeFields(fields)}\r\n`;
}

/** The version is 1.1 even to an HTTP/1.0 client: it names the highest that this package conforms to (rfc9110/6.2/send-version). */
export function statusLine(status: number, reason: string | undefined, version: Version = '1.1'): string {
  if (!Number.isInteger(status) || status < 100 || status > 999) {
    throw userError('invalid-status', `${status} is not a status code`);
  }
  if (reason === undefined) return `HTTP/${version} ${status} ${REASONS[status] ?? ''}\r\n`;
  if (!isFieldValue(reason)) throw userError('invalid-status-line', `${shown(reason)} is no reason phrase`);
  return `HTTP/${version} ${status} ${reason}\r\n`;
}

/** Field lines, each with its CRLF. @throws HttpError `invalid-field-name`, `invalid-field-value` */
export function encodeFields(fields: FieldsInit): string {
  let text = '';
  eachField(fields, (name, value) => {
    text += fieldLine(name, value);
  });
  return text;
}
