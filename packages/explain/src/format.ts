/**
 * An explanation as text for a terminal: offset, bytes in hexadecimal, then as text or as bits, name, section, value; below a
 * masked payload the unmasked bytes, each under its own.
 */
import type { Explanation } from './direction.ts';
import type { ExplainedField } from './ledger.ts';
import { printable } from './printable.ts';
import type { Language } from './text.ts';

export interface FormatOptions {
  /** The most rows of 8 bytes that a field takes; one more row then says how many bytes are left out. Default 4. */
  maxRows?: number | undefined;
  /** Prints why each field is there, and why there is the rule that is broken, in rows of their own. Default off. */
  why?: boolean | undefined;
  /** Of all words but names, rules and the message of an error, which are English. Default `en`. */
  language?: Language | undefined;
}

const ROW = 8;
const MAX_VALUE = 60;
const LEAST_NAME_WIDTH = 'Payload length'.length;
const RULE_WIDTH = 'RFC 9110 12.5.1'.length;
/** Columns of a row of `why`, which has a margin of 47. */
const WHY_WIDTH = 84;

const WORDS = {
  en: {
    sides: { client: 'client', server: 'server' },
    unmasked: 'unmasked',
    more: (bytes: number) => `${bytes} more byte${bytes === 1 ? '' : 's'}`,
    waits: (what: string) => `waits for ${what}`,
  },
  ko: {
    sides: { client: '클라이언트', server: '서버' },
    unmasked: '마스크를 벗기면',
    more: (bytes: number) => `${bytes}바이트 더`,
    waits: (what: string) => `아직 오지 않은 것: ${what}`,
  },
} satisfies Record<Language, unknown>;

/**
 * One row for each field, more for a long one; then the rule that is broken, or what the bytes wait for.
 *
 *          0  47 45 54                 GET       method          RFC 9110 9.1    GET
 *          0  81                       1.......  FIN             RFC 6455 5.2    1, the end of the message
 */
export function formatExplanation(explanation: Explanation, options: FormatOptions = {}): string {
  const { offset, text, fields, error } = explanation;
  const { language = 'en', maxRows = 4 } = options;
  const nameWidth = fields.reduce((width, { name }) => Math.max(width, name.length), LEAST_NAME_WIDTH);
  let printed = '';
  for (const field of fields) {
    const bytes = text.slice(field.start - offset, field.end - offset);
    const { value, why } = language === 'ko' ? field.ko : field;
    const said = says(field, value, nameWidth);
    printed +=
      field.bits === undefined ? rows(field, bytes, said, maxRows, language) : bitRow(field, bytes, said);
    if (options.why) printed += whyRows(why);
  }
  const { awaits, errorWhy } = language === 'ko' ? (explanation.ko ?? {}) : explanation;
  if (error !== undefined) {
    printed += `${place(error.offset)}  ✗ ${error.code}: ${printable(error.message)}\n`;
    if (options.why && errorWhy !== undefined) printed += whyRows(errorWhy);
  }
  // Only `awaits` says whether something is missing: a caller may have taken it out.
  if (explanation.awaits !== undefined && awaits !== undefined)
    printed += `${place(offset + text.length)}  … ${WORDS[language].waits(awaits)}\n`;
  return printed;
}

/** The parts of a connection one after the other, each under the name of its side. */
export function formatConnection(parts: readonly Explanation[], options: FormatOptions = {}): string {
  const { sides } = WORDS[options.language ?? 'en'];
  return parts.map((part) => `${sides[part.from]}:\n${formatExplanation(part, options)}`).join('\n');
}

function bitRow(field: ExplainedField, byte: string, said: string): string {
  const [from, to] = field.bits!;
  const bits = byte.charCodeAt(0).toString(2).padStart(8, '0');
  const shown = bits.slice(from, to).padStart(to, '.').padEnd(8, '.');
  // The byte itself stands only beside its first bits.
  return row(from === 0 ? place(field.start) : place(), from === 0 ? hex(byte) : '', shown, said);
}

function rows(
  { start, unmasked }: ExplainedField,
  bytes: string,
  said: string,
  maxRows: number,
  language: Language,
): string {
  const words = WORDS[language];
  let printed = '';
  for (let at = 0, count = 0; at === 0 || at < bytes.length; at += ROW, count++) {
    const left = bytes.length - at;
    if (count === maxRows) return `${printed}${place(start + at)}  … ${words.more(left)}\n`;
    const part = bytes.slice(at, at + ROW);
    printed += row(place(start + at), hex(part), ascii(part), at === 0 ? said : '');
    if (unmasked === undefined) continue;
    const plain = unmasked.slice(at, at + ROW);
    printed += row(place(), hex(plain), ascii(plain), at === 0 ? words.unmasked : '');
  }
  return printed;
}

function says({ name, rule, isText }: ExplainedField, value: string, nameWidth: number): string {
  const text = value.length > MAX_VALUE ? `${value.slice(0, MAX_VALUE)}...` : value;
  return `${name.padEnd(nameWidth)}  ${rule.padEnd(RULE_WIDTH)}  ${isText ? printable(text) : ascii(text)}`;
}

function row(at: string, bytes: string, shown: string, said: string): string {
  return `${`${at}  ${bytes.padEnd(3 * ROW)} ${shown.padEnd(ROW)}  ${said}`.trimEnd()}\n`;
}

/** Cut between two words. A letter of Hangul is as wide as two of ours. */
function whyRows(why: string): string {
  let printed = '';
  let line = '';
  for (const word of why.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > WHY_WIDTH) {
      printed += row(place(), '', '', `  ${line}`);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return printed + row(place(), '', '', `  ${line}`);
}

function widthOf(text: string): number {
  return text.length + (text.match(/[\uac00-\ud7a3]/g)?.length ?? 0);
}

function place(at?: number): string {
  return `${at ?? ''}`.padStart(8);
}

function hex(text: string): string {
  return Array.from(text, (octet) => octet.charCodeAt(0).toString(16).padStart(2, '0')).join(' ');
}

/** The encoding of octets is unknown, so of them only ASCII is shown. What lies above them are words of ours. */
function ascii(text: string): string {
  return text.replace(/[^ -~\u0100-\uffff]/g, '.');
}
