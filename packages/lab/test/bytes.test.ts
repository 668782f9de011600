import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { expect, test } from 'vitest';
import { Bytes, type BytesProps } from '../src/page/bytes.tsx';

const render = (props: Partial<BytesProps>) =>
  renderToString(
    h(Bytes, { name: 'a', bytes: Buffer.from('GET / HTTP/1.1\r\n\r\n\u00ff', 'latin1'), ...props }),
  );

/** The bytes of a rendered view that have an attribute like this, by their offsets. */
const offsets = (html: string, attribute: RegExp) =>
  [...html.matchAll(/<a\b[^>]*\bid="a\/(\d+)"[^>]*>/g)]
    .filter(([tag]) => attribute.test(tag))
    .map(([, offset]) => Number(offset));

test('each byte once as a link to its own address, in hexadecimal and as text', () => {
  const html = render({});
  expect(offsets(html, /href="#a\/(\d+)"/)).toEqual(Array.from({ length: 19 }, (_, i) => i));
  const words = html
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  expect(words).toBe(
    '0 47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a G E T ␣ / ␣ H T T P / 1 . 1 · · 16 0d 0a ff · · ·',
  );
});

test('one byte can be reached by the Tab key: the chosen one, or the first', () => {
  expect(offsets(render({}), /tabindex="0"/)).toEqual([0]);
  expect(offsets(render({ selected: 17 }), /tabindex="0"/)).toEqual([17]);
  expect(offsets(render({ selected: 17 }), /aria-current="true"/)).toEqual([17]);
});

test('the narrowest field that holds the chosen byte is marked; the others show where they end', () => {
  const fields = [
    { start: 0, end: 16, label: 'request line' },
    { start: 0, end: 3, label: 'method' },
    { start: 4, end: 5, label: 'target' },
  ];
  const html = render({ fields, selected: 1 });
  expect(offsets(html, /class="[^"]*\bin\b/)).toEqual([0, 1, 2]);
  expect(offsets(html, /class="[^"]*\bend\b/)).toEqual([2, 4, 15]);
  expect(offsets(html, /title="request line"/)).toEqual([3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  expect(offsets(render({ fields, selected: 3 }), /class="[^"]*\bin\b/)).toEqual(
    Array.from({ length: 16 }, (_, i) => i),
  );
  expect(offsets(render({ fields, selected: 18 }), /class="[^"]*\bin\b/)).toEqual([]);
});

test('no bytes: no rows', () => {
  expect(render({ bytes: [] })).not.toContain('<a');
});
