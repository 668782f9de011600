// An explanation as text for a terminal: offset, bytes in hexadecimal, then as text or as bits, name,
// section, value; behind a masked payload what the mask hides, byte for byte.

import { printable } from 'http-mini/explain';
import type { Explanation } from '../explain.ts';
import type { ExplainedField } from './ledger.ts';

export interface FormatOptions {
  /** Rows of 8 bytes that a long field takes at most; the last of more says how many bytes are left out. 4. */
  maxRows?: number | undefined;
}

const ROW = 8;
const MAX_VALUE = 60;
const NAME_WIDTH = 'Extended payload length'.length;
const RULE_WIDTH = 'RFC 6455 11.3.1'.length;

/**
 * One row for each field, more for a long one; then the rule that is broken, or what the bytes wait for.
 *
 *          0  81                       1.......  FIN             RFC 6455 5.2     1, the end of the message
 */
export function formatExplanation(explanation: Explanation, options: FormatOptions = {}): string {
  const { offset, text, fields, error, awaits } = explanation;
  let printed = '';
  for (const field of fields) {
    const bytes = text.slice(field.start - offset, field.end - offset);
    printed += field.bits === undefined ? rows(field, bytes, options.maxRows ?? 4) : bitRow(field, bytes);
  }
  if (error !== undefined)
    printed += `${place(error.offset)}  ✗ ${error.code}: ${printable(error.message)}\n`;
  if (awaits !== undefined) printed += `${place(offset + text.length)}  … waits for ${awaits}\n`;
  return printed;
}

function bitRow(field: ExplainedField, byte: string): string {
  const [from, to] = field.bits!;
  const bits = byte.charCodeAt(0).toString(2).padStart(8, '0');
  const shown = bits.slice(from, to).padStart(to, '.').padEnd(8, '.');
  // The byte itself stands beside the first of its bits only.
  return row(from === 0 ? place(field.start) : place(), from === 0 ? hex(byte) : '', shown, says(field));
}

function rows(field: ExplainedField, bytes: string, maxRows: number): string {
  const { start, unmasked } = field;
  let printed = '';
  for (let at = 0, count = 0; at === 0 || at < bytes.length; at += ROW, count++) {
    if (count === maxRows)
      return `${printed}${place(start + at)}  … ${bytes.length - at} more byte${bytes.length - at === 1 ? '' : 's'}\n`;
    const part = bytes.slice(at, at + ROW);
    const said = at === 0 ? says(field) : '';
    printed += row(place(start + at), hex(part), octets(part), said);
    if (unmasked !== undefined) {
      const plain = unmasked.slice(at, at + ROW);
      printed += row(`${place()}`, hex(plain), octets(plain), at === 0 ? 'unmasked' : '');
    }
  }
  return printed;
}

function says({ name, rule, value }: ExplainedField): string {
  const text = value.length > MAX_VALUE ? `${value.slice(0, MAX_VALUE)}...` : value;
  return `${name.padEnd(NAME_WIDTH)}  ${rule.padEnd(RULE_WIDTH)}  ${printable(text)}`;
}

function row(at: string, bytes: string, shown: string, said: string): string {
  return `${`${at}  ${bytes.padEnd(3 * ROW)} ${shown.padEnd(ROW)}  ${said}`.trimEnd()}\n`;
}

function place(at?: number): string {
  return `${at ?? ''}`.padStart(8);
}

function hex(text: string): string {
  return Array.from(text, (octet) => octet.charCodeAt(0).toString(16).padStart(2, '0')).join(' ');
}

function octets(text: string): string {
  return text.replace(/[^ -~]/g, '.');
}
