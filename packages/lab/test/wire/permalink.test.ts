// A link gives back the bytes that it was made of, and garbage gets a fault.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CATALOGUE, exchangeOf } from '../../src/wire/catalogue.ts';
import { linkTo, MAX_LINK_BYTES, MAX_LINK_PASSAGES, openLink } from '../../src/wire/permalink.ts';
import { bytesOf, type Recording } from '../../src/wire/recording.ts';
import { recordings } from './arbitraries.ts';

const open = (query: string) => openLink(new URLSearchParams(query));
const codeOf = (query: string) => {
  const opened = open(query);
  return 'fault' in opened ? opened.fault.code : 'none';
};

test('a link gives back the same bytes, order and ends', () => {
  fc.assert(
    fc.property(recordings, ({ begins, passages }) => {
      const link = linkTo({ begins, passages });
      fc.pre('query' in link && passages.some(({ bytes }) => bytes.length > 0));
      const opened = open((link as { query: string }).query);
      const shown = ({ passages }: Recording) =>
        passages
          .filter(({ bytes, ends }) => bytes.length > 0 || ends)
          .map(({ from, bytes, ends }) => [from, [...bytes], ends]);
      const { recording } = opened as { recording: Recording };
      expect(recording.begins).toBe(begins);
      expect(shown(recording)).toEqual(shown({ begins, passages }));
    }),
  );
});

test('the largest link is a target that a server takes', () => {
  const passages = [{ from: 'client' as const, bytes: new Uint8Array(MAX_LINK_BYTES).fill(0xff) }];
  const link = linkTo({ begins: 'http', passages }) as { query: string };
  expect(link.query.length).toBeLessThan(8000);
  expect(bytesOf((open(link.query) as { recording: Recording }).recording, 'client').length).toBe(
    MAX_LINK_BYTES,
  );
});

test('names an exchange of the catalogue, and opens the first if nothing is asked', () => {
  expect(open('exchange=ws-text')).toEqual({ exchange: exchangeOf('ws-text') });
  expect(open('')).toEqual({ exchange: CATALOGUE[0] });
  expect(open('lang=ko')).toEqual({ exchange: CATALOGUE[0] });
});

test('says what is wrong with a link, and where', () => {
  expect(codeOf('exchange=nothing')).toBe('unknown-exchange');
  expect(codeOf('client=R0VU&begins=udp')).toBe('unknown-beginning');
  expect(codeOf('client=R0V!')).toBe('not-base64url');
  expect(open('client=R0V!')).toMatchObject({ fault: { at: 3 } });
  expect(codeOf('client=R0VUR')).toBe('not-base64url');
  expect(codeOf(`client=${'A'.repeat(6000)}`)).toBe('link-too-large');
  expect(codeOf('client=&'.repeat(MAX_LINK_PASSAGES + 1))).toBe('link-too-large');
  const big = [{ from: 'client' as const, bytes: new Uint8Array(MAX_LINK_BYTES + 1) }];
  expect(linkTo({ begins: 'http', passages: big })).toMatchObject({ fault: { code: 'link-too-large' } });
});

test('any query opens something or says what is wrong', () => {
  const name = fc.constantFrom('client', 'server', 'begins', 'fin', 'exchange', 'x');
  const value = fc.oneof(fc.string(), fc.constantFrom('client', 'frames', 'R0VU', ''));
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value)), (pairs) => {
      const opened = openLink(new URLSearchParams(pairs));
      if ('fault' in opened) expect([opened.fault.says.en, opened.fault.says.ko]).not.toContain('');
    }),
  );
});
