/**
 * Bytes to compare servers on: one to three requests in a row, most of them sound, with a few faults in them. Each character
 * is one byte.
 */
import fc from 'fast-check';
import { encodeRequestHead } from 'http-mini/wire';
import { withFaults } from '../arbitraries/faults.ts';
import type { Field } from '../arbitraries/http.ts';
import { content, text, trimmed } from './messages.ts';

const path = text("abcXYZ019-._~!$&'()*+,;=:@/?", 0, 12).map((rest) => `/${rest}`);
const startLine = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'), path) },
  fc.tuple(
    fc.constantFrom('GET', 'POST'),
    path.map((rest) => `http://a.example:8080${rest}`),
  ),
  fc.constantFrom<[string, string]>(['OPTIONS', '*'], ['CONNECT', 'a:443'], ['BREW', '/'], ['get', '/']),
);

const host = fc.constantFrom(
  '',
  'a',
  'a.example:80',
  '127.0.0.1',
  '[::1]:8080',
  '[2001:db8::ffff:192.0.2.1]',
);

/**
 * Values that decide something, and one field that decides nothing. No `Connection: upgrade`: node:http never answers such a
 * request, nor closes, where its chunked content is bad and nobody listens for 'upgrade'.
 */
const field: fc.Arbitrary<Field> = fc.oneof(
  fc.constantFrom<Field>(
    ['Connection', 'close'],
    ['Connection', 'keep-alive'],
    ['Connection', 'x, y'],
    ['Upgrade', 'x/1'],
    ['Expect', '100-continue'],
    ['Expect', 'x'],
  ),
  fc.tuple(fc.constantFrom('Accept', 'cookie', '__proto__'), text('ab,"= \t\x80\xff', 0, 8)).map(trimmed),
);

const request = fc
  .tuple(startLine, host, fc.array(field, { maxLength: 3 }), content, fc.constantFrom('1.1', '1.1', '1.0'))
  .map(([[method, target], host, fields, content, version]) => {
    // HTTP/1.0 knows no chunked (RFC 9112 6.1).
    const isChunked = content.fields[0]?.[0] === 'Transfer-Encoding';
    const lines: Field[] = [['Host', host], ...fields, ...content.fields];
    const head = encodeRequestHead(method, target, lines, isChunked ? '1.1' : (version as '1.0' | '1.1'));
    return head + content.bytes;
  });

export const faultyRequests: fc.Arbitrary<Uint8Array> = withFaults(
  fc.array(request, { minLength: 1, maxLength: 3 }).map((requests) => requests.join('')),
);
