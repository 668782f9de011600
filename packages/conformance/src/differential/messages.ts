/** What generated requests and responses have in common: sound content in every framing. Each character is one byte. */
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
