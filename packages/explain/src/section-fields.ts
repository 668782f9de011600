/**
 * The fields of a head or a trailer section, from the places that the parser noted in it (RFC 9112 2.1, 3, 4, 5).
 * Between two places lie only whitespace, colons and line ends, so naming those needs no grammar. Of a section that is
 * incomplete, or broke a rule, the lines that were read are entered.
 */
import { type Section, valueAt } from 'http-mini/wire';
import { valueTerm } from './header-fields.ts';
import type { Ledger } from './ledger.ts';
import {
  COLON,
  FIELD_NAME,
  INTERIM_STATUS,
  LINE_END,
  METHOD,
  OWS,
  REASON,
  REQUEST_SPACE,
  STATUS,
  STATUS_SPACE,
  SWITCHING_STATUS,
  TARGET,
  type Term,
  TRAILER_NAME,
  VERSION,
} from './terms.ts';
import type { Text } from './text.ts';

export type SectionKind = 'request' | 'response' | 'trailers';

/** The parts of a start line. */
const START_LINES: Readonly<Record<SectionKind, readonly Term[]>> = {
  request: [METHOD, TARGET, VERSION],
  response: [VERSION, STATUS, REASON],
  trailers: [],
};

/** What comes next: its name in the grammar, the section that defines it, and the words for waiting for it. */
export interface Next {
  readonly name: string;
  readonly rule: string;
  readonly awaits: Text;
}

export function next(name: string, rule: string, en: string, ko: string): Next {
  return { name, rule, awaits: { en, ko } };
}

const REQUEST_LINE = next('request-line', 'RFC 9112 3', 'the end of the request-line', '요청 줄의 끝');
const STATUS_LINE = next('status-line', 'RFC 9112 4', 'the end of the status-line', '상태 줄의 끝');
const FIELD_LINE = next('field-line', 'RFC 9112 5', 'a field-line, or the empty line', '필드 줄 또는 빈 줄');
const TRAILER = 'trailer field-line';
export const TRAILER_LINE: Next = next(
  TRAILER,
  'RFC 9112 7.1.2',
  `a ${TRAILER}, or the empty line`,
  '트레일러의 필드 줄 또는 빈 줄',
);

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
  const space = kind === 'response' ? STATUS_SPACE : REQUEST_SPACE;
  for (let i = 0; i < startLine.length; i += 2) {
    enterBetween(ledger, offset + startLine[i]!, space);
    const part = START_LINES[kind][i / 2]!;
    const end = offset + startLine[i + 1]!;
    ledger.enter(part === STATUS ? statusTerm(ledger.slice(ledger.at, end)) : part, end);
  }
  const text = ledger.slice(offset, end);
  const isTrailer = kind === 'trailers';
  for (let i = 0; i < marks.length; i += 4) {
    enterBetween(ledger, offset + marks[i]!, OWS);
    ledger.enter(isTrailer ? TRAILER_NAME : FIELD_NAME, offset + marks[i + 1]!);
    enterBetween(ledger, offset + marks[i + 2]!, OWS);
    const term = valueTerm(text.slice(marks[i], marks[i + 1]));
    const value = valueAt(text, marks, i, section.isFolded);
    ledger.enter(isTrailer ? { ...term, name: `trailer ${term.name}` } : term, offset + marks[i + 3]!, {
      value,
    });
  }
  enterBetween(ledger, end, OWS);
}

function statusTerm(status: string): Term {
  if (status === '101') return SWITCHING_STATUS;
  return status.startsWith('1') ? INTERIM_STATUS : STATUS;
}

/** Enters what the parser passed over on its way to `end`. */
function enterBetween(ledger: Ledger, end: number, whitespace: Term): void {
  while (ledger.at < end) {
    BETWEEN.lastIndex = ledger.at - ledger.offset;
    const [found] = BETWEEN.exec(ledger.text)!;
    // The whitespace may go on beyond `end`, as part of a reason phrase (test: `a reason with bytes above 0x7f`).
    const partEnd = Math.min(end, ledger.at + found.length);
    ledger.enterSeparator(found === ':' ? COLON : found.endsWith('\n') ? LINE_END : whitespace, partEnd);
  }
}
const BETWEEN = /[ \t]+|:|\r?\n/y;
