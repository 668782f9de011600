/**
 * The fields of a head or a trailer section, from the places that the parser noted in it (RFC 9112 2.1, 3, 4, 5).
 * Between two places lie only whitespace, colons and line ends, so to name those needs no grammar. A section that is
 * not complete, or that broke a rule, gives the lines that were read.
 */
import { valueAt } from '../wire/fields.ts';
import type { Section } from '../wire/section.ts';
import { fieldRule } from './field-rules.ts';
import type { Ledger } from './ledger.ts';

export type SectionKind = 'request' | 'response' | 'trailers';

/** The parts of a start line in the grammar's own words, and the section that defines each. */
const START_LINES = {
  request: [
    ['method', 'RFC 9110 9.1'],
    ['request-target', 'RFC 9112 3.2'],
    ['HTTP-version', 'RFC 9112 2.3'],
  ],
  response: [
    ['HTTP-version', 'RFC 9112 2.3'],
    ['status-code', 'RFC 9110 15'],
    ['reason-phrase', 'RFC 9112 4'],
  ],
  trailers: [],
} as const;

/** What comes next: its name in the grammar, where that is defined, and how to ask for it. */
export interface Next {
  readonly name: string;
  readonly rule: string;
  readonly awaits: string;
}

export function next(name: string, rule: string, awaits: string): Next {
  return { name, rule, awaits };
}

const REQUEST_LINE = next('request-line', 'RFC 9112 3', 'the end of the request-line');
const STATUS_LINE = next('status-line', 'RFC 9112 4', 'the end of the status-line');
const FIELD_LINE = next('field-line', 'RFC 9112 5', 'a field-line, or the empty line');
const TRAILER = 'trailer field-line';
export const TRAILER_LINE: Next = next(TRAILER, 'RFC 9112 7.1.2', `a ${TRAILER}, or the empty line`);

/** The line that comes next in a section. */
export function nextLine(section: Section, kind: SectionKind): Next {
  if (kind === 'trailers') return TRAILER_LINE;
  if (section.startLine.length > 0) return FIELD_LINE;
  return kind === 'request' ? REQUEST_LINE : STATUS_LINE;
}

/**
 * Enters what has been read of a section.
 * @param end one past the last byte of the last line that has been read
 */
export function enterSection(ledger: Ledger, section: Section, end: number, kind: SectionKind): void {
  const { offset, startLine, marks } = section;
  const startLineRule = kind === 'response' ? 'RFC 9112 4' : 'RFC 9112 3';
  for (let i = 0; i < startLine.length; i += 2) {
    const [name, rule] = START_LINES[kind][i / 2]!;
    enterBetween(ledger, offset + startLine[i]!, 'SP', startLineRule);
    ledger.enter(name, offset + startLine[i + 1]!, rule);
  }
  const text = ledger.text.slice(offset, end);
  const prefix = kind === 'trailers' ? 'trailer ' : '';
  for (let i = 0; i < marks.length; i += 4) {
    enterBetween(ledger, offset + marks[i]!, 'OWS', 'RFC 9112 5');
    ledger.enter(`${prefix}field-name`, offset + marks[i + 1]!, prefix ? 'RFC 9110 6.5' : 'RFC 9110 5.1');
    enterBetween(ledger, offset + marks[i + 2]!, 'OWS', 'RFC 9112 5');
    const rule = fieldRule(text.slice(marks[i], marks[i + 1]));
    const value = valueAt(text, marks, i, section.isFolded);
    ledger.enter(`${prefix}field-value`, offset + marks[i + 3]!, rule, value);
  }
  enterBetween(ledger, end, 'OWS', 'RFC 9112 5');
}

/** Enters what the parser passed over on its way to `end`. */
function enterBetween(ledger: Ledger, end: number, whitespace: 'SP' | 'OWS', rule: string): void {
  while (ledger.at < end) {
    BETWEEN.lastIndex = ledger.at;
    const [found] = BETWEEN.exec(ledger.text)!;
    // A reason phrase may begin with the whitespace that goes on here (test: `a reason with bytes above 0x7f`).
    const partEnd = Math.min(end, ledger.at + found.length);
    if (found === ':') ledger.enter('colon', partEnd, rule, '');
    else if (found.endsWith('\n')) ledger.enter('CRLF', partEnd, 'RFC 9112 2.2', '');
    else ledger.enter(whitespace, partEnd, rule, '');
  }
}
const BETWEEN = /[ \t]+|:|\r?\n/y;
