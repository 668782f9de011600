// What the wire makes of values: Web IDL's conversions, close codes and reasons, and its errors. web-idl.test.ts asks the same
// of the interfaces that use them.

import { describe, expect, test } from 'vitest';
import { allocate, base64, isUint8Array } from '../src/wire/bytes.ts';
import { checkClose, readCloseInfo } from '../src/wire/close-info.ts';
import { decodeUtf8, isWebSocketError, sendableCode, WebSocketError } from '../src/wire/index.ts';
import {
  clamp,
  defineInterface,
  enforceRange,
  toDictionary,
  toText,
  toTextOrTexts,
  toTexts,
  toUsvText,
} from '../src/wire/web-idl.ts';
import { hex } from './support.ts';

/** The name of what is thrown, and its message. */
function thrown(run: () => unknown): [name: string, message: string] {
  try {
    run();
  } catch (error) {
    const { name, message } = error as Error;
    return [name, message];
  }
  throw new Error('nothing was thrown');
}

describe('Web IDL', () => {
  test('text: anything but a Symbol; in a USVString no half of a pair', () => {
    expect([toText(5), toText(null), toText({ toString: () => 'x' })]).toEqual(['5', 'null', 'x']);
    expect(thrown(() => toText(Symbol('a')))[0]).toBe('TypeError');
    expect(toUsvText('a\ud83d\ude00\ud83d-\ude00')).toBe('a😀\ufffd-\ufffd');
  });

  test.each([
    [0, 0],
    [-1, 0],
    [1.4, 1],
    [1.5, 2],
    [2.5, 2],
    [2.51, 3],
    [65_535, 65_535],
    [65_534.5, 65_534],
    [1e9, 65_535],
    ['7', 7],
    [Number.NaN, 0],
    ['x', 0],
  ])('[Clamp] %s is %i', (value, number) => expect(clamp(value)).toBe(number));

  test('[EnforceRange]: cut to an integer, from 0 to 65535', () => {
    expect([0, 1.9, '65535', -0.9, null].map((value) => enforceRange(value, 'a'))).toEqual([
      0, 1, 65_535, -0, 0,
    ]);
    expect(thrown(() => enforceRange(-1, 'a'))).toEqual([
      'TypeError',
      'a is -1, but must be from 0 to 65535',
    ]);
    for (const value of [65_536, Number.NaN, undefined])
      expect(thrown(() => enforceRange(value, 'a'))[0]).toBe('TypeError');
  });

  test('a dictionary is an object, or nothing', () => {
    const object = { a: 1 };
    const callable = () => {};
    expect([toDictionary(undefined, 'D'), toDictionary(null, 'D')]).toEqual([{}, {}]);
    expect([toDictionary(object, 'D'), toDictionary(callable, 'D')]).toEqual([object, callable]);
    expect(thrown(() => toDictionary('x', 'D'))).toEqual(['TypeError', 'D must be an object, not string']);
  });

  test('a sequence is any object that can be iterated; a string is one text', () => {
    const callable = Object.assign(() => {}, { [Symbol.iterator]: () => ['f'].values() });
    expect([toTexts([1, 'a'], 's'), toTexts(new Set(['b']), 's'), toTexts(callable, 's')]).toEqual([
      ['1', 'a'],
      ['b'],
      ['f'],
    ]);
    for (const value of ['ab', null, undefined, {}, 5])
      expect(thrown(() => toTexts(value, 's'))).toEqual([
        'TypeError',
        's must be an array, or another object that can be iterated',
      ]);
    expect([toTextOrTexts('ab', 's'), toTextOrTexts(['a', 'b'], 's')]).toEqual([['ab'], ['a', 'b']]);
    expect([toTextOrTexts(null, 's'), toTextOrTexts({}, 's')]).toEqual([['null'], ['[object Object]']]);
  });

  test('a class looks like an interface', () => {
    class Own {
      member(): void {}
    }
    defineInterface(Own.prototype, 'Theirs');
    expect([Own.name, String(new Own())]).toEqual(['Theirs', '[object Theirs]']);
    expect(Object.keys(Own.prototype)).toEqual(['member']);
    expect(Object.getOwnPropertyDescriptor(Own.prototype, Symbol.toStringTag)).toMatchObject({
      configurable: true,
      writable: false,
    });
  });
});

