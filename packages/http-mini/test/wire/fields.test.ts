/** Fields as values: what a caller writes, looks up, and must not send. */
import { Fields, HttpError, octets, RequestParser, splitList, unquote } from 'http-mini/wire';
import { describe, expect, test } from 'vitest';
import { fieldLine, LAST_LINES } from '../../src/wire/fields.ts';
import { errorOf } from './error-of.ts';

describe('Fields', () => {
  test('the notations of a caller mean the same', () => {
    const lines: [string, string][] = [
      ['A', '1'],
      ['b', 'x'],
      ['B', 'y'],
    ];
    expect([...new Fields(lines)]).toEqual(lines);
    expect([...new Fields(new Map(lines))]).toEqual(lines);
    expect([...new Fields(new Fields(lines))]).toEqual(lines);
    expect([...new Fields({ A: 1, b: 'x', B: ['y'], c: undefined })]).toEqual(lines);
    expect([...new Fields(new Headers({ a: '1' }))]).toEqual([['a', '1']]);
    expect([...new Fields()]).toEqual([]);
    expect(new Fields(lines).lines()).toEqual(lines);
    expect(new Fields().lines()).toEqual([]);
    expect(new Fields().size).toBe(0);
    expect([...new Fields(JSON.parse('{"then":"a"}'))]).toEqual([['then', 'a']]); // a name like any other, and no promise
  });

  test("lines that were given out are the caller's own", () => {
    const fields = new Fields({ a: '1' });
    fields.lines()[0]![1] = '2';
    fields.lines().push(['b', '3']);
    expect([...fields]).toEqual([['a', '1']]);
  });

  test('look-up ignores case, order and case are kept', () => {
    const fields = new Fields([
      ['Set-Cookie', 'a=1'],
      ['X', 'x'],
      ['SET-COOKIE', 'b=2'],
    ]);
    expect(fields.size).toBe(3);
    expect(fields.getAll('Set-Cookie')).toEqual(['a=1', 'b=2']);
    expect(fields.has('sEt-CoOkIe')).toBe(true);
    expect(fields.has('set-cookies')).toBe(false);
    expect(fields.get('set_cookie')).toBeUndefined();
    expect(fields.getAll('y')).toEqual([]);
  });

  test('Cookie lines join as one Cookie (RFC 9113 8.2.3), Set-Cookie lines not at all (RFC 9110 5.3)', () => {
    const lines = (name: string) => new Fields({ [name]: ['a=1; Expires=Thu, 01 Jan 1970', 'b=2', 'c=3'] });
    expect(lines('X').get('x')).toBe('a=1; Expires=Thu, 01 Jan 1970, b=2, c=3');
    expect(lines('Cookie').get('cookie')).toBe('a=1; Expires=Thu, 01 Jan 1970; b=2; c=3');
    expect(lines('Set-Cookie').get('Set-Cookie')).toBe('a=1; Expires=Thu, 01 Jan 1970');
    expect(lines('Set-Cookie').getAll('set-cookie')).toHaveLength(3);
  });

  test('an empty value is not the same as none', () => {
    const fields = new Fields({ a: '' });
    expect(fields.get('a')).toBe('');
    expect(fields.get('b')).toBeUndefined();
  });

  test.each(['__proto__', 'constructor', 'hasOwnProperty', 'toString'])(
    '%s is a name like any other',
    (name) => {
      expect(new Fields().get(name)).toBeUndefined();
      expect(new Fields().has(name)).toBe(false);
      const fields = new Fields({ [name]: 'value' }); // a computed key: an own property, even for __proto__
      expect([...fields]).toEqual([[name, 'value']]);
      expect(new Fields(JSON.parse(`{"${name}":"value"}`)).get(name)).toBe('value');
      expect(Object.getPrototypeOf(fields)).toBe(Fields.prototype);
    },
  );

  test('parsed fields are cut out once, and know their number before', () => {
    const parser = new RequestParser().receive(octets('GET / HTTP/1.1\r\nHost: a\r\nb:c\r\n\r\n'));
    const head = parser.next();
    if (head?.type !== 'head') throw new Error('no head');
    expect(head.fields).toBe(head.fields);
    expect(head.fields.size).toBe(2);
    expect(head.fields.get('B')).toBe('c');
    expect(head.fields.size).toBe(2);
  });

  test.each<[string, unknown, string]>([
    ['a space in a name', { 'a b': '' }, 'invalid-field-name'], // rfc9112/2.2/send-space-first
    ['a colon in a name', { 'a:': '' }, 'invalid-field-name'],
    ['an empty name', { '': '' }, 'invalid-field-name'],
    ['a line end in a name', { 'a\r\nb': '' }, 'invalid-field-name'],
    ['a name beyond octets', { 'ü\u0141': '' }, 'invalid-field-name'],
    ['a name that is no string', [[1, 'a']], 'invalid-field-name'],
    ['CR LF in a value', { a: 'b\r\nc: d' }, 'invalid-field-value'],
    ['CR in a value', { a: 'b\rc' }, 'invalid-field-value'],
    ['LF in a value', { a: 'b\nc' }, 'invalid-field-value'],
    ['NUL in a value', { a: 'b\0' }, 'invalid-field-value'],
    ['DEL in a value', { a: '\x7f' }, 'invalid-field-value'],
    ['a value beyond octets', { a: '€' }, 'invalid-field-value'],
    ['U+010A, whose low byte is LF', { a: '\u010a' }, 'invalid-field-value'],
    ['half a character', { a: '\ud83d' }, 'invalid-field-value'],
    ['LF in one of several values', { a: ['b', 'c\nd'] }, 'invalid-field-value'],
    ['a value that is no string', { a: true }, 'invalid-field-value'],
    ['null for a value', { a: null }, 'invalid-field-value'],
    ['a line without a value', [['a']], 'invalid-field-value'],
  ])('refuses %s', (_, init, code) => {
    const error = errorOf(() => new Fields(init as Record<string, string>));
    expect(error).toMatchObject({ code, by: 'user', name: 'HttpError' });
    expect(error).toBeInstanceOf(HttpError);
  });

  test('the message names the character and its place, and is short', () => {
    expect(errorOf(() => new Fields({ a: 'bc\nd' })).message).toBe(
      'the value of a must not hold "\\n" (character 2) (RFC 9110 5.5)',
    );
    expect(errorOf(() => new Fields({ ['x y'.repeat(1000)]: '' })).message.length).toBeLessThan(150);
  });

  test('a name that was refused once is refused again', () => {
    for (let i = 0; i < 2; i++)
      expect(errorOf(() => new Fields({ 'x y': '' })).code).toBe('invalid-field-name');
    for (let i = 0; i < 1100; i++) new Fields({ [`x-${i}`]: '' });
    expect(new Fields({ 'x-1099': 'a' }).get('X-1099')).toBe('a');
  });
});

