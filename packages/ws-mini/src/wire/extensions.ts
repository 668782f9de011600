// The value of Sec-WebSocket-Extensions (RFC 6455 9.1, rfc6455/4.3/abnf), read and written:
//
//   extension-list  = 1#extension
//   extension       = token *( ";" extension-param )
//   extension-param = token [ "=" ( token | quoted-string ) ]    ; unescaped, it is a token too
//
// The reader goes through the text once, from left to right: in other libraries, regular expressions over
// such lists took quadratic time. Parameters are a list of pairs, not an object, so that `__proto__` is a
// name like any other, and the caller sees a repeated parameter.

import { isToken } from 'http-mini/wire';
import { WebSocketError } from './errors.ts';

export interface Extension {
  readonly name: string;
  /** In the order sent; the value is undefined if there is no "=". */
  readonly parameters: readonly (readonly [name: string, value: string | undefined])[];
}

/**
 * @param value the lines of the field joined by commas, as `Fields.get` gives them (rfc6455/9.1/split)
 * @throws WebSocketError `extensions-malformed`
 */
export function parseExtensions(value: string): Extension[] {
  return new Reader(value).list();
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  list(): Extension[] {
    const extensions: Extension[] = [];
    do {
      // Empty elements of a list are skipped (RFC 9110 5.6.1).
      this.#skipSpace();
      if (this.#at === this.#text.length || this.#text[this.#at] === ',') continue;
      extensions.push(this.#extension());
    } while (this.#accept(','));
    if (this.#at < this.#text.length || extensions.length === 0) this.#fail();
    return extensions;
  }

  #extension(): Extension {
    const name = this.#token();
    const parameters: [string, string | undefined][] = [];
    while (this.#accept(';')) {
      const parameter = this.#token();
      parameters.push([parameter, this.#accept('=') ? this.#value() : undefined]);
    }
    return { name, parameters };
  }

  #value(): string {
    this.#skipSpace();
    return this.#text[this.#at] === '"' ? this.#quoted() : this.#token();
  }

  #quoted(): string {
    let value = '';
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      if (this.#text[this.#at] === '"') {
        this.#at++;
        if (!isToken(value)) this.#fail();
        this.#skipSpace();
        return value;
      }
      if (this.#text[this.#at] === '\\') this.#at++;
      value += this.#text[this.#at] ?? '';
    }
    return this.#fail();
  }

  #token(): string {
    this.#skipSpace();
    const start = this.#at;
    while (this.#at < this.#text.length && !' \t,;="'.includes(this.#text[this.#at]!)) this.#at++;
    const token = this.#text.slice(start, this.#at);
    if (!isToken(token)) this.#fail();
    this.#skipSpace();
    return token;
  }

  #accept(separator: string): boolean {
    if (this.#text[this.#at] !== separator) return false;
    this.#at++;
    return true;
  }

  #skipSpace(): void {
    while (this.#text[this.#at] === ' ' || this.#text[this.#at] === '\t') this.#at++;
  }

  #fail(): never {
    throw new WebSocketError(
      'extensions-malformed', // rfc6455/9.1/malformed
      `Sec-WebSocket-Extensions is malformed at character ${this.#at}`,
      {
        offset: this.#at,
      },
    );
  }
}

/** The inverse of parseExtensions; all values are tokens, so they need no quotes. */
export function formatExtensions(extensions: readonly Extension[]): string {
  const format = ([name, value]: readonly [string, string | undefined]): string =>
    value === undefined ? name : `${name}=${value}`;
  return extensions.map(({ name, parameters }) => [name, ...parameters.map(format)].join('; ')).join(', ');
}
