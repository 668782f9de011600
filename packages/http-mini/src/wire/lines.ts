/**
 * The lines of a head: how a line ends (RFC 9112 2.2), the start lines (3, 4) and the field lines (5). Each reader notes where
 * the parts lie and copies nothing. It returns the place of the next line, or MORE if the bytes end too early, and throws at
 * the first byte that is not allowed at its place.
 */
import {
  COLON,
  CR,
  HEX_VALUE,
  isFieldValueByte,
  isWhitespace,
  LF,
  PERCENT,
  SP,
  TARGET,
  TOKEN,
} from './characters.ts';
import { type HttpError, shownByte } from './errors.ts';
import type { Section } from './section.ts';

/**
 * Reads the start line at `at`, notes its parts in the section, and returns the place of the next line, or MORE if the bytes
 * end before the line does.
 */
export type StartLineReader = (bytes: Uint8Array, at: number, end: number, section: Section) => number;

/** What a reader returns if the bytes end too early. */
export const MORE = -1;

/** What `readLineEnd` returns if it finds something other than a line end. */
const NO_LINE_END = -2;

/**
 * The place after the line end at `at`, or MORE, or NO_LINE_END. A line ends in CR LF, and in LF alone only if
 * `lenient.bareLineFeed` is set: if two recipients disagree about a line end, one of them takes part of a value for a field.
 */
function readLineEnd(bytes: Uint8Array, at: number, end: number, section: Section): number {
  if (at === end) return MORE;
  if (bytes[at] === CR) {
    if (at + 1 === end) return MORE;
    if (bytes[at + 1] === LF) return at + 2;
    throw section.error('bare-carriage-return', 'a CR that no LF follows', at); // rfc9112/2.2/bare-cr
  }
  if (bytes[at] !== LF) return NO_LINE_END;
  if (section.rules.lenient.bareLineFeed) return at + 1; // rfc9112/2.2/bare-lf
  throw section.error('bare-line-feed', 'a line ends in LF alone, without CR', at);
}

// ── Start lines ──

/** More than any registered method has (UPDATEREDIRECTREF has 17); a longer one gets 501 (rfc9112/3/method-too-long). */
const MAX_METHOD_BYTES = 64;

/** request-line = method SP request-target SP HTTP-version */
export function readRequestLine(bytes: Uint8Array, start: number, end: number, section: Section): number {
  const { base, rules } = section;
  // Some old clients send an empty line after a request's content: ignore it (rfc9112/2.2/empty-line-first).
  let at = bytes[start] === CR || bytes[start] === LF ? skipEmptyLines(bytes, start, end, section) : start;
  const method = at;
  while (at < end && TOKEN[bytes[at]!] === 1) at++;
  const methodEnd = at;
  if (at - method > MAX_METHOD_BYTES) {
    throw section.error('method-too-long', 'no known method is so long', method + MAX_METHOD_BYTES);
  }
  if (at === end) return MORE;
  section.methodIsHead = at - method === 4 && isHead(bytes, method);
  if (bytes[at] !== SP || at === method) throw methodError(bytes, method, at, section);

  const target = ++at;
  // Look no further than the limit, so that the same bytes get the same error however they are cut (`law 1: http-mini requests`).
  at = skipTarget(bytes, at, Math.min(end, at + rules.maxTargetBytes + 1), section);
  const targetEnd = at;
  if (at - target > rules.maxTargetBytes) {
    const limit = rules.maxTargetBytes; // rfc9112/3/target-too-long
    throw section.error('target-too-long', `the target is longer than ${limit} bytes`, target + limit);
  }
  if (at === end) return MORE;
  // rfc9112/3/invalid-line, rfc9112/3/no-autocorrect
  if (bytes[at] !== SP || at === target) throw targetError(bytes, target, at, section);

  const version = ++at;
  at = skipVersion(bytes, at, end, section);
  if (at === MORE) return MORE;
  const next = readLineEnd(bytes, at, end, section);
  if (next === NO_LINE_END) {
    throw section.error('invalid-request-line', `${shownByte(bytes[at]!)} after the version`, at);
  }
  if (next === MORE) return MORE;
  section.startLine = [
    method - base,
    methodEnd - base,
    target - base,
    targetEnd - base,
    version - base,
    at - base,
  ];
  return next;
}

/** Whether these four bytes say HEAD; a method is case-sensitive (RFC 9110 9.1). */
function isHead(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x48 && bytes[at + 1] === 0x45 && bytes[at + 2] === 0x41 && bytes[at + 3] === 0x44;
}

