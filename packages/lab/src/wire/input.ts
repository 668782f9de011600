/**
 * Reads bytes as people have them: a dump in hexadecimal (xxd, hexdump -C, od, tcpdump -X, Wireshark's "Copy as Hex Dump" and
 * "Hex Stream", an array in C), text with escapes as in a string of C, or the text itself. What cannot be read is a fault that
 * says where.
 */
import { encodeUtf8 } from 'ws-mini/wire';
import { type Fault, FaultFound, orFault } from './fault.ts';

export type InputStyle = 'hex' | 'escapes' | 'text';

export interface InputOptions {
  /** Default: hexadecimal if all of it is; else escapes if there are any; else text. */
  readonly style?: InputStyle | undefined;
  /** Of text: each line ends with CRLF, as a form gives only LF. Default true. */
  readonly crlf?: boolean | undefined;
}

export interface Input {
  readonly bytes: Uint8Array;
  /** As what it was read. */
  readonly style: InputStyle;
}

/** The most bytes that are read. */
const MAX_INPUT: number = 64 * 1024;

export function readInput(text: string, options: InputOptions = {}): Input | { readonly fault: Fault } {
  return orFault(() => {
    // A dump takes about five characters for each byte; and no form should hold the page up.
    if (text.length > 8 * MAX_INPUT) throw new FaultFound(tooLong());
    if (options.style === undefined && text.trim() === '') throw new FaultFound(nothing);
    const style = options.style ?? styleOf(text);
    const bytes = readers[style](text, options.crlf ?? true);
    if (bytes.length === 0) throw new FaultFound(nothing);
    if (bytes.length > MAX_INPUT) throw new FaultFound(tooLong());
    return { bytes, style };
  });
}

const readers: Record<InputStyle, (text: string, crlf: boolean) => Uint8Array> = {
  hex: readHex,
  escapes: readEscapes,
  text: (text, crlf) => encodeUtf8(crlf ? text.replace(/\r?\n/g, '\r\n') : text),
};

function styleOf(text: string): InputStyle {
  const read = orFault(() => readHex(text));
  if (read instanceof Uint8Array && read.length > 0) return 'hex';
  return /\\(?:[rn]|x[0-9a-f]{2}|[0-7]{3})/i.test(text) ? 'escapes' : 'text';
}

// ── Hexadecimal ──

/** Bytes that a dump shows in one line, and repeats if the next line is "*". */
interface Dump {
  readonly bytes: number[];
  /** What the first line calls its place; a dump may be a part of a longer one. */
  first: number | undefined;
  /** Bytes of the last line. */
  last: number;
  isRepeating: boolean;
}

function readHex(text: string): Uint8Array {
  const dump: Dump = { bytes: [], first: undefined, last: 0, isRepeating: false };
  let at = 0;
  for (const line of text.split('\n')) {
    if (line.trim() === '*') dump.isRepeating = true;
    else readHexLine(dump, line, at);
    at += line.length + 1;
  }
  return Uint8Array.from(dump.bytes);
}

/** An offset: `0000`, `00000010:`, `0x0010:`. */
const OFFSET = /^\s*(?:0x)?([0-9a-f]{4,16})(:\s?|\s+|$)/i;

function readHexLine(dump: Dump, line: string, lineAt: number): void {
  const found = OFFSET.exec(line);
  const isDumpLine = found !== null && isOffset(dump, found, line);
  const start = isDumpLine ? found[0].length : 0;
  if (isDumpLine) goTo(dump, Number.parseInt(found[1]!, 16), lineAt);
  const rest = line.slice(start);
  const digits = isDumpLine ? hexColumn(rest, found[2]!.startsWith(':')) : rest;
  const before = dump.bytes.length;
  readDigits(dump.bytes, digits, lineAt + start);
  if (dump.bytes.length > MAX_INPUT) throw new FaultFound(tooLong());
  if (dump.bytes.length > before) dump.last = dump.bytes.length - before;
}

/** Four digits and more are an offset if they say so with a colon, or are the place where the line stands and wider than its bytes. */
function isOffset(dump: Dump, [, digits = '', after = '']: RegExpExecArray, line: string): boolean {
  if (after.startsWith(':')) return true;
  const place = Number.parseInt(digits, 16);
  const isNext = dump.first === undefined ? dump.bytes.length === 0 : place >= dump.first + dump.bytes.length;
  const next = /^\s*\S+\s+([0-9a-f]+)/i.exec(line)?.[1];
  return (
    isNext &&
    (next === undefined ? dump.first !== undefined : next.length < digits.length || after.length > 1)
  );
}

/** The column of bytes ends before that of their text: after two spaces, or in a dump with a gap in the middle, three or a bar. */
function hexColumn(rest: string, hasColon: boolean): string {
  const trimmed = rest.trimStart();
  const end = (hasColon ? / {2}/ : /\s*[|>]|\s{3}/).exec(trimmed)?.index ?? trimmed.length;
  return rest.slice(0, rest.length - trimmed.length + end);
}

