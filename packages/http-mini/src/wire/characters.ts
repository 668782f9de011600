/**
 * The character classes of the grammar (RFC 9110 5.6, RFC 3986 2) as tables of 256 bytes, and the
 * translation between bytes and text. HTTP is parsed as octets, never as decoded text (rfc9112/2.2/octets):
 * ISO-8859-1 maps each octet to the character of the same number, so a string made here has one
 * character for each byte and offsets mean the same in both.
 */

const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SP = 0x20;
export const PERCENT = 0x25;
export const COLON = 0x3a;

const DIGITS = '0123456789';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const UNRESERVED = `${LETTERS}${DIGITS}-._~`;
const SUB_DELIMS = "!$&'()*+,;=";

function table(characters: string): Uint8Array {
  const members = new Uint8Array(256);
  for (const character of characters) members[character.charCodeAt(0)] = 1;
  return members;
}

/** tchar, RFC 9110 5.6.2 (rfc9110/5.6.2/token) */
export const TOKEN: Uint8Array = table(`!#$%&'*+-.^_\`|~${DIGITS}${LETTERS}`);

/**
 * What a request target may hold (RFC 9112 3.2, RFC 3986 3.3): 1 for a character that stands for itself anywhere, 2 for
 * one that needs a closer look: two hexadecimal digits must follow "%", and "[" and "]" may only enclose an IP literal.
 */
export const TARGET: Uint8Array = table(`${UNRESERVED}${SUB_DELIMS}:@/?`);
for (const character of '%[]') TARGET[character.charCodeAt(0)] = 2;

/** field-vchar, SP and HTAB: what a field value may hold, RFC 9110 5.5 (rfc9110/5.5/obs-text) */
export function isFieldValueByte(byte: number): boolean {
  return byte < 0x20 ? byte === 0x09 : byte !== 0x7f;
}

/** The value of a hexadecimal digit, and 255 for any other byte. */
export const HEX_VALUE: Uint8Array = new Uint8Array(256).map((_, byte) => {
  const value = Number.parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(value) ? 255 : value;
});

/** What a reg-name may hold besides percent-encoded octets, RFC 3986 3.2.2 */
export const REG_NAME: Uint8Array = table(`${UNRESERVED}${SUB_DELIMS}`);

/** SP or HTAB: OWS, RWS and BWS consist of these, RFC 9110 5.6.3 */
export function isWhitespace(byte: number): boolean {
  return byte === SP || byte === TAB;
}

/** Whether the text is a token, RFC 9110 5.6.2. A caller without types may pass something other than a string: false. */
export function isToken(text: string): boolean {
  if (typeof text !== 'string') return false;
  for (let i = 0; i < text.length; i++) if (TOKEN[text.charCodeAt(i)] !== 1) return false;
  return text.length > 0;
}

/** Whether the text can be a field value (RFC 9110 5.5): no CR, LF, NUL or other control, and one octet for each character. */
export function isFieldValue(text: string): boolean {
  return typeof text === 'string' && !NOT_IN_FIELD_VALUE.test(text);
}
const NOT_IN_FIELD_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

type Latin1Slice = (this: Uint8Array, start: number, end: number) => string;

// Node's own slice is much faster than any loop in JavaScript. If there is no Buffer (in a browser), the loop gives the same
// text. Not TextDecoder('latin1'): on the web that name means windows-1252, which moves 0x80-0x9F.
const node = globalThis.Buffer;
const nodeSlice = (node?.prototype as unknown as { latin1Slice?: Latin1Slice } | undefined)?.latin1Slice;

/** The bytes from start to end as text, one character for each octet (test: `latin1 without Buffer`). */
export const latin1: (bytes: Uint8Array, start: number, end: number) => string = nodeSlice
  ? (bytes, start, end) => nodeSlice.call(bytes, start, end)
  : latin1ByLoop;

export function latin1ByLoop(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

/** How many bytes a text takes as UTF-8. */
export const utf8Length: (text: string) => number = node
  ? (text) => node.byteLength(text)
  : (text) => utf8(text).length;

export const utf8: (text: string) => Uint8Array = node
  ? (text) => node.from(text)
  : (text) => new TextEncoder().encode(text);

/** The octets of a text that has one character for each octet: the reverse of `latin1`. */
export function octets(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
