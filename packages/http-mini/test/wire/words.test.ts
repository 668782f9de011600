/** Errors and options: each rule with its section, status and fault, and what was wrong in words that a log can take. */
import {
  Fields,
  HttpError,
  type HttpErrorCode,
  Output,
  RequestParser,
  reasonOf,
  shown,
  shownUrl,
} from 'http-mini/wire';
import { describe, expect, test } from 'vitest';
import { failure, isHttpError, shownByte, userError } from '../../src/wire/errors.ts';
import { checkFunctions, limit, limitsOf, refuseUnknown } from '../../src/wire/options.ts';
import { errorOf } from './error-of.ts';

describe('HttpError', () => {
  test('has the section, the status, the place and the fault', () => {
    const cause = new Error('b');
    const error = new HttpError('invalid-host', 'a', { offset: 5, by: 'user', cause });
    expect(error).toMatchObject({
      name: 'HttpError',
      message: 'a (RFC 9112 3.2)',
      code: 'invalid-host',
      rule: 'RFC 9112 3.2',
      status: 400,
      offset: 5,
      by: 'user',
      cause,
    });
    const bare = new HttpError('invalid-host', 'a');
    expect(bare).toMatchObject({ by: 'peer', offset: undefined });
    expect(Object.hasOwn(bare, 'cause')).toBe(false);
    expect(userError('aborted', 'a', 1)).toMatchObject({ by: 'user', cause: 1 });
    expect(failure('observe', new Error('b'))).toMatchObject({
      code: 'handler-failed',
      by: 'user',
      message: 'observe failed: b (RFC 9110 15.6.1)',
    });
  });

  const named = (name: string): object => Object.assign(new Error('a'), { name });
  test.each<[HttpErrorCode, unknown, string]>([
    ['connect-timeout', undefined, 'TimeoutError'],
    ['response-timeout', undefined, 'TimeoutError'],
    ['content-timeout', undefined, 'TimeoutError'],
    ['total-timeout', undefined, 'TimeoutError'],
    ['request-timeout', undefined, 'HttpError'], // that is the client's doing
    ['aborted', undefined, 'AbortError'],
    ['aborted', named('TimeoutError'), 'TimeoutError'],
    ['aborted', named('Error'), 'AbortError'],
    ['aborted', null, 'AbortError'],
    ['connection-closed', named('TimeoutError'), 'HttpError'],
  ])('%s by %o is a %s', (code, cause, name) => expect(new HttpError(code, 'a', { cause }).name).toBe(name));

  test('is made of whatever a program aborts with, and told from everything else', () => {
    expect(new HttpError('aborted', 'a', { cause: revoked() }).name).toBe('AbortError');
    expect(isHttpError(new HttpError('aborted', 'a'))).toBe(true);
    expect([isHttpError(new Error('a')), isHttpError(undefined), isHttpError(revoked())]).toEqual([
      false,
      false,
      false,
    ]);
  });
});

/** What `instanceof` and every read throw on. */
function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

test.each<[unknown, string]>([
  [new Error('a'), 'a'],
  [new HttpError('aborted', 'a (b)'), 'a (b)'],
  [{ message: '', errors: [new Error('a'), { code: 'B' }] }, 'a; B'],
  [{ message: '', errors: [], code: 'B' }, 'B'],
  [Object.assign(new Error(''), { code: 'B' }), 'B'],
  [{ message: 5 }, '[object Object]'],
  ['a', 'a'],
  [undefined, 'what was thrown says nothing'],
])('why %# failed', (thrown, words) => expect(reasonOf(thrown)).toBe(words));

test('what says nothing at all', () => expect(reasonOf(revoked())).toBe('what was thrown says nothing'));

test('a text and a byte as an error names them: quoted, cut, and nothing that a terminal would obey', () => {
  expect(shown('a\r\n\x1b"b')).toBe('"a\\r\\n\\u001b\\"b"');
  expect(shown('a'.repeat(60))).toBe(`"${'a'.repeat(60)}"`);
  expect(shown('a'.repeat(61))).toBe(`"${'a'.repeat(60)}..."`);
  expect([shown(5), shown(undefined), shown(null)]).toEqual(['"5"', '"undefined"', '"null"']);
  expect(shown(Object.create(null))).toBe('a object that has no text');
  expect([shownByte(0x41), shownByte(0x22)]).toEqual(['"A" (0x41)', '"\\"" (0x22)']);
  expect([0x0a, 0x20, 0x21, 0x7e, 0x7f, 0xff].map(shownByte)).toEqual([
    '0x0a',
    '0x20',
    '"!" (0x21)',
    '"~" (0x7e)',
    '0x7f',
    '0xff',
  ]);
});

