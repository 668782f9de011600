/**
 * Bytes to compare servers on: one to three requests in a row, most of them sound, with a few faults in them. Each character
 * is one byte.
 */
import fc from 'fast-check';
import { ChunkedEncoder, encodeRequestHead } from 'http-mini/wire';
import type { Field } from '../arbitraries/http.ts';

const text = (characters: string, minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...characters), minLength, maxLength });

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

function trimmed([name, value]: Field): Field {
  return [name, value.replace(/^[ \t]+|[ \t]+$/g, '')];
}

interface Content {
  readonly fields: readonly Field[];
  readonly bytes: string;
}

const chunkExtensions = fc.constantFrom('', '', ';a', ';a=b;c', ';a="b;\\"c"');
const content: fc.Arbitrary<Content> = fc.oneof(
  fc.constant<Content>({ fields: [], bytes: '' }),
  text('ab\0\r\n\xff', 0, 20).map(
    (bytes): Content => ({ fields: [['Content-Length', `${bytes.length}`]], bytes }),
  ),
  fc
    .tuple(
      fc.array(fc.tuple(text('ab\0\r\n\xff', 1, 20), chunkExtensions), { maxLength: 3 }),
      fc.constantFrom<Field[]>([], [['Digest', 'x']]),
    )
    .map(
      ([chunks, trailers]): Content => ({
        fields: [['Transfer-Encoding', 'chunked']],
        bytes: chunks.map(chunkText).join('') + new ChunkedEncoder().end(trailers),
      }),
    ),
);

function chunkText([bytes, extensions]: [string, string]): string {
  return `${bytes.length.toString(16)}${extensions}\r\n${bytes}\r\n`;
}

const request = fc
  .tuple(startLine, host, fc.array(field, { maxLength: 3 }), content, fc.constantFrom('1.1', '1.1', '1.0'))
  .map(([[method, target], host, fields, content, version]) => {
    // HTTP/1.0 knows no chunked (RFC 9112 6.1).
    const isChunked = content.fields[0]?.[0] === 'Transfer-Encoding';
    const lines: Field[] = [['Host', host], ...fields, ...content.fields];
    const head = encodeRequestHead(method, target, lines, isChunked ? '1.1' : (version as '1.0' | '1.1'));
    return head + content.bytes;
  });

/** What means something somewhere in the grammar. */
const PIECES = [
  ...['\r\n', '\n', '\r', ' ', '\t', '\0', ':', ';', ',', '"', '%', '[', '0', 'f', '-', '\x7f', '\x80'],
  ...['Content-Length: 5\r\n', 'Transfer-Encoding: chunked\r\n', 'Host: a\r\n', ' folded\r\n', 'HTTP/1.0'],
  ...['0\r\n\r\n', 'ffffffffffffffff', '%%'],
];

interface Fault {
  readonly place: number;
  readonly removed: number;
  readonly inserted: string;
}

const fault: fc.Arbitrary<Fault> = fc.record({
  place: fc.nat(),
  removed: fc.nat({ max: 3 }),
  inserted: fc.oneof(fc.constant(''), fc.constantFrom(...PIECES)),
});

function broken(text: string, { place, removed, inserted }: Fault): string {
  const at = place % (text.length + 1);
  return text.slice(0, at) + inserted + text.slice(at + removed);
}

export const faultyRequests: fc.Arbitrary<Uint8Array> = fc
  .tuple(fc.array(request, { minLength: 1, maxLength: 3 }), fc.array(fault, { maxLength: 3 }))
  .map(([requests, faults]) => Buffer.from(faults.reduce(broken, requests.join('')), 'latin1'));
