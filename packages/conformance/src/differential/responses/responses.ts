/**
 * Bytes to compare clients on: the answer to one request, most of them sound, with a few faults in them. Each character is
 * one byte.
 */
import fc from 'fast-check';
import { encodeResponseHead } from 'http-mini/wire';
import { withFaults } from '../../arbitraries/faults.ts';
import type { Field } from '../../arbitraries/http.ts';
import { type Content, content, text, trimmed } from '../messages.ts';

const interim = fc
  .tuple(fc.constantFrom(102, 103, 199), fc.constantFrom<Field[]>([], [['Link', '</a>']]))
  .map(([status, fields]) => encodeResponseHead(status, undefined, fields));

/** Values that decide something, and fields that decide nothing. */
const field: fc.Arbitrary<Field> = fc.oneof(
  fc.constantFrom<Field>(
    ['Connection', 'close'],
    ['Connection', 'keep-alive'],
    ['Connection', 'x, y'],
    ['Upgrade', 'x/1'],
    ['Trailer', 'Digest'],
  ),
  fc.tuple(fc.constantFrom('Server', 'set-cookie', '__proto__'), text('ab,"= \t\x80\xff', 0, 8)).map(trimmed),
);

const untilClose = text('ab\0\r\n\xff', 0, 20).map((bytes): Content => ({ fields: [], bytes }));

const response = fc
  .tuple(
    fc.constantFrom(200, 200, 200, 201, 204, 205, 301, 304, 404, 500, 999),
    fc.oneof(fc.constant(undefined), text('aZ !\t\xe9', 0, 6)),
    fc.array(field, { maxLength: 3 }),
    fc.oneof({ weight: 3, arbitrary: content }, untilClose),
    fc.constantFrom<'1.0' | '1.1'>('1.1', '1.1', '1.0'),
  )
  .map(([status, reason, fields, content, version]) => {
    // HTTP/1.0 knows no chunked (RFC 9112 6.1).
    const isChunked = content.fields[0]?.[0] === 'Transfer-Encoding';
    const head = encodeResponseHead(
      status,
      reason,
      [...fields, ...content.fields],
      isChunked ? '1.1' : version,
    );
    return head + (status === 204 || status === 304 ? '' : content.bytes);
  });

export interface Answer {
  readonly method: 'GET' | 'HEAD';
  readonly bytes: Uint8Array;
}

export const faultyAnswers: fc.Arbitrary<Answer> = fc.record({
  method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD'),
  bytes: withFaults(
    fc
      .tuple(fc.array(interim, { maxLength: 2 }), response)
      .map(([interims, final]) => interims.join('') + final),
  ),
});