describe('options', () => {
  const wrong = { code: 'invalid-option', by: 'user' };

  test('an unknown one is refused by name, with those that there are', () => {
    const names = { most: 1, least: 2 };
    expect(refuseUnknown({ most: 5 } as object, names)).toBeUndefined();
    const error = errorOf(() => refuseUnknown({ mots: 5 } as object, names, 'lenient.'));
    expect(error).toMatchObject(wrong);
    expect(error.message).toContain('there is no option "lenient.mots"; there are: most, least');
    expect(errorOf(() => refuseUnknown({ toString: 5 } as object, names)).message).toContain('"toString"');
    for (const options of [null, 5, 'most'])
      expect(errorOf(() => refuseUnknown(options as unknown as object, names)).message).toContain(
        shown(options),
      );
  });

  test('a limit is a number from the least up', () => {
    expect([limit('a', undefined, 5), limit('a', 0, 5), limit('a', Infinity, 5)]).toEqual([5, 0, Infinity]);
    for (const value of [Number.NaN, -1, '5', null] as number[]) {
      const error = errorOf(() => limit('a', value, 5));
      expect(error).toMatchObject(wrong);
      expect(error.message).toContain(
        `a is a number from 0 up, Infinity for no limit, and not ${shown(value)}`,
      );
    }
    expect(errorOf(() => limit('a', 0, 5, 1)).message).toContain('from 1 up');
    expect(limitsOf({ b: 7 }, { a: 5, b: 6 })).toEqual({ a: 5, b: 7 });
    expect(errorOf(() => limitsOf({ a: 0 }, { a: 5 }, 1))).toMatchObject(wrong);
    expect(errorOf(() => new RequestParser({ maxFields: -1 }))).toMatchObject(wrong);
  });

  test('a function is a function, or left out', () => {
    expect(checkFunctions({ a: () => {}, b: undefined } as object, ['a', 'b'] as never[])).toBeUndefined();
    const error = errorOf(() => checkFunctions({ a: () => {}, b: 5 }, ['a', 'b']));
    expect(error).toMatchObject(wrong);
    expect(error.message).toContain('b is a function, and not "5"');
  });

  test.each<[unknown, string]>([
    ['a: b', '"a: b"'],
    [['a: b'], '"a: b"'],
    [null, '"null"'],
    [Promise.resolve({}), '"[object Promise]"'],
    [(async function* () {})(), '"[object AsyncGenerator]"'],
  ])('fields are an object or pairs, and not %#', (init, word) => {
    const error = errorOf(() => new Fields(init as Record<string, string>));
    expect(error).toMatchObject(wrong);
    expect(error.message).toContain(
      `fields (headers, trailers) are an object, or pairs of name and value, and not ${word}`,
    );
  });
});

describe('Output', () => {
  const output = (...content: (string | Uint8Array)[]): Output => {
    const all = new Output();
    for (const part of content) all.content(part);
    return all;
  };
  const large = new Uint8Array(4097).fill(0xe4);

  test('joins text and small parts, one character for each octet', () => {
    const all = output('a', Uint8Array.of(0xe4), 'ä', 'b'.repeat(4096), new Uint8Array(4096));
    const text = `a\xe4\xc3\xa4${'b'.repeat(4096)}${'\0'.repeat(4096)}`;
    expect(all.size).toBe(text.length);
    expect(all.take()).toBe(text);
    expect([all.size, all.take()]).toEqual([0, '']);
  });

  test('keeps large parts beside the text, in order, and not copied', () => {
    const all = output('a', large, 'b', large, large, 'c');
    expect(all.size).toBe(3 + 3 * large.length);
    const taken = all.take() as unknown[];
    expect(taken).toEqual(['a', large, 'b', large, large, 'c']);
    expect(taken[1]).toBe(large);
    expect([all.size, all.take()]).toEqual([0, '']);
    expect(output(large).take()).toEqual([large]);
  });

  test('a long string is sent as bytes, and a short one whose bytes are many', () => {
    expect((output('b'.repeat(4097)).take() as Uint8Array[]).map(({ length }) => length)).toEqual([4097]);
    const bytes = (output('한'.repeat(2000)).take() as Uint8Array[])[0]!;
    expect([bytes.length, new TextDecoder().decode(bytes)]).toEqual([6000, '한'.repeat(2000)]);
  });
});

test.each([
  ['http://a/', '"http://a/"'],
  ['http://me:secret@a/', '"http://...@a/"'],
  ['me:secret@a', '"...@a"'],
  [1, '"1"'],
])('an error names the URL %j as %s, without user and password', (url, named) => {
  expect(shownUrl(url)).toBe(named);
});