/** status-line = HTTP-version SP status-code SP [ reason-phrase ] (rfc9112/4/status-line) */
export function readStatusLine(bytes: Uint8Array, start: number, end: number, section: Section): number {
  const { base, rules } = section;
  let at = skipVersion(bytes, start, end, section);
  if (at === MORE || at === end) return MORE;
  const versionEnd = at;
  if (bytes[at] !== SP)
    throw section.error('invalid-status-line', `${shownByte(bytes[at]!)} after the version`, at);

  const status = ++at;
  while (at < end && at - status < 3 && HEX_VALUE[bytes[at]!]! < 10) at++;
  const statusEnd = at;
  if (at === end) return MORE;
  if (bytes[status] === ZERO) throw section.error('invalid-status', 'no status begins with 0', status); // rfc9110/15/invalid-status
  const lacksSpace = rules.lenient.missingReasonSpace && (bytes[at] === CR || bytes[at] === LF);
  if (at - status < 3 || (bytes[at] !== SP && !lacksSpace)) {
    throw section.error('invalid-status', 'the status is not three digits and a space', at);
  }

  if (!lacksSpace) at++;
  const reason = at;
  while (at < end && isFieldValueByte(bytes[at]!)) at++; // the same characters, RFC 9112 4
  const next = readLineEnd(bytes, at, end, section);
  if (next === NO_LINE_END) {
    throw section.error('invalid-status-line', `a reason phrase must not hold ${shownByte(bytes[at]!)}`, at);
  }
  if (next === MORE) return MORE;
  section.startLine = [
    start - base,
    versionEnd - base,
    status - base,
    statusEnd - base,
    reason - base,
    at - base,
  ];
  return next;
}

function skipEmptyLines(bytes: Uint8Array, start: number, end: number, section: Section): number {
  let at = start;
  while (at < end && (bytes[at] === CR || bytes[at] === LF)) {
    const next = readLineEnd(bytes, at, end, section);
    if (next === MORE) return end;
    section.line = at = next; // never read an empty line twice, however slowly they come (test: `linear cost of empty lines`)
  }
  return at;
}

/** Skips the bytes that a target may hold and returns where they end. */
function skipTarget(bytes: Uint8Array, start: number, end: number, section: Section): number {
  const { lenient } = section.rules;
  let at = start;
  for (;;) {
    while (at < end && TARGET[bytes[at]!] === 1) at++;
    if (at === end) return end;
    if (TARGET[bytes[at]!] === 0) {
      if (!lenient.unescapedTarget || !UNESCAPED.includes(String.fromCharCode(bytes[at]!))) return at;
      at++;
    } else if (bytes[at] === PERCENT && !lenient.unescapedTarget) {
      // pct-encoded = "%" HEXDIG HEXDIG, RFC 3986 2.1
      for (let i = at + 1; i < at + 3 && i < end; i++) {
        if (HEX_VALUE[bytes[i]!]! > 15) throw section.error('invalid-target', '% without two hex digits', i);
      }
      at = Math.min(at + 3, end);
    } else {
      // "[" and "]" may only enclose an IP literal (RFC 3986 3.2.2), and an origin form has none; parseTarget checks the rest.
      if (bytes[start] === SLASH && !lenient.unescapedTarget) return at;
      at++;
    }
  }
}
const SLASH = 0x2f;
const ZERO = 0x30;
const UNESCAPED = '"<>\\^`{|}';

const HTTP_NAME = [0x48, 0x54, 0x54, 0x50, 0x2f]; // "HTTP/", case-sensitive (rfc9112/2.3/version)

/** HTTP-version = "HTTP/" DIGIT "." DIGIT; returns the place after it, or MORE. */
function skipVersion(bytes: Uint8Array, start: number, end: number, section: Section): number {
  for (let i = 0; i < 8; i++) {
    if (start + i === end) return MORE;
    const byte = bytes[start + i]!;
    const isSound = i < 5 ? byte === HTTP_NAME[i] : i === 6 ? byte === 0x2e : HEX_VALUE[byte]! < 10;
    if (!isSound) throw section.error('invalid-version', `${shownByte(byte)} instead of HTTP/1.1`, start + i);
  }
  if (bytes[start + 5] !== 0x31) {
    // rfc9110/15.6.6/version. HTTP/0.9 is refused too: a real HTTP/0.9 request line has no version.
    const major = String.fromCharCode(bytes[start + 5]!);
    throw section.error('unsupported-version', `HTTP/${major} is not spoken here, HTTP/1.1 is`, start + 5);
  }
  return start + 8;
}

function methodError(bytes: Uint8Array, start: number, at: number, section: Section): HttpError {
  if (bytes[at] === CR || bytes[at] === LF) return section.error('invalid-request-line', 'no target', at);
  if (at === start) return section.error('invalid-method', `${shownByte(bytes[at]!)} begins no method`, at);
  return section.error('invalid-method', `a method must not hold ${shownByte(bytes[at]!)}`, at);
}

