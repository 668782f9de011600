/** Encoders: what they write, and that nothing which breaks a line or a rule gets as far as a byte. */
import {
  ChunkedEncoder,
  contentEncoder,
  encodeFields,
  encodeRequestHead,
  encodeResponseHead,
  type FieldsInit,
} from 'http-mini/wire';
import { describe, expect, test } from 'vitest';
import { errorOf } from './error-of.ts';

describe('encodeRequestHead', () => {
  test('writes the request line, the fields, the empty line', () => {
    expect(encodeRequestHead('GET', '/a?b', [['Host', 'x']])).toBe('GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(encodeRequestHead('GET', '/', {}, '1.0')).toBe('GET / HTTP/1.0\r\n\r\n');
    expect(encodeRequestHead('OPTIONS', '*', {})).toBe('OPTIONS * HTTP/1.1\r\n\r\n');
    expect(encodeRequestHead('CONNECT', '[::1]:80', {})).toBe('CONNECT [::1]:80 HTTP/1.1\r\n\r\n');
    expect(encodeRequestHead('GET', 'http://a/%20', {})).toBe('GET http://a/%20 HTTP/1.1\r\n\r\n');
    expect(encodeRequestHead('GET', 'http://[::1]/', {})).toBe('GET http://[::1]/ HTTP/1.1\r\n\r\n');
  });

  test.each<[string, unknown, unknown, string]>([
    ['a method with a line end', 'GET /\r\n', '/', 'invalid-method'],
    ['a method with a space', 'GET /a', '/', 'invalid-method'],
    ['an empty method', '', '/', 'invalid-method'],
    ['a method that is no string', undefined, '/', 'invalid-method'],
    ['a target with a line end', 'GET', '/\r\nHost: b', 'invalid-target'],
    ['a target with a space', 'GET', '/a b', 'invalid-target'], // rfc9112/3/target-space
    ['a target with a fragment', 'GET', '/#a', 'invalid-target'],
    ['a target beyond ASCII', 'GET', '/ä', 'invalid-target'],
    ['a target whose characters have the low bytes of a line end', 'GET', '/\u010d\u010a', 'invalid-target'],
    ['a bracket in a path', 'GET', '/[', 'invalid-target'],
    ['a percent sign alone', 'GET', '/%', 'invalid-target'],
    ['a percent sign and one digit', 'GET', '/%4g', 'invalid-target'],
    ['an empty target', 'GET', '', 'invalid-target-form'],
    ['a target that is no string', 'GET', undefined, 'invalid-target'],
    ['* with GET', 'GET', '*', 'invalid-target-form'],
    ['a path without a slash', 'GET', 'a', 'invalid-target-form'],
    ['CONNECT to a path', 'CONNECT', '/a', 'invalid-target-form'],
    ['userinfo', 'GET', 'http://u@a/', 'invalid-target'], // rfc9110/4.2.4/userinfo
  ])('refuses %s', (_, method, target, code) => {
    const error = errorOf(() => encodeRequestHead(method as string, target as string, {}));
    expect(error).toMatchObject({ code, by: 'user' });
  });

  test('refuses a field that would break out of its line', () => {
    // rfc9112/2.2/send-bare-cr, rfc9112/5.2/send-fold
    const error = errorOf(() => encodeRequestHead('GET', '/', { a: 'b\r\nc: d' }));
    expect(error).toMatchObject({ code: 'invalid-field-value', by: 'user' });
  });
});

describe('encodeResponseHead', () => {
  test('writes the status line, the fields, the empty line', () => {
    // rfc9110/5.6.3/send-space
    expect(encodeResponseHead(200, undefined, { a: 1 })).toBe('HTTP/1.1 200 OK\r\na: 1\r\n\r\n');
    expect(encodeResponseHead(100, undefined, [])).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    expect(encodeResponseHead(999, undefined, [])).toBe('HTTP/1.1 999 \r\n\r\n');
    expect(encodeResponseHead(404, 'Nö', {}, '1.0')).toBe('HTTP/1.0 404 Nö\r\n\r\n');
  });

  test('the space after the status stays when there is no reason (RFC 9112 4)', () => {
    expect(encodeResponseHead(299, undefined, {})).toBe('HTTP/1.1 299 \r\n\r\n');
    expect(encodeResponseHead(200, '', {})).toBe('HTTP/1.1 200 \r\n\r\n');
  });

  test.each([99, 1000, 200.5, Number.NaN, Infinity, -200, '200' as unknown as number])(
    'refuses the status %s',
    (status) => {
      expect(errorOf(() => encodeResponseHead(status, undefined, {}))).toMatchObject({
        code: 'invalid-status',
        by: 'user',
      });
    },
  );

  test.each(['OK\r\nSet-Cookie: a', 'a\nb', '\0', '€'])('refuses the reason %j', (reason) => {
    const error = errorOf(() => encodeResponseHead(200, reason, {}));
    expect(error).toMatchObject({ code: 'invalid-status-line', by: 'user' });
  });
});

test('encodeFields', () => {
  expect(encodeFields({ a: ['1', '2'], b: 3 })).toBe('a: 1\r\na: 2\r\nb: 3\r\n');
  expect(errorOf(() => encodeFields({ 'a\n': '' })).code).toBe('invalid-field-name');
});

test('a field whose last line is kept is checked and written anew when its value changes', () => {
  const lines = ['1', '1', '2', '1', 'x'.repeat(300), '1', ''].map((value) => encodeFields({ kept: value }));
  expect(lines.map((line) => line.slice(6, -2))).toEqual(['1', '1', '2', '1', 'x'.repeat(300), '1', '']);
  expect(errorOf(() => encodeFields({ kept: 'a\nb: c' })).code).toBe('invalid-field-value');
  expect(encodeFields({ kept: '1', Kept: '2' })).toBe('kept: 1\r\nKept: 2\r\n');
});

test('names beyond those that are kept are checked all the same', () => {
  for (let i = 0; i < 300; i++) expect(encodeFields({ [`x-${i}`]: '1' })).toBe(`x-${i}: 1\r\n`);
  expect(encodeFields({ 'x-299': '2' })).toBe('x-299: 2\r\n');
  expect(errorOf(() => encodeFields({ 'x 300': '' })).code).toBe('invalid-field-name');
  expect(errorOf(() => encodeFields({ 'x-299': '\n' })).code).toBe('invalid-field-value');
});

describe('content encoders', () => {
  test('length: exactly what was announced', () => {
    const encoder = contentEncoder({ kind: 'length', length: 5 });
    expect([encoder.before(2), encoder.after, encoder.before(3), encoder.after, encoder.end()].join('')).toBe(
      '',
    );
  });

  test('length: more than was announced', () => {
    const encoder = contentEncoder({ kind: 'length', length: 5 });
    encoder.before(3);
    expect(errorOf(() => encoder.before(3))).toMatchObject({
      code: 'content-length-mismatch',
      by: 'user',
      message: expect.stringContaining('announced with 5 bytes and has at least 6'),
    });
  });

  test('length: less than was announced', () => {
    const encoder = contentEncoder({ kind: 'length', length: 5 });
    encoder.before(3);
    expect(errorOf(() => encoder.end()).message).toContain('announced with 5 bytes and has only 3');
  });

  test('none: no byte', () => {
    expect(contentEncoder({ kind: 'none' }).end()).toBe('');
    expect(errorOf(() => contentEncoder({ kind: 'none' }).before(1)).code).toBe('content-length-mismatch');
  });

  test('until close: the bytes and nothing else', () => {
    const encoder = contentEncoder({ kind: 'until-close' });
    expect([encoder.before(5), encoder.after, encoder.end()].join('')).toBe('');
  });

  test('chunked', () => {
    const encoder = contentEncoder({ kind: 'chunked' });
    expect(`${encoder.before(255)}...${encoder.after}${encoder.end()}`).toBe('ff\r\n...\r\n0\r\n\r\n');
    expect(encoder.isComplete).toBe(false); // whatever came, only `end` ends it
    expect(encoder.end({ a: ['b', 'c'] })).toBe('0\r\na: b\r\na: c\r\n\r\n');
  });

  test.each<FieldsInit>([
    { 'Content-Length': 5 },
    [['TRANSFER-ENCODING', 'chunked']],
    { host: 'a' },
    { 'set-cookie': 'a' },
    { authorization: 'a' },
    { 'Content-Type': 'a' },
  ])('refuses %j in trailers (RFC 9110 6.5.1)', (trailers) => {
    const error = errorOf(() => new ChunkedEncoder().end(trailers));
    expect(error).toMatchObject({ code: 'field-not-allowed-in-trailers', by: 'user' }); // rfc9110/6.5.1/send-trailers
  });

  test('refuses a trailer that would break out of its line', () => {
    expect(errorOf(() => new ChunkedEncoder().end({ a: '\r\n\r\nGET' })).code).toBe('invalid-field-value');
  });
});
