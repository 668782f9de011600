/**
 * What generated requests and responses have in common: sound content in every framing, and then a few faults anywhere.
 * Each character is one byte.
 */
import fc from 'fast-check';
import { ChunkedEncoder } from 'http-mini/wire';
import type { Field } from '../arbitraries/http.ts';

export const text = (characters: string, minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...characters), minLength, maxLength });

export function trimmed([name, value]: Field): Field {
  return [name, value.replace(/^[ \t]+|[ \t]+$/g, '')];
}

export interface Content {
  readonly fields: readonly Field[];
  readonly bytes: string;
}

const chunkExtensions = fc.constantFrom('', '', ';a', ';a=b;c', ';a="b;\\"c"');
export const content: fc.Arbitrary<Content> = fc.oneof(
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

/** Up to three. */
export function withFaults(messages: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(messages, fc.array(fault, { maxLength: 3 }))
    .map(([text, faults]) => Buffer.from(faults.reduce(broken, text), 'latin1'));
}
