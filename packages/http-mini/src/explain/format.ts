/** An explanation as text for a terminal: offset, bytes in hexadecimal and as text, name, section, value. */
import type { Explanation } from '../explain.ts';
import { octets } from '../wire/characters.ts';
import type { ExplainedField } from './ledger.ts';

export interface FormatOptions {
  /** Rows of 8 bytes that a long field takes at most; the last of more says how many bytes are left out. 4. */
  maxRows?: number | undefined;
}

const ROW = 8;
const MAX_VALUE = 60;
const RULE_WIDTH = 'RFC 9110 12.5.1'.length;

/**
 * One row for each field, more for a long one; then the rule that is broken, or what the bytes wait for.
 *
 *          0  47 45 54                 GET       method          RFC 9110 9.1    GET
 */
export function formatExplanation(explanation: Explanation, options: FormatOptions = {}): string {
  const { text, fields, error, awaits } = explanation;
  const nameWidth = fields.reduce((width, { name }) => Math.max(width, name.length), 0);
  let printed = '';
  for (const field of fields) printed += rows(field, text, nameWidth, options.maxRows ?? 4);
  if (error !== undefined) printed += `${offset(error.offset)}  ✗ ${error.code}: ${error.message}\n`;
  if (awaits !== undefined) printed += `${offset(text.length)}  … waits for ${awaits}\n`;
  return printed;
}

function rows(field: ExplainedField, text: string, nameWidth: number, maxRows: number): string {
  const { start, end, name, value, rule } = field;
  const says = `${name.padEnd(nameWidth)}  ${rule.padEnd(RULE_WIDTH)}  ${shown(value)}`;
  let printed = row(start, text.slice(start, Math.min(end, start + ROW)), says);
  for (let at = start + ROW, count = 1; at < end; at += ROW, count++) {
    if (count === maxRows) return `${printed}${offset(at)}  … ${end - at} more bytes\n`;
    printed += row(at, text.slice(at, Math.min(end, at + ROW)), '');
  }
  return printed;
}

function row(at: number, text: string, says: string): string {
  const hex = Array.from(octets(text), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `${`${offset(at)}  ${hex.padEnd(3 * ROW)} ${ascii(text).padEnd(ROW)}  ${says}`.trimEnd()}\n`;
}

function offset(at: number | undefined): string {
  return `${at ?? ''}`.padStart(8);
}

function shown(value: string): string {
  return ascii(value.length > MAX_VALUE ? `${value.slice(0, MAX_VALUE)}...` : value);
}

/** The text has a character for each octet, of an encoding that nobody named: only ASCII means something. */
function ascii(text: string): string {
  return text.replace(/[^ -~]/g, '.');
}
