/**
 * What an attacker would put into a field if a program handed it on: text that forges a line, a message, markup or a
 * terminal's command on the way out, and values that are not what they look like.
 */

export interface Payload {
  readonly name: string;
  /** Makes it the value of an object's property, anew for each use: some answer only once what they seem to be. */
  put(object: object, key: string): void;
  /** What may stand on the wire if it was not refused; nothing if only a refusal is right. */
  readonly meant: readonly string[];
}

/** Beside those that forge, some that are right and must go through as they are. */
const texts: readonly (readonly [name: string, text: string])[] = [
  ['plain text', 'plain'],
  ['CR LF and a field', 'a\r\nx-forged: yes'],
  ['CR LF and a message', 'a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['CR LF and a request', 'a\r\n\r\nGET /forged HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['CR LF and a folded line', 'a\r\n folded'],
  ['CR alone', 'a\rx-forged: yes'],
  ['LF alone', 'a\nx-forged: yes'],
  ['CR LF at the end', 'a\r\n'],
  ['CR LF at the beginning', '\r\nx-forged: yes'],
  ['NUL', 'a\0b'],
  ['U+010A and U+010D, LF and CR in their low bytes', 'a\u010d\u010ax-forged: yes'],
  ['U+0A0D', 'a\u0d0d\u0a0ax-forged: yes'],
  ['U+2028 and U+2029', 'a\u2028b\u2029c'],
  ['NEL', 'a\x85b'],
  ['high surrogate alone', 'a\ud800b'],
  ['low surrogate alone', 'a\udc0ab'],
  ['ESC', 'a\x1b[2Jb'],
  ['C1 control (CSI)', 'a\x9b2Jb'],
  ['bidirectional override', 'a\u202eb'],
  ['DEL', 'a\x7fb'],
  ['markup', '<script>alert(1)</script>'],
  ['quotation mark', 'a"; filename="forged'],
  ['backslash and quotation mark', 'a\\"b'],
  ['percent-encoded CR LF', 'a%0d%0ax-forged:%20yes'],
  ['space and colon', 'a : b'],
  ['tab', 'a\tb'],
  ['latin-1', 'caf\xe9'],
  ['beyond latin-1', '한글 \u{1f600}'],
  ['nothing', ''],
  ['a hundred thousand characters', 'a'.repeat(100_000)],
  ['a hundred thousand characters, then CR LF', `${'a'.repeat(100_000)}\r\nx-forged: yes`],
];

/** What comes through if the first answer is taken, and a line if it is asked again. */
const GOOD = 'good';
const EVIL = 'evil\r\nx-forged: yes';

function value(name: string, make: () => unknown, meant: readonly string[]): Payload {
  return {
    name,
    meant,
    put(object, key) {
      const property = { value: make(), enumerable: true, configurable: true, writable: true };
      Object.defineProperty(object, key, property);
    },
  };
}

function changing(): () => string {
  let asked = 0;
  return () => (asked++ === 0 ? GOOD : EVIL);
}

export const getter: Payload = {
  name: 'a getter that answers differently the second time',
  meant: [GOOD],
  put: (object, key) =>
    void Object.defineProperty(object, key, { get: changing(), enumerable: true, configurable: true }),
};

export const payloads: readonly Payload[] = [
  ...texts.map(([name, text]) => value(name, () => text, [text])),
  value('an array', () => [GOOD, 'other'], [GOOD, 'other', `${GOOD},other`]),
  value('an array with a line in it', () => [GOOD, EVIL], []),
  value('an array that changes', () => Object.defineProperty([], 0, { get: changing(), enumerable: true }), [
    GOOD,
  ]),
  value('an object that becomes text twice', () => ({ toString: changing() }), [GOOD, '[object Object]']),
  value('an object with a length', () => ({ length: 4, toString: () => EVIL }), []),
  value('a String object', () => Object.assign(new String(EVIL), { toString: changing() }), [GOOD]),
  value('a symbol', () => Symbol(EVIL), []),
  value('a number', () => 17, ['17']),
  value('not a number', () => Number.NaN, ['NaN']),
  value('null', () => null, ['null', '']),
  value(
    'a Proxy',
    () => new Proxy([GOOD], { get: (target, key) => (key === '0' ? EVIL : Reflect.get(target, key)) }),
    [],
  ),
  value('a function', () => () => EVIL, []),
  getter,
];

/** Only text: for names, and for places that take no other. */
export const textPayloads: readonly (Payload & { readonly text: string })[] = texts.map(([name, text]) => ({
  ...value(name, () => text, [text]),
  text,
}));
