// The value of Sec-WebSocket-Extensions (RFC 6455 9.1, rfc6455/4.3/abnf), read and written:
//
//   extension-list  = 1#extension
//   extension       = token *( ";" extension-param )
//   extension-param = token [ "=" ( token | quoted-string ) ]    ; unescaped, it is a token too
//
// The patterns are sticky and share no characters with what may follow them, so they go through the text once, from
// left to right: in other libraries, regular expressions over such lists took quadratic time. Parameters are a list of
// pairs, not an object, so that `__proto__` is a name like any other, and the caller sees a repeated parameter.

import { WebSocketError } from './errors.ts';

export interface Extension {
  readonly name: string;
  /** In the order sent; the value is undefined if there is no "=". */
  readonly parameters: readonly (readonly [name: string, value: string | undefined])[];
}

const TCHAR = "[!#$%&'*+\\-.^_`|~\\w]";
/** Empty elements of a list are skipped (RFC 9110 5.6.1). */
const EMPTY = /[\t ,]*/y;
const NAME: RegExp = new RegExp(`(${TCHAR}+)[\\t ]*`, 'y');
const VALUE = `=[\\t ]*(?:(${TCHAR}+)|"((?:\\\\?${TCHAR})+)")[\\t ]*`;
const PARAMETER: RegExp = new RegExp(`;[\\t ]*(${TCHAR}+)[\\t ]*(?:${VALUE})?`, 'y');

/**
 * @param value the lines of the field joined by commas, as `Fields.get` gives them (rfc6455/9.1/split)
 * @throws WebSocketError `extensions-malformed`
 */
export function parseExtensions(value: string): Extension[] {
  let at = 0;
  const accept = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(value);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  const extensions: Extension[] = [];
  do {
    accept(EMPTY);
    const name = accept(NAME)?.[1];
    if (name === undefined) break;
    const parameters: [string, string | undefined][] = [];
    for (let found = accept(PARAMETER); found !== null; found = accept(PARAMETER))
      parameters.push([found[1]!, found[2] ?? found[3]?.replaceAll('\\', '')]);
    extensions.push({ name, parameters });
  } while (value[at] === ',');
  if (at === value.length && extensions.length > 0) return extensions;
  const message = `Sec-WebSocket-Extensions is malformed at character ${at}`;
  throw new WebSocketError('extensions-malformed', message, { offset: at }); // rfc6455/9.1/malformed
}

/** The inverse of parseExtensions; all values are tokens, so they need no quotes. */
export function formatExtensions(extensions: readonly Extension[]): string {
  const format = ([name, value]: readonly [string, string | undefined]): string =>
    value === undefined ? name : `${name}=${value}`;
  return extensions.map(({ name, parameters }) => [name, ...parameters.map(format)].join('; ')).join(', ');
}