describe('closing', () => {
  test('a program may close with 1000, or 3000 to 4999', () => {
    for (const code of [undefined, 1000, 3000, 4999]) expect(checkClose(code, '')).toEqual([code, '']);
    for (const code of [0, 999, 1001, 2999, 5000])
      expect(thrown(() => checkClose(code, ''))).toEqual([
        'InvalidAccessError',
        `the close code ${code} is neither 1000 nor 3000 to 4999`,
      ]);
  });

  test('a reason has at most 123 bytes, and a code before it', () => {
    expect(checkClose(undefined, 'a')).toEqual([1000, 'a']);
    expect(checkClose(3000, 'a')).toEqual([3000, 'a']);
    expect(checkClose(undefined, '한'.repeat(41))[0]).toBe(1000);
    expect(thrown(() => checkClose(1000, `a${'한'.repeat(41)}`))).toEqual([
      'SyntaxError',
      'the close reason has 124 bytes, at most 123 fit',
    ]);
  });

  test('closeInfo is converted before it is checked', () => {
    expect(readCloseInfo(undefined)).toEqual([undefined, '']);
    expect(readCloseInfo({ closeCode: '3000', reason: '\ud83d' })).toEqual([3000, '\ufffd']);
    expect(thrown(() => readCloseInfo({ closeCode: -1 }))[1]).toContain('closeCode');
    expect(thrown(() => readCloseInfo(5))[1]).toContain('WebSocketCloseInfo');
  });

  test('what a Close cannot carry becomes what it can', () =>
    expect([undefined, 1000, 1005, 1006, 4000].map(sendableCode)).toEqual([
      undefined,
      1000,
      undefined,
      1011,
      4000,
    ]));
});

describe('WebSocketError', () => {
  test('of the table: its section, fault, close code and status, unless said otherwise', () => {
    const error = new WebSocketError('text-not-utf8', 'a');
    expect({ ...error, message: error.message }).toEqual({
      name: 'WebSocketError',
      message: 'a',
      code: 'text-not-utf8',
      rule: 'RFC 6455 8.1',
      by: 'peer',
      closeCode: 1007,
      reason: '',
      status: undefined,
      offset: undefined,
    });
    expect(Object.hasOwn(error, 'cause')).toBe(false);
    const details = { offset: 5, status: 400, closeCode: 1008, reason: 'b', cause: 1 };
    expect(new WebSocketError('text-not-utf8', 'a', details)).toMatchObject(details);
    expect(new WebSocketError('origin-refused', 'a')).toMatchObject({ status: 403, closeCode: null });
    expect(new WebSocketError('not-open', 'a').by).toBe('user');
  });

  test('of a program: a message, a close code and a reason', () => {
    expect(new WebSocketError()).toMatchObject({
      message: '',
      code: 'close-requested',
      closeCode: null,
      reason: '',
    });
    expect(new WebSocketError('text-not-utf8')).toMatchObject({
      message: 'text-not-utf8',
      code: 'close-requested',
    });
    expect(new WebSocketError('a', { closeCode: 3000, reason: 'b' })).toMatchObject({
      message: 'a',
      closeCode: 3000,
      reason: 'b',
    });
    expect(new WebSocketError('a', { reason: 'b' }).closeCode).toBe(1000);
    expect(thrown(() => new WebSocketError('a', { closeCode: 1001 }))[0]).toBe('InvalidAccessError');
    // A name that every object has is no code of the table.
    expect(thrown(() => new WebSocketError('toString', 'b' as unknown as undefined))[0]).toBe('TypeError');
  });

  test('is told from all else', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect([new WebSocketError(), new Error('a'), undefined, proxy].map(isWebSocketError)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

test('bytes are what any realm calls so', () => {
  const other = Object.defineProperty(new DataView(new ArrayBuffer(1)), Symbol.toStringTag, {
    value: 'Uint8Array',
  });
  expect([new Uint8Array(1), other].map(isUint8Array)).toEqual([true, true]);
  class Named extends Uint8Array {
    override get [Symbol.toStringTag](): 'Uint8Array' {
      return 'Named' as 'Uint8Array';
    }
  }
  expect(isUint8Array(new Named(1))).toBe(true);
  const named = { [Symbol.toStringTag]: 'Uint8Array' };
  expect([new Uint16Array(1), new DataView(new ArrayBuffer(1)), named, [1], null].map(isUint8Array)).toEqual(
    new Array(5).fill(false),
  );
  expect([base64(hex('00ff10')), base64(hex(''))]).toEqual(['AP8Q', '']);
  expect(allocate(5)).toHaveLength(5);
  expect(thrown(() => decodeUtf8([1] as unknown as Uint8Array, 0, 1))[0]).toBe('TypeError');
});