function goTo(dump: Dump, place: number, at: number): void {
  dump.first ??= place - dump.bytes.length;
  const target = place - dump.first;
  if (dump.isRepeating && target <= MAX_INPUT && dump.last > 0)
    while (dump.bytes.length < target) dump.bytes.push(dump.bytes.at(-dump.last)!);
  dump.isRepeating = false;
  if (target !== dump.bytes.length)
    throw new FaultFound(offsetWrong(place, dump.first + dump.bytes.length, at));
}

/** Bytes between spaces and what an array or a string of C has: 0x47, \x47, commas, colons, braces, quotes; and what Node writes around those of a Buffer. */
const TOKEN = /(?:0x|\\x)?([0-9a-f]+)|<Buffer |[\s,;:{}"'>-]+|(.)/giu;

function readDigits(into: number[], text: string, at: number): void {
  for (const { 1: digits, 2: other, index } of text.matchAll(TOKEN)) {
    if (other !== undefined) throw new FaultFound(notHex(other, at + index));
    if (digits === undefined) continue;
    if (digits.length % 2 === 1) throw new FaultFound(oddDigits(digits, at + index));
    for (let i = 0; i < digits.length; i += 2) into.push(Number.parseInt(digits.slice(i, i + 2), 16));
  }
}

// ── Escapes ──

const ESCAPES: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  e: 27,
  '"': 34,
  "'": 39,
  '?': 63,
  '\\': 92,
};

/** Line ends themselves do not count, for then the escapes say where lines end. Quotes around a line or around all go. */
function readEscapes(text: string): Uint8Array {
  const bytes: number[] = [];
  let at = 0;
  for (const line of text.split('\n')) {
    readEscapedLine(bytes, line.replace(/\r$/, ''), at);
    at += line.length + 1;
  }
  return Uint8Array.from(bytes);
}

const QUOTED = /^\s*(?:\$|[bB])?(["'])(.*)\1[\s,;]*$/;
const PIECE = /\\x([0-9a-f]{1,2})|\\u([0-9a-f]{4})|\\([0-7]{1,3})|\\(.?)|([^\\]+)/giu;

function readEscapedLine(into: number[], line: string, lineAt: number): void {
  const quoted = QUOTED.exec(line);
  const text = quoted?.[2] ?? line;
  const start = lineAt + (quoted === null ? 0 : line.indexOf(quoted[1]!) + 1);
  for (const [, x, u, octal, letter, plain] of text.matchAll(PIECE)) {
    if (x !== undefined) into.push(Number.parseInt(x, 16));
    else if (u !== undefined) into.push(...encodeUtf8(String.fromCharCode(Number.parseInt(u, 16))));
    else if (octal !== undefined) into.push(Number.parseInt(octal, 8) & 0xff);
    else if (plain !== undefined)
      for (const byte of encodeUtf8(plain)) into.push(byte); // too many for arguments
    else if (letter !== '')
      into.push(ESCAPES[letter!] ?? unknownEscape(letter!, start + text.indexOf(`\\${letter}`)));
  }
}

function unknownEscape(letter: string, at: number): never {
  throw new FaultFound({
    code: 'unknown-escape',
    says: {
      en: `There is no escape \\${letter}. Write a byte as \\x and two digits, and the backslash itself as \\\\.`,
      ko: `\\${letter}라는 이스케이프는 없습니다. 바이트는 \\x와 16진수 두 자리로, 백슬래시는 \\\\로 적습니다.`,
    },
    at,
  });
}

// ── Faults ──

const nothing: Fault = {
  code: 'no-bytes',
  says: { en: 'There are no bytes in it.', ko: '바이트가 없습니다.' },
};

function tooLong(): Fault {
  return {
    code: 'too-long',
    says: { en: `That is more than ${MAX_INPUT} bytes.`, ko: `${MAX_INPUT}바이트를 넘습니다.` },
  };
}

function notHex(character: string, at: number): Fault {
  return {
    code: 'not-hexadecimal',
    says: {
      en: `“${character}” is no hexadecimal digit. If this is text, choose text.`,
      ko: `16진수가 아닌 글자가 있습니다: ‘${character}’. 텍스트라면 텍스트를 고르십시오.`,
    },
    at,
  };
}

function oddDigits(digits: string, at: number): Fault {
  const shown = digits.slice(0, 20);
  return {
    code: 'odd-digits',
    says: {
      en: `“${shown}” has ${digits.length} digits; a byte has two.`,
      ko: `한 바이트는 두 자리인데 ${digits.length}자리입니다: ‘${shown}’.`,
    },
    at,
  };
}

function offsetWrong(says: number, is: number, at: number): Fault {
  const [said, expected] = [says, is].map((place) => place.toString(16).padStart(4, '0'));
  return {
    code: 'offset-wrong',
    says: {
      en: `This line says that it begins at ${said}, but the lines before it end at ${expected}. Is a line missing?`,
      ko: `이 줄의 오프셋은 ${said}인데, 앞줄은 ${expected}에서 끝납니다. 빠진 줄이 없는지 보십시오.`,
    },
    at,
  };
}
