/**
 * Field lines, RFC 9112 5: name, colon and value of each, up to the empty line. Nothing is cut out of the bytes here,
 * only the places are noted.
 */
import { COLON, CR, isFieldValueByte, isWhitespace, LF, TOKEN } from './characters.ts';
import { type HttpError, shownByte } from './errors.ts';
import { MORE, NO_LINE_END, readLineEnd } from './line-end.ts';
import { noteIfKnown, type Section } from './section.ts';

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
    // isFieldValueByte, written out: a call for each byte of the longest part of a head costs a seventh of the whole parse.
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
    noteIfKnown(bytes, nameStart, nameEnd, section);
    marks.push(nameStart - base, nameEnd - base, valueStart - base, trimEnd(bytes, valueStart, at) - base); // rfc9112/5.1/trim
    section.line = at = next;
  }
  return MORE;
}

/** Lets the value of the line before go on to the end of this one (RFC 9112 5.2). */
function foldLine(bytes: Uint8Array, start: number, end: number, section: Section): number {
  let at = start;
  while (at < end && isFieldValueByte(bytes[at]!)) at++;
  const next = readLineEnd(bytes, at, end, section);
  if (next === MORE) return MORE;
  if (next === NO_LINE_END) throw valueError(bytes, at, section);
  section.isFolded = true;
  const valueEnd = trimEnd(bytes, start, at);
  // A line of whitespace alone is no part of the value (test: `a folded value is one field`).
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