function targetError(bytes: Uint8Array, start: number, at: number, section: Section): HttpError {
  if (bytes[at] === SP && at === start) return section.error('invalid-request-line', 'a second space', at);
  if (bytes[at] === CR || bytes[at] === LF) return section.error('invalid-request-line', 'no version', at);
  return section.error('invalid-target', `a target must not hold ${shownByte(bytes[at]!)} as it is`, at);
}

// ── Field lines ──

/** field-line = field-name ":" OWS field-value OWS CRLF, again and again up to the empty line. rfc9112/5/field-grammar */
export function readFieldLines(bytes: Uint8Array, end: number, section: Section): number {
  const { base, marks, rules } = section;
  let at = section.line;
  while (at < end) {
    const nameStart = at;
    while (at < end && TOKEN[bytes[at]!] === 1) at++;
    if (at === end) return MORE;
    if (at === nameStart) {
      const next = readLineEnd(bytes, at, end, section);
      if (next !== NO_LINE_END) return next; // the empty line
      const isFolded = rules.lenient.foldedLines && marks.length > 0 && isWhitespace(bytes[at]!);
      if (!isFolded) throw nameError(bytes, nameStart, at, section); // rfc9112/5.2/fold, rfc9112/2.2/space-first
      at = foldLine(bytes, at, end, section);
      if (at === MORE) return MORE;
      section.line = at;
      continue;
    }
    const nameEnd = at;
    if (bytes[at] !== COLON) {
      if (!rules.lenient.whitespaceBeforeColon) throw nameError(bytes, nameStart, at, section); // rfc9112/5.1/space-before-colon
      while (at < end && isWhitespace(bytes[at]!)) at++;
      if (at === end) return MORE;
      if (bytes[at] !== COLON) throw nameError(bytes, nameStart, at, section);
    }

    at++;
    while (at < end && isWhitespace(bytes[at]!)) at++;
    const valueStart = at;
    // isFieldValueByte, written out: values are the longest part of a head, and a call for each byte would slow the parser down.
    for (; at < end; at++) {
      const byte = bytes[at]!;
      if (byte < 0x20 ? byte !== 0x09 : byte === 0x7f) break;
    }
    const next = readLineEnd(bytes, at, end, section);
    if (next === MORE) return MORE;
    if (next === NO_LINE_END) throw valueError(bytes, at, section);
    if (marks.length === 4 * rules.maxFields) {
      throw section.error('too-many-fields', `more than ${rules.maxFields} field lines`, nameStart); // rfc9110/5.4/too-large
    }
    section.noteIfKnown(bytes, nameStart, nameEnd);
    marks.push(nameStart - base, nameEnd - base, valueStart - base, trimEnd(bytes, valueStart, at) - base); // rfc9112/5.1/trim
    section.line = at = next;
  }
  return MORE;
}

/** Extends the value of the previous line to the end of this one (RFC 9112 5.2). */
function foldLine(bytes: Uint8Array, start: number, end: number, section: Section): number {
  let at = start;
  while (at < end && isFieldValueByte(bytes[at]!)) at++;
  const next = readLineEnd(bytes, at, end, section);
  if (next === MORE) return MORE;
  if (next === NO_LINE_END) throw valueError(bytes, at, section);
  section.isFolded = true;
  const valueEnd = trimEnd(bytes, start, at);
  // A line of whitespace only adds nothing to the value (test: `a folded value is one field`).
  if (valueEnd > start) section.marks[section.marks.length - 1] = valueEnd - section.base;
  return next;
}

function trimEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && isWhitespace(bytes[at - 1]!)) at--;
  return at;
}

/** What is wrong with a field line whose name ends at `at` without a colon. */
function nameError(bytes: Uint8Array, nameStart: number, at: number, section: Section): HttpError {
  if (!isWhitespace(bytes[at]!)) {
    if (bytes[at] === CR || bytes[at] === LF)
      return section.error('invalid-field-name', 'a field line without a colon', at);
    return section.error('invalid-field-name', `a field name must not hold ${shownByte(bytes[at]!)}`, at);
  }
  if (at > nameStart) return section.error('whitespace-before-colon', 'whitespace before the colon', at);
  return section.marks.length > 0
    ? section.error('folded-line', 'a field line that goes on with the line before', at)
    : section.error('whitespace-before-first-field', 'whitespace before the first field', at);
}

function valueError(bytes: Uint8Array, at: number, section: Section): HttpError {
  return section.error('invalid-field-value', `a field value must not hold ${shownByte(bytes[at]!)}`, at); // rfc9110/5.5/ctl
}