describe('lists and quoted strings', () => {
  test.each([
    ['', []],
    [' \t', []],
    ['a', ['a']],
    ['a,b', ['a', 'b']],
    [' a ,\tb\t, c', ['a', 'b', 'c']],
    [',, a , ,', ['a']],
    [',"a, b", , c ,', ['"a, b"', 'c']],
    ['"a,b",c', ['"a,b"', 'c']],
    ['"a\\",b",c', ['"a\\",b"', 'c']],
    ['a;b="c,d" , "",e', ['a;b="c,d"', '""', 'e']],
    ['a\\,b', ['a\\', 'b']],
    ['"a,b', ['"a,b']],
    ['"a\\', ['"a\\']],
    ['\xa0a\xa0', ['\xa0a\xa0']],
  ])('splitList(%j)', (value, members) => expect(splitList(value)).toEqual(members));

  test('list: over all lines of the field', () => {
    const fields = new Fields({ a: ['x, y', '', 'z'] });
    expect(fields.list('A')).toEqual(['x', 'y', 'z']);
    expect(fields.list('b')).toEqual([]);
  });

  test.each([
    ['""', ''],
    ['"a b\t"', 'a b\t'],
    ['"\\"\\\\\\a"', '"\\a'], // rfc9110/5.6.4/quoted-pair
    ['"\xe4\\\xff"', '\xe4\xff'],
    ['a', undefined],
    ['"', undefined],
    ['"a', undefined],
    ['a"', undefined],
    ['"a"b"', undefined],
    ['"a\\"', undefined],
    ['"\n"', undefined],
    ['"\\\0"', undefined],
    ['"€"', undefined],
  ])('unquote(%j)', (value, text) => expect(unquote(value)).toBe(text));
});

describe('the last lines of names', () => {
  test('are kept, the newest of each, unless they are long', () => {
    const keeps = (value: string): unknown => {
      expect(fieldLine('X-Kept', value)).toBe(`X-Kept: ${value}\r\n`);
      return LAST_LINES.get('X-Kept')?.line;
    };
    LAST_LINES.clear();
    const longest = 'a'.repeat(256 - 'X-Kept: \r\n'.length);
    expect(keeps(`${longest}a`)).toBeUndefined();
    for (const value of ['a', 'a', longest, 'b']) expect(keeps(value)).toBe(`X-Kept: ${value}\r\n`);
    expect(keeps(`${longest}a`)).toBe('X-Kept: b\r\n');
  });

  test('are kept of no more than 256 names, whatever names a peer invents', () => {
    LAST_LINES.clear();
    for (let i = 0; i < 300; i++) expect(fieldLine(`X-${i}`, 'a')).toBe(`X-${i}: a\r\n`);
    expect([LAST_LINES.size, LAST_LINES.has('X-255'), LAST_LINES.has('X-256')]).toEqual([256, true, false]);
    fieldLine('X-0', 'b');
    expect(LAST_LINES.get('X-0')).toEqual({ value: 'b', line: 'X-0: b\r\n' });
  });
});
