/**
 * An explanation as text for a terminal: offset, bytes in hexadecimal, then as text or as bits, name, section, value; below a
 * masked payload the unmasked bytes, each under its own.
 */
import type { Explanation } from './direction.ts';
import type { ExplainedField } from './ledger.ts';
import { printable } from './printable.ts';

export interface FormatOptions {
  /** The most rows of 8 bytes that a field takes; one more row then says how many bytes are left out. Default 4. */
  maxRows?: number | undefined;
  /** Prints why each field is there, in a row of its own. Default off. */
  why?: boolean | undefined;
}

const ROW = 8;
const MAX_VALUE = 60;
const LEAST_NAME_WIDTH = 'Payload length'.length;
const RULE_WIDTH = 'RFC 9110 12.5.1'.length;

/**
 * One row for each field, more for a long one; then the rule that is broken, or what the bytes wait for.
 *
 *          0  47 45 54                 GET       method          RFC 9110 9.1    GET
 *          0  81                       1.......  FIN             RFC 6455 5.2    1, the end of the message
 */
export function formatExplanation(explanation: Explanation, options: FormatOptions = {}): string {
  const { offset, text, fields, error, awaits } = explanation;
  const nameWidth = fields.reduce((width, { name }) => Math.max(width, name.length), LEAST_NAME_WIDTH);
  let printed = '';
  for (const field of fields) {
    const bytes = text.slice(field.start - offset, field.end - offset);
    const said = says(field, nameWidth);
    printed +=
      field.bits === undefined ? rows(field, bytes, said, options.maxRows ?? 4) : bitRow(field, bytes, said);
    if (options.why) printed += row(place(), '', '', `  ${field.why}`);
  }
  if (error !== undefined)
    printed += `${place(error.offset)}  ✗ ${error.code}: ${printable(error.message)}\n`;
  if (awaits !== undefined) printed += `${place(offset + text.length)}  … waits for ${awaits}\n`;
  return printed;
}

/** The parts of a connection one after the other, each under the name of its side. */
export function formatConnection(parts: readonly Explanation[], options: FormatOptions = {}): string {
  return parts.map((part) => `${part.from}:\n${formatExplanation(part, options)}`).join('\n');
}

function bitRow(field: ExplainedField, byte: string, said: string): string {
  const [from, to] = field.bits!;
  const bits = byte.charCodeAt(0).toString(2).padStart(8, '0');
  const shown = bits.slice(from, to).padStart(to, '.').padEnd(8, '.');
  // The byte itself stands only beside its first bits.
  return row(from === 0 ? place(field.start) : place(), from === 0 ? hex(byte) : '', shown, said);
}

function rows({ start, unmasked }: ExplainedField, bytes: string, said: string, maxRows: number): string {
  let printed = '';
  for (let at = 0, count = 0; at === 0 || at < bytes.length; at += ROW, count++) {
    const left = bytes.length - at;
    if (count === maxRows)
      return `${printed}${place(start + at)}  … ${left} more byte${left === 1 ? '' : 's'}\n`;
    const part = bytes.slice(at, at + ROW);
    printed += row(place(start + at), hex(part), ascii(part), at === 0 ? said : '');
    if (unmasked === undefined) continue;
    const plain = unmasked.slice(at, at + ROW);
    printed += row(place(), hex(plain), ascii(plain), at === 0 ? 'unmasked' : '');
  }
  return printed;
}

/** The encoding of octets is unknown, so only ASCII is shown. */
function says({ name, rule, value, isText }: ExplainedField, nameWidth: number): string {
  const text = value.length > MAX_VALUE ? `${value.slice(0, MAX_VALUE)}...` : value;
  return `${name.padEnd(nameWidth)}  ${rule.padEnd(RULE_WIDTH)}  ${isText ? printable(text) : ascii(text)}`;
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

function ascii(text: string): string {
  return text.replace(/[^ -~]/g, '.');
}
